"""Words of a city's own list where the register has records: its 地区, 分野 and kinds of institution are seldom called as ours are.

What is one of ours becomes it. What is not is no reason to refuse a row: it stays in the text with its header, the row gets what the
profile says of all rows, and the person is told.
"""

from __future__ import annotations

import re
from collections import Counter

from django.db import models
from django.utils.translation import gettext as _

from ...models import Area, Field, InstitutionType, Need
from ..tables.columns import key_of
from ..tables.reading.profiles import Profile
from ..tables.rows import Cell, Problem, Row
from ..tables.values import AND

MODELS: dict[str, type[models.Model]] = {"areas": Area, "fields": Field, "needs": Need, "type": InstitutionType}
BETWEEN = re.compile(r"\s*[、,;；\n/／]\s*")


class Words:
    """Names of the register by which rows may name its records; goes through rows one by one."""

    def __init__(self, profile: Profile) -> None:
        self.defaults = {
            "areas": profile.areas,
            "fields": profile.fields,
            "needs": "",
            "type": profile.type,
        }
        self._known = {column: _names(model) for column, model in MODELS.items()}

    def settle(self, row: Row) -> list[Problem]:
        """Put our records where the row of a resource or an organisation names some; notes of what is not ours."""
        notes = []
        for column, known in self._known.items():
            cell = row.cells.get(column)
            if cell is None or cell.text == self.defaults[column]:
                continue
            pieces = [cell.text] if cell.text in known else [piece for piece in BETWEEN.split(cell.text) if piece]
            ours = list(dict.fromkeys(known[piece] for piece in pieces if piece in known))
            if all(piece in known for piece in pieces):
                row.cells[column] = Cell(AND.join(ours), cell.place)
                continue
            default = self.defaults[column]
            if column == "type" and not default:
                # Nobody has said what it is: the plan asks, and offers what is nearest.
                continue
            del row.cells[column]
            if ours or default:
                row.cells[column] = Cell(AND.join(ours) or default, cell.place)
            if row.table == "resources":
                _keep(row, cell)
                message = _("登録簿にない言葉なので、「くわしく」に、見出しと入れました。")
                notes.append(Problem(cell.place, cell.text[:100], message))
        return notes


def _names(model: type[models.Model]) -> dict[str, str]:
    """Keys by key and by name; of names that several have none: which is meant?"""
    records = list(model._default_manager.all())
    keys = {str(getattr(record, key_of(model))): str(getattr(record, key_of(model))) for record in records}
    shared = Counter(map(str, records))
    return {
        **{str(record): str(getattr(record, key_of(model))) for record in records if shared[str(record)] == 1},
        **keys,
    }


def _keep(row: Row, cell: Cell) -> None:
    header = cell.place.column
    text = f"{header}: {BETWEEN.sub('、', cell.text)}" if header else cell.text
    before = row.text("body")
    row.cells["body"] = Cell(f"{before}\n\n{text}" if before else text, cell.place)
