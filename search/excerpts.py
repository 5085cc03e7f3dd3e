"""Where a question's words stand in a text: the passage worth showing, cut into marked and unmarked pieces."""

import re
from collections.abc import Iterable

import jaconv

from search.query import Question
from search.text import is_kana

Pieces = tuple[tuple[str, bool], ...]

# One kanji stands in many words; one kana in all.
SHORTEST = 2
MOST_NEEDLES = 40
_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]?")


def needles(question: Question) -> tuple[str, ...]:
    """What to look for in texts: the question's words as they were typed, and as the engine looked for them."""
    found: dict[str, None] = {}
    for unit in question.analysis.units:
        if unit.role == "word":
            found.update(dict.fromkeys((unit.surface, unit.term, *unit.parts)))
    for clause in question.clauses:
        for alternative in clause.alternatives:
            if alternative.field == "title":
                found["".join(alternative.terms)] = None
    asked = {unit.term for unit in question.analysis.units if unit.is_content}
    wanted = {term for clause in question.clauses for item in clause.alternatives for term in item.terms}
    # A word that only asks is not what was found.
    return tuple(
        sorted(
            (word for word in found if len(word) >= SHORTEST and not (word in asked and word not in wanted)),
            key=len,
            reverse=True,
        )[:MOST_NEEDLES]
    )


def excerpt(texts: Iterable[str], words: tuple[str, ...], length: int = 120) -> Pieces:
    """The passage of the first text that holds most of the words, from the start of its sentence, marked.

    Without any of them, the beginning of the first text. Returns (text, whether marked) pieces.
    """
    best, most = "", -1
    for text in texts:
        if not text:
            continue
        for passage in _passages(text, length):
            # What its first sentence says counts twice: a passage begins where it speaks of the matter.
            start = next(iter(_SENTENCE.findall(passage)), "")
            count = sum((_find(passage, word) >= 0) + (_find(start, word) >= 0) for word in words)
            if count > most:
                best, most = passage, count
        if most > 0:
            break
    return mark(best, words)


def mark(text: str, words: tuple[str, ...]) -> Pieces:
    """The text in pieces; together they are the text."""
    pieces: list[tuple[str, bool]] = []
    start = place = 0
    folded = _fold(text)
    while place < len(text):
        word = next((word for word in words if folded.startswith(_fold(word), place)), None)
        if word is None:
            place += 1
            continue
        if start < place:
            pieces.append((text[start:place], False))
        pieces.append((text[place : place + len(word)], True))
        start = place = place + len(word)
    if start < len(text):
        pieces.append((text[start:], False))
    return tuple(pieces)


def _passages(text: str, length: int) -> Iterable[str]:
    """The text from each of its sentences on, cut to length."""
    if len(text) <= length:
        yield text.strip()
        return
    place = 0
    for sentence in _SENTENCE.findall(text):
        if sentence.strip():
            passage = text[place : place + length].strip()
            yield passage + ("…" if place + length < len(text) else "")
        place += len(sentence)


def _find(text: str, word: str) -> int:
    return _fold(text).find(_fold(word))


def _fold(text: str) -> str:
    """One character for one: case, and katakana as hiragana where a word is kana only would be confused otherwise."""
    lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return jaconv.kata2hira(lowered) if is_kana(lowered) else lowered
