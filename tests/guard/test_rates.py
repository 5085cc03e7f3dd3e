"""Asking too often: a clear answer, for one network, and nobody else waits."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from guard import rates
from guard.rates import rate_for

pytestmark = pytest.mark.django_db
STRANGER, VISITOR = "198.51.100.7", "203.0.113.1"


@pytest.fixture(autouse=True)
def limits_on(settings: object) -> Iterator[None]:
    """Off in all other tests: they ask more often than any visitor. All requests of a test come at the same moment."""
    settings.RATE_LIMITS = True
    with time_machine.travel("2026-11-24T10:00:00+09:00", tick=False):
        yield


def ask(path: str, network: str, times: int = 1, client: Client | None = None, **headers: str) -> list[int]:
    """The statuses of so many requests."""
    client = client or Client()
    return [client.get(path, REMOTE_ADDR=network, **headers).status_code for _time in range(times)]


def test_should_stop_a_crowd_of_searches_and_nobody_else() -> None:
    found = ask("/search/?q=介護", STRANGER, 90)
    assert found[:80] == [200] * 80
    assert set(found[80:]) == {429}
    assert ask("/search/?q=介護", VISITOR) == [200]
    assert ask("/", STRANGER) == [200], "a page to read is not a search"


def test_should_end_in_a_phone_number() -> None:
    ask("/find/", STRANGER, 80)
    response = Client().get("/find/", REMOTE_ADDR=STRANGER)
    page = BeautifulSoup(response.content, "lxml")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "少し待って" in page.h1.get_text()
    assert page.select("main a[href^='tel:']")
    assert "no-store" in response["Cache-Control"]


def test_should_answer_machines_in_their_language() -> None:
    ask("/api/suggest?q=か", STRANGER, 200)
    response = Client().get("/api/suggest?q=か", REMOTE_ADDR=STRANGER)
    assert response.status_code == 429
    assert response.json()["retry_after"] == int(response["Retry-After"])


def test_should_count_people_who_are_logged_in_by_name(editor_client: Client) -> None:
    ask("/", STRANGER, 151)
    assert ask("/", STRANGER) == [429]
    assert ask("/", STRANGER, client=editor_client) == [200], "an editor behind the same address goes on working"
    assert ask("/admin/account/", STRANGER, 3, client=editor_client) == [200] * 3
    assert ask("/", STRANGER, sessionid="x", HTTP_COOKIE="sessionid=made-up") == [429], "a made-up session is no person"


def test_should_not_shut_out_everybody_behind_a_proxy_that_nobody_told_of(caplog: pytest.LogCaptureFixture) -> None:
    rates._warn_of_proxy.cache_clear()
    with caplog.at_level(logging.ERROR):
        found = ask("/search/?q=介護", "127.0.0.1", 100, HTTP_X_FORWARDED_FOR=STRANGER)
    assert found == [200] * 100
    assert [record.message for record in caplog.records if "BEHIND_PROXY" in record.message], "the log says it, once"
    rates._warn_of_proxy.cache_clear()


def test_should_tell_visitors_apart_behind_a_known_proxy(settings: object) -> None:
    settings.PROXIES = 1
    assert ask("/find/", "127.0.0.1", 81, HTTP_X_FORWARDED_FOR=f"1.1.1.1, {STRANGER}")[-1] == 429
    assert ask("/find/", "127.0.0.1", HTTP_X_FORWARDED_FOR=f"1.1.1.1, {VISITOR}") == [200]


def test_should_not_be_escaped_by_a_header(settings: object) -> None:
    found = [
        Client().get("/find/", REMOTE_ADDR=STRANGER, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}").status_code
        for number in range(90)
    ]
    assert found.count(429) == 10


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/search/", "search"),
        ("GET", "/api/search", "search"),
        ("GET", "/api/suggest", "suggestions"),
        ("GET", "/", "pages"),
        ("GET", "/partners/login/", "pages"),
        ("POST", "/partners/login/", "doors"),
        ("POST", "/admin/password_reset/", "doors"),
        ("POST", "/list/change/", "forms"),
        ("DELETE", "/", "forms"),
        ("BREW", "/", "pages"),
        ("GET", "/healthz", "health"),
        ("GET", "//search/", "pages"),
    ],
)
def test_should_have_a_rate_for_every_address(method: str, path: str, name: str) -> None:
    assert rate_for(method, path).name == name
