"""The cells of a row and the rows of its children into a record that is not saved, each checked by its column and by its model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from modelcluster.fields import ParentalManyToManyField

from ...identity import stable_uuid
from ...validators import validate_visible
from ..tables.columns import Column, Known, Reference, References
from ..tables.own import ID, KIND, STATE, VERSION, IdColumn, Table, owned_by
from ..tables.register_rows import Texts, children_texts
from ..tables.rows import Place, Problem
from ..tables.values import AND, Unreadable
from .plan import Change
from .spool import Line

LONGEST_CELL = 32_767
MOST_SHOWN = 200
_OF_RECORDS = frozenset({ID, KIND, STATE, VERSION})
# What stands there of a record: texts by column, rows by child table.
Image = dict[str, Any]


class Filler:
    """Fills records of one table. `complete`: child tables of which the file has all rows of each record that it names."""

    def __init__(self, table: Table, children: Sequence[Table], known: Known, complete: Iterable[str]) -> None:
        self.table, self.children, self.known = table, children, known
        self.complete = frozenset(complete)
        self._writable = {name: column for name, column in table.by_name.items() if not column.is_shown_only}
        self._of_children = {child.name: _Children(child, known) for child in children}

    def fill(
        self,
        record: Any,
        row: Line | None,
        children: Mapping[str, list[Line]],
        image: Image,
        later: dict[str, list[Any]],
        *,
        place: Place,
        is_draft: bool = False,
        is_unfinished: bool = False,
    ) -> tuple[list[Change], list[Problem]]:
        """Give a record what a row and its children say; returns what differs from `image` (empty for a new record), and what is
        wrong. Relations that Django saves only after the record are put into `later`. Of an unfinished one, which is a draft and
        says so, nothing is asked but a name.
        """
        changes: list[Change] = []
        problems: list[Problem] = []
        touched: set[str] = set()
        if row is not None:
            self._put(record, row, image, later, changes, problems, touched, is_unfinished=is_unfinished)
        for child in self.children:
            rows = children.get(child.name)
            if rows is None:
                if child.name not in self.complete or (row is None and not is_draft):
                    continue
                rows = []
            before: list[Texts] = image.get(child.name, [])
            if change := self._of_children[child.name].put(
                record, rows, before, problems, is_new=not image, is_unfinished=is_unfinished
            ):
                changes.append(change)
        if not problems and (changes or not image):
            problems += clean(record, row or Line(self.table.name, place, {}), touched, is_unfinished=is_unfinished)
        return ([] if not image else changes), problems

    def _put(
        self,
        record: Any,
        row: Line,
        image: Image,
        later: dict[str, list[Any]],
        changes: list[Change],
        problems: list[Problem],
        touched: set[str],
        *,
        is_unfinished: bool,
    ) -> None:
        model = type(record)
        for name, text in row.texts.items():
            if name in _OF_RECORDS or (column := self._writable.get(name)) is None:
                continue
            old = image.get(name, "")
            if text == old and (image or is_unfinished or not _is_required(column)):
                continue
            if not owned_by(column, model):
                if text.strip():
                    problems.append(at(row, name, _("この種類の記録にはない列です。空にしてください。")))
                continue
            try:
                check_text(text)
                value = read(column, text, self.known, model if is_unfinished else None)
                if isinstance(column, Reference) and value is not None:
                    self._check_allowed(model, name, value)
            except Unreadable as error:
                problems.append(at(row, name, error.message))
                continue
            self._assign(record, column, value, later)
            touched.add(name)
            if image:
                new = _said(column, later[name]) if name in later else column.text(record)
                if new != old:
                    changes.append(Change(name, str(column.label), old, new))
        if not image and not is_unfinished:
            problems += self._missing(row, model)

    def _assign(self, record: Any, column: Column, value: Any, later: dict[str, list[Any]]) -> None:
        if isinstance(column, IdColumn):
            if record.pk is None:
                setattr(record, column.attribute, value)
        elif isinstance(column, References) and not _is_of_cluster(record.__class__, column.name):
            later[column.name] = value
        else:
            column.put(record, value)

    def _check_allowed(self, model: Any, name: str, other: Any) -> None:
        if not self.known.allows(model._meta.get_field(name), other):
            raise Unreadable(_("これはここでは選べません。ほかのものにしてください。"))

    def _missing(self, row: Line, model: Any) -> list[Problem]:
        """Columns that a new record needs and the file lacks."""
        return [
            Problem(
                Place(row.place.sheet, row.place.row, str(column.label)),
                "",
                _("「%s」の列がありません。新しい記録には、なくてはなりません。") % column.label,
            )
            for name, column in self._writable.items()
            if _is_required(column) and name not in row.texts and name not in _OF_RECORDS and owned_by(column, model)
        ]


class _Children:
    """Fills the children of one table."""

    def __init__(self, table: Table, known: Known) -> None:
        self.table, self.known = table, known
        without = {table.owner, VERSION}
        self._columns = {
            name: column
            for name, column in table.by_name.items()
            if not column.is_shown_only and name not in without and name != ID
        }
        self._compared = {*self._columns, ID}
        self._required = [column for column in self._columns.values() if _is_required(column)]

    def put(
        self,
        record: Any,
        rows: list[Line],
        before: list[Texts],
        problems: list[Problem],
        *,
        is_new: bool,
        is_unfinished: bool,
    ) -> Change | None:
        """Give a record these children instead of those that it has; returns what differs."""
        if len(rows) == len(before) and all(map(self._is_same, rows, before)):
            return None
        relation = getattr(record, self.table.accessor)
        existing = {} if is_new else {str(each.uuid): each for each in relation.all()}
        children: list[Any] = []
        claimed: set[str] = set()
        wrong = len(problems)
        for order, row in enumerate(rows):
            identity = self._identity(record, row, order, before, claimed)
            child = existing.get(identity) or self.table.model()
            if identity not in existing and not _set_uuid(child, identity):
                problems.append(at(row, ID, _("番号の形が違います。新しい行なら空にしてください。")))
            if identity in claimed:
                message = _("同じ番号の行が、もう1つあります。新しい行なら、番号を空にしてください。")
                problems.append(at(row, ID, message))
            claimed.add(identity)
            setattr(child, self.table.owner, record)
            if hasattr(child, "sort_order"):
                child.sort_order = order
            problems += self._fill(child, row, is_unfinished=is_unfinished)
            children.append(child)
        relation.set(children)
        if is_new or len(problems) > wrong:
            return None
        after = children_texts(self.table, record, for_people=False)
        if after == before:
            return None
        return Change(self.table.name, str(self.table.label), lines_of(self.table, before), lines_of(self.table, after))

    def _is_same(self, row: Line, old: Texts) -> bool:
        return all(text == old.get(name, "") for name, text in row.texts.items() if name in self._compared)

    def _identity(self, record: Any, row: Line, order: int, before: list[Texts], claimed: set[str]) -> str:
        """The row's own number; without one that of a child that says the same, else a new one, the same each time."""
        if given := row.text(ID).strip():
            return given.lower()
        said = {name: text for name, text in row.texts.items() if name in self._columns}
        for old in before:
            if old[ID] not in claimed and all(old.get(name, text) == text for name, text in said.items()):
                return old[ID]
        return str(stable_uuid(str(record.uuid), f"{self.table.name}:{order}:{json.dumps(said, sort_keys=True)}"))

    def _fill(self, child: Any, row: Line, *, is_unfinished: bool) -> list[Problem]:
        problems: list[Problem] = []
        touched: set[str] = set()
        for name, text in row.texts.items():
            if (column := self._columns.get(name)) is None:
                continue
            try:
                check_text(text)
                column.put(child, read(column, text, self.known, self.table.model if is_unfinished else None))
            except Unreadable as error:
                problems.append(at(row, name, error.message))
            touched.add(name)
        problems += [
            at(row, column.name, _("「%s」がありません。") % column.label)
            for column in self._required
            if column.name not in row.texts and not is_unfinished
        ]
        return problems or clean(child, row, touched, is_unfinished=is_unfinished)


