"""The rows of one sheet of a workbook: values as text, as a spreadsheet would show them where that matters (dates, zeros)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO

from django.utils.translation import gettext as _
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import from_excel

from .grid import MOST_CHARACTERS, MOST_COLUMNS, Flaw, RawRow, cleaned
from .xml_parts import Attributes, Handler, parse

# A number that is shown with its zeros in front: a code, a postal code, a telephone number.
ZEROS_SHOWN = re.compile(r"0[0\-() ]*0")
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# Times without a day are counted from here.
FIRST_DAY = datetime(1900, 1, 2)
# Longer texts are refused; what is beyond is not kept in memory.
LONGEST_KEPT = MOST_CHARACTERS + 1


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers of a format are meant: a date, a duration, or digits in a shape (000-0000)."""

    is_date: bool = False
    is_duration: bool = False
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the sheets of a workbook share."""

    words: Sequence[str]
    styles: Sequence[Style]
    epoch: datetime


def sheet_rows(part: IO[bytes], shared: Shared) -> Iterator[RawRow]:
    """The rows that are written in a sheet, in their order. Raises Unreadable."""
    sheet = _Sheet(shared)
    for _block in parse(part, sheet):
        yield from sheet.rows
        sheet.rows.clear()


class _Sheet(Handler):
    """Collects cells to rows."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.rows: list[RawRow] = []
        self.number = 0
        self._columns: dict[str, int] = {}
        self._texts: list[str] = []
        self._flaws: list[Flaw] = []
        self._index = -1
        self._type = self._style = ""
        self._pieces: list[str] = []
        self._length = 0
        self._listens = self._formula = False
        self._phonetic = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """A row, a cell, its value or formula."""
        if name == "c":
            reference = attributes.get("r", "")
            letters = reference.rstrip("0123456789")
            if letters:
                index = self._columns.get(letters)
                if index is None:
                    index = self._columns[letters] = column_index_from_string(letters) - 1
                self._index = index
            else:
                self._index += 1
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._pieces, self._length, self._formula = [], 0, False
        elif name == "v" or (name == "t" and not self._phonetic):
            self._listens = True
        elif name == "row":
            self.number = int(attributes.get("r") or self.number + 1)
            self._texts, self._flaws, self._index = [], [], -1
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic += 1

    def text(self, text: str) -> None:
        """A piece of a value."""
        if self._listens and self._length <= LONGEST_KEPT:
            self._pieces.append(text)
            self._length += len(text)

    def end(self, name: str) -> None:
        """A value, cell or row is complete."""
        if name in {"v", "t"}:
            self._listens = False
        elif name == "c":
            self._finish_cell()
        elif name == "row":
            self.rows.append(RawRow(self.number, tuple(self._texts), tuple(self._flaws)))
        elif name == "rPh":
            self._phonetic -= 1

    def _finish_cell(self) -> None:
        value = "".join(self._pieces)
        index = self._index
        if not value:
            if self._formula and self._type != "str":
                message = _("計算式の結果が入っていません。Excelで開いて保存し直すか、値を書いてください。")
                self._flaws.append(Flaw(index, "", message, refuses=True))
            return
        text = self._text(value, index)
        # One column more than is read is enough to see that there are too many.
        if text and index <= MOST_COLUMNS:
            texts = self._texts
            if index < len(texts):
                texts[index] = text
            else:
                if index > len(texts):
                    texts.extend([""] * (index - len(texts)))
                texts.append(text)

    def _text(self, value: str, index: int) -> str:
        kind = self._type
        if kind == "s":
            return cleaned(self.shared.words[int(value)], index, self._flaws)
        if kind in {"inlineStr", "str"}:
            return cleaned(unescaped(value), index, self._flaws)
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind == "e":
            message = _("計算式がエラーになっています。正しい値に直してください。")
            self._flaws.append(Flaw(index, value, message, refuses=True))
            return ""
        if kind == "d":
            return value.removesuffix("T00:00:00").replace("T", " ")
        style = self.shared.styles[int(self._style)] if self._style else None
        return self._number(value, style, index)

    def _number(self, value: str, style: Style | None, index: int) -> str:
        number = float(value)
        if style is not None and (style.is_date or style.is_duration):
            try:
                moment = from_excel(number, self.shared.epoch, timedelta=style.is_duration)
            except (OverflowError, ValueError):
                message = _("日付として読めません。2026-04-01 のように書いてください。")
                self._flaws.append(Flaw(index, value, message, refuses=True))
                return ""
            return _moment(moment)
        if not number.is_integer() or abs(number) >= 1e15:
            # Fifteen digits are what a spreadsheet keeps; more are noise of its arithmetic.
            return f"{number:.15g}"
        return _shaped(int(number), style.shape) if style is not None and style.shape else str(int(number))


def unescaped(text: str) -> str:
    """A text without the escapes of workbooks (_x000D_)."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _shaped(number: int, shape: str) -> str:
    digits = str(number).zfill(shape.count("0"))
    if number < 0 or len(digits) != shape.count("0"):
        return str(number)
    signs = iter(digits)
    return "".join(next(signs) if sign == "0" else sign for sign in shape)


def _moment(value: date | datetime | time | timedelta | None) -> str:
    """Dates as 2026-04-01, times as 09:30; the end of a day, which is kept as one whole day, as 24:00."""
    if value is None:
        return ""
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, datetime):
        if value < FIRST_DAY:
            return "24:00" if value.time() == time() else f"{value:%H:%M}"
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}"
