"""Make the pictures of the handbook: start a demo of its own, log in as each role, write small PNGs. See `pictures.PICTURES`."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests import template
from tests.browser.conftest import FLAGS, manage, served
from tests.handbook.pictures import PICTURES, Picture
from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "handbook" / "pictures"
# Drawings of a screen need few colours; more would only make the repository larger.
COLOURS = (64, 32, 16)
LARGEST = 60_000


def main() -> int:
    """Write all pictures, or those whose names are given."""
    chosen = [picture for picture in PICTURES if len(sys.argv) < 2 or picture.name in sys.argv[1:]]
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.stderr.write("Chromium is missing: apt-get install chromium fonts-noto-cjk\n")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="yorozu-handbook-") as folder:
        environment = {**os.environ, "YOROZU_ENV": "demo", "YOROZU_VAR": folder, "PORT": str(free_port())}
        environment.pop("DATABASE_URL", None)
        if not template.copy_site(Path(folder)):
            manage(environment, "migrate", "--verbosity", "0")
            manage(environment, "demo_data", "--verbosity", "0")
        manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
        logins = manage(environment, "demo_data", "--logins")
        with served(environment) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program, args=[*FLAGS, "--lang=ja"], env={**os.environ, "LANGUAGE": "ja"}
            )
            roles = {role: _logged_in(browser, site, logins, role) for role in {picture.role for picture in chosen}}
            for picture in chosen:
                _take(roles[picture.role], site, picture)
            browser.close()
    return 0


def _logged_in(browser: Browser, site: str, logins: str, name: str) -> BrowserContext:
    found = re.search(rf"^  {name} / (\S+)", logins, re.MULTILINE)
    if found is None:
        raise LookupError(f"The demo has no log-in {name}")
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{site}/admin/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", found[1])
    page.click("button[type=submit]")
    page.wait_for_url(f"{site}/admin/")
    page.close()
    return context


def _take(context: BrowserContext, site: str, picture: Picture) -> None:
    for width, height in picture.sizes:
        page = context.new_page()
        # Which panels and menus were open is remembered there: each picture begins as for somebody new.
        page.add_init_script("localStorage.clear()")
        page.on("dialog", lambda dialog: dialog.accept())
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{site}{picture.address}")
        page.wait_for_load_state("networkidle")
        if picture.before:
            picture.before(page)
            page.wait_for_timeout(600)
        file = FOLDER / f"{picture.name}-{width}.png"
        file.write_bytes(_small(page.screenshot()))
        sys.stdout.write(f"{file.relative_to(ROOT)} {file.stat().st_size:,}\n")
        page.close()


def _small(content: bytes) -> bytes:
    """The same picture with a palette. Raises ValueError where even few colours do not make it small enough."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    for colours in COLOURS:
        made = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
        if made.tell() <= LARGEST:
            return made.getvalue()
    raise ValueError(f"A picture of {made.tell():,} bytes: show less of the page")


if __name__ == "__main__":
    sys.exit(main())
