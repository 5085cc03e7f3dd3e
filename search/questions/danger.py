"""Words of danger: plain patterns, no regular expressions, that put urgent lines above everything.

A pattern `say` names parts joined by ＋ that must all stand near each other, each with alternatives joined by ／:
「殴／なぐ＋夫／旦那」. `unless` names words that take the pattern back:「研修／わかちあい」. Hiragana also fits katakana; what is
written in katakana fits katakana only, so that タヒ is not found in いたひと. Latin letters fit whole words only, so that "dv"
is not found in "advice"; Cyrillic ones fit from a word's beginning, because Russian and Ukrainian words change at their ends.
All other scripts (Hangul, Thai, Burmese, Devanagari ...) fit anywhere, with or without spaces, as Japanese does.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

import jaconv

from ..text.analysis import is_kana
from ..text.characters import normalise

AND, OR = "＋", "／"
# All parts must stand within so many characters: a long letter speaks of many things.
WINDOW = 40
SHORTEST = 2
MOST_PLACES = 100
KINDS = ("latin", "cyrillic", "hiragana", "typed")
# By so many letters of their beginning words are looked up.
BEGINNING = 2
_LETTERS = "a-zà-ɏạ-ỹ"
_LATIN = re.compile(rf"[{_LETTERS}' 0-9-]*[{_LETTERS}][{_LETTERS}' 0-9-]*$")
_CYRILLIC = re.compile("[\u0400-\u04ff' 0-9-]*[\u0400-\u04ff][\u0400-\u04ff' 0-9-]*$")


@dataclass(frozen=True, slots=True)
class DangerPattern:
    """`topic` is the code of what the pattern speaks of, `side` of who speaks where the words tell it; see the module for the
    two texts. `is_own`: somebody in this city wrote or changed it, so it counts whatever the learned ear thinks.
    """

    topic: str
    say: str
    unless: str = ""
    side: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class SaidDanger:
    """A topic of danger that a pattern found; see `DangerPattern`."""

    topic: str
    side: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a pattern, and the way of a question in which it is looked for: "latin", "cyrillic", "hiragana" or "typed"."""

    text: str
    kind: str
    whole: re.Pattern[str] | None = None

    @classmethod
    def of(cls, text: str) -> "_Word":
        if _LATIN.match(text):
            whole = re.compile(rf"(?<![{_LETTERS}]){re.escape(text)}(?![{_LETTERS}])")
            return cls(text, "latin", whole)
        if _CYRILLIC.match(text):
            return cls(text, "cyrillic", re.compile(rf"(?<![\u0400-\u04ff']){re.escape(text)}"))
        return cls(text, "hiragana" if jaconv.kata2hira(text) == text else "typed")

    def places(self, asked: "_Text") -> Iterator[int]:
        """Where it begins."""
        hay = asked.way(self.kind)
        if self.whole:
            for match in self.whole.finditer(hay):
                yield match.start() - hay.count(" ", 0, match.start())
            return
        place = hay.find(self.text)
        while place >= 0:
            yield place
            place = hay.find(self.text, place + 1)


@dataclass(frozen=True, slots=True)
class _Compiled:
    said: SaidDanger
    parts: tuple[tuple[_Word, ...], ...]
    unless: tuple[_Word, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """A question in the three ways in which patterns look at it; places are counted in `typed`."""

    typed: str
    hiragana: str
    spaced: str

    @classmethod
    def of(cls, text: str) -> "_Text":
        spaced = _one_letter(normalise(text))
        typed = spaced.replace(" ", "")
        return cls(typed, jaconv.kata2hira(typed), spaced)

    def way(self, kind: str) -> str:
        """The way in which words of a kind are looked for."""
        return {"hiragana": self.hiragana, "typed": self.typed}.get(kind, self.spaced)


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
            _Compiled(
                SaidDanger(pattern.topic, pattern.side, pattern.is_own),
                tuple(tuple(map(_Word.of, part)) for part in parts),
                tuple(_Word.of(word) for part in parts_of(pattern.unless) for word in part),
            )
            for pattern in patterns
            if (parts := parts_of(pattern.say)) and not problem_of(pattern.say, pattern.unless)
        ]
        # Of some thousand words a question has few: those whose beginning stands in it are looked for, and their patterns alone.
        self._words: dict[tuple[str, str], dict[_Word, None]] = {}
        self._led: dict[_Word, list[int]] = {}
        for number, pattern in enumerate(self._patterns):
            for word in pattern.parts[0]:
                self._led.setdefault(word, []).append(number)
            for word in (*(word for part in pattern.parts for word in part), *pattern.unless):
                self._words.setdefault((word.kind, word.text[:BEGINNING]), {})[word] = None

    def find(self, text: str) -> tuple[SaidDanger, ...]:
        """What a text speaks of, each topic once, in the order of the patterns."""
        asked = _Text.of(text)
        standing = self._standing(asked)
        found: dict[str, SaidDanger] = {}
        for number in sorted({number for word in standing for number in self._led.get(word, ())}):
            pattern = self._patterns[number]
            said = pattern.said
            known = found.get(said.topic)
            adds = known is None or (said.side and not known.side) or (said.is_own and not known.is_own)
            if adds and _says(pattern, asked, standing):
                found[said.topic] = (
                    SaidDanger(said.topic, known.side or said.side, known.is_own or said.is_own) if known else said
                )
        return tuple(found.values())

    def _standing(self, asked: _Text) -> set[_Word]:
        """The words that may stand in a text."""
        return {
            word
            for kind in KINDS
            for start in _beginnings(asked.way(kind))
            for word in self._words.get((kind, start), ())
            if word.text in asked.way(kind)
        }


def _beginnings(hay: str) -> set[str]:
    return {hay[place : place + length] for length in range(1, BEGINNING + 1) for place in range(len(hay))}


def _says(pattern: _Compiled, asked: _Text, standing: Collection[_Word]) -> bool:
    places: list[list[int]] = []
    for part in pattern.parts:
        # A word that stands a hundred times is looked at no further.
        found = [place for word in part if word in standing for place in islice(word.places(asked), MOST_PLACES)]
        if not found:
            return False
        places.append(found)
    if any(True for word in pattern.unless if word in standing for _place in word.places(asked)):
        return False
    return any(
        all(any(abs(other - place) <= WINDOW for other in others) for others in places[1:]) for place in places[0]
    )


def _plain(text: str) -> str:
    """A word of a pattern as it is looked for: Latin and Cyrillic words keep their spaces."""
    text = _one_letter(normalise(text))
    return text if _LATIN.match(text) or _CYRILLIC.match(text) else text.replace(" ", "")


def _one_letter(text: str) -> str:
    """What is typed in two ways as one: ё is mostly typed as е, and an apostrophe has three forms."""
    return text.replace("ё", "е").replace("’", "'").replace("ʼ", "'")
