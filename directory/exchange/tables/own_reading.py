"""Our own format read back: CSV (one file, a folder, a zip of files), Excel and JSON, as rows with their places.

Small and strict: headers are ours. Whatever looks otherwise is somebody else's file and needs a profile.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from .guarding import unguarded
from .own import Table, tables
from .rows import Cell, Place, Problem, Row
from .workbook import decoded
from .writing import ABOUT, ABOUT_HEADER, ABOUT_KEYS, FORMAT_NAME, headers, sheet_name

MOST_ROWS = 2_000_000
MOST_BYTES = 500_000_000
# What a small file may unpack to.
MOST_UNPACKED = 2_000_000_000
LONGEST_CELL = 32_767
# Both are in the container of Office files from before 2007.
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
CSV_NAME, JSON_NAME, EXCEL_NAMES = ".csv", ".json", (".xlsx", ".xlsm")


class NotOurs(ValueError):
    """A file that is not of our own format, or cannot be read; `problem` says what to do."""

    def __init__(self, message: str, place: Place | None = None, value: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(place or Place(), value, message)


@dataclass(slots=True)
class Reading:
    """A file that is being read. `rows` may be gone through once; what is wrong with the file is in `problems` afterwards."""

    rows: Iterator[Row]
    # Tables of which the file holds all rows of the records that it names: children that it lacks are gone.
    complete: frozenset[str]
    # What the file says of itself (`writing.ABOUT_KEYS`).
    about: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    # What was read, or left out, in a way that somebody should look at; it stops nothing.
    notes: list[Problem] = field(default_factory=list)
    # Under which name the file's own keys are known; the profile's where it says nothing.
    origin: str = ""
    # Records that are left out because of a problem that was found while reading.
    refused: int = 0


def read_own(path: Path) -> Reading:
    """Begin to read a file, or a folder of CSV files. Raises NotOurs, also while rows are gone through."""
    if path.is_dir():
        return _read_files({file.name: file.read_bytes for file in sorted(path.glob(f"*{CSV_NAME}"))})
    try:
        if path.stat().st_size > MOST_BYTES:
            raise NotOurs(_("ファイルが大きすぎます（500MBまで）。いくつかに分けてください。"))
        suffix = path.suffix.lower()
        if suffix == CSV_NAME:
            return _read_files({path.name: path.read_bytes})
        if suffix == ".zip":
            return _read_zip(path)
        if suffix == JSON_NAME:
            return _read_json(path)
        if suffix in EXCEL_NAMES:
            return _read_excel(path)
    except OSError as error:
        raise NotOurs(_("ファイルを開けません。場所と名前をたしかめてください。")) from error
    raise NotOurs(_("CSV・Excel（.xlsx）・JSONのどれかにしてください。"))


def _read_zip(path: Path) -> Reading:
    try:
        archive = zipfile.ZipFile(path)
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
            raise NotOurs(_("中身が大きすぎます。いくつかに分けてください。"))
        names = [name for name in archive.namelist() if name.endswith(CSV_NAME)]
        return _read_files({Path(name).name: _entry(archive, name) for name in sorted(names)})
    except BadZipFile as error:
        raise NotOurs(_("zipファイルがこわれています。もう一度書き出してください。")) from error


def _entry(archive: zipfile.ZipFile, name: str) -> Callable[[], bytes]:
    return lambda: archive.read(name)


def _read_files(files: dict[str, Callable[[], bytes]]) -> Reading:
    contents: dict[str, tuple[str, list[str], Iterator[list[str]]]] = {}
    about: dict[str, str] = {}
    for name, read in files.items():
        lines = _lines(name, read())
        header = next(lines, [])
        if Path(name).stem == ABOUT:
            about = dict(zip(ABOUT_KEYS, next(lines, []), strict=False))
            continue
        table = _table_of(Path(name).stem, header)
        if table is None:
            raise NotOurs(
                _(
                    "「%s」は、このサイトから書き出した表ではありません。見出しを変えていなければ、取り込み方を選んでください。"
                )
                % name
            )
        contents[table.name] = (name if len(files) > 1 else "", header, lines)
    if not contents:
        raise NotOurs(_("取り込む表がありません。"))
    _check_about(about)
    reading = Reading(iter(()), frozenset(contents), about)
    reading.rows = _in_order(contents, reading, lambda text: text)
    return reading


def _lines(name: str, content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotOurs(_("文字コードがUTF-8ではありません。「CSV UTF-8」で保存してください。"), Place(name)) from error
    if "\x00" in text:
        raise NotOurs(_("CSVではないファイルです。"), Place(name))
    csv.field_size_limit(LONGEST_CELL * 4)
    try:
        yield from csv.reader(io.StringIO(text, newline=""))
    except csv.Error as error:
        raise NotOurs(
            _("引用符の数が合わないか、長すぎるところがあります。もう一度書き出してください。"), Place(name)
        ) from error


def _table_of(name: str, header: list[str]) -> Table | None:
    """The table of a file: by its headers, and by its name where several fit."""
    fitting = [table for table in tables().values() if len(header) > 1 and set(header) <= set(headers(table))]
    named = [table for table in fitting if table.name == name or sheet_name(table) == name]
    return named[0] if named else fitting[0] if len(fitting) == 1 else None


def _in_order(
    contents: dict[str, tuple[str, list[str], Iterator[list[str]]]], reading: Reading, decode: Callable[[str], str]
) -> Iterator[Row]:
    count = 0
    for table in tables().values():
        if table.name not in contents:
            continue
        sheet, header, lines = contents[table.name]
        by_label = {str(column.label): column for column in table.columns}
        columns = [(by_label[label].name, label) if label in by_label else None for label in header]
        for number, cells in enumerate(lines, start=2):
            if not any(cells):
                continue
            count += 1
            if count > MOST_ROWS:
                raise NotOurs(_("行が多すぎます。いくつかのファイルに分けてください。"))
            if len(cells) > len(columns):
                reading.problems.append(
                    Problem(
                        Place(sheet, number),
                        cells[-1][:80],
                        _("見出しのない列に書かれています。見出しをつけるか、消してください。"),
                    )
                )
            row = Row(table.name, Place(sheet, number))
            for column, text in zip(columns, cells, strict=False):
                if column:
                    row.cells[column[0]] = Cell(unguarded(decode(text)), Place(sheet, number, column[1]))
            yield row


def _read_excel(path: Path) -> Reading:
    content = path.read_bytes()
    if content.startswith(_OLD_EXCEL):
        raise NotOurs(
            _("パスワードがかかっているか、古い形式（.xls）です。パスワードを外し、.xlsxで保存してください。")
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise NotOurs(_("中身が大きすぎます。いくつかに分けてください。"))
        # From memory: nobody has to close it, however the reading ends.
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        if isinstance(error, NotOurs):
            raise
        raise NotOurs(_("Excelのファイルとして開けません。Excelで開き、.xlsxで保存し直してください。")) from error
    by_sheet = {sheet_name(table): table for table in tables().values()}
    contents: dict[str, tuple[str, list[str], Iterator[list[str]]]] = {}
    about: dict[str, str] = {}
    for sheet in book.worksheets:
        lines = _excel_lines(sheet)
        header = next(lines, [])
        if tuple(header) == ABOUT_HEADER:
            about = dict(zip(ABOUT_KEYS, next(lines, []), strict=False))
        elif not header and sheet.title not in by_sheet:
            continue
        elif table := _table_of(sheet.title, header):
            contents[table.name] = (sheet.title, header, lines)
        else:
            raise NotOurs(
                _(
                    "「%s」は、このサイトから書き出した表ではありません。見出しを変えていなければ、取り込み方を選んでください。"
                )
                % sheet.title,
                Place(sheet.title, 1),
            )
    if not contents:
        raise NotOurs(_("取り込む表がありません。"))
    _check_about(about)
    reading = Reading(iter(()), frozenset(contents), about)
    reading.rows = _in_order(contents, reading, decoded)
    return reading


def _excel_lines(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows(values_only=True):
        cells = ["" if value is None else value if isinstance(value, str) else _typed(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def _typed(value: Any) -> str:
    """What somebody typed and Excel took for a number, a day or a truth."""
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read_json(path: Path) -> Reading:
    """A row a line, as `writing` lays them down, so that no more than a line is held."""
    reading = Reading(iter(()), frozenset(), {})
    with path.open(encoding="utf-8") as file:
        names = [name for line in _json_lines(file) if (name := _opened(line))]
        file.seek(0)
        head = next((line for line in _json_lines(file) if line.startswith(_HEAD)), "")
    if not head or not names:
        raise NotOurs(_("このサイトから書き出したJSONではありません。"))
    if unknown := [name for name in names if name not in tables()]:
        raise NotOurs(_("「%s」という表はありません。") % unknown[0][:80])
    about = _json(head.removeprefix(_HEAD), Place())
    reading.about = {key: str(about.get(key, "")) for key in ABOUT_KEYS}
    _check_about(reading.about)
    reading.complete = frozenset(names)
    reading.rows = _json_rows(path)
    return reading


_HEAD, _OPENING = '"about": ', re.compile(r'(?:"tables": \{)?\s*,?"([a-z_]+)": \[')


def _json_lines(file: IO[str]) -> Iterator[str]:
    try:
        for line in file:
            yield line.rstrip(",\n")
    except UnicodeDecodeError as error:
        raise NotOurs(_("文字コードがUTF-8ではありません。")) from error


def _opened(line: str) -> str:
    """The table that begins with a line."""
    match = _OPENING.fullmatch(line) if len(line) < 100 else None
    return match[1] if match else ""


def _json(text: str, place: Place) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotOurs(_("JSONの形が違います。もう一度書き出してください。"), place) from error
    if not isinstance(value, dict):
        raise NotOurs(_("JSONの形が違います。もう一度書き出してください。"), place)
    return value


def _json_rows(path: Path) -> Iterator[Row]:
    name, labels, number = "", {}, 0
    with path.open(encoding="utf-8") as file:
        for line in _json_lines(file):
            if opened := _opened(line):
                name, number = opened, 0
                labels = {column.name: str(column.label) for column in tables()[name].columns}
            elif name and line.startswith("{"):
                number += 1
                place = Place(name, number)
                texts = _json(line, place)
                if strange := [key for key in texts if key not in labels]:
                    raise NotOurs(_("「%s」という列はありません。") % strange[0][:80], place)
                yield Row(
                    name,
                    place,
                    {
                        key: Cell("" if value is None else str(value), Place(name, number, labels[key]))
                        for key, value in texts.items()
                    },
                )


def _check_about(about: dict[str, str]) -> None:
    if about and about.get("format") not in ("", None, FORMAT_NAME):
        raise NotOurs(_("このサイトから書き出したファイルではありません。"))
