"""In which language a question is asked."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.questions.query import understand
from search.text import languages
from search.text.characters import normalise
from search.text.languages import is_held, is_japanese, language_of

SENTENCES = Path(__file__).parents[1] / "queries" / "languages.csv"


def sentences() -> Iterator[tuple[str, str]]:
    """Language and text of each sentence; easy Japanese is Japanese."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield "ja" if row["language"] == "easy" else row["language"], row["text"]


@pytest.mark.parametrize("language,text", list(sentences()))
def test_should_tell_the_language(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["shinitai", "tasukete", "tasukete kudasai", "okane ga nai", "byouin doko desuka"])
def test_should_not_take_romaji_for_another_language(text: str) -> None:
    assert language_of(text) == ""
    assert is_held(text, ""), "it may still be looked up as Japanese"


@pytest.mark.parametrize("text", ["je veux mourir", "أريد أن أموت", "മരിക്കണം", "मुझे मरना है मैं क्या करूं", "би үхмээр байна"])
def test_should_not_name_a_language_that_nothing_here_speaks(text: str) -> None:
    language = language_of(text)
    assert language == ""
    assert not is_held(text, language)


@pytest.mark.parametrize("text", ["DV", "ＮＰＯ", "UR", "119", "#8000", "", "???", "Wi-Fi", "PTSD", "LINE"])
def test_should_take_what_japanese_writes_in_latin_letters_for_japanese(text: str) -> None:
    assert language_of(text) == "ja"


@pytest.mark.parametrize(
    "text",
    [
        "我慢の限界",
        "我慢 限界",
        "被害届",
        "被保険者証",
        "感想文",
        "没収",
        "終了",
        "吃音",
        "自我 発達",
        "学校 怪我",
        "印鑑証明",
    ],
)
def test_should_leave_japanese_in_characters_japanese(text: str) -> None:
    assert is_japanese(text)


@pytest.mark.parametrize(
    "text,language",
    [
        ("Facebook 詐欺", "ja"),
        ("相談 English", "ja"),
        ("I got a letter from the 市役所 and cannot read it", "en"),
        ("한국어로 相談 하고 싶어요", "ko"),
        ("ハローワーク ở đâu", "ja"),
    ],
)
def test_should_go_by_what_the_sentence_is_made_of(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", "a" * 1_000_000, "あ" * 1_000_000, "\u200d\u202e", "ก" * 100_000, "'-'-'"]
)
def test_should_bear_any_text(text: str) -> None:
    assert language_of(text) in {"", "ja", "th", "en", "tl", "id"}


def test_should_load_the_library_once_for_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "_identifier", None)
    loaded: list[int] = []
    load = languages._load

    def counted() -> object:
        loaded.append(1)
        return load()

    monkeypatch.setattr(languages, "_load", counted)
    threads = [threading.Thread(target=language_of, args=("xyzzy blorp fnord",)) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loaded == [1]


@pytest.mark.parametrize("text", ["น้ำไม่มี ช่วยด้วย", "मर्न मन लाग्यो", "သေချင်တယ်", "죽고 싶어요", "помогите ёж"])
def test_should_keep_the_marks_of_other_scripts_when_text_is_cleaned(text: str) -> None:
    cleaned = normalise(text)
    assert normalise(cleaned) == cleaned
    assert [sign for sign in "ัีิ्ุูनाါိ်" if sign in text] == [sign for sign in "ัีิ्ุูनाါိ်" if sign in cleaned]


def test_should_not_match_another_language_by_its_sound() -> None:
    question = understand("magandang umaga po sa inyong lahat")
    fields = {alternative.field for clause in question.clauses for alternative in clause.alternatives}
    assert not fields & {"grams", "kana"}
    assert question.needs == () and question.hints == ()
