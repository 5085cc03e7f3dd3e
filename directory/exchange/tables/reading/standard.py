"""Layouts that are published all over Japan, known by their headers; old and new generation of each.

`fixtures/tables/layouts.csv` says which (with its source), `standard.csv` what their headers mean where that differs from what
the same header means anywhere (`columns.csv`). Only what is certain stands there; other columns are listed as not taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from directory.fixtures import FIXTURES, read_csv

from .columns import SEVERAL, by_word, normalised
from .matching import Guess
from .profiles import FROM_FACTS, Profile

FOLDER = FIXTURES / "tables"
# How many of the headers that tell a layout must be there.
LEAST_TELLING = 3
NUMBERS_OF_ROWS = frozenset({"no", "番号", "連番", "通番", "通しばんごう", "項番"})


@lru_cache(maxsize=1)
def layouts() -> dict[str, tuple[Profile, dict[str, str], frozenset[str]]]:
    """Each layout as a profile without columns, what its headers mean, and the headers that tell it."""
    own: dict[str, dict[str, str]] = {}
    for row in read_csv("standard.csv", FOLDER):
        own.setdefault(row["layout"], {})[normalised(row["header"])] = row["column"]
    found = {}
    for row in read_csv("layouts.csv", FOLDER):
        profile = Profile(
            name=row["layout"],
            label=row["label"],
            kind=row["kind"],
            type=row["type"],
            fields=row["fields"],
            origin=row["origin"],
            key=tuple(row["key"].split(";")),
            summary=FROM_FACTS,
            what=row["what"],
        )
        telling = frozenset(normalised(word) for word in row["telling"].split(";"))
        found[row["layout"]] = (profile, own.get(row["layout"], {}), telling)
    return found


def recognised(headers: Sequence[str]) -> Profile | None:
    """The layout that headers are of, as a profile for them; nothing where they are of none.

    A column of a catalogue's own before them (_id), columns in another order or left out do not matter.
    """
    words = {normalised(header) for header in headers if header}
    best, most = "", 0
    for name, (_profile, _own, telling) in layouts().items():
        count = len(words & telling)
        if count > most and count >= LEAST_TELLING:
            best, most = name, count
    return layout_profile(best, headers) if best else None


def layout_profile(name: str, headers: Sequence[str]) -> Profile:
    """A shipped layout for the headers of a file; raises KeyError for a name that there is not."""
    profile, own, _telling = layouts()[name]
    columns: dict[str, str] = {}
    taken: set[str] = set()
    for header in headers:
        word = normalised(header)
        column = own.get(word) or by_word().get(word, "")
        if header and column and column not in taken:
            columns[header] = column
            taken |= {column} - SEVERAL
    here = {normalised(header): header for header in headers if header}
    key = tuple(here[normalised(word)] for word in profile.key if normalised(word) in here)
    return replace(profile, key=key, columns=columns)


def profile_of_guesses(name: str, guesses: Sequence[Guess], **known: str) -> Profile:
    """A profile out of what was guessed of a free table; `known` fills its other fields."""
    columns = {guess.header: guess.column for guess in guesses if guess.header and guess.column}
    keys = [header for header, column in columns.items() if column == "key"]
    # A number of the record itself before one of the row, which is another when the list is sorted anew.
    key = tuple([header for header in keys if normalised(header) not in NUMBERS_OF_ROWS][:1] or keys[:1])
    return Profile(name=name, columns=columns, key=key, **known)  # type: ignore[arg-type]
