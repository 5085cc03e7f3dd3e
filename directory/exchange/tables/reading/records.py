"""One record of a foreign file on its way: its cells by our columns, and the row of ours that is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from directory.models import GatheringPlace, Resource

from ..rows import Cell, Place, Problem, Row
from . import cells

# Notes that the register keeps short; a longer one is told at length instead.
_NOTES = {
    Resource: ("access_note", "eligibility_note", "cost_note", "first_visit_note", "hours_note", "source"),
    GatheringPlace: ("capacity", "run_by"),
}
LONGEST_NOTES: dict[str, int] = {
    field.name: field.max_length
    for table, names in _NOTES.items()
    for field in table._meta.fields
    if field.name in names and field.max_length
}


@dataclass(slots=True)
class Record:
    """The cells of a row by our columns, each with its header; notes and problems about them."""

    sheet: str
    number: int
    values: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _places: dict[str, Place] = field(default_factory=dict)

    def add(self, column: str, text: str, header: str) -> None:
        """A cell of the file; what only says that there is nothing (「-」, 「不明」) is left out."""
        if len(text) > cells.LONGEST_NOTHING or not cells.is_nothing(text):
            self.values.setdefault(column, []).append((text, header))

    def constant(self, column: str, text: str) -> None:
        """A value of the profile, for rows that have none of their own."""
        self.values.setdefault(column, [(text, "")])

    def text(self, column: str) -> str:
        """The text of a column; empty where there is none."""
        found = self.values.get(column)
        return found[0][0] if found else ""

    def header(self, column: str) -> str:
        """The header under which it stands; empty where there is none."""
        found = self.values.get(column)
        return found[0][1] if found else ""

    def each(self, column: str) -> Sequence[tuple[str, str]]:
        """All texts of a column, with their headers."""
        return self.values.get(column, ())

    def place(self, header: str) -> Place:
        """Where a cell of the row stands."""
        place = self._places.get(header)
        if place is None:
            place = self._places[header] = Place(self.sheet, self.number, header)
        return place

    def note(self, column: str, text: str, message: str) -> None:
        """Say something of a cell that was read."""
        self.notes.append(Problem(self.place(self.header(column)), text[:100], message))


class Putting:
    """Writes cells of our own columns, with the place of the foreign cell that they were read from."""

    def __init__(self, record: Record, row: Row) -> None:
        self.record = record
        self.row = row

    def __call__(self, column: str, text: str, read_from: str = "") -> None:
        if not text:
            return
        header = self.record.header(read_from) if read_from else ""
        place = self.record.place(header)
        if len(text) > LONGEST_NOTES.get(column, len(text)):
            self.record.notes.append(Problem(place, text[:100], _("長いので、「くわしく」に入れました。")))
            self.more("body", f"{header}: {text}" if header else text, read_from, "\n\n")
            if column == "eligibility_note":
                self.row.cells[column] = Cell(_("くわしい条件は、説明に書いてあります。"), place)
            return
        self.row.cells[column] = Cell(text, place)

    def more(self, column: str, text: str, read_from: str, between: str) -> None:
        """Add to what stands there already."""
        if text:
            before = self.row.text(column)
            self(column, f"{before}{between}{text}" if before else text, read_from)
