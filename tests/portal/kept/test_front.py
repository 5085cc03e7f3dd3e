"""A page is kept for everybody, and for nobody who would get another one; nothing of a person is kept."""

from __future__ import annotations

import gzip

import brotli
import pytest
from django.db import OperationalError
from django.test import Client

from directory.models import PublicRecord
from directory.public.projection import read
from portal.kept import database
from portal.kept.front import store
from tests.portal.kept.conftest import Ask

KEPT = (
    "/",
    "/browse/",
    "/browse/desk/",
    "/browse/place/?area=tobu",
    "/find/",
    "/search/?kind=place",
    "/share/leaflet/",
)
NOT_KEPT = (
    "/search/?q=%E5%B1%85%E5%A0%B4%E6%89%80",
    "/search/?kind=place&q=x",
    "/search/?near=34.5,133.4&sort=distance",
    "/find/?about=poor&where=",
    "/find/?where=%E6%9C%9D%E6%97%A5%E7%94%BA",
    "/list/",
    "/list/?ids=0000000000",
    "/api/search?q=x",
    "/api/suggest?q=x",
    "/partners/login/",
    "/admin/login/",
    "/healthz",
    "/no-such-page/",
    "/?utm_source=x",
    "/search/?kind=place&fbclid=1",
    "/search/?page=1&kind=place",
    "/browse/desk/?page=99",
)


@pytest.mark.parametrize("address", [address for address in KEPT if "leaflet" not in address])
def test_should_make_a_page_once(ask: Ask, address: str) -> None:
    first, second = ask(address), ask(address)
    assert (first.status, first.was_made, second.was_made) == (200, True, False)
    assert first.body == second.body
    assert second.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in second.headers


@pytest.mark.parametrize("address", NOT_KEPT)
def test_should_keep_nothing_of_what_somebody_typed_or_of_staff(ask: Ask, address: str) -> None:
    before = len(store)
    ask(address)
    assert ask(address).was_made
    assert len(store) == before


def test_should_keep_no_page_that_has_a_quick_way_out(ask: Ask) -> None:
    """Whose page shows one may be watched: that somebody was here is known to nobody."""
    sensitive = [record.short_id for record in PublicRecord.objects.all() if read(record).is_sensitive]
    assert sensitive
    for short_id in sensitive[:3]:
        for _time in range(2):
            reply = ask(f"/resources/{short_id}/")
            assert "すぐ離れる" in reply.text
            assert reply.was_made


@pytest.mark.parametrize(
    "cookie",
    ["sessionid=x", "list=0000000000", "csrftoken=x", "messages=x", "other=1; sessionid=x", '"broken; list="x"'],
)
def test_should_give_no_kept_page_to_whose_page_may_differ(ask: Ask, cookie: str) -> None:
    ask("/browse/")
    assert ask("/browse/", HTTP_COOKIE=cookie).was_made


def test_should_give_kept_pages_to_whom_others_gave_cookies(ask: Ask) -> None:
    ask("/browse/")
    assert not ask("/browse/", HTTP_COOKIE="_ga=GA1.2.3; theme=dark").was_made


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("GZIP", "gzip"),
        ("*", ""),
        ("identity", ""),
        ("", ""),
        ("br;q=0.000, gzip;q=0", ""),
    ],
)
def test_should_send_the_coding_that_was_asked_for(ask: Ask, accepted: str, coding: str) -> None:
    plain = ask("/browse/").body
    for _time in range(2):
        reply = ask("/browse/", HTTP_ACCEPT_ENCODING=accepted)
        assert reply.headers.get("Content-Encoding", "") == coding
        decoded = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[coding](reply.body)
        assert decoded == plain
        assert int(reply.headers["Content-Length"]) == len(reply.body)
        assert "Accept-Encoding" in reply.headers["Vary"]


