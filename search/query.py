"""What was asked: the words that matter, or the question "where can I ask?" when none does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .engines.base import Alternative, Clause
from .text import QUESTION_LIMIT, Analysis, Word, analyse, is_kana, kana_grams, normalise

WEIGHTS = {"title": 5.0, "labels": 3.0, "summary": 1.6, "body": 1.0}
GRAMS_WEIGHT = 4.0
# Of the n-grams of a word written in kana this share must fit: one slip in a longer word is forgiven.
GRAMS_SHARE = 0.8
OPTIONAL_FACTOR = 0.3
# Stop words that, beside a real word, still say what kind of answer would be welcome.
WELCOME = {"相談", "窓口"}
MOST_CLAUSES = 16
# A run of kana up to this length is looked up as one word first: いばしょ, にんちしょう, ぼらんてぃあ.
ONE_WORD = 9
SHARE_OF_MANY = 0.6


@cache
def stop_words() -> frozenset[str]:
    """Normalised forms without meaning for a search (`data/stop_words.txt`)."""
    lines = (Path(__file__).parent / "data" / "stop_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood.

    `is_open`: words were typed, but none that says what it is about. `is_empty`: nothing was typed.
    """

    text: str
    clauses: tuple[Clause, ...]
    is_open: bool

    @property
    def is_empty(self) -> bool:
        """Nothing to search for: a list of everything."""
        return not self.text

    @property
    def minimum_match(self) -> int:
        """How many of the clauses must be found: both of two, and about 60 % of more."""
        needed = sum(not clause.optional for clause in self.clauses)
        return needed if needed <= 2 else math.ceil(needed * SHARE_OF_MANY)


def understand(text: str) -> Question:
    """Understand what somebody typed; never fails."""
    cleaned = " ".join(normalise(text, QUESTION_LIMIT).split())
    needed: list[Clause] = []
    welcome: list[Clause] = []
    for run in cleaned.split(" "):
        analysis = analyse(run)
        words = [word for word in analysis.words if not _is_stop(word)]
        welcome += [_clause(word, optional=True) for word in analysis.words if word.term in WELCOME]
        if is_kana(run) and len(run) <= ONE_WORD and (words or not _is_plain_talk(analysis)):
            needed.append(_kana_clause(run, words))
            continue
        for word in words:
            if word.part_of_speech == "接尾辞":
                welcome.append(_clause(word, optional=True))
            elif not _is_splinter(word):
                needed.append(_clause(word))
    needed = list(dict.fromkeys(needed))[:MOST_CLAUSES]
    clauses = (*needed, *dict.fromkeys(welcome)) if needed else ()
    return Question(cleaned, tuple(clauses), bool(cleaned) and not needed)


def _is_stop(word: Word) -> bool:
    return word.term in stop_words() or word.surface in stop_words()


def _is_splinter(word: Word) -> bool:
    """A single kana: what Sudachi leaves of dialect and of words that it does not know in hiragana."""
    return len(word.surface) == 1 and is_kana(word.surface) and not _is_stop(word)


def _is_plain_talk(analysis: Analysis) -> bool:
    """Whether a run of kana is whole words of everyday talk (どこですか), and not a word cut to splinters (に・ん・ち・しょう)."""
    return bool(analysis.words) and not any(_is_splinter(word) for word in analysis.words)


def _clause(word: Word, *, optional: bool = False) -> Clause:
    factor = OPTIONAL_FACTOR if optional else 1.0
    ways = [Alternative(field, (word.term,), weight * factor) for field, weight in WEIGHTS.items()]
    if word.parts:
        # A compound that was written apart, or in another compound, in the document.
        ways.append(Alternative("title", word.parts, WEIGHTS["title"] * factor * 0.6))
        ways.append(Alternative("labels", word.parts, WEIGHTS["labels"] * factor * 0.6))
    if not optional and is_kana(word.surface) and len(word.surface) >= 3:
        ways.append(Alternative("grams", kana_grams(word.reading), GRAMS_WEIGHT * 0.5, GRAMS_SHARE))
    return Clause(tuple(ways), optional)


def _kana_clause(run: str, words: list[Word]) -> Clause:
    """A run of kana as one word by its reading, or as the words that it may consist of."""
    grams = kana_grams(run)
    terms = tuple(word.term for word in words)
    ways = [Alternative("grams", grams, GRAMS_WEIGHT, GRAMS_SHARE)]
    ways += [Alternative(field, terms, weight) for field, weight in WEIGHTS.items()]
    return Clause(tuple(ways))
