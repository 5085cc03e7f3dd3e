"""Workbooks (xlsx): values only, row by row, with merged cells filled and formulas without a value told.

What the library does not tell while it reads as a stream (the merged ranges, which stand behind the rows, and formulas that
nobody has calculated) is looked for in the sheet's own XML before.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, range_boundaries

from .grid import Flaw, RawRow, Sheet, Unreadable, cleaned

# A workbook is packed; what it may be unpacked. Real lists shrink to a tenth or so, a bomb to a thousandth.
MOST_UNPACKED = 600 * 1024 * 1024
MOST_WORDS = 120 * 1024 * 1024
MOST_RATIO = 250
MOST_PARTS = 5_000
MOST_MERGED = 200_000
MOST_UNCALCULATED = 10_000

BLOCK = 1 << 20
# A cell of 32,767 characters, each written as an entity.
MOST_OF_CELL = 1 << 20
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
UNCALCULATED = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3}\d{1,7})"[^>]*>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
CELL_BEGINS = re.compile(rb"<(?:\w+:)?(?:c|mergeCell)\s")
# A number that is shown with its zeros in front: a code, a postal code, a telephone number.
ZEROS_SHOWN = re.compile(r"0[0\-() ]*0")
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
FIRST_DAY = datetime(1900, 1, 2)


@dataclass
class _Surroundings:
    """What stands around the rows of a sheet: merged ranges by their first row, formulas without a value by their row."""

    merged: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    uncalculated: dict[int, list[int]] = field(default_factory=dict)


def sheets_of(data: bytes) -> tuple[list[Sheet], list[str]]:
    """The sheets of a workbook with something in them, and notes. Raises Unreadable."""
    has_macros = _check_parts(data)
    notes = []
    if has_macros:
        notes.append(_("マクロは動かさず、セルの値だけを読みました。"))
    try:
        # Everything is closed again: each reading opens the workbook anew.
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # the library raises what its parts raise: KeyError, ValueError, ParseError ...
        raise _broken() from error
    sheets = []
    try:
        for sheet in book.worksheets:
            if not hasattr(sheet, "iter_rows"):
                continue
            hidden = sheet.sheet_state != "visible"
            sheets.append(Sheet(sheet.title, _Reading(data, sheet.title), hidden))
    finally:
        book.close()
    hidden_names = [sheet.name for sheet in sheets if sheet.hidden]
    if hidden_names:
        notes.append(_("表示されていないシートがあります: %(names)s") % {"names": "、".join(hidden_names)})
    return sorted(sheets, key=lambda sheet: sheet.hidden), notes


@dataclass(frozen=True)
class _Reading:
    """Reads one sheet from its beginning, as often as it is called."""

    data: bytes
    title: str

    def __call__(self) -> Iterator[RawRow]:
        book = load_workbook(io.BytesIO(self.data), read_only=True, data_only=True, keep_links=False)
        try:
            sheet: Any = book[self.title]
            with book._archive.open(sheet._worksheet_path) as part:  # type: ignore[attr-defined]
                around = _surroundings(part)
            # What a workbook says of its size is often wrong; without it rows are as long as they are.
            sheet.reset_dimensions()
            yield from _filled(_rows(sheet, around), around)
        except Unreadable:
            raise
        except Exception as error:
            raise _broken() from error
        finally:
            book.close()


def _check_parts(data: bytes) -> bool:
    """Refuse what is no workbook or unpacks to more than is read; whether there are macros. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            infos = parts.infolist()
            names = {info.filename for info in infos}
            if "xl/workbook.bin" in names:
                raise Unreadable(
                    _("この形式（xlsb）は読めません。Excelで開き、「Excel ブック（.xlsx）」で保存し直してください。")
                )
            if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
                raise Unreadable(
                    _(
                        "Excelのファイルではないようです。「Excel ブック（.xlsx）」か「CSV UTF-8」で保存し直してください。"
                    )
                )
            unpacked = sum(info.file_size for info in infos)
            words = sum(info.file_size for info in infos if info.filename.endswith("sharedStrings.xml"))
            ratio = max(info.file_size / max(info.compress_size, 1) for info in infos)
            if (
                len(infos) > MOST_PARTS
                or unpacked > MOST_UNPACKED
                or words > MOST_WORDS
                or (ratio > MOST_RATIO and unpacked > BLOCK * 20)
            ):
                raise Unreadable(
                    _("ファイルの中身が大きすぎます。いらない行や書式、図を消すか、ファイルを分けてください。")
                )
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    with parts.open(info) as part:
                        # No workbook declares anything of its own; who does wants the reader to unfold it without end.
                        if b"<!DOCTYPE" in part.read(4096).replace(b"\x00", b""):
                            raise _broken()
            return "xl/vbaProject.bin" in names
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise _broken() from error