def test_should_make_pages_smaller_that_are_not_kept(ask: Ask) -> None:
    reply = ask("/search/?q=%E5%B1%85%E5%A0%B4%E6%89%80", HTTP_ACCEPT_ENCODING="gzip, br")
    assert len(reply.body) * 4 < len(brotli.decompress(reply.body))
    assert "Accept-Encoding" in reply.headers["Vary"]


def test_should_answer_a_browser_that_has_the_page_with_nothing(ask: Ask) -> None:
    etag = ask("/browse/").headers["ETag"]
    again = ask("/browse/", HTTP_IF_NONE_MATCH=f'"x", {etag}')
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
    assert ask("/browse/", HTTP_IF_NONE_MATCH='W/"other"').status == 200


def test_should_answer_head_without_a_body(ask: Ask) -> None:
    ask("/browse/")
    reply = ask("/browse/", method="HEAD")
    assert (reply.body, reply.was_made) == (b"", False)
    assert int(reply.headers["Content-Length"]) > 1_000


@pytest.mark.parametrize(
    "poison",
    [
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_X_ORIGINAL_URL": "/admin/"},
        {"HTTP_X_REWRITE_URL": "/admin/"},
        {"HTTP_ACCEPT_LANGUAGE": "en"},
        {"HTTP_FORWARDED": "host=evil.example"},
        {"HTTP_USER_AGENT": "<script>"},
        {"HTTP_REFERER": "http://evil.example/"},
        {"SERVER_NAME": "evil.example"},
    ],
)
def test_should_let_no_header_change_a_kept_page(ask: Ask, poison: dict[str, str]) -> None:
    poisoned = ask("/browse/", **poison)
    assert ask("/browse/").body == poisoned.body
    assert b"evil" not in poisoned.body


def test_should_keep_pages_by_host(ask: Ask, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    ask("/browse/")
    assert ask("/browse/", HTTP_HOST="other.example").was_made
    assert ask("/browse/", HTTP_HOST="evil.example").status == 400
    assert ask("/browse/", HTTP_HOST="evil.example").was_made


def test_should_not_be_filled_by_addresses(ask: Ask) -> None:
    for number in range(20):
        ask(f"/browse/?x={number}")
        ask(f"/search/?page={number + 2}&kind=place")
    assert len(store) <= 2


def test_should_drop_what_nobody_asks_for_when_full(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_most_bytes", 150_000)
    for address in KEPT:
        ask(address)
    assert 0 < len(store) < 4
    assert store._bytes <= 150_000
    last = [address for address in KEPT if "leaflet" not in address][-1]
    assert not ask(last).was_made


def _away() -> dict[str, str]:
    raise OperationalError("away")


def test_should_show_a_page_as_it_was_while_the_database_is_away(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = ask("/browse/")
    monkeypatch.setattr(database, "read_generations", _away)
    old = ask("/browse/", HTTP_ACCEPT_ENCODING="br")
    assert (old.status, old.was_made) == (200, False)
    assert "いま、新しい情報を確かめられません" in old.text
    assert old.headers["Cache-Control"] == "no-store"
    assert "ETag" not in old.headers
    assert len(old.body) > len(fresh.body)
    monkeypatch.undo()
    database._resting_until = 0.0
    assert ask("/browse/").body == fresh.body


def test_should_ask_a_database_that_is_away_once_in_a_while(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("/browse/")
    asked = []
    monkeypatch.setattr(database, "read_generations", lambda: asked.append(1) or _away())
    for _time in range(5):
        ask("/browse/")
    assert len(asked) <= 2


def test_should_leave_other_answers_as_they_are(ask: Ask) -> None:
    for address in ("/share/list.csv", "/sitemap.xml", "/healthz"):
        reply = ask(address, HTTP_ACCEPT_ENCODING="br")
        assert reply.status == 200
        assert reply.was_made
    assert ask("/browse/", method="POST").was_made


def test_should_show_the_same_as_the_site_itself(ask: Ask, client: Client) -> None:
    for address in KEPT:
        assert ask(address).body == client.get(address).content
