"""The file that somebody brought, back as Excel: each cell that has to be mended is marked and says what to do."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.worksheet import Worksheet

from ..tables.marking import marked_workbook
from ..tables.own_reading import NotOurs
from ..tables.reading.books.grid import Book, Sheet
from ..tables.reading.headers import Table
from .plan import problem_of_json
from .ways import opened, table_of

# A larger one is written anew without its looks: openpyxl holds all of a file in memory.
MOST_COPIED = 8_000_000
MARK = PatternFill("solid", fgColor="FFFF99")
HEADINGS = (_lazy("シート"), _lazy("行"), _lazy("列"), _lazy("いまの値"), _lazy("直し方"))
WIDTHS = (16, 8, 20, 30, 70)
LONGEST = 32_000


def marked_copy(source: Path, problems: Sequence[Mapping[str, Any]]) -> bytes:
    """An Excel file: the sheets that came with these cells marked. Of Excel with its looks and a list of what has to be mended.

    `problems` as `plan.problem_as_json` makes them. Raises NotOurs for a file that cannot be opened, `workbook.TooMuch`.
    """
    target = io.BytesIO()
    if source.suffix.lower() not in (".xlsx", ".xlsm") or source.stat().st_size > MOST_COPIED:
        sheets = {sheet.name: _padded(sheet) for sheet in opened(source).sheets}
        marked_workbook(target, sheets, map(problem_of_json, problems))
        return target.getvalue()
    try:
        # Without macros, and without what it refers to elsewhere.
        book = load_workbook(source, keep_vba=False, keep_links=False)
    except Exception as error:
        # openpyxl raises what its XML reader and its own checks happen to raise.
        raise NotOurs(_("ファイルを開けません。Excelで開き、保存し直してください。")) from error
    _mark(book, source, problems)
    listed = book.create_sheet(_free(book, _("直すところ")), 0)
    listed.append([str(heading) for heading in HEADINGS])
    for cell, width in zip(listed[1], WIDTHS, strict=True):
        cell.font = Font(bold=True)
        listed.column_dimensions[cell.column_letter].width = width
    for row, problem in enumerate(problems, start=2):
        for column, name in enumerate(("sheet", "row", "column", "value", "message"), start=1):
            _write(listed.cell(row, column), problem[name])
    for (cell,) in listed.iter_rows(min_row=2, min_col=5, max_col=5):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    listed.freeze_panes = "A2"
    book.active = 0
    book.save(target)
    return target.getvalue()


def _padded(sheet: Sheet) -> Iterator[Sequence[str]]:
    """The rows of a sheet with those that are blank, so that each stands where it stood."""
    number = 0
    for raw in sheet.rows():
        yield from ([] for _blank in range(raw.number - number - 1))
        yield raw.texts
        number = raw.number


def _mark(book: Workbook, source: Path, problems: Sequence[Mapping[str, Any]]) -> None:
    read, places = opened(source), dict[str, Table | None]()
    said: dict[tuple[str, int, int], list[str]] = {}
    for problem in problems:
        if not problem["row"]:
            continue
        name = problem["sheet"]
        if name not in places:
            places[name] = _table(read, name)
        headers = places[name].headers if places[name] else ()  # type: ignore[union-attr]
        column = headers.index(problem["column"]) + 1 if problem["column"] in headers else 1
        said.setdefault((name, problem["row"], column), []).append(problem["message"])
    for (name, row, column), messages in said.items():
        sheet = book[name] if name in book.sheetnames else book.worksheets[0]
        cell = _top_left(sheet, row, column)
        cell.fill = MARK
        cell.comment = Comment("\n".join(dict.fromkeys(messages))[:LONGEST], _("よろず"), width=320, height=120)


def _table(book: Book, name: str) -> Table | None:
    try:
        return table_of(book, name)
    except NotOurs:
        return None


def _top_left(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell at a place; of joined cells the one that holds the value."""
    for joined in sheet.merged_cells.ranges:
        if joined.min_row <= row <= joined.max_row and joined.min_col <= column <= joined.max_col:
            row, column = joined.min_row, joined.min_col
            break
    found: Any = sheet.cell(row, column)
    return found


def _write(cell: Any, value: Any) -> None:
    """A value as it is: no text is taken for a formula."""
    text = value if isinstance(value, int) else str(value)[:LONGEST]
    try:
        cell.value = text
    except IllegalCharacterError:
        cell.value = "".join(sign for sign in str(text) if sign.isprintable() or sign in "\n\t")
    if isinstance(cell.value, str):
        cell.data_type = "s"


def _free(book: Workbook, name: str) -> str:
    """A name that no sheet has yet."""
    chosen, number = name, 2
    while chosen in book.sheetnames:
        chosen, number = f"{name}（{number}）", number + 1
    return chosen
