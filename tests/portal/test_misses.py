"""What was not found is kept without a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client

from search.ear import forget_ear
from search.misses import KEEP, is_japanese, record_miss, words_of
from search.models import Miss
from search.questions.query import understand

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_ear(settings: object, tmp_path: Path) -> Iterator[None]:
    """Patterns alone, so that no training of the ear changes what is faint."""
    settings.EAR_DIR = tmp_path
    forget_ear()
    yield
    forget_ear()


def test_should_keep_words_day_area_and_number_and_nothing_else(client: Client, no_ear: None) -> None:
    client.get("/search/", {"q": "俳句 熱気球"}, HTTP_USER_AGENT="somebody", REMOTE_ADDR="192.0.2.7")
    client.get("/search/", {"q": "熱気球　俳句"})
    miss = Miss.objects.get()
    assert (miss.words, miss.times) == ("俳句 熱気球", 2)
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


@pytest.mark.parametrize(
    "asked",
    [
        "ggxyzzy",
        "morir quiero",
        "싶어요 죽고",
        "gusto mamatay",
        "मर्न मन",
        "อยากตาย",
        "хочу умереть",
        "သေချင်တယ်",
        "muốn chết",
        "想死想死想死想死",
        "日本 морe",
        "abcdefgh 犬",
        "ぬぬぬぬ",
        "あああああ",
    ],
)
def test_should_never_keep_what_is_not_japanese_or_no_word(client: Client, asked: str) -> None:
    client.get("/search/", {"q": asked})
    assert not Miss.objects.exists()


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("宇宙旅行", True),
        ("うちゅう", True),
        ("ウチュウ", True),
        ("DVシェルター", True),
        ("LINE 相談", False),
        ("盆栽の会", True),
        ("佐々木", True),
        ("我想找一个地方住", False),
        ("cat", False),
        ("고양이", False),
        ("แมว", False),
        ("кот 犬", False),
        ("", False),
        ("12", False),
    ],
)
def test_should_tell_japanese_from_other_scripts(text: str, is_it: bool) -> None:
    assert is_japanese(text) is is_it


@pytest.mark.parametrize(
    "asked", ["しにたい", "消えたい", "殴られる", "首を切る", "家出したい", "血が出た", "もう限界"]
)
def test_should_not_keep_the_faintest_danger(client: Client, asked: str) -> None:
    client.get("/search/", {"q": asked})
    assert not Miss.objects.exists()


@pytest.mark.parametrize("asked", ["昆虫採集", "熱気球", "俳句", "盆踊り", "ラジコン"])
def test_should_keep_what_only_unfitting_rows_answered(client: Client, no_ear: None, asked: str) -> None:
    client.get("/search/", {"q": asked})
    assert Miss.objects.count() == 1


@pytest.mark.parametrize(
    "asked", ["居場所", "こども食堂", "ハローワーク", "借金が返せない", "夕凪こども食堂", "とまりぎ"]
)
def test_should_not_keep_what_a_row_holds(client: Client, no_ear: None, asked: str) -> None:
    client.get("/search/", {"q": asked})
    assert not Miss.objects.exists()
