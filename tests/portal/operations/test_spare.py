"""The page that is left when nothing else can be made."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from directory import cache as memory
from directory.cache import forget, remembered, remembered_each
from directory.choices import ChannelKind
from directory.models import Channel, ConsultationDesk, NationalLine
from guard import background
from portal.operations import spare

pytestmark = pytest.mark.django_db


@pytest.fixture
def put_aside(settings: object, tmp_path: Path) -> Path:
    """Where the page is put aside, empty."""
    settings.VAR_DIR = tmp_path
    return tmp_path / spare.FILE


@pytest.fixture
def failing(settings: object) -> Callable[[], BeautifulSoup]:
    """The page of a failure: the admin has an address that fails."""
    root = get_user_model().objects.create_superuser("root-of-spare", "r@example.jp", "a-long-password-1")
    client = Client(raise_request_exception=False)
    client.force_login(root, backend="guard.logins.tries.GuardedBackend")

    def get() -> BeautifulSoup:
        response = client.get("/admin/failwhale/")
        assert response.status_code == 500
        return BeautifulSoup(response.content, "lxml")

    return get


def numbers(page: BeautifulSoup) -> set[str]:
    """What can be dialled."""
    return {link["href"] for link in page.select("main a[href^='tel:']")}


def test_should_have_the_desk_and_the_lines_on_the_page_of_a_failure(put_aside: Path, failing: Callable) -> None:
    spare.write_spare()
    page = failing()
    assert {"tel:0120279338", "tel:189", "tel:110", "tel:119"} <= numbers(page)
    assert "福祉まるごと相談窓口" in page.select_one(".line-rows").get_text()
    assert len(page.select(".line-rows li")) <= spare.MOST_LINES + 1


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe", b"[]", b'{"lines": 3}'])
def test_should_answer_without_the_file_or_with_a_damaged_one(
    put_aside: Path, failing: Callable, content: bytes | None
) -> None:
    if content is not None:
        put_aside.write_bytes(content)
    assert {"tel:110", "tel:119"} <= numbers(failing())


def test_should_follow_what_is_published(
    put_aside: Path, own_index: Path, django_capture_on_commit_callbacks: Callable, failing: Callable
) -> None:
    line = NationalLine.objects.get(number="189")
    with django_capture_on_commit_callbacks(execute=True):
        line.name = "子どもの虐待の電話（新しい名前）"
        line.save_revision().publish()
    assert "新しい名前" in put_aside.read_text(encoding="utf-8")
    assert "新しい名前" in failing().get_text()
    with django_capture_on_commit_callbacks(execute=True):
        line.unpublish()
    assert "新しい名前" not in failing().get_text()


def test_should_follow_the_desk_for_everything(
    put_aside: Path, own_index: Path, django_capture_on_commit_callbacks: Callable
) -> None:
    spare.write_spare()
    name = json.loads(put_aside.read_text(encoding="utf-8"))["desk"]["name"]
    desk = ConsultationDesk.objects.get(name=name)
    with django_capture_on_commit_callbacks(execute=True):
        desk.channels = [Channel(kind=ChannelKind.PHONE, value="0000-99-9999")]
        desk.save_revision().publish()
    assert json.loads(put_aside.read_text(encoding="utf-8"))["desk"]["number"] == "0000-99-9999"


def test_should_be_put_aside_by_an_upgrade(put_aside: Path) -> None:
    call_command("migrate", verbosity=0)
    assert json.loads(put_aside.read_text(encoding="utf-8"))["lines"]


def test_should_hold_nothing_but_what_pages_show(put_aside: Path) -> None:
    spare.write_spare()
    kept = json.loads(put_aside.read_text(encoding="utf-8"))
    assert set(kept) == {"desk", "lines", "bands"}
    assert set(kept["desk"]) == {"name", "number", "href", "for_whom"}
    assert {key for line in kept["lines"] for key in line} == {"name", "number", "href", "for_whom"}


def test_should_be_written_by_the_next_change_where_too_much_waits(
    put_aside: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKGROUND_WORK = True
    monkeypatch.setattr(background, "MOST_WAITING", 1)
    monkeypatch.setattr(background, "_lane", cache(background._Lane))
    full = background._lane("spare")
    assert full.places.acquire(blocking=False)
    spare.write_soon()
    assert not put_aside.exists(), "dropped"
    assert background._lane("mails").places.acquire(blocking=False), "and another kind of work has room"
    settings.BACKGROUND_WORK = False
    spare.write_soon()
    assert put_aside.exists(), "and not waited for in vain"


def test_should_leave_the_old_page_where_no_new_one_can_be_written(put_aside: Path, settings: object) -> None:
    spare.write_spare()
    before = put_aside.read_bytes()
    put_aside.with_suffix(f".{os.getpid()}").mkdir()
    with pytest.raises(OSError, match="directory"):
        spare.write_spare()
    assert put_aside.read_bytes() == before


# what is remembered, while the database does not answer


def away() -> int:
    """The database does not answer."""
    raise OperationalError("away")


def old(group: str, name: str) -> None:
    """Let what is remembered be older than it may be."""
    generation, _until, value = memory._values[group, name]
    memory._values[group, name] = (generation, 0.0, value)


def test_should_let_what_is_only_old_stand_while_the_database_is_away() -> None:
    assert remembered("spare-group", "a", lambda: 1) == 1
    old("spare-group", "a")
    assert remembered("spare-group", "a", away) == 1
    assert remembered_each("spare-group", ["a"], lambda names: {"a": away()}) == {"a": 1}
    old("spare-group", "a")
    assert remembered("spare-group", "a", lambda: 2) == 2, "and what is new counts as soon as it can be had"


def test_should_not_let_stand_what_has_changed() -> None:
    remembered("spare-group", "a", lambda: 1)
    forget("spare-group")
    with pytest.raises(OperationalError):
        remembered("spare-group", "a", away)
    with pytest.raises(OperationalError):
        remembered("spare-group", "never known", away)
    remembered("spare-group", "a", lambda: 1)
    old("spare-group", "a")
    with pytest.raises(OperationalError):
        remembered_each("spare-group", ["a", "never known"], lambda names: {name: away() for name in names})
