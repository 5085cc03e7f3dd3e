"""What the ear goes by: words, denials and sounds of the analysis, and runs of characters and kana of any length up to five.

Signs are numbers (CRC-32 of their text), in families that are weighed apart, so that many characters do not outvote few words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from zlib import crc32

from search.needs import features
from search.text import Analysis, fold_long_vowels, to_hiragana

# A page that was pasted is heard by its beginning: time stays bounded. A question is cut before it comes here.
MOST_CHARACTERS = 600
CHARACTERS, SOUNDS = (1, 2, 3, 4, 5), (2, 3, 4, 5)


def signs(analysis: Analysis) -> tuple[frozenset[int], ...]:
    """The families of signs of a text: what needs are told by, characters, sounds, neighbouring words."""
    return tuple(
        frozenset(crc32(sign.encode()) for sign in family)
        for family in (_told(analysis), _characters(analysis), _sounds(analysis), _neighbours(analysis))
    )


def _told(analysis: Analysis) -> Iterable[str]:
    return features(analysis) if len(analysis.surface) <= MOST_CHARACTERS else ()


def _characters(analysis: Analysis) -> Iterator[str]:
    return _runs("t", f"^{analysis.surface[:MOST_CHARACTERS].replace(' ', '_')}$", CHARACTERS)


def _sounds(analysis: Analysis) -> Iterator[str]:
    reading = to_hiragana("".join(unit.reading for unit in analysis.units)[:MOST_CHARACTERS])
    return _runs("r", f"^{fold_long_vowels(reading)}$", SOUNDS)


def _neighbours(analysis: Analysis) -> Iterator[str]:
    terms = [unit.term for unit in analysis.units[:MOST_CHARACTERS]]
    yield from (f"b{first} {second}" for first, second in pairwise(terms))
    yield from (f"3{one} {two} {three}" for one, two, three in zip(terms, terms[1:], terms[2:], strict=False))


def _runs(kind: str, text: str, lengths: tuple[int, ...]) -> Iterator[str]:
    for length in lengths:
        yield from (kind + text[start : start + length] for start in range(len(text) - length + 1))
