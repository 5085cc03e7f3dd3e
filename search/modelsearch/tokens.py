"""Texts of records as tokens, three kinds in one row, told apart by their first character.

Words are the terms of `analyse`, in order. Short texts also give their sound: kana n-grams of the reading, so that いばしょ
finds 居場所. Names, where parts of words shall be found, give the reading of each word (of which いば is a beginning) and
their letters in pairs as they are written. A run of sounds or letters that stand one after another is a part of the
text: a phrase finds it exactly.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from ..text.analysis import GRAM, Analysis, analyse, analysis_state, fold_long_vowels, to_hiragana

# Characters for private use: no text contains them (`clean` takes them out), and FTS5 counts them as letters.
SOUND, READING, LETTERS = "\ue000", "\ue001", "\ue002"
# What is longer than a summary, or than a name, is prose, in which a part of a word says little and takes much room.
SUMMARY, NAME = 200, 100
TEXT_LIMIT = 20_000
# A position in PostgreSQL's tsvector ends at 16,383, a whole vector at 1 MB.
MOST_TOKENS = 16_000
MOST_BYTES = 400_000
# No character takes more in UTF-8.
MOST_BYTES_A_CHARACTER = 4
# Of a list of a town, sources and notes are the same in many rows; prose is asked for twice in a row and never again.
SHORT_KEPT, PROSE_KEPT = 1_000, 4
# A town's texts use few thousand words over and over.
WORDS_KEPT = 20_000

Row = tuple[str, ...]


def clean(text: str) -> str:
    """Letters and digits of a normalised text: what both databases keep together as one token."""
    return text if text.isalnum() else "".join(filter(str.isalnum, text))


def words(analysis: Analysis) -> Iterator[str]:
    """The terms as tokens."""
    return filter(None, map(clean, analysis.terms))


def sounds(grams: Iterable[str]) -> Iterator[str]:
    """Kana n-grams as tokens, in order; those of a whole run of two are a reading and no part of one."""
    return (SOUND + gram for gram in grams if len(gram) == GRAM)


def readings(analysis: Analysis) -> Iterator[str]:
    """How each word is read."""
    for unit in analysis.units:
        if unit.is_content and unit.reading:
            yield _reading(unit.reading)


@lru_cache(maxsize=WORDS_KEPT)
def _reading(reading: str) -> str:
    return READING + clean(fold_long_vowels(to_hiragana(reading)))


def letters(surface: str) -> Iterator[str]:
    """Each character with the next, white space and signs left out; the last one alone."""
    kept = clean(surface)
    return (LETTERS + kept[start : start + 2] for start in range(len(kept)))


def row_of(text: str, *, parts: bool) -> Row:
    """All tokens of a text as a record keeps it; `parts` adds letters."""
    rows = _short_rows if len(text) <= SUMMARY else _prose_rows
    return rows(text, analysis_state())[parts]


def _rows(text: str, state: str) -> tuple[Row, Row]:
    """Both rows of a text, without parts and with them: most fields are read by both kinds of search."""
    analysis = analyse(text, limit=TEXT_LIMIT)
    row = list(words(analysis))
    if len(analysis.surface) <= SUMMARY:
        row += sounds(analysis.grams)
    whole = tuple(row)
    if len(analysis.surface) > NAME:
        return whole, whole
    return whole, (*whole, *readings(analysis), *letters(analysis.surface))


_short_rows = lru_cache(maxsize=SHORT_KEPT)(_rows)
_prose_rows = lru_cache(maxsize=PROSE_KEPT)(_rows)


def fitting(tokens: Sequence[tuple[str, bool]]) -> Iterable[tuple[str, bool]]:
    """As many of a record's tokens as a database takes."""
    most = MOST_BYTES_A_CHARACTER * sum(len(token) for token, _weighty in tokens)
    return tokens if len(tokens) <= MOST_TOKENS and most <= MOST_BYTES else _cut(tokens)


def _cut(tokens: Iterable[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    size = 0
    for number, (token, weighty) in enumerate(tokens):
        size += len(token.encode())
        if number >= MOST_TOKENS or size > MOST_BYTES:
            return
        yield token, weighty
