"""Where a question's words stand in a text: the passage worth showing, cut into marked and unmarked pieces."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import jaconv

from .questions.query import Question
from .questions.vocabulary import weak_words
from .text.analysis import is_kana

Pieces = tuple[tuple[str, bool], ...]

# One kanji stands in many words; one kana in all.
SHORTEST = 2
MOST_NEEDLES = 40
# Texts of so many entries are kept cut and folded; each question looks through those of its hits.
MOST_TEXTS = 2_000
_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]?")


@dataclass(frozen=True)
class Needles:
    """What is looked for in texts, made ready once for all of them. It holds what somebody typed, and goes with the page."""

    words: tuple[str, ...] = ()

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The words as they are compared."""
        return tuple(map(_fold, self.words))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Any of the words; of those that begin at one place the first."""
        return re.compile("|".join(map(re.escape, self.folded)))


NOTHING = Needles()


def needles(question: Question) -> Needles:
    """What to look for in texts: the question's words as they were typed, and as the engine looked for them."""
    found: dict[str, None] = {}
    for unit in question.analysis.units:
        if unit.role == "word" and unit.term not in weak_words():
            found.update(dict.fromkeys((unit.surface, unit.term, *unit.parts)))
    for clause in question.clauses:
        for alternative in clause.alternatives if not clause.weak else ():
            if alternative.field == "title":
                found["".join(alternative.terms)] = None
    asked = {unit.term for unit in question.analysis.units if unit.is_content}
    wanted = {
        term for clause in question.clauses if not clause.weak for item in clause.alternatives for term in item.terms
    }
    # A word that only asks, or says nothing alone, is not what was found.
    return Needles(
        tuple(
            sorted(
                (word for word in found if len(word) >= SHORTEST and not (word in asked and word not in wanted)),
                key=len,
                reverse=True,
            )[:MOST_NEEDLES]
        )
    )


def excerpt(texts: Iterable[str], looked_for: Needles, length: int = 120) -> Pieces:
    """The passage of the first text that holds most of the words, from the start of its sentence, marked.

    Without any of them, the beginning of the first text. Returns (text, whether marked) pieces.
    """
    best, most = "", -1
    words = looked_for.folded
    for text in texts:
        for passage, whole, start in _passages(text, length) if text else ():
            # What its first sentence says counts twice: a passage begins where it speaks of the matter.
            count = sum((word in whole) + (word in start) for word in words)
            if count > most:
                best, most = passage, count
        if most > 0:
            break
    return mark(best, looked_for)


def mark(text: str, looked_for: Needles) -> Pieces:
    """The text in pieces; together they are the text. Of words that begin at one place the first counts."""
    if not looked_for.words:
        return ((text, False),) if text else ()
    pieces: list[tuple[str, bool]] = []
    place = 0
    for match in looked_for.pattern.finditer(_fold(text)):
        if place < match.start():
            pieces.append((text[place : match.start()], False))
        pieces.append((text[match.start() : match.end()], True))
        place = match.end()
    if place < len(text):
        pieces.append((text[place:], False))
    return tuple(pieces)


@lru_cache(maxsize=MOST_TEXTS)
def _passages(text: str, length: int) -> tuple[tuple[str, str, str], ...]:
    """The text from each of its sentences on, cut to length; folded, and the first sentence of that."""
    if len(text) <= length:
        return (_folded(text.strip()),)
    place, passages = 0, []
    for sentence in _SENTENCE.findall(text):
        if sentence.strip():
            passage = text[place : place + length].strip()
            passages.append(_folded(passage + ("…" if place + length < len(text) else "")))
        place += len(sentence)
    return tuple(passages)


def _folded(passage: str) -> tuple[str, str, str]:
    whole = _fold(passage)
    sentence = _SENTENCE.match(whole)
    return passage, whole, sentence[0] if sentence else whole


def _fold(text: str) -> str:
    """One character for one: case, and katakana as hiragana where a word is kana only would be confused otherwise."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return jaconv.kata2hira(lowered) if is_kana(lowered) else lowered
