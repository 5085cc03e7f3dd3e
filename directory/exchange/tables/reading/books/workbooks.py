"""Workbooks (xlsx): what they hold besides rows (`sheet_rows`), and merged cells filled.

Read here and not by openpyxl's reader, which keeps a whole sheet in memory to learn its size where the file does not say it, and
does not tell formulas that nobody has calculated. What its formats mean is openpyxl's.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from .grid import RawRow, Sheet, Unreadable
from .sheet_rows import LONGEST_KEPT, ZEROS_SHOWN, Shared, Style, sheet_rows, unescaped
from .xml_parts import Attributes, Handler, broken, read

# A workbook is packed; what it may be unpacked. Real lists shrink to a tenth or so, a bomb to a thousandth.
MOST_UNPACKED = 600 * 1024 * 1024
# Parts that are in memory as a whole: the words of all cells, the formats.
MOST_WORDS, MOST_FORMATS = 64 * 1024 * 1024, 16 * 1024 * 1024
MOST_RATIO, SMALL_ENOUGH = 250, 20 * 1024 * 1024
MOST_PARTS = 5_000
MOST_MERGED = 200_000
# A merged range over all columns of a sheet is a title, whose words stand as often as there are other cells.
WIDEST_MERGED = 200

BLOCK = 1 << 20
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})"')
LONGEST_MERGED = 300
# What the file itself may raise out of zipfile, zlib and numbers that are none.
DAMAGES = (zipfile.BadZipFile, KeyError, IndexError, ValueError, EOFError, OSError, RuntimeError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class _Workbook:
    """A workbook that was opened: its bytes, and what its sheets share."""

    data: bytes
    shared: Shared


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads one sheet from its beginning, as often as it is called."""

    book: _Workbook
    part: str

    def __call__(self) -> Iterator[RawRow]:
        try:
            with zipfile.ZipFile(io.BytesIO(self.book.data)) as parts:
                with parts.open(self.part) as part:
                    merged = _merged(part)
                with parts.open(self.part) as part:
                    yield from _filled(sheet_rows(part, self.book.shared), merged)
        except DAMAGES as error:
            raise broken() from error


def sheets_of(data: bytes) -> tuple[list[Sheet], list[str]]:
    """The sheets of a workbook, shown ones first, and notes. Raises Unreadable."""
    notes = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            _check(parts)
            if "xl/vbaProject.bin" in parts.namelist():
                notes.append(_("マクロは動かさず、セルの値だけを読みました。"))
            main = _main_part(parts)
            contents = _Contents()
            _read(parts, main, contents)
            targets = _relations(parts, main)
            shared = Shared(
                _words(parts, targets.kinds.get("sharedStrings", "")),
                _styles(parts, targets.kinds.get("styles", "")),
                MAC_EPOCH if contents.from_1904 else WINDOWS_EPOCH,
            )
            book = _Workbook(data, shared)
            sheets = [
                Sheet(name, _Reading(book, targets.paths[key]), hidden)
                for name, key, hidden in contents.sheets
                if key in targets.sheets and targets.paths[key] in parts.namelist()
            ]
    except DAMAGES as error:
        raise broken() from error
    hidden_names = [sheet.name for sheet in sheets if sheet.hidden]
    if hidden_names:
        notes.append(_("表示されていないシートがあります: %(names)s") % {"names": "、".join(hidden_names)})
    return sorted(sheets, key=lambda sheet: sheet.hidden), notes


def _check(parts: zipfile.ZipFile) -> None:
    """Refuse what is no workbook or unpacks to more than is read. Raises Unreadable."""
    infos = parts.infolist()
    names = {info.filename for info in infos}
    if "xl/workbook.bin" in names:
        raise Unreadable(
            _("この形式（xlsb）は読めません。Excelで開き、「Excel ブック（.xlsx）」で保存し直してください。")
        )
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Unreadable(
            _("Excelのファイルではないようです。「Excel ブック（.xlsx）」か「CSV UTF-8」で保存し直してください。")
        )
    unpacked = sum(info.file_size for info in infos)
    ratio = max(info.file_size / max(info.compress_size, 1) for info in infos)
    if len(infos) > MOST_PARTS or unpacked > MOST_UNPACKED or (ratio > MOST_RATIO and unpacked > SMALL_ENOUGH):
        raise _too_large()


def _too_large() -> Unreadable:
    return Unreadable(_("ファイルの中身が大きすぎます。いらない行や書式、図を消すか、ファイルを分けてください。"))


def _read(parts: zipfile.ZipFile, name: str, handler: Handler, most: int = MOST_FORMATS) -> None:
    if parts.getinfo(name).file_size > most:
        raise _too_large()
    with parts.open(name) as part:
        read(part, handler)


