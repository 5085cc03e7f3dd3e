"""Words of a table in a text: the longest at each place, by their characters, whatever pieces Sudachi made of them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import jaconv

from ..text.analysis import Unit
from ..text.characters import normalise

# Shorter words must fill whole units of the text; within a longer word they would be an accident.
ALIGNED_BELOW = 4
_LATIN = re.compile(r"[0-9a-zà-ɏạ-ỹ]")


@dataclass(frozen=True, slots=True)
class Span:
    """A word of the table as it was found: its key, and the first and last unit that it covers."""

    key: str
    first: int
    last: int


def span_key(word: str) -> str:
    """A word as tables hold it: normalised, without spaces, in hiragana."""
    return jaconv.kata2hira(normalise(word).replace(" ", ""))


class SpanFinder:
    """A table of words."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words` are keys of `span_key`."""
        by_start: dict[str, list[str]] = defaultdict(list)
        for key in dict.fromkeys(words):
            if key:
                by_start[key[0]].append(key)
        self._keys = {start: sorted(keys, key=len, reverse=True) for start, keys in by_start.items()}

    def find(self, units: tuple[Unit, ...]) -> Iterator[Span]:
        """The words in a text's units, left to right, without overlaps."""
        text, owners, starts = _joined(units)
        ends = {*starts, len(text)}
        place = 0
        while place < len(text):
            key = self._at(text, place, starts, ends)
            if key is None:
                place += 1
                continue
            yield Span(key, owners[place], owners[place + len(key) - 1])
            place += len(key)

    def _at(self, text: str, place: int, starts: set[int], ends: set[int]) -> str | None:
        for key in self._keys.get(text[place], ()):
            if not text.startswith(key, place):
                continue
            if place in starts and place + len(key) in ends:
                return key
            # Latin letters make words only between spaces: "art" is not in "party".
            if len(key) >= ALIGNED_BELOW and not _LATIN.match(key):
                return key
        return None


def _joined(units: tuple[Unit, ...]) -> tuple[str, list[int], set[int]]:
    """The text without spaces, the unit of each character, and where units begin."""
    text: list[str] = []
    owners: list[int] = []
    starts: set[int] = set()
    for number, unit in enumerate(units):
        surface = span_key(unit.surface)
        if surface:
            starts.add(len(owners))
        text.append(surface)
        owners += [number] * len(surface)
    return "".join(text), owners, starts
