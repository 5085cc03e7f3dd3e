"""What the ear goes by: words, denials and sounds of the analysis, and runs of characters and kana of any length up to five.

Signs are numbers (CRC-32 of their text), in families that are weighed apart, so that many characters do not outvote few words.
The analysis knows Japanese. What is written in letters with words apart is taken as it is spelt, not as a Japanese would read it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from zlib import crc32

from ..text.analysis import Analysis, fold_long_vowels, to_hiragana
from ..text.features import features

# A page that was pasted is heard by its beginning: time stays bounded. A question is cut before it comes here.
MOST_CHARACTERS = 600
CHARACTERS, SOUNDS, LETTERS = (1, 2, 3, 4, 5), (2, 3, 4, 5), (2, 3, 4, 5, 6)

# Latin, Cyrillic, Hangul: of unseen writers 1 to 2 more of 100 dangers were heard by their letters and words, at as many false
# alarms. Kana and Chinese characters have readings; Devanagari, Thai and Burmese were heard better as the analysis leaves them.
_SPELT = re.compile("[a-zà-ɏạ-ỹ\u0400-\u04ff\u1100-\u11ff\uac00-\ud7a3]")
_OTHERWISE = re.compile("[ぁ-ヺ㐀-鿿\u0900-\u097f\u0e00-\u0e7f\u1000-\u109f]")
_MARKS_ABOVE = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"\w+")


def signs(analysis: Analysis) -> tuple[frozenset[int], ...]:
    """The families of signs of a text: what needs are told by, characters, sounds or letters, neighbouring words."""
    if is_spelt(analysis.surface):
        plain = plain_letters(analysis.surface[:MOST_CHARACTERS])
        last = (_letters(plain), _words(plain))
    else:
        last = (_sounds(analysis), _neighbours(analysis))
    return tuple(
        frozenset(crc32(sign.encode()) for sign in family) for family in (_told(analysis), _characters(analysis), *last)
    )


def is_spelt(surface: str) -> bool:
    """Whether a normalised text is in letters only: one Japanese word, and the analysis knows more than the spelling."""
    return not _OTHERWISE.search(surface) and bool(_SPELT.search(surface))


def plain_letters(surface: str) -> str:
    """As people type who leave the accents away; the syllables of Hangul in their letters, so that endings meet."""
    return _MARKS_ABOVE.sub("", unicodedata.normalize("NFD", surface)).replace("đ", "d")


def _told(analysis: Analysis) -> Iterable[str]:
    return features(analysis) if len(analysis.surface) <= MOST_CHARACTERS else ()


def _characters(analysis: Analysis) -> Iterator[str]:
    return _runs("t", f"^{analysis.surface[:MOST_CHARACTERS].replace(' ', '_')}$", CHARACTERS)


def _sounds(analysis: Analysis) -> Iterator[str]:
    reading = to_hiragana("".join(unit.reading for unit in analysis.units)[:MOST_CHARACTERS])
    return _runs("r", f"^{fold_long_vowels(reading)}$", SOUNDS)


def _letters(plain: str) -> Iterator[str]:
    return _runs("q", f"^{plain.replace(' ', '_')}$", LETTERS)


def _neighbours(analysis: Analysis) -> Iterator[str]:
    return _side_by_side([unit.term for unit in analysis.units[:MOST_CHARACTERS]])


def _words(plain: str) -> Iterator[str]:
    """Words too, each for itself: for the analysis they are strangers, and spaces stand between its neighbours."""
    words = _WORD.findall(plain)
    yield from (f"w{word}" for word in words)
    yield from _side_by_side(words)


def _side_by_side(terms: Sequence[str]) -> Iterator[str]:
    yield from (f"b{first} {second}" for first, second in pairwise(terms))
    yield from (f"3{one} {two} {three}" for one, two, three in zip(terms, terms[1:], terms[2:], strict=False))


def _runs(kind: str, text: str, lengths: tuple[int, ...]) -> Iterator[str]:
    for length in lengths:
        yield from (kind + text[start : start + length] for start in range(len(text) - length + 1))
