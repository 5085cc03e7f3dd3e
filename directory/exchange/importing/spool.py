"""The rows of a file on their way: kept in a file of their own, so that 100,000 of them need no memory.

A scratch database of SQLite that nobody else sees and that is gone at the end. In it rows are put together with their children,
whatever order they came in, and what was decided of each record waits for whoever writes it.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

from ...identity import SHORT_ID_LENGTH, stable_short_id, stable_uuid
from ..tables.own import DRAFT, ID, VERSION, Table, children_of, tables
from ..tables.register_rows import CHUNK, chunks
from ..tables.rows import Place, Row

_SCHEMA = """
CREATE TABLE rows (seq INTEGER PRIMARY KEY, tbl TEXT, key TEXT, version TEXT, parent TEXT, has_id INTEGER, sheet TEXT,
    number INTEGER, data TEXT);
CREATE TABLE sources (tbl TEXT, source TEXT, key TEXT, PRIMARY KEY (tbl, source)) WITHOUT ROWID;
CREATE TABLE verdicts (seq INTEGER PRIMARY KEY, tbl TEXT, key TEXT, verdict TEXT, name TEXT, sheet TEXT, number INTEGER,
    stamp TEXT, changes TEXT);
CREATE TABLE looks (key TEXT, name TEXT, reading TEXT, address TEXT, phone TEXT, plain TEXT, sheet TEXT, row INTEGER);
"""
_INDEXES = """
CREATE INDEX rows_of ON rows (tbl, key);
CREATE INDEX rows_below ON rows (tbl, parent);
CREATE INDEX decided ON verdicts (tbl, key);
"""


@dataclass(slots=True)
class Line:
    """A row that was read: its texts by column, and where they stand. `headers` is shared by all rows of a sheet."""

    table: str
    place: Place
    texts: dict[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    # Of texts that do not stand under their usual header in this row.
    elsewhere: dict[str, Place] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The text of a column, empty where there is none."""
        return self.texts.get(name, "")

    def place_of(self, name: str) -> Place:
        """Where a text stands; the row where there is none."""
        if name not in self.texts:
            return self.place
        return self.elsewhere.get(name) or Place(self.place.sheet, self.place.row, self.headers.get(name, ""))


@dataclass(slots=True)
class Unit:
    """All that a file says of one record: its row, its children by table, and the same of its waiting draft."""

    key: str
    place: Place
    row: Line | None = None
    draft: Line | None = None
    children: dict[str, list[Line]] = field(default_factory=dict)
    draft_children: dict[str, list[Line]] = field(default_factory=dict)
    # Whether the row is one that we wrote: it says itself which record it is.
    has_id: bool = False

    @property
    def rows(self) -> Iterator[Line]:
        """Every row of it."""
        yield from filter(None, (self.row, self.draft))
        for children in (self.children, self.draft_children):
            for rows in children.values():
                yield from rows


