"""What editors upload, and what browsers are told, in a real browser that is not let past the site's policy."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Error, Page

from tests.browser.conftest import manage
from tests.guard import samples

pytestmark = pytest.mark.browser

# Tells Python of everything that the policy refuses, in frames as well.
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => {
  (window.refused || parent.refused)(`${location.pathname}: ${event.effectiveDirective} ${event.blockedURI}`);
});
"""

WITH_RICH_TEXT = "from portal.models import StandardPage; print(StandardPage.objects.live().first().pk)"


@contextmanager
def admin(browser: Browser, site: str, environment: dict[str, str], name: str) -> Iterator[Page]:
    """Somebody of the city, logged in through the form."""
    password = re.search(rf"^  {name} / (\S+)", manage(environment, "demo_data", "--logins"), re.MULTILINE)[1]
    context = browser.new_context(locale="ja-JP", viewport={"width": 1400, "height": 1000})
    try:
        page = context.new_page()
        page.goto(f"{site}/admin/login/")
        page.fill("#id_username", name)
        page.fill("#id_password", password)
        page.click("button[type=submit]")
        page.wait_for_url(f"{site}/admin/")
        yield page
    finally:
        context.close()


def upload(page: Page, address: str, title: str, file: Path) -> str:
    """What the admin's own form sends, with the browser's session. What it says is wrong, or nothing."""
    form = BeautifulSoup(page.request.get(address).text(), "lxml").select_one("form:has(#id_file)")
    sent = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden][name]")}
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    content = {"name": file.name, "mimeType": kind, "buffer": file.read_bytes()}
    answer = page.request.post(address, multipart={**sent, "title": title, "tags": "", "file": content})
    assert answer.status < 500, address
    wrong = BeautifulSoup(answer.text(), "lxml").select_one("[data-contentpath=file] .error-message")
    return wrong.get_text(strip=True) if wrong else ""


def opened(page: Page, address: str) -> None:
    """Open an address; that it is a download is an answer too."""
    try:
        page.goto(address)
        page.wait_for_timeout(150)
    except Error as error:
        assert "Download is starting" in str(error) or "ERR_ABORTED" in str(error), error


def test_should_never_run_what_was_uploaded(
    browser: Browser, site: str, site_environment: dict[str, str], tmp_path: Path
) -> None:
    hostile = {
        "pwn.html": samples.SCRIPT,
        "pwn.js": samples.JS,
        "pwn.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='pwned'</script></svg>",
        "script.pdf": b"%PDF-" + samples.JS,
        "page.pdf": samples.PDF + samples.SCRIPT,
        "page.txt": samples.SCRIPT,
        "page.csv": samples.SCRIPT,
        "page.ics": b"BEGIN:VCALENDAR\n" + samples.SCRIPT,
        "page.docx": samples.office("docx", **{"a.html": samples.SCRIPT}),
        **samples.polyglots(),
    }
    media = Path(site_environment["YOROZU_VAR"]) / "media"
    with admin(browser, site, site_environment, "editor") as page:
        taken = set()
        for name, content in hostile.items():
            (tmp_path / name).write_bytes(content)
            for library in ("documents", "images"):
                if upload(page, f"{site}/admin/{library}/add/", f"{library} {name}", tmp_path / name) == "":
                    taken.add((library, name))
        assert {("documents", "page.pdf"), ("documents", "page.txt"), ("images", "poly.gif")} <= taken
        assert not {name for _library, name in taken} & {"pwn.html", "pwn.js", "pwn.svg"}
        page.goto(f"{site}/admin/documents/")
        served = page.eval_on_selector_all("a[href^='/documents/']", "all => all.map((one) => one.href)")
        assert len(set(served)) >= 5
        # As they lay there before types of documents were a list.
        for folder in ("documents", "images"):
            for name in ("old.html", "old.js", "old.svg"):
                (media / folder).mkdir(exist_ok=True)
                (media / folder / name).write_bytes(hostile[name.replace("old", "pwn")])
        files = [f"{site}/media/{file.relative_to(media)}" for file in media.rglob("*") if file.is_file()]
        assert len(files) > 10
        for address in {*served, *files}:
            opened(page, address)
            assert page.title() != "pwned", address
        # Nor as scripts or styles of a page of the site.
        page.goto(site)
        own = page.title()
        for address in {*served, *files}:
            ended = page.evaluate(
                """(address) => new Promise((resolve) => {
                    const script = document.createElement("script");
                    script.src = address;
                    script.onload = () => resolve("loaded");
                    script.onerror = () => resolve("refused");
                    document.head.append(script);
                })""",
                address,
            )
            assert ended == "refused", address
            assert page.title() == own, address


def test_should_refuse_nothing_of_its_own(browser: Browser, site: str, site_environment: dict[str, str]) -> None:
    refused: list[str] = []
    with admin(browser, site, site_environment, "approver") as page:
        page.context.expose_function("refused", lambda told: refused.append(told))
        page.context.add_init_script(WATCH)
        page.on("pageerror", lambda error: refused.append(str(error)))
        for address in (
            "/", "/search/?q=居場所 東部", "/search/?q=死にたい", "/find/", "/browse/", "/list/", "/share/leaflet/",
            "/nowhere/", "/partners/login/", "/partners/office/", "/partners/contacts/",
            "/admin/", "/admin/pages/", "/admin/images/", "/admin/images/multiple/add/", "/admin/documents/",
            "/admin/documents/multiple/add/", "/admin/reports/site-history/", "/admin/account/", "/admin/words/",
            "/admin/snippets/partners/contactpoint/", "/admin/login/",
        ):  # fmt: skip
            page.goto(site + address)
            page.wait_for_timeout(300)
            assert page.evaluate("getComputedStyle(document.body).fontFamily") != "Times New Roman", address
        # A page with rich text: its editor, its chooser of links, and the preview beside it.
        page.goto(f"{site}/admin/pages/{manage(site_environment, 'shell', '-v0', '-c', WITH_RICH_TEXT).strip()}/edit/")
        page.locator("[data-side-panel-toggle='preview']").first.click()
        page.frame_locator("iframe").first.locator("header.site-header").wait_for()
        page.locator(".public-DraftEditor-content").first.click()
        page.keyboard.type("こんにちは")
        page.keyboard.press("Shift+Home")
        page.keyboard.press("Control+k")
        page.locator(".modal-content").wait_for()
        page.wait_for_timeout(500)
    assert not refused
