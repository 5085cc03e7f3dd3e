"""Pages kept by a site that runs, while another process changes what they show."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.browser.conftest import manage
from tests.nginx import running, shipped
from tests.ports import free_port

pytestmark = pytest.mark.browser

CHANGE = """
import json
from wagtail.models import Site
from directory.models import ConsultationDesk
from portal.models import PortalSettings
settings = PortalSettings.for_site(Site.objects.get(is_default_site=True))
desk = ConsultationDesk.objects.filter(live=True).order_by("reading", "pk").first()
before = dict(notice=settings.notice, summary=desk.summary)
wanted = json.loads({wanted!r})
if "notice" in wanted:
    settings.notice = wanted["notice"]
    settings.save()
if "summary" in wanted:
    desk.summary = wanted["summary"]
    desk.save_revision().publish()
print(json.dumps(before))
"""


def change_elsewhere(environment: dict[str, str], **wanted: str) -> dict[str, str]:
    """Change `notice` of the site and `summary` of its first desk in another process; returns what they were."""
    printed = manage(environment, "shell", "-v0", "-c", CHANGE.format(wanted=json.dumps(wanted)))
    return json.loads(printed.strip().splitlines()[-1])


def page(address: str, etag: str = "") -> tuple[int, str, str]:
    """Status, ETag and text."""
    request = urllib.request.Request(address, headers={"If-None-Match": etag} if etag else {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return answer.status, answer.headers["ETag"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["ETag"], ""


def test_should_show_at_once_what_another_process_published(site: str, site_environment: dict[str, str]) -> None:
    addresses = [f"{site}{path}" for path in ("/", "/browse/", "/find/", "/search/?kind=desk&sort=reading")]
    tags = {address: page(address)[1] for address in addresses}
    assert all(page(address, tags[address])[0] == 304 for address in addresses)
    before = change_elsewhere(
        site_environment, notice="あす、市役所はお休みです", summary="一時間前に書きかえた説明です。"
    )
    try:
        for address in addresses:
            status, etag, text = page(address, tags[address])
            assert status == 200, address
            assert etag != tags[address]
            assert "あす、市役所はお休みです" in text, address
        assert "一時間前に書きかえた説明です。" in page(addresses[-1])[2]
    finally:
        change_elsewhere(site_environment, **before)
    assert all("あす、市役所" not in page(address)[2] for address in addresses)


def test_should_let_nginx_give_out_what_is_kept(
    site: str, site_environment: dict[str, str], nginx: str, tmp_path: Path
) -> None:
    folder, port = Path(site_environment["YOROZU_VAR"]), free_port()
    before_nginx = f"http://127.0.0.1:{port}"
    content = shipped(port, int(site_environment["PORT"]), folder)
    addresses = [f"{before_nginx}{path}" for path in ("/", "/browse/place/?area=tobu", quote("/こんなとき/"))]
    with running(tmp_path, port, content):
        made = {address: _answer(address) for address in addresses}
        kept = {address: _answer(address) for address in addresses}
        for address in addresses:
            assert made[address][2].startswith("W/") and not kept[address][2].startswith("W/"), address
            assert made[address][0] == kept[address][0]
            assert kept[address][1] == made[address][1] | {"Strict-Transport-Security": HSTS}
            assert page(address, kept[address][2])[0] == 304
        assert _answer(addresses[0], Cookie="a=b; list=abc")[2] is None
        before = change_elsewhere(site_environment, notice="あす、市役所はお休みです")
        try:
            for address in addresses:
                assert "あす、市役所はお休みです" in page(address, kept[address][2])[2], address
        finally:
            change_elsewhere(site_environment, **before)
        assert all(page(address)[2] == kept[address][0] for address in addresses)


def test_should_let_nginx_see_at_once_that_pages_are_others_or_gone(nginx: str, tmp_path: Path) -> None:
    """nginx keeps files open; what it holds must be no page of before."""
    port = free_port()
    root, name = tmp_path / "kept", f"http/127.0.0.1:{port}/_.html"
    root.mkdir()
    tmp_path.chmod(0o755)
    # Nobody answers behind it: what does not lie on the disk is an error.
    with running(tmp_path, port, shipped(port, free_port(), tmp_path)):
        for number in range(60):
            folder = root / f"pages-{number}"
            (folder / name).parent.mkdir(parents=True)
            (folder / name).write_text(f"<p>{number}")
            link = root / "link"
            link.symlink_to(folder.name)
            link.replace(root / "current")
            for _again in range(2):
                assert page(f"http://127.0.0.1:{port}/")[2] == f"<p>{number}"
            (root / "current").unlink()
            assert page(f"http://127.0.0.1:{port}/")[0] == 502
            # Room for a new file in the place of the old one.
            shutil.rmtree(folder)


HSTS = "max-age=31536000; includeSubDomains"
# They differ between any two answers.
OF_ONE_ANSWER = {"Date", "ETag", "Etag", "Last-Modified", "Content-Length", "Accept-Ranges", "Connection", "Server"}


def _answer(address: str, **headers: str) -> tuple[str, dict[str, str], str | None]:
    """Text, headers that say something of the page, ETag."""
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:  # noqa: S310
        said = {name: value for name, value in answer.headers.items() if name not in OF_ONE_ANSWER}
        said["Content-Security-Policy"] = "; ".join(sorted(said["Content-Security-Policy"].split("; ")))
        return answer.read().decode(), said, answer.headers["ETag"]
