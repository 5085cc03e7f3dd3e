"""Small tables that a city fills in, as CSV or Excel: read whole, with every cell's place; what cannot be read says so."""

from __future__ import annotations

import csv
import io
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from directory.exchange.tables.rows import Place, Problem
from directory.validators import validate_visible

LARGEST_BYTES = 10 * 1024 * 1024
# A city of two million has some six thousand 町字.
MOST_ROWS = 50_000
# An Excel file is a zip; one with a password, and one of before 2007, is an OLE document.
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ENCODINGS = ("utf-8-sig", "cp932")
# What Python makes of bytes that CP932 has no sign for.
NO_SIGN = frozenset("\uf8f0\uf8f1\uf8f2\uf8f3")


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
    """Read a CSV (UTF-8 with or without its mark, or CP932, as Japanese Excel saves it) or an .xlsx. Raises TableError."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise _unreadable(path, _("大きすぎます（10MBまで）。"))
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, _("開けません。ファイルの名前と場所を確かめてください。")) from error
    rows = _excel(path, content) if content.startswith(ZIP) else _csv(path, content)
    return _table(path.name, rows)


def _unreadable(path: Path, message: str) -> TableError:
    return TableError(path.name, [Problem(Place(), "", message)])


def _csv(path: Path, content: bytes) -> list[list[str]]:
    if content.startswith(OLE):
        raise _unreadable(
            path, _("パスワードつきか、古い形式のExcelです。パスワードを外し、.xlsx か CSV で保存し直してください。")
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
        raise _unreadable(path, _("CSVとして読めません。ExcelでCSV（UTF-8）として保存し直してください。"))
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            if not NO_SIGN.intersection(text):
                break
        except UnicodeDecodeError:
            continue
    else:
        raise _unreadable(path, _("文字コードが分かりません。ExcelでCSV（UTF-8）として保存し直してください。"))
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise _unreadable(path, _("表ではなく、ホームページのファイルです。CSVかExcelのファイルを選んでください。"))
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise _unreadable(path, _("表として読めません。ExcelでCSV（UTF-8）として保存し直してください。")) from error


def _excel(path: Path, content: bytes) -> list[list[str]]:
    try:
        with warnings.catch_warnings():
            # What openpyxl does not know (a drop-down list ...) is of no use here.
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            rows = [[_cell(value) for value in row] for row in sheet.iter_rows(max_row=MOST_ROWS + 1, values_only=True)]
            book.close()
    except (BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError) as error:
        raise _unreadable(path, _("Excelとして読めません。.xlsx か CSV で保存し直してください。")) from error
    return rows


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _table(file: str, rows: list[list[str]]) -> Table:
    """The first row that is not empty is the header. Raises TableError with everything that no column may hold."""
    numbered = [(number, [cell.strip() for cell in row]) for number, row in enumerate(rows, start=1)]
    filled = [(number, row) for number, row in numbered if any(row)]
    if not filled:
        raise TableError(file, [Problem(Place(), "", _("中身がありません。"))])
    (first, named), *below = filled
    headers = [unicodedata.normalize("NFKC", name) for name in named]
    if len(below) > MOST_ROWS:
        raise TableError(file, [Problem(Place(), "", _("行が多すぎます（5万行まで）。"))])
    problems = [*_wrong_headers(first, headers), *_wrong_cells(headers, below)]
    if problems:
        raise TableError(file, problems)
    lines = tuple(
        Line(number, {name: cell for name, cell in zip(headers, row, strict=False) if name}) for number, row in below
    )
    return Table(file, tuple(name for name in headers if name), lines)


def _wrong_headers(row: int, headers: list[str]) -> Iterator[Problem]:
    for name in sorted({name for name in headers if name and headers.count(name) > 1}):
        yield Problem(Place(row=row, column=name), "", _("同じ見出しが2つあります。1つにしてください。"))


def _wrong_cells(headers: list[str], rows: list[tuple[int, list[str]]]) -> Iterator[Problem]:
    for number, row in rows:
        for place, cell in enumerate(row):
            name = headers[place] if place < len(headers) else ""
            where = Place(row=number, column=name)
            if cell and not name:
                yield Problem(where, cell[:40], _("見出しのない列に書かれています。見出しを書くか、消してください。"))
            try:
                validate_visible(cell)
            except ValidationError as error:
                yield Problem(where, "", " ".join(error.messages))
