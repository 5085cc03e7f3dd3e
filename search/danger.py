"""Words of danger: plain patterns, no regular expressions, that put urgent lines above everything.

A pattern `say` names parts joined by ＋ that must all stand near each other, each with alternatives joined by ／:
「殴／なぐ＋夫／旦那」. `unless` names words that take the pattern back:「研修／わかちあい」. Hiragana also fits katakana; what is
written in katakana fits katakana only, so that タヒ is not found in いたひと.
"""

from dataclasses import dataclass

import jaconv

from search.text import is_kana, normalise

AND, OR = "＋", "／"
# All parts must stand within so many characters: a long letter speaks of many things.
WINDOW = 40
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class DangerPattern:
    """`topic` is the code of what the pattern speaks of; see the module for the two texts."""

    topic: str
    say: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class _Compiled:
    topic: str
    parts: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...]


def parts_of(text: str) -> tuple[tuple[str, ...], ...]:
    """A pattern's parts with their alternatives, cleaned; empty ones are left out."""
    parts = (tuple(filter(None, map(_plain, part.split(OR)))) for part in text.split(AND))
    return tuple(part for part in parts if part)


def problem_of(say: str, unless: str = "") -> str:
    """What is wrong with a pattern: "empty", "half-empty", "too-short", "cancels-itself", or "" when nothing is."""
    parts = parts_of(say)
    if not parts:
        return "empty"
    if any(not _plain(alternative) for part in say.split(AND) for alternative in part.split(OR)):
        return "half-empty"
    # One character of kana or Latin alone stands in nearly every question.
    if any(len(word) < SHORTEST and (word.isascii() or is_kana(word)) for part in parts for word in part):
        return "too-short"
    if len(parts) == 1 and any(len(word) < SHORTEST for word in parts[0]):
        return "too-short"
    cancels = [word for part in parts_of(unless) for word in part]
    if len(parts) == 1 and any(cancel in word for word in parts[0] for cancel in cancels):
        return "cancels-itself"
    return ""


class DangerDetector:
    """All patterns, ready for questions."""

    def __init__(self, patterns: tuple[DangerPattern, ...]) -> None:
        self._patterns = [
            _Compiled(pattern.topic, parts, tuple(word for part in parts_of(pattern.unless) for word in part))
            for pattern in patterns
            if (parts := parts_of(pattern.say)) and not problem_of(pattern.say, pattern.unless)
        ]

    def find(self, text: str) -> tuple[str, ...]:
        """Topics that a text speaks of, in the order of the patterns."""
        typed = _plain(text)
        hiragana = jaconv.kata2hira(typed)
        found: dict[str, None] = {}
        for pattern in self._patterns:
            if pattern.topic not in found and _says(pattern, typed, hiragana):
                found[pattern.topic] = None
        return tuple(found)


def _says(pattern: _Compiled, typed: str, hiragana: str) -> bool:
    places = [_places(part, typed, hiragana) for part in pattern.parts]
    if not all(places) or any(_hay(word, typed, hiragana).find(word) >= 0 for word in pattern.unless):
        return False
    if len(places) == 1:
        return True
    return any(
        all(any(abs(other - place) <= WINDOW for other in others) for others in places[1:]) for place in places[0]
    )


def _places(words: tuple[str, ...], typed: str, hiragana: str) -> list[int]:
    """Where any of the words begins; a word that stands a hundred times is looked at no further."""
    found: list[int] = []
    for word in words:
        hay = _hay(word, typed, hiragana)
        place = hay.find(word)
        while place >= 0 and len(found) < 100:
            found.append(place)
            place = hay.find(word, place + 1)
    return found


def _hay(word: str, typed: str, hiragana: str) -> str:
    return hiragana if jaconv.kata2hira(word) == word else typed


def _plain(text: str) -> str:
    return normalise(text).replace(" ", "")
