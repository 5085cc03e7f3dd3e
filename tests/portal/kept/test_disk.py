"""Kept pages as files: there while they are true, gone with the change, nobody's harm when the disk refuses."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, transaction
from wagtail.models import Site

from directory import cache
from directory.hours.rules import TOKYO
from portal.kept import database, disk
from portal.models import PortalSettings
from tests.portal.kept.conftest import Ask

MORNING = datetime(2026, 11, 25, 10, 0, tzinfo=TOKYO)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]


@pytest.fixture
def pages(settings: Any, tmp_path: Path) -> Path:
    """The folder that the web server reads."""
    settings.KEPT_PAGES = tmp_path / "kept"
    settings.KEPT_PAGES.mkdir()
    return settings.KEPT_PAGES / disk.LINK


def files(pages: Path) -> set[str]:
    """What the web server would find, by address."""
    return {str(file.relative_to(pages)) for file in pages.rglob("*.html")}


def test_should_lay_down_what_it_keeps(ask: Ask, pages: Path) -> None:
    reply = ask("/browse/place/?area=tobu")
    assert files(pages) == {"http/testserver/browse/place/_area=tobu.html"}
    written = pages / "http/testserver/browse/place/_area=tobu.html"
    assert written.read_bytes() == reply.body
    assert written.stat().st_mode & 0o777 == 0o644
    assert written.parent.stat().st_mode & 0o777 == 0o755
    assert (pages / "http/testserver/browse/place/_area=tobu.html.gz").exists()


def test_should_write_addresses_in_japanese_as_they_are_asked_for(ask: Ask, pages: Path) -> None:
    assert ask("/こんなとき/").status == 200
    assert files(pages) == {"http/testserver/%E3%81%93%E3%82%93%E3%81%AA%E3%81%A8%E3%81%8D/_.html"}


@pytest.mark.parametrize(
    "address",
    ["/search/?q=居場所", "/search/?q=死にたい", "/browse/?x=1", "/browse/../", "/nowhere/", "/admin/login/"],
)
def test_should_lay_down_nothing_else(ask: Ask, pages: Path, address: str) -> None:
    ask(address)
    assert not files(pages)


def test_should_lay_down_nothing_for_who_has_a_cookie(ask: Ask, pages: Path) -> None:
    ask("/browse/", HTTP_COOKIE="list=abc")
    assert not files(pages)


@pytest.mark.parametrize("host", ["../../etc", "testserver/..", "a" * 300, "測試", "..", ""])
def test_should_write_no_host_into_a_path_that_is_none(ask: Ask, pages: Path, host: str) -> None:
    ask("/browse/", HTTP_HOST=host)
    assert not files(pages)
    assert {path.name for path in pages.parent.iterdir()} <= {disk.LOCK}


def test_should_go_with_a_change(
    ask: Ask, pages: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    ask("/browse/")
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        settings = PortalSettings.for_site(Site.objects.get(is_default_site=True))
        settings.notice = "あす、市役所はお休みです"
        settings.save()
        assert pages.exists()
    assert not pages.exists()
    assert "お休みです" in ask("/browse/").text
    assert "お休みです" in (pages / "http/testserver/browse/_.html").read_text()


def test_should_go_when_somebody_else_changed_something(ask: Ask, pages: Path) -> None:
    ask("/browse/")
    disk.look()
    assert pages.exists()
    # Another host: nothing is called here when it commits.
    cache.ContentChange.objects.create(part="pages", token=7)
    disk.look()
    assert not pages.exists()


def test_should_go_before_something_on_it_opens_or_closes(ask: Ask, pages: Path) -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        ask("/sodan-madoguchi/")
        ask("/browse/desk/")
        until = datetime.fromtimestamp(disk._state(pages)["until"], TOKYO)
        assert MORNING.replace(hour=10, minute=5) < until < MORNING.replace(hour=23, minute=59, second=59)
        clock.move_to(until - timedelta(seconds=1))
        disk.look()
        assert pages.exists()
        clock.move_to(until)
        disk.look()
        assert not pages.exists()
        # The last seconds before a turn are the site's.
        ask("/browse/desk/")
        assert not files(pages)


def test_should_go_while_nobody_knows_whether_it_is_true(
    ask: Ask, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("/browse/")
    monkeypatch.setattr(database, "read_generations", _away)
    disk.look()
    assert not pages.exists()


def test_should_lay_down_again_what_is_still_in_memory(ask: Ask, pages: Path) -> None:
    ask("/browse/")
    disk.drop()
    assert not ask("/browse/").was_made
    assert files(pages) == {"http/testserver/browse/_.html"}


def test_should_not_bring_back_a_page_that_was_made_of_what_is_old(ask: Ask, pages: Path) -> None:
    ask("/browse/")
    key, page = next(iter(disk_store().items()))
    cache.ContentChange.objects.create(part="pages", token=7)
    disk.look()
    disk.put(key, page)
    assert not pages.exists()


def test_should_clear_away_what_was_dropped(ask: Ask, pages: Path) -> None:
    ask("/browse/")
    old = pages.parent / os.readlink(pages)
    # The clock of a test is not that of the disk.
    os.utime(old, (time.time(), time.time()))
    disk.drop()
    disk.look()
    assert old.exists()
    os.utime(old, (0, 0))
    disk.look()
    assert not old.exists()


def test_should_stay_within_bounds(ask: Ask, pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "MOST_PAGES", 2)
    for address in ("/browse/", "/find/", "/browse/desk/", "/browse/place/"):
        assert ask(address).status == 200
    assert len(files(pages)) == 2


def test_should_answer_when_the_disk_refuses(ask: Ask, pages: Path) -> None:
    ask("/browse/")
    (pages / disk.STATE).write_text("{")
    assert ask("/find/").status == 200
    disk.look()
    assert not pages.exists()
    pages.parent.joinpath(disk.LOCK).unlink()
    pages.parent.joinpath(disk.LOCK).mkdir()
    assert ask("/find/").status == 200
    disk.drop()


def disk_store() -> dict:
    """The pages in memory."""
    from portal.kept.front import store

    return dict(store._pages)


def _away() -> None:
    raise OperationalError("away")
