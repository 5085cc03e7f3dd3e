"""Made-up files in the shapes that cities really have, and how they are read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from openpyxl import Workbook

from directory.exchange.tables.reading.books.files import open_book, sample
from directory.exchange.tables.reading.headers import Table, find_table
from directory.exchange.tables.reading.matching import Guess, guess
from directory.exchange.tables.reading.meanings import Towns
from directory.exchange.tables.reading.profiles import Profile
from directory.exchange.tables.reading.standard import profile_of_guesses, recognised
from directory.exchange.tables.reading.translating import Translated, Translator

TODAY = date(2026, 11, 26)


def as_csv(rows: Iterable[Sequence[object]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def as_workbook(rows: Iterable[Sequence[object]], merged: Sequence[str] = (), title: str = "一覧") -> bytes:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    for place in merged:
        book.active.merge_cells(place)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def table_of(data: bytes) -> Table:
    return find_table(sample(open_book("x", data).sheets[0]))


def guesses_of(data: bytes) -> dict[str, Guess]:
    rows = sample(open_book("x", data).sheets[0])
    return {one.header: one for one in guess(find_table(rows), rows)}


def free_profile(data: bytes, **known: str) -> Profile:
    return profile_of_guesses("free", list(guesses_of(data).values()), **known)


def translator(data: bytes, profile: Profile | None = None, towns: Sequence[str] = ()) -> Translator:
    book = open_book("x", data)
    if profile is None:
        profile = recognised(find_table(sample(book.sheets[0])).headers)
        assert profile is not None
    return Translator(book, profile, TODAY, Towns(towns))


def cells_of(done: Translated, table: str = "resources") -> list[dict[str, str]]:
    """Rows of a table as texts, the reference to the resource left out."""
    return [
        {column: cell.text for column, cell in row.cells.items() if column != "resource"}
        for row in done.rows
        if row.table == table
    ]


def said(done: Translated) -> str:
    return "\n".join(f"{one.place.column}: {one.message}" for one in [*done.notes, *done.problems])
