"""Where a question's words stand in a text: the passage worth showing, cut into marked and unmarked pieces."""

import re
from collections.abc import Iterable

import jaconv

from .questions.query import Question
from .questions.vocabulary import weak_words
from .text.analysis import is_kana

Pieces = tuple[tuple[str, bool], ...]

# One kanji stands in many words; one kana in all.
SHORTEST = 2
MOST_NEEDLES = 40
_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]?")


def needles(question: Question) -> tuple[str, ...]:
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
    looked_for = [_fold(word) for word in words]
    for text in texts:
        if not text:
            continue
        for passage in _passages(text, length):
            # What its first sentence says counts twice: a passage begins where it speaks of the matter.
            whole = _fold(passage)
            sentence = _SENTENCE.match(whole)
            start = sentence[0] if sentence else whole
            count = sum((word in whole) + (word in start) for word in looked_for)
            if count > most:
                best, most = passage, count
        if most > 0:
            break
    return mark(best, words)


def mark(text: str, words: tuple[str, ...]) -> Pieces:
    """The text in pieces; together they are the text. Of words that begin at one place the first counts."""
    if not words:
        return ((text, False),) if text else ()
    pieces: list[tuple[str, bool]] = []
    place = 0
    for match in re.finditer("|".join(re.escape(_fold(word)) for word in words), _fold(text)):
        if place < match.start():
            pieces.append((text[place : match.start()], False))
        pieces.append((text[match.start() : match.end()], True))
        place = match.end()
    if place < len(text):
        pieces.append((text[place:], False))
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


def _fold(text: str) -> str:
    """One character for one: case, and katakana as hiragana where a word is kana only would be confused otherwise."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return jaconv.kata2hira(lowered) if is_kana(lowered) else lowered
