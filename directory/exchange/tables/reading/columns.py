"""What a column of a foreign file can mean to us: our own columns, and those out of which they are read.

The words of headers are content (`fixtures/tables/columns.csv`): a header that cities use is added there.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import jaconv

from directory.fixtures import FIXTURES, read_csv

# Columns that several columns of a file may fill: their values stand one after the other.
SEVERAL = frozenset(
    [
        "phone",
        "fax",
        "mail",
        "web",
        "form",
        "extension",
        "to_body",
        "to_staff_note",
        "nothing",
        "key",
        "nursing_room",
        "hours_text",
        "cost_of_group",
        "booking_text",
        "channel_note",
    ]
)
DASHES = re.compile("[ーｰ―‐‑–—−－─━-]")
# A mark in front stays: `_id` is a catalogue's own number, ID is the city's.
LEFT_OUT = re.compile(r"[\s・/:;*※()\[\]【】「」、。,.]+|(?<=.)_+")


@dataclass(frozen=True, slots=True)
class Column:
    """A meaning that a column may have. `looks`: what its values look like (`matching.LOOKS`); `words`: headers, normalised."""

    name: str
    label: str
    looks: str
    words: tuple[str, ...]


@lru_cache(maxsize=4096)
def normalised(header: str) -> str:
    """A header as it is compared: widths, dashes (コ―ド), brackets, spaces and kana made alike."""
    # A question mark in front is what became of a byte order mark.
    text = unicodedata.normalize("NFKC", header).lower().removeprefix("?")
    return jaconv.kata2hira(LEFT_OUT.sub("", DASHES.sub("ー", text)))


@lru_cache(maxsize=1)
def columns() -> dict[str, Column]:
    """All meanings by name, in the order in which they are offered."""
    found = {}
    for row in read_csv("columns.csv", FIXTURES / "tables"):
        words = tuple(dict.fromkeys(normalised(word) for word in row["headers"].split(";") if word))
        found[row["column"]] = Column(row["column"], row["label"], row["looks"], words)
    return found


@lru_cache(maxsize=1)
def by_word() -> dict[str, str]:
    """The meaning of each known header; the first one that names it."""
    found: dict[str, str] = {}
    for column in columns().values():
        for word in column.words:
            found.setdefault(word, column.name)
    return found