class _Relations(Handler):
    """Which parts a part stands on: paths by key, paths by kind, keys of sheets."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.paths: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.sheets: set[str] = set()

    def start(self, name: str, attributes: Attributes) -> None:
        """A relation."""
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(f"{self.base}/{target}").lstrip("/")
            )
            kind, key = attributes.get("Type", "").rpartition("/")[2], attributes.get("Id", "")
            self.paths[key] = path
            self.kinds.setdefault(kind, path)
            if kind == "worksheet":
                self.sheets.add(key)


def _relations(parts: zipfile.ZipFile, part: str) -> _Relations:
    folder, _slash, name = part.rpartition("/")
    relations = _Relations(folder)
    path = f"{folder}/_rels/{name}.rels".lstrip("/")
    if path in parts.namelist():
        _read(parts, path, relations)
    return relations


def _main_part(parts: zipfile.ZipFile) -> str:
    return _relations(parts, "").kinds.get("officeDocument", "xl/workbook.xml")


class _Contents(Handler):
    """The sheets of a workbook, by name, key and whether they are hidden."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        """A sheet, or from when days are counted."""
        if name == "sheet":
            key = next((value for attribute, value in attributes.items() if attribute.endswith(" id")), "")
            self.sheets.append((attributes.get("name", ""), key, attributes.get("state", "visible") != "visible"))
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in {"1", "true"}


class _Words(Handler):
    """The words that cells share, without the readings above them."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._pieces: list[str] = []
        self._length = self._phonetic = 0
        self._listens = False

    def start(self, name: str, attributes: Attributes) -> None:
        """A word or a piece of one."""
        if name == "si":
            self._pieces, self._length = [], 0
        elif name == "rPh":
            self._phonetic += 1
        elif name == "t":
            self._listens = not self._phonetic

    def text(self, text: str) -> None:
        """A piece."""
        if self._listens and self._length <= LONGEST_KEPT:
            self._pieces.append(text)
            self._length += len(text)

    def end(self, name: str) -> None:
        """A word is complete."""
        if name == "si":
            self.words.append(unescaped("".join(self._pieces)))
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "t":
            self._listens = False


def _words(parts: zipfile.ZipFile, path: str) -> list[str]:
    words = _Words()
    if path in parts.namelist():
        _read(parts, path, words, MOST_WORDS)
    return words.words


class _Styles(Handler):
    """The formats of cells, by their number."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {str(number): code for number, code in BUILTIN_FORMATS.items()}
        self.cells: list[str] = []
        self._in_cells = False

    def start(self, name: str, attributes: Attributes) -> None:
        """A format of numbers, or of cells."""
        if name == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self.cells.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        """The formats of cells are complete."""
        if name == "cellXfs":
            self._in_cells = False


def _styles(parts: zipfile.ZipFile, path: str) -> list[Style]:
    styles = _Styles()
    if path in parts.namelist():
        _read(parts, path, styles)
    known = {number: _style(code) for number, code in styles.codes.items()}
    return [known.get(number, Style()) for number in styles.cells]


def _style(code: str) -> Style:
    shape = code.split(";")[0].replace('"', "").replace("\\", "")
    if is_timedelta_format(code):
        return Style(is_duration=True)
    if is_date_format(code):
        return Style(is_date=True)
    return Style(shape=shape if ZEROS_SHOWN.fullmatch(shape) else "")


Merged = dict[int, list[tuple[int, int, int]]]


def _merged(part: IO[bytes]) -> Merged:
    """Merged ranges by their first row: last row, first and last column from 0. They stand behind the rows."""
    merged: Merged = {}
    count, rest = 0, b""
    while block := part.read(BLOCK):
        text = rest + block
        end = 0
        for found in MERGED.finditer(text):
            (first_letters, first), (last_letters, last) = (
                coordinate_from_string(corner.decode()) for corner in found.groups()
            )
            columns = column_index_from_string(first_letters) - 1, column_index_from_string(last_letters) - 1
            merged.setdefault(first, []).append((last, *columns))
            end = found.end()
            count += 1
            if count > MOST_MERGED:
                raise Unreadable(_("結合されたセルが多すぎます。セルの結合を解いてから、保存し直してください。"))
        rest = text[max(end, len(text) - LONGEST_MERGED) :]
    return merged


def _filled(rows: Iterator[RawRow], merged: Merged) -> Iterator[RawRow]:
    """Each cell of a merged range says what its first one says."""
    if not merged:
        yield from rows
        return
    active: list[tuple[int, int, int, str]] = []
    for row in rows:
        beginning = merged.get(row.number, ())
        active = [one for one in active if one[0] >= row.number]
        if not beginning and not active:
            yield row
            continue
        texts = list(row.texts)
        for last_row, first, last in beginning:
            if first < len(texts) and texts[first]:
                active.append((last_row, first, last, texts[first]))
        for _last_row, first, last, text in active:
            last = min(last, max(len(texts) - 1, first)) if last - first > WIDEST_MERGED else last
            texts.extend([""] * (last + 1 - len(texts)))
            texts[first : last + 1] = [text] * (last + 1 - first)
        yield RawRow(row.number, tuple(texts), row.flaws)
