"""Headings break where a reader pauses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from search.text.phrases import LONGEST, phrases

VOCABULARY = Path(__file__).resolve().parents[2] / "fixtures" / "vocabulary"


def headings() -> list[str]:
    """Every heading of a band that ships."""
    found = []
    for name in ("danger_topics.csv", "danger_sides.csv"):
        with (VOCABULARY / name).open(encoding="utf-8", newline="") as file:
            found += [row["heading"] for row in csv.DictReader(file) if row["heading"]]
    return found


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ひとりで、がまんしなくて大丈夫です", "ひとりで、|がまんしなくて|大丈夫です"),
        ("いなくなった人を、さがしているとき", "いなくなった|人を、|さがしている|とき"),
        ("まだ間に合うことがあります", "まだ|間に合う|ことが|あります"),
        ("がんばりすぎたしるしです", "がんばりすぎた|しるしです"),
        ("手が出そうになるほど、がんばってきたのですね", "手が|出そうになるほど、|がんばってきたのですね"),
        ("DVについて", "DVについて"),
        ("あっているかもしれないとき", "あっているかもしれない|とき"),
        ("", ""),
        ("help me", "help me"),
    ],
)
def test_should_find_the_ends_of_phrases(text: str, parts: str) -> None:
    assert "|".join(phrases(text)).replace(" |", " ") == parts or "|".join(phrases(text)) == parts


def test_should_lose_nothing_and_begin_no_phrase_with_what_leans_on_another() -> None:
    known = headings()
    assert len(known) > 40
    leaning = ("が", "は", "を", "に", "で", "と", "も", "の", "、", "。", "た", "です", "ます", "て")
    for heading in known:
        found = phrases(heading)
        assert "".join(found) == heading
        wrong = [part for part in found[1:] if part in leaning or part.startswith(("、", "。", "を"))]
        assert not wrong, (heading, wrong)
        assert max(map(len, found)) <= 12, heading


@pytest.mark.parametrize("text", ["あ" * (LONGEST + 1), "\x00", "😀 かなしい", "a\nb", "　", "＜b＞"])
def test_should_keep_any_text_as_it_is(text: str) -> None:
    assert "".join(phrases(text)) == text
