"""What was not found is kept without a person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from search.misses import KEEP, record_miss, words_of
from search.models import Miss
from search.query import understand

pytestmark = pytest.mark.django_db


def test_should_keep_words_day_area_and_number_and_nothing_else(client: Client) -> None:
    client.get("/search/", {"q": "ggxyzzy"}, HTTP_USER_AGENT="somebody", REMOTE_ADDR="192.0.2.7")
    client.get("/search/", {"q": "ＧＧＸＹＺＺＹ"})
    miss = Miss.objects.get()
    assert (miss.words, miss.results, miss.times) == ("ggxyzzy", 0, 2)
    assert {field.name for field in Miss._meta.fields} == {"id", "words", "day", "area", "results", "times"}


@pytest.mark.parametrize(
    "asked", ["居場所", "死にたい ggxyzzy", "息子が部屋から出てこない", "どこに聞けば", "", "12345"]
)
def test_should_not_keep_what_was_found_or_speaks_of_danger(client: Client, asked: str) -> None:
    client.get("/search/", {"q": asked})
    assert not Miss.objects.exists()


def test_should_not_keep_a_sentence() -> None:
    assert words_of(understand("宇宙 旅行")) == "宇宙 旅行"
    assert words_of(understand("旅行 宇宙")) == "宇宙 旅行"
    assert words_of(understand("きのう宇宙へ旅行した山田さんのとなりの家の犬の名前が知りたいのです")) == ""
    assert words_of(understand("一 二 三")) == ""


def test_should_not_let_a_flood_fill_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.misses.MOST_A_DAY", 3)
    day = date(2026, 11, 1)
    kept = [
        record_miss(understand(f"宇宙{word}"), day=day, area="", results=0)
        for word in ["旅行", "散歩", "船", "服", "食"]
    ]
    assert kept == [True, True, True, False, False]


def test_should_forget_after_a_while() -> None:
    day = date(2026, 11, 1)
    Miss.objects.create(words="宇宙", day=day - KEEP - timedelta(days=1))
    record_miss(understand("宇宙旅行"), day=day, area="", results=0)
    assert list(Miss.objects.values_list("day", flat=True)) == [day]
