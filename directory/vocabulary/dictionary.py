"""Words for the dictionary of the text analysis: those of the fixtures, and the register's own names and readings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from search.text.analysis import fold_long_vowels, is_kana, plain_reading, to_hiragana
from search.text.dictionary import Word

from ..fixtures import read_csv
from ..models import Area, Organisation, PublicRecord, Town
from ..public.projection import read_stream

WORDS = "vocabulary/words.csv"
_BLANK = re.compile(r"[\s　]+")
# A name of a word or two is looked up as one; a longer one is a sentence.
MOST_CHARACTERS = 16


def words() -> Iterator[Word]:
    """All of them: who comes first wins."""
    for row in read_csv(WORDS):
        yield Word(row["surface"], row["reading"], row["normal"])
    for model in (Area, Town, Organisation):
        for name, reading in model.objects.exclude(reading="").values_list("name", "reading").iterator():
            yield from _names(name, reading)
    for resource in read_stream(PublicRecord.written.order_by("pk")):
        yield from _names(resource.name, resource.reading)


def _names(name: str, reading: str) -> Iterator[Word]:
    """A name of one piece, or each piece of a name whose reading has as many, where Sudachi would read it otherwise."""
    pieces, sounds = _BLANK.split(name.strip()), _BLANK.split(reading.strip())
    if len(pieces) != len(sounds):
        return
    for piece, sound in zip(pieces, sounds, strict=True):
        sound = to_hiragana(sound)
        fits = 3 <= len(piece) <= MOST_CHARACTERS and is_kana(sound)
        if fits and plain_reading(piece) != fold_long_vowels(sound):
            yield Word(piece, sound, piece)