def read(column: Column, text: str, known: Known, of_draft: Any = None) -> Any:
    """What a cell says. Raises Unreadable; not for an empty one of a draft (`of_draft`: its table), which has nothing there yet."""
    if of_draft is not None and not text.strip() and column.name != "name" and _is_required(column):
        if isinstance(column, References):
            return []
        return None if of_draft._meta.get_field(column.name).null else ""
    return column.read(text, known)


def clean(record: Any, row: Line, touched: set[str], *, is_unfinished: bool = False) -> list[Problem]:
    """What the model itself says of a record: of the fields that were given a value, and of all of them together.

    What a reference names was looked up, and what is unique is asked of all rows at once (`known.Taken`).
    """
    found: dict[str, list[str]] = {}
    model = record.__class__
    without = _plain_fields(model) - touched | _relations(model)
    if is_unfinished:
        record.is_unfinished = True
        without |= {name for name in touched if not _has(record, name)}
    checks: tuple[Callable[[], None], ...] = (lambda: record.clean_fields(exclude=without), record.clean)
    for check in checks:
        try:
            check()
        except ValidationError as error:
            told = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
            for name, messages in told.items():
                found.setdefault(name, []).extend(str(message) for message in messages)
    return [
        at(row, name if name != NON_FIELD_ERRORS else _first_told(row), " ".join(dict.fromkeys(messages)))
        for name, messages in found.items()
    ]