def _broken() -> Unreadable:
    return Unreadable(
        _("Excelのファイルとして読めません。壊れているかもしれません。Excelで開き、「.xlsx」で保存し直してください。")
    )


def _surroundings(part: Any) -> _Surroundings:
    around = _Surroundings()
    merged = uncalculated = 0
    rest = b""
    while block := part.read(BLOCK):
        text = rest + block
        # A cell that goes on in the next block is looked at with it.
        begins = [found.start() for found in CELL_BEGINS.finditer(text, max(0, len(text) - 80_000))]
        cut = begins[-1] if begins else len(text)
        text, rest = text[:cut], text[cut:][-MOST_OF_CELL:]
        merged += _note_merged(text, around)
        uncalculated += _note_uncalculated(text, around)
        if merged > MOST_MERGED or uncalculated > MOST_UNCALCULATED:
            break
    merged += _note_merged(rest, around)
    uncalculated += _note_uncalculated(rest, around)
    if merged > MOST_MERGED:
        raise Unreadable(_("結合されたセルが多すぎます。セルの結合を解いてから、保存し直してください。"))
    if uncalculated > MOST_UNCALCULATED:
        raise Unreadable(
            _("計算されていない式が多すぎます。Excelで開いて保存し直すか、値だけにして貼りつけてください。")
        )
    return around


def _note_merged(text: bytes, around: _Surroundings) -> int:
    found = MERGED.findall(text)
    for reference in found:
        first_column, first_row, last_column, last_row = range_boundaries(reference.decode())
        if None not in (first_column, first_row, last_column, last_row):
            around.merged.setdefault(int(first_row), []).append((int(last_row), int(first_column), int(last_column)))
    return len(found)


def _note_uncalculated(text: bytes, around: _Surroundings) -> int:
    found = UNCALCULATED.findall(text)
    for reference in found:
        letters, number = coordinate_from_string(reference.decode())
        around.uncalculated.setdefault(number, []).append(column_index_from_string(letters) - 1)
    return len(found)


def _rows(sheet: Any, around: _Surroundings) -> Iterator[RawRow]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        flaws: list[Flaw] = []
        texts = [_text(cell, index, flaws) for index, cell in enumerate(cells)]
        for index in around.uncalculated.get(number, ()):
            message = _("計算式の結果が入っていません。Excelで開いて保存し直すか、値を書いてください。")
            flaws.append(Flaw(index, f"{get_column_letter(index + 1)}{number}", message, refuses=True))
        yield RawRow(number, tuple(texts), tuple(flaws))


def _text(cell: Any, index: int, flaws: list[Flaw]) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if cell.data_type == "e":
            message = _("計算式がエラーになっています。正しい値に直してください。")
            flaws.append(Flaw(index, value, message, refuses=True))
            return ""
        if "_x" in value:
            value = ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        return cleaned(value, index, flaws)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    return _moment(value)


def _number(value: int | float, shown: str) -> str:
    if isinstance(value, float):
        if not value.is_integer() or abs(value) >= 1e15:
            # Fifteen digits are what a spreadsheet keeps; more are noise of its arithmetic.
            return f"{value:.15g}"
        value = int(value)
    shape = shown.split(";")[0].replace('"', "").replace("\\", "")
    if value >= 0 and ZEROS_SHOWN.fullmatch(shape):
        digits = str(value).zfill(shape.count("0"))
        if len(digits) == shape.count("0"):
            signs = iter(digits)
            return "".join(next(signs) if sign == "0" else sign for sign in shape)
    return str(value)


def _moment(value: date | datetime | time | timedelta) -> str:
    """Dates as 2026-04-01, times as 09:30; the end of a day, which is kept as one whole day, as 24:00."""
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, datetime):
        if value < FIRST_DAY:
            return "24:00" if value.time() == time() else f"{value:%H:%M}"
        if value.time() == time():
            return f"{value:%Y-%m-%d}"
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}"


def _filled(rows: Iterator[RawRow], around: _Surroundings) -> Iterator[RawRow]:
    """Each cell of a merged range says what its first one says."""
    if not around.merged:
        yield from rows
        return
    active: list[tuple[int, int, int, str]] = []
    for row in rows:
        beginning = around.merged.get(row.number, ())
        active = [one for one in active if one[0] >= row.number]
        if not beginning and not active:
            yield row
            continue
        texts = list(row.texts)
        for last_row, first, last in beginning:
            text = texts[first - 1] if first <= len(texts) else ""
            if text:
                active.append((last_row, first, last, text))
        # Wider than anything that is read: a title over all columns of a sheet.
        for _last_row, first, last, text in active:
            last = min(last, max(len(texts), first) if last - first > 200 else last)
            texts.extend([""] * (last - len(texts)))
            texts[first - 1 : last] = [text] * (last - first + 1)
        yield RawRow(row.number, tuple(texts), row.flaws)
