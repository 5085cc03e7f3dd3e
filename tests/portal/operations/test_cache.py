"""Redis killed, back and empty, frozen: every page is answered all the same."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client

from directory.cache import forget_all
from portal.operations.cache import PatientRedisCache
from tests.portal.operations.conftest import Redis

pytestmark = pytest.mark.django_db
ADDRESSES = (
    "/",
    "/search/?q=死にたい",
    "/search/?q=家賃が払えない",
    "/search/?q=ぬるぽがっ",
    "/find/",
    "/browse/",
    "/api/search?q=居場所",
    "/api/suggest?q=かい",
    "/list/",
    "/partners/login/",
    "/admin/login/",
)


def every_page_answers() -> None:
    """Each address, and the danger band with its numbers."""
    forget_all()
    for address in ADDRESSES:
        assert Client().get(address).status_code == 200, address
    page = BeautifulSoup(Client().get("/search/?q=死にたい").content, "lxml")
    assert page.select(".urgent a[href^='tel:']")


def test_should_be_used_where_it_answers(redis: Redis) -> None:
    cache.set("a", {"b": 1}, 60)
    assert cache.get("a") == {"b": 1}
    assert cache.get_many(["a", "c"]) == {"a": {"b": 1}}
    assert not cache.add("a", 2, 60)
    assert cache.has_key("a")
    cache.set("n", 1, 60)
    assert cache.incr("n") == 2
    assert cache.touch("n", 60)
    assert cache.delete("a")
    cache.set_many({"x": 1, "y": 2}, 60)
    cache.delete_many(["x"])
    assert cache.get_many(["x", "y"]) == {"y": 2}
    assert cache.clear()
    with pytest.raises(ValueError, match="not found"):
        cache.incr("n")
    every_page_answers()
    assert not PatientRedisCache._rests_until


def test_should_answer_every_page_while_it_is_away(redis: Redis) -> None:
    every_page_answers()
    redis.kill()
    every_page_answers()
    assert cache.get("a", "otherwise") == "otherwise"
    assert cache.get_many(["a"]) == {}
    assert not cache.has_key("a")
    assert cache.add("a", 1), "whoever asks whether they are the first goes on"
    cache.set("a", 1)
    assert cache.set_many({"a": 1}) == ["a"]
    assert not cache.touch("a")
    assert not cache.delete("a")
    cache.delete_many(["a"])
    assert not cache.clear()
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")


def test_should_answer_every_page_while_it_hangs_and_ask_it_once(redis: Redis) -> None:
    every_page_answers()
    redis.freeze()
    PatientRedisCache._rests_until.clear()
    every_page_answers()
    assert PatientRedisCache._rests_until, "it is left alone for a while, not waited for on every page"
    redis.thaw()


def test_should_use_it_again_when_it_is_back_and_empty(redis: Redis) -> None:
    cache.set("a", 1)
    assert cache.get("a") == 1
    redis.kill()
    every_page_answers()
    redis.start()
    PatientRedisCache._rests_until.clear()
    assert cache.get("a") is None
    cache.set("a", 2)
    assert cache.get("a") == 2
    every_page_answers()
    assert not PatientRedisCache._rests_until