class Spool:
    """A context: `with Spool(token, origin) as spool`. `token` makes the keys of rows that have none, the same each time.

    `origin`: under which name the file's own keys are known (`Row.source_key`).
    """

    def __init__(self, token: str, origin: str) -> None:
        self.token, self.origin = token, origin
        self._folder = tempfile.TemporaryDirectory(prefix="yorozu-import-")
        self.db = sqlite3.connect(Path(self._folder.name) / "rows", isolation_level=None)
        self.db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000;" + _SCHEMA)
        # Places mostly say the header that the column had in the first row of its sheet: said once.
        self._headers: dict[tuple[str, str], dict[str, str]] = {}
        self.counts: dict[str, int] = {}

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.db.close()
        self._folder.cleanup()

    # in

    def fill(self, rows: Iterable[Row]) -> int:
        """Take all rows; returns how many."""
        total = 0
        self.db.execute("BEGIN")
        for chunk in chunks(rows, 1000):
            kept = [self._kept(row) for row in chunk]
            self.db.executemany("INSERT INTO rows VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", kept)
            total += len(kept)
        self.db.execute("COMMIT")
        self.db.executescript(_INDEXES)
        self._name_parents()
        return total

    def _kept(self, row: Row) -> tuple[Any, ...]:
        table = tables()[row.table]
        self.counts[row.table] = self.counts.get(row.table, 0) + 1
        version = DRAFT if row.text(VERSION).strip() else ""
        if table.parent:
            return (
                row.table,
                row.text(ID).strip().lower(),
                version,
                row.text(table.owner).strip(),
                1,
                *self._packed(row),
            )
        key, has_id = self._key(table, row)
        if row.source_key:
            self.db.execute("INSERT OR IGNORE INTO sources VALUES (?, ?, ?)", (row.table, row.source_key, key))
        return (row.table, key, version, "", has_id, *self._packed(row))

    def _key(self, table: Table, row: Row) -> tuple[str, bool]:
        """By which key a row is known (its id, the file's own key, else its place), and whether we wrote that ourselves."""
        if given := row.text(ID).strip().lower():
            # Both numbers stand only in what we wrote ourselves: that is no record that somebody typed anew.
            return _mended(given, table.identity), bool(row.text("uuid").strip())
        if row.source_key:
            identity = stable_uuid(self.origin, f"{table.name}:{row.source_key}")
        elif table.name == "resources" and (given := row.text("uuid").strip()):
            return given.lower(), True
        else:
            identity = stable_uuid(self.token, f"{table.name}:{row.place.sheet}:{row.place.row}")
        return (stable_short_id(identity) if table.identity == "short_id" else str(identity)), False

    def rename(self, table: Table, key: str, other: str) -> None:
        """What the file calls one record is another: of the register, or of an earlier row, which then stands."""
        if self.db.execute("SELECT 1 FROM rows WHERE tbl = ? AND key = ?", (table.name, other)).fetchone():
            self.db.execute("DELETE FROM rows WHERE tbl = ? AND key = ?", (table.name, key))
            for child in children_of(table.name):
                self.db.execute("DELETE FROM rows WHERE tbl = ? AND parent = ?", (child.name, key))
        else:
            self.db.execute("UPDATE rows SET key = ? WHERE tbl = ? AND key = ?", (other, table.name, key))
            for child in children_of(table.name):
                self.db.execute("UPDATE rows SET parent = ? WHERE tbl = ? AND parent = ?", (other, child.name, key))
        self.db.execute("UPDATE sources SET key = ? WHERE tbl = ? AND key = ?", (other, table.name, key))
        # Rows of other tables may name it as the file does.
        self.db.execute("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", (table.name, key, other))

    def _packed(self, row: Row) -> tuple[str, int, str]:
        sheet, number = row.place.sheet, row.place.row
        headers = self._headers.setdefault((row.table, sheet), {})
        texts, elsewhere = {}, {}
        for name, cell in row.cells.items():
            texts[name] = cell.text
            place = cell.place
            if place.column != headers.setdefault(name, place.column) or place.row != number or place.sheet != sheet:
                elsewhere[name] = (place.sheet, place.row, place.column)
        return sheet, number, json.dumps([texts, elsewhere] if elsewhere else [texts], ensure_ascii=False)

    def _name_parents(self) -> None:
        """Children that name their record by the file's own key name it by ours from here on."""
        for table in tables().values():
            if table.parent and self.counts.get(table.name):
                self.db.execute(
                    "UPDATE rows SET parent = COALESCE((SELECT key FROM sources WHERE tbl = ? AND source = parent), "
                    "lower(parent)) WHERE tbl = ?",
                    (table.parent, table.name),
                )

    def texts(self, table: Table) -> Iterator[tuple[str, Line]]:
        """Rows of a table by their keys; for tables of words, which are short."""
        found = self.db.execute(
            "SELECT key, tbl, sheet, number, data FROM rows WHERE tbl = ?", (table.name,)
        ).fetchall()
        for key, *rest in found:
            yield key, self._line(*rest)

    # decided

    def decide(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Keep what was decided of records: table, key, verdict, name, sheet, row, stamp, changes as JSON."""
        self.db.executemany("INSERT INTO verdicts VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def redecide(self, table: str, key: str, verdict: str) -> None:
        """Decide anew of one record."""
        self.db.execute("UPDATE verdicts SET verdict = ? WHERE tbl = ? AND key = ?", (verdict, table, key))

    def decided(self, table: str, verdict: str) -> list[str]:
        """The keys of records of which this was decided."""
        rows = self.db.execute("SELECT key FROM verdicts WHERE tbl = ? AND verdict = ?", (table, verdict))
        return [key for (key,) in rows]

    def stamps(self, table: str, keys: Collection[str]) -> dict[str, str]:
        """Of each record, what it was when it was decided."""
        marks = ",".join("?" * len(keys))
        rows = self.db.execute(f"SELECT key, stamp FROM verdicts WHERE tbl = ? AND key IN ({marks})", (table, *keys))  # noqa: S608
        return dict(rows.fetchall())

    # out

    def key_of_source(self, table: str, source: str) -> str:
        """Our key of what the file calls so, "" if it calls nothing so."""
        found = self.db.execute("SELECT key FROM sources WHERE tbl = ? AND source = ?", (table, source)).fetchone()
        return found[0] if found else ""

    def keys(self, table: str) -> set[str]:
        """The keys of all records of a table that the file brings."""
        return {key for (key,) in self.db.execute("SELECT DISTINCT key FROM rows WHERE tbl = ?", (table,))}

    def doubled(self, table: str) -> dict[str, list[tuple[str, int]]]:
        """Keys that stand in several rows of one version: what each says, and its number."""
        found: dict[str, list[tuple[str, int]]] = {}
        rows = self.db.execute(
            "SELECT key, version, data, number FROM rows WHERE tbl = ? AND (key, version) IN "
            "(SELECT key, version FROM rows WHERE tbl = ? GROUP BY key, version HAVING COUNT(*) > 1) ORDER BY seq",
            (table, table),
        )
        for key, version, data, number in rows:
            found.setdefault(f"{key}\t{version}", []).append((data, number))
        return found

    def sheet_of(self, table: str, key: str) -> str:
        """The sheet on which a record stands."""
        found = self.db.execute("SELECT sheet FROM rows WHERE tbl = ? AND key = ?", (table, key)).fetchone()
        return found[0] if found else ""

    def units(self, table: Table, children: Sequence[Table], verdicts: Collection[str] = ()) -> Iterator[list[Unit]]:
        """The records of a table with all that belongs to them, so many at a time, in the order of the file.

        Also those of which the file has only children. `verdicts`: only those of which this was decided.
        """
        below = ",".join("?" * len(children))
        chosen = ""
        wanted: tuple[str, ...] = ()
        if verdicts:
            marks = ",".join("?" * len(verdicts))
            chosen = f"WHERE key IN (SELECT key FROM verdicts WHERE tbl = ? AND verdict IN ({marks}))"  # noqa: S608
            wanted = (table.name, *verdicts)
        reading = self.db.cursor()
        reading.execute(
            "SELECT key, MIN(seq) AS first FROM (SELECT key, seq FROM rows WHERE tbl = ? UNION ALL "  # noqa: S608 (marks only)
            f"SELECT parent, seq FROM rows WHERE tbl IN ({below})) {chosen} GROUP BY key ORDER BY first",
            (table.name, *(child.name for child in children), *wanted),
        )
        while batch := reading.fetchmany(CHUNK):
            yield self.some_units(table, children, [key for key, _first in batch])

    def some_units(self, table: Table, children: Sequence[Table], keys: list[str]) -> list[Unit]:
        """All that the file says of these records."""
        units: dict[str, Unit] = {}
        marks = ",".join("?" * len(keys))
        for key, version, has_id, *rest in self.db.execute(
            f"SELECT key, version, has_id, tbl, sheet, number, data FROM rows WHERE tbl = ? AND key IN ({marks}) "  # noqa: S608
            "ORDER BY seq DESC",
            (table.name, *keys),
        ):
            row = self._line(*rest)
            unit = units.setdefault(key, Unit(key, row.place))
            unit.has_id = bool(has_id)
            # Of doubled rows the first one counts; who asks has refused the others.
            if version:
                unit.draft = row
            else:
                unit.row, unit.place = row, row.place
        for child in children:
            for parent, version, *rest in self.db.execute(
                f"SELECT parent, version, tbl, sheet, number, data FROM rows WHERE tbl = ? AND parent IN ({marks}) "  # noqa: S608
                "ORDER BY seq",
                (child.name, *keys),
            ):
                row = self._line(*rest)
                unit = units.setdefault(parent, Unit(parent, row.place))
                of = unit.draft_children if version else unit.children
                of.setdefault(child.name, []).append(row)
        return [units[key] for key in keys if key in units]

    def _line(self, table: str, sheet: str, number: int, data: str) -> Line:
        texts, *more = json.loads(data)
        elsewhere = {name: Place(*place) for name, place in more[0].items()} if more else {}
        return Line(table, Place(sheet, number), texts, self._headers[table, sheet], elsewhere)


def _mended(key: str, identity: str) -> str:
    """A key as we write it: zeros that a spreadsheet took away, a UUID without its hyphens."""
    if identity == "short_id":
        return key.zfill(SHORT_ID_LENGTH) if key.isascii() and key.isdigit() else key
    try:
        return str(UUID(key))
    except ValueError:
        return key