def _has(record: Any, name: str) -> bool:
    return getattr(record, name, None) not in (None, "")


@cache
def _plain_fields(model: Any) -> frozenset[str]:
    return frozenset(field.name for field in model._meta.concrete_fields)


@cache
def _relations(model: Any) -> frozenset[str]:
    return frozenset(field.name for field in model._meta.concrete_fields if field.is_relation)


@cache
def _is_of_cluster(model: Any, name: str) -> bool:
    """Whether a relation is kept by the record until it is saved, or must wait for that."""
    return isinstance(model._meta.get_field(name), ParentalManyToManyField)


def _said(column: Column, others: list[Any]) -> str:
    return (
        AND.join(sorted(str(getattr(other, column.key)) for other in others)) if isinstance(column, References) else ""
    )


def _first_told(row: Line) -> str:
    """For what is wrong with a row as a whole: the cell that most likely is meant."""
    return "value" if "value" in row.texts else next(iter(row.texts), "")


def _is_required(column: Any) -> bool:
    return bool(getattr(column, "is_required", False))


def _set_uuid(record: Any, identity: str) -> bool:
    try:
        record.uuid = UUID(identity)
    except ValueError:
        return False
    return True


def check_text(text: str) -> None:
    """Refuse what nobody sees and what was cut off. Raises Unreadable."""
    if len(text) >= LONGEST_CELL:
        raise Unreadable(_("長すぎます。Excelの1つのセルに入る長さで切れているかもしれません。"))
    if text.isprintable():
        return
    try:
        validate_visible(text)
    except ValidationError as error:
        raise Unreadable(" ".join(map(str, error.messages))) from error


def shown(text: str) -> str:
    """As much of a text as a message quotes."""
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def at(row: Line, name: str, message: str) -> Problem:
    """A problem of a cell."""
    return Problem(row.place_of(name), shown(row.text(name)), message)


def lines_of(child: Table, rows: list[Texts]) -> str:
    """Children in words, a line each: what a person compares."""
    names = [
        column.name
        for column in child.columns
        if column.name not in (ID, VERSION, child.owner) and column.name != f"{child.owner}_name"
    ]
    return "\n".join(" ".join(filter(None, (texts.get(name, "") for name in names))) for texts in rows)
