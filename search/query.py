"""What was asked: a visitor's words as clauses for an engine, or the insight that they ask where to ask."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path

from search.engines.base import Alternative, Clause
from search.text import Analysis, Unit, analyse, is_kana, kana_grams

STOP_WORDS = Path(__file__).parent / "data" / "stop_words.txt"
# Nobody asks for more things at once; a pasted letter would only make the engine slow.
MAX_CLAUSES = 24
MATCH_SHARE = 0.6

FIELD_WEIGHTS = {"title": 4.0, "labels": 2.0, "summary": 1.5, "body": 1.0}
GRAM_WEIGHTS = {"grams": 3.0, "kana": 1.2}
# Short units say less than the word they are part of; a guess at a broken word less than a word that Sudachi knows.
PART_FACTOR = 0.4
GUESS_FACTOR = 0.6
# Long enough to be a word, short enough not to be a sentence; stricter where particles stand inside.
GUESS_LENGTHS = range(3, 13)
RUN_LENGTHS = range(3, 9)
# Words of one or two hiragana are mostly pieces of words that Sudachi knows in kanji only.
SPLINTER = 2

_HIRAGANA = re.compile(r"[ぁ-ゖー]+")


@dataclass(frozen=True, slots=True)
class Question:
    """What a visitor typed, understood.

    `text` is the cleaned input; `is_open` says that no content word is left: the visitor asks where to ask.
    """

    text: str
    analysis: Analysis
    is_open: bool
    clauses: tuple[Clause, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed at all."""
        return not self.text

    @property
    def minimum_match(self) -> int:
        """How many clauses a document must match: all of one or two, about 60 % of more."""
        count = sum(not clause.optional for clause in self.clauses)
        return count if count <= 2 else round(count * MATCH_SHARE)


def understand(text: str) -> Question:
    """A visitor's words as a question; takes any text, never raises."""
    analysis = analyse(text)
    needed: dict[Clause, None] = {}
    lifting: dict[Clause, None] = {}
    for clause in _clauses(analysis.units):
        (lifting if clause.optional else needed).setdefault(clause)
    if not needed and any(unit.role == "number" for unit in analysis.units):
        # Nothing but numbers and their counters: then they are what was asked.
        needed, lifting = {replace(clause, optional=False): None for clause in lifting}, {}
    clauses = (*list(needed)[:MAX_CLAUSES], *list(lifting)[:MAX_CLAUSES]) if needed else ()
    return Question(analysis.surface, analysis, is_open=bool(analysis.surface) and not clauses, clauses=clauses)


def is_stop_word(term: str) -> bool:
    """Whether a normalised term only asks and says nothing of the matter."""
    return term in _stop_words()


@cache
def _stop_words() -> frozenset[str]:
    lines = (line.partition("#")[0].strip() for line in STOP_WORDS.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line)


def _clauses(units: Iterable[Unit]) -> Iterator[Clause]:
    for is_gap, stretch in groupby(units, key=lambda unit: unit.role == "space"):
        if is_gap:
            continue
        runs = [(hiragana, list(run)) for hiragana, run in groupby(stretch, key=_is_hiragana)]
        for hiragana, run in runs:
            yield from _hiragana_clauses(run, is_ending=len(runs) > 1) if hiragana else _known_clauses(run)


def _known_clauses(units: Iterable[Unit]) -> Iterator[Clause]:
    """One clause for each word that says something; numbers and affixes (80歳) are never needed."""
    for unit in units:
        if not unit.is_content or is_stop_word(unit.term):
            continue
        alternatives = [Alternative(name, (unit.term,), weight) for name, weight in FIELD_WEIGHTS.items()]
        if unit.parts:
            alternatives += [
                Alternative(name, unit.parts, weight * PART_FACTOR) for name, weight in FIELD_WEIGHTS.items()
            ]
        if is_kana(unit.surface):
            alternatives += _readings(unit.surface, 1.0)
        yield Clause(tuple(alternatives), optional=unit.role != "word")


def _hiragana_clauses(run: list[Unit], *, is_ending: bool) -> Iterator[Clause]:
    """Clauses of a stretch in hiragana, where Sudachi breaks what it does not know (いばしょ becomes い, ば, しょ).

    `is_ending`: other script stands beside it, so that particles alone are its grammar and not a word in pieces.
    """
    if all(unit.role in {"particle", "function"} for unit in run):
        if not is_ending:
            yield from _guess(run, run)
        return
    for is_joint, segment in groupby(run, key=lambda unit: unit.role == "particle"):
        if is_joint:
            continue
        units = list(segment)
        if any(map(_is_suspicious, units)):
            yield from _guess(units, run)
            continue
        # Two words that Sudachi knows may still be one that it does not (ふとうこう: 不当, こう).
        together = tuple(_sounds(units, GUESS_LENGTHS, GUESS_FACTOR)) if len(units) > 1 else ()
        for clause in _known_clauses(units):
            yield replace(clause, alternatives=clause.alternatives + together)


def _guess(segment: list[Unit], run: list[Unit]) -> Iterator[Clause]:
    """One clause for a word in pieces: by its sound, or by those pieces that are words themselves."""
    stem = list(segment)
    while stem and (not stem[-1].is_content or is_stop_word(stem[-1].term)) and stem[-1].role != "mark":
        stem.pop()
    alternatives = [
        *_sounds(segment, GUESS_LENGTHS, 1.0),
        *_sounds(stem, GUESS_LENGTHS, 1.0),
        *_sounds(run, RUN_LENGTHS, GUESS_FACTOR),
    ]
    pieces = tuple(dict.fromkeys(unit.term for unit in segment if unit.is_content))
    if any(len(piece) > 1 and not is_stop_word(piece) for piece in pieces):
        # A document that writes the word in hiragana is in the same pieces.
        alternatives += [Alternative(name, pieces, weight) for name, weight in FIELD_WEIGHTS.items()]
    for piece in pieces if len(pieces) > 1 else ():
        # What is still hiragana after normalising is a splinter.
        if not is_kana(piece) and not is_stop_word(piece):
            alternatives += [
                Alternative(name, (piece,), weight * GUESS_FACTOR) for name, weight in FIELD_WEIGHTS.items()
            ]
    if alternatives:
        yield Clause(tuple(dict.fromkeys(alternatives)))


def _sounds(units: list[Unit], lengths: range, factor: float) -> Iterator[Alternative]:
    sound = "".join(unit.surface for unit in units)
    if len(sound) in lengths:
        yield from _readings(sound, factor)


def _readings(kana: str, factor: float) -> Iterator[Alternative]:
    if grams := tuple(dict.fromkeys(kana_grams(kana))):
        for name, weight in GRAM_WEIGHTS.items():
            yield Alternative(name, grams, weight * factor)


def _is_hiragana(unit: Unit) -> bool:
    return unit.role == "mark" or bool(_HIRAGANA.fullmatch(unit.surface))


def _is_suspicious(unit: Unit) -> bool:
    """Whether a unit looks like a splinter of a word rather than a word."""
    if unit.role == "mark":
        return True
    return unit.role == "word" and len(unit.surface) <= SPLINTER and not is_stop_word(unit.term)
