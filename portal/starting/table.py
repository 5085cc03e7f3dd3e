"""Small tables that a city fills in, as CSV or Excel: read whole, with every cell's place; what cannot be read says so.

Files are opened as those of imports are (`tables/reading/books/`). Here the first row is the header and nothing is guessed: these
tables are ours, and an area that was read wrongly would be wrong in every entry.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from directory.exchange.tables.reading.books.files import open_book
from directory.exchange.tables.reading.books.grid import RawRow, Unreadable
from directory.exchange.tables.rows import Place, Problem

LARGEST_BYTES = 10 * 1024 * 1024
# A city of two million has some six thousand 町字.
MOST_ROWS = 50_000


class TableError(Exception):
    """A table cannot be taken; `problems` has all of them, in the order of the rows."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        super().__init__("\n".join(f"{file}: {told(problem)}" for problem in problems))
        self.file = file
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its number as a spreadsheet counts; the keys of `cells` are the headers as they were written."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it that are not empty."""

    file: str
    headers: tuple[str, ...]
    lines: tuple[Line, ...]


def told(problem: Problem) -> str:
    """A problem in one sentence: where, what stands there, what to do."""
    place = problem.place
    words = [_("{row}行目").format(row=place.row)] if place.row else []
    words += [f"「{place.column}」"] if place.column else []
    value = f"「{problem.value}」" if problem.value else ""
    where = "".join(words)
    return (f"{where}{value}：" if where or value else "") + problem.message


def read_table(path: Path) -> Table:
    """The first sheet of a CSV or an .xlsx, its first row the header. Raises TableError with everything that no column may hold."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise _unreadable(path, _("大きすぎます（10MBまで）。"))
        rows = list(open_book(path.name, path.read_bytes()).sheets[0].rows())
    except OSError as error:
        raise _unreadable(path, _("開けません。ファイルの名前と場所を確かめてください。")) from error
    except Unreadable as error:
        raise _unreadable(path, str(error)) from error
    header, *below = rows
    headers = [unicodedata.normalize("NFKC", name) for name in header.texts]
    if len(below) > MOST_ROWS:
        raise _unreadable(path, _("行が多すぎます（5万行まで）。"))
    problems = [*_wrong_headers(header.number, headers)]
    for row in rows:
        problems += _wrong_cells(headers, row)
    if problems:
        raise TableError(path.name, problems)
    lines = tuple(
        Line(row.number, {name: cell for name, cell in zip(headers, row.texts, strict=False) if name}) for row in below
    )
    return Table(path.name, tuple(name for name in headers if name), lines)


def _unreadable(path: Path, message: str) -> TableError:
    return TableError(path.name, [Problem(Place(), "", message)])


def _wrong_headers(row: int, headers: list[str]) -> Iterator[Problem]:
    for name in sorted({name for name in headers if name and headers.count(name) > 1}):
        yield Problem(Place(row=row, column=name), "", _("同じ見出しが2つあります。1つにしてください。"))


def _wrong_cells(headers: list[str], row: RawRow) -> Iterator[Problem]:
    for place, cell in enumerate(row.texts):
        if cell and not (place < len(headers) and headers[place]):
            message = _("見出しのない列に書かれています。見出しを書くか、消してください。")
            yield Problem(Place(row=row.number), cell[:40], message)
    for flaw in row.flaws:
        where = Place(row=row.number, column=headers[flaw.index] if flaw.index < len(headers) else "")
        message = flaw.message if flaw.refuses else _("目に見えない文字が入っています。消して、書き直してください。")
        yield Problem(where, flaw.value[:40], message)
