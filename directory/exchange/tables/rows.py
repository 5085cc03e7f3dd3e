"""What a table is made of on its way in: cells that know where they stand, rows of our own tables, problems with a place.

Whatever somebody brings (our own file, a list of the standard, a free table) becomes rows of our own tables before anybody looks at
the register; so there is one importer, and a problem that it finds is still told by the sheet, row and column of the file that came.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file: sheet by name (empty for CSV), row from 1 as a spreadsheet counts, column by its header."""

    sheet: str = ""
    row: int = 0
    column: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell, and where it stands (of a value that was read out of another column: that column)."""

    text: str
    place: Place


@dataclass(slots=True)
class Row:
    """A row of one of our own tables (`resources`, `channels`, `hours` ...); the keys of `cells` are our own columns.

    `source_key` is what the file calls the record, if it does (for example the number of a facility): the same key of the same
    origin is the same record whenever it comes again. Children name their record in `resource` by its id or by that key.
    """

    table: str
    place: Place
    cells: dict[str, Cell] = field(default_factory=dict)
    source_key: str = ""

    def text(self, column: str) -> str:
        """The text of a column, empty where there is none."""
        cell = self.cells.get(column)
        return cell.text if cell else ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place, and what to do about it, in words for the person who keeps the file."""

    place: Place
    value: str
    message: str
