"""From a sheet and a profile to rows of our own tables, one record of the file after the other.

Nothing is kept: rows come and go one by one, so a file of any length takes the same memory. What a row holds besides is said with
its place: notes (read, but look at it) and problems (this row cannot be taken like this).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.utils.translation import gettext as _

from ..rows import Cell, Place, Problem, Row
from . import cells
from .books.grid import Book, RawRow, Sheet, Unreadable
from .columns import columns
from .headers import LOOKED_AT, Table, find_table
from .matching import contradiction
from .meanings import Towns, read_record
from .places import code_of
from .profiles import Profile
from .records import Record

SAMPLE = 200
# Rows that are no records are told one by one up to here; beyond it only counted.
MOST_ASIDES = 100


@dataclass(slots=True)
class Translated:
    """What became of one row of the file: rows of our tables (the resource first), or the reason why it is none."""

    number: int
    rows: list[Row] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Translator:
    """Reads a sheet by a profile; go through it with `for`.

    `towns` are the names of the register's 町字: the beginning of an address that is one of them becomes the town.
    `today` says which days of 年末年始 are meant. Before the first row `table`, `lost` (headers that nothing of ours is read
    from) and `notes` are known; `asides`, `elsewhere`, `read` (records) and `lost_values` (by header) count while it goes.
    Raises Unreadable, also on the way.
    """

    def __init__(self, book: Book, profile: Profile, today: date, towns: Towns | None = None) -> None:
        sheet = book.sheet(profile.sheet)
        if sheet is None:
            raise Unreadable(_("シート「%(name)s」がありません。") % {"name": profile.sheet})
        self.sheet: Sheet = sheet
        self.profile = profile
        self.today = today
        self.towns = towns or Towns(())
        first = list(islice(sheet.rows(), SAMPLE + LOOKED_AT))
        self.table: Table = find_table(first, profile.header_row, profile.header_rows)
        self._plan = self._planned(first)
        self.asides: list[Problem] = [
            Problem(Place(sheet.name, 0), text, _("表の上の説明は、取り込みません。")) for text in self.table.above
        ]
        self.asides_count = len(self.asides)
        self.elsewhere = self.read = 0
        self.lost_values: Counter[str] = Counter()
        self._organisations: set[str] = set()

    def __iter__(self) -> Iterator[Translated]:
        self._organisations.clear()
        self.lost_values.clear()
        del self.asides[len(self.table.above) :]
        self.asides_count = len(self.asides)
        self.elsewhere = self.read = 0
        for raw in self.sheet.rows():
            if raw.number <= self.table.last_row:
                continue
            if why := self.table.aside(raw):
                self._set_aside(raw, why)
                continue
            record = self._record(raw)
            if self._is_elsewhere(record):
                self.elsewhere += 1
                continue
            self.read += 1
            for index, header in self._lost_at:
                if index < len(raw.texts) and raw.texts[index]:
                    self.lost_values[header] += 1
            yield self._translated(raw, record)

    def _planned(self, first: list[RawRow]) -> list[tuple[int, str, str]]:
        """Position, header and our column of each column that is read; fills what is lost and what is to be noted."""
        plan = []
        self.lost: list[str] = []
        self._lost_at: list[tuple[int, str]] = []
        self.notes: list[Problem] = []
        body = [row for row in first if not self.table.aside(row)][:SAMPLE]
        for index, header in enumerate(self.table.headers):
            column = self.profile.column_of(header) if header else ""
            values = [row.texts[index] for row in body if index < len(row.texts) and row.texts[index]]
            if header in self.profile.keep:
                column = {"body": "to_body", "staff_note": "to_staff_note"}[self.profile.keep[header]]
            if not column or column == "nothing":
                if header not in self.profile.key and (values or header):
                    name = header or _("見出しのない%(number)s列目") % {"number": index + 1}
                    self.lost.append(name)
                    self._lost_at.append((index, name))
                continue
            other = contradiction(column, values)
            if other:
                message = _(
                    "「%(header)s」の列に、ちがうもの（%(looks)s）が入っているようです。列の選び方を確かめてください。"
                )
                label = {"phone": _("電話番号"), "postal": _("郵便番号"), "mail": _("メールアドレス")}.get(other, "")
                label = label or columns()[{"link": "web", "address": "whole_address"}.get(other, other)].label
                place = Place(self.sheet.name, self.table.last_row, header)
                self.notes.append(Problem(place, values[0], message % {"header": header, "looks": label}))
            plan.append((index, header, column))
        missing = [header for header in self.profile.key if header not in self.table.headers]
        if missing:
            message = _("番号の列（%(names)s）が見つかりません。名前と所在地を、記録の見分けに使います。")
            place = Place(self.sheet.name, self.table.last_row)
            self.notes.append(Problem(place, "", message % {"names": "、".join(missing)}))
        headers = self.table.headers
        self._key = [headers.index(header) for header in self.profile.key if header in headers]
        return plan

    def _record(self, raw: RawRow) -> Record:
        record = Record(self.sheet.name, raw.number)
        texts = raw.texts
        width = len(texts)
        for index, header, column in self._plan:
            if index < width and (text := texts[index]):
                record.add(column, text, header)
        for column, text in self.profile.constants.items():
            record.constant(column, text)
        return record

    def _translated(self, raw: RawRow, record: Record) -> Translated:
        done = Translated(raw.number, notes=record.notes, problems=record.problems)
        for flaw in raw.flaws:
            header = self.table.headers[flaw.index] if flaw.index < len(self.table.headers) else ""
            told = Problem(Place(self.sheet.name, raw.number, header), flaw.value, flaw.message)
            (done.problems if flaw.refuses else done.notes).append(told)
        if len(raw.texts) > len(self.table.headers):
            extra = " ".join(filter(None, raw.texts[len(self.table.headers) :]))
            if extra:
                message = _("見出しのない列に値があります。取り込みません。列がずれていないか確かめてください。")
                done.notes.append(Problem(record.place(""), extra[:100], message))
        done.rows = [
            row
            for row in read_record(record, self.profile, self.today, self.towns)
            if row.table != "organisations" or self._is_new(row)
        ]
        source_key = self._source_key(raw, record)
        for row in done.rows:
            if row.table == "organisations":
                continue
            row.source_key = source_key
            if row.table != "resources":
                row.cells["resource"] = Cell(source_key, record.place(""))
        if not record.text("name"):
            message = _("名前がありません。名前を書くか、この行を消してください。")
            done.problems.append(Problem(record.place(record.header("name")), "", message))
        return done

    def _is_new(self, organisation: Row) -> bool:
        """An organisation is written once, with the first of its records."""
        name = organisation.text("name")
        if name in self._organisations:
            return False
        self._organisations.add(name)
        return True

    def _source_key(self, raw: RawRow, record: Record) -> str:
        """What the file calls the record: its key columns, else its name and address."""
        parts = []
        for index in self._key:
            text = raw.texts[index] if index < len(raw.texts) else ""
            # A code that lost its zero in one year's file is the same code in the next.
            parts.append(code_of(text) or text if len(self._key) > 1 and index == self._key[0] else text)
        own = parts[1:] if len(parts) > 1 and code_of(parts[0]) else parts
        if own and all(text and not cells.is_nothing(text) for text in own):
            return "-".join(parts)
        return " ".join(filter(None, [record.text("name"), record.text("address_said")]))

    def _is_elsewhere(self, record: Record) -> bool:
        code = code_of(record.text("municipality_code")) if self.profile.municipality else ""
        # A prefecture (its number and 000) says nothing of the municipality.
        if code and code[2:5] != "000":
            return code != self.profile.municipality
        said = record.text("city") or record.text("whole_address")
        return bool(self.profile.municipality_name and said) and self.profile.municipality_name not in said

    def _set_aside(self, raw: RawRow, why: str) -> None:
        self.asides_count += 1
        if len(self.asides) < MOST_ASIDES:
            text = " ".join(dict.fromkeys(filter(None, raw.texts)))[:200]
            message = _("この行は取り込みません（%(why)s）。") % {"why": why}
            self.asides.append(Problem(Place(self.sheet.name, raw.number), text, message))
