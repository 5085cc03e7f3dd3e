"""The register as files in our own format: a CSV file for each table, one workbook, or JSON; the same bytes for the same register."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Literal

from django.db.models import QuerySet

from ...models import Area
from ..shared import BOM
from .guarding import guarded
from .own import Table, tables
from .public_rows import public_rows, public_tables
from .register_rows import Texts, rows_of
from .workbook import Workbook

FORMATS = ("csv", "xlsx", "json")
Audience = Literal["staff", "public"]
# The first table of every file says what it is.
ABOUT = "about"
ABOUT_HEADER = ("形式", "版", "市町村のコード", "市町村")
ABOUT_KEYS = ("format", "version", "codes", "names")
FORMAT_NAME, FORMAT_VERSION = "yorozu-register", "1"
WORKBOOK, JSON_FILE = "register.xlsx", "register.json"
Rows = Iterable[tuple[Table, Texts]]


def export_register(
    folder: Path, format: str = "csv", *, audience: Audience = "staff", without: Collection[str] = ()
) -> list[Path]:
    """Write the register into a folder; returns the files. `public`: of public records only, as anybody may have them.
    `without`: tables that whoever asks may not see (contact points).

    Raises ValueError for another format, OSError where nothing can be written, `workbook.TooMuch`.
    """
    if format not in FORMATS:
        raise ValueError(format)
    folder.mkdir(parents=True, exist_ok=True)
    if audience == "public":
        chosen, rows = public_tables(), public_rows()
    else:
        chosen = [table for table in tables().values() if table.name not in without]
        rows = rows_of([table for table in chosen if not table.parent])
    return _WRITERS[format](folder, chosen, rows)


def about() -> tuple[str, ...]:
    """The row that says what a file is, and of which municipalities."""
    homes = municipalities().order_by("code", "slug").values_list("code", "name")
    return (
        FORMAT_NAME,
        FORMAT_VERSION,
        " ".join(filter(None, (code for code, _name in homes))),
        " ".join(n for _c, n in homes),
    )


def municipalities() -> QuerySet[Area]:
    """Those of the register."""
    return Area.objects.filter(layer__is_municipality=True)


def headers(table: Table) -> list[str]:
    """The header row of a table."""
    return [str(column.label) for column in table.columns]


def sheet_name(table: Table) -> str:
    """The name of its sheet."""
    return str(table.label).replace("/", "・")


def _cells(table: Table, texts: Texts, *, is_typed: bool) -> list[str]:
    return [guarded(texts.get(column.name, ""), is_typed=is_typed) for column in table.columns]


def _write_csv(folder: Path, chosen: list[Table], rows: Rows) -> list[Path]:
    files = {table.name: folder / f"{table.name}.csv" for table in chosen}
    with ExitStack() as stack:
        writers = {}
        for table in chosen:
            file = stack.enter_context(files[table.name].open("w", encoding="utf-8", newline=""))
            file.write(BOM)
            writers[table.name] = csv.writer(file, lineterminator="\r\n")
            writers[table.name].writerow(headers(table))
        for table, texts in rows:
            writers[table.name].writerow(_cells(table, texts, is_typed=False))
    first = folder / f"{ABOUT}.csv"
    with first.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM)
        csv.writer(file, lineterminator="\r\n").writerows([ABOUT_HEADER, about()])
    return [first, *files.values()]


class _Kept:
    """Rows of several tables that come mixed, kept in files until each table has its turn."""

    def __init__(self, chosen: list[Table], rows: Rows, stack: ExitStack) -> None:
        self._files: dict[str, IO[str]] = {
            table.name: stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))  # noqa: SIM115 (the stack is one)
            for table in chosen
        }
        for table, texts in rows:
            self._files[table.name].write(json.dumps(texts) + "\n")

    def rows(self, table: Table) -> Iterator[Texts]:
        """Those of one table, in their order."""
        file = self._files[table.name]
        file.seek(0)
        for line in file:
            yield json.loads(line)


def _write_workbook(folder: Path, chosen: list[Table], rows: Rows) -> list[Path]:
    path = folder / WORKBOOK
    with ExitStack() as stack:
        kept = _Kept(chosen, rows, stack)
        book = Workbook(path)
        book.sheet("このファイル", ABOUT_HEADER, [about()])
        for table in chosen:
            cells = (_cells(table, texts, is_typed=True) for texts in kept.rows(table))
            book.sheet(sheet_name(table), headers(table), cells)
        book.close()
    return [path]


def _write_json(folder: Path, chosen: list[Table], rows: Rows) -> list[Path]:
    """A row a line: whoever reads it need not hold it all."""
    path = folder / JSON_FILE
    with ExitStack() as stack:
        kept = _Kept(chosen, rows, stack)
        file = stack.enter_context(path.open("w", encoding="utf-8", newline="\n"))
        head = dict(zip(ABOUT_KEYS, about(), strict=True))
        file.write('{\n"about": ' + _json(head) + ',\n"tables": {')
        for number, table in enumerate(chosen):
            file.write((",\n" if number else "\n") + f'"{table.name}": [')
            for line, texts in enumerate(kept.rows(table)):
                file.write(("," if line else "") + "\n" + _json(texts))
            file.write("\n]")
        file.write("\n}\n}\n")
    return [path]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_WRITERS = {"csv": _write_csv, "xlsx": _write_workbook, "json": _write_json}
