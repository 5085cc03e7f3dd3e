"""The file that somebody brought, back as a workbook in which every faulty cell is marked and says what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from .rows import Problem
from .workbook import LONGEST_CELL, Workbook

Sheets = Mapping[str, Iterable[Sequence[str]]]


def marked_workbook(target: Path | IO[bytes], sheets: Sheets, problems: Iterable[Problem]) -> None:
    """Write the sheets of a file (their rows as they came, the header among them) with the problems beside their cells.

    A problem stands in the column that its place names, in whichever row the header is; one without such a column in the first
    cell of its row, one without a row in the first cell of the sheet. `sheets` is by the name that places say; a CSV file's
    is "". Raises `workbook.TooMuch`.
    """
    by_sheet: dict[str, list[Problem]] = {}
    for problem in problems:
        by_sheet.setdefault(problem.place.sheet, []).append(problem)
    book = Workbook(target)
    for name, rows in sheets.items():
        _mark(book, name, list(rows), by_sheet.pop(name, []))
    if rest := [problem for left in by_sheet.values() for problem in left]:
        header = [_("ところ"), _("書いてあること"), _("直し方")]
        book.sheet(_("そのほかの直すところ"), header, ([p.place.sheet, p.value, p.message] for p in rest))
    book.close()


def _mark(book: Workbook, name: str, rows: list[Sequence[str]], problems: list[Problem]) -> None:
    columns: dict[str, int] = {}
    for row in reversed(rows[:_MOST_HEADERS]):
        columns.update({text: column for column, text in enumerate(row, start=1) if text})
    notes: dict[tuple[int, int], str] = {}
    for problem in problems:
        place = (min(max(problem.place.row, 1), max(len(rows), 1)), columns.get(problem.place.column, 1))
        words = problem.message
        if problem.place.column and problem.place.column not in columns:
            words = f"{problem.place.column}：{words}"
        notes[place] = f"{notes[place]}\n{words}" if place in notes else words
    header, *others = rows or [[]]
    cut = ([text[:LONGEST_CELL] for text in row] for row in others)
    book.sheet(name or _("直すところ"), [text[:LONGEST_CELL] for text in header], cut, notes)


# A header stands among the first rows; further down its words may be values.
_MOST_HEADERS = 20
