"""A record as a file wants it: made of what stands in the register and of the rows of the file, checked, and compared.

Planning and writing both come here, so what was shown is what is done. Nothing is read from the database for one record, and
nothing is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from modelcluster.fields import ParentalManyToManyField

from ...choices import Kind
from ...identity import SHORT_ID_ALPHABET, SHORT_ID_LENGTH, stable_uuid
from ...models import kind_tables
from ...validators import validate_visible
from ..tables.columns import Codes, Known, Reference
from ..tables.own import ID, KIND, STATE, VERSION, IdColumn, Table, owned_by
from ..tables.register_rows import children_texts, draft_of, texts_of
from ..tables.rows import Cell, Place, Problem, Row
from ..tables.values import Unreadable
from .plan import Change, Options
from .spool import Unit

LIVE, DRAFT, PENDING = "live", "draft", "pending"
LONGEST_CELL = 32_767
Image = dict[str, Any]


@dataclass(slots=True)
class Composed:
    """A record that may be written, or what is wrong with it."""

    record: Any
    # As it will be when somebody publishes; None where no draft waits.
    draft: Any
    state: str
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # Relations that Django can save only after the record.
    later: dict[str, list[Any]] = field(default_factory=dict)
    is_new: bool = False
    # Only a draft of it changes: the record itself stays as it is.
    is_draft_only: bool = False


def state_of(record: Any) -> str:
    """In which of our states a record is."""
    if not hasattr(record, "live"):
        return LIVE
    if not record.live:
        return DRAFT
    return PENDING if record.has_unpublished_changes else LIVE


def image_of(table: Table, children: Sequence[Table], record: Any) -> Image:
    """All that we know of a record, as texts by column; children as lists, the waiting draft as an image of its own."""
    draft = draft_of(record) if table.has_drafts else None
    shown = record if draft is None or record.live else draft
    image = _image(table, children, shown)
    if table.has_drafts:
        image[STATE] = state_of(record)
        image[VERSION] = _image(table, children, draft) if draft is not None and record.live else None
    return image


def _image(table: Table, children: Sequence[Table], record: Any) -> Image:
    image: Image = texts_of(table, record)
    image.pop(STATE, None)
    image.pop(VERSION, None)
    for child in children:
        image[child.name] = children_texts(child, record)
    return image


def stamp_of(image: Image | None) -> str:
    """What tells whether a record is as it was."""
    text = json.dumps(image, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


class Composer:
    """Makes records of one table."""

    def __init__(
        self,
        table: Table,
        children: Sequence[Table],
        known: Known,
        options: Options,
        complete: Iterable[str],
        *,
        own: Collection[str] = (),
        is_restoring: bool = False,
    ) -> None:
        self.table, self.children, self.known, self.options = table, children, known, options
        # Records that this very import has written: what waits there as a draft is its own.
        self.own = own
        # Whether what stood there before is put back: then no draft stays of which the unit does not tell.
        self.is_restoring = is_restoring
        # Of these the file has all rows of each record that it names.
        self.complete = frozenset(complete)

    def compose(self, unit: Unit, current: Any, image: Image | None) -> Composed:
        """The record as the unit wants it. `current`: as it stands (changed by this call), with its `image`; None if new."""
        if current is None:
            return self._new(unit)
        had_draft = self.table.has_drafts and bool(current.has_unpublished_changes)
        waiting = draft_of(current) if self.table.has_drafts else None
        base = waiting if waiting is not None and not current.live else current
        made = Composed(base, None, state_of(current))
        self._fill(made, base, unit.row, unit.children, image or {}, unit)
        if self.table.has_drafts:
            self._settle(made, unit, current, image or {}, waiting)
            protects = self.options.drafts == "keep" and unit.key not in self.own
            if had_draft and made.changes and protects and not made.problems:
                made.problems.append(
                    Problem(
                        unit.place,
                        unit.key,
                        _(
                            "この記録には、まだ公開していない直しの下書きがあります。公開するか取り消してから取り込むか、"
                            "「下書きを置きかえる」を選んでください。"
                        ),
                    )
                )
        return made

    def _new(self, unit: Unit) -> Composed:
        made = Composed(None, None, LIVE, is_new=True)
        row = unit.row or (unit.draft if self.table.has_drafts else None)
        if row is None:
            for child in unit.rows:
                made.problems.append(
                    _at(child, self._owner(child), _("この番号の記録が、ファイルにも登録簿にもありません。"))
                )
            return made
        model = self._model(row, made)
        if model is None:
            return made
        made.record = model()
        if not self._identify(made, unit, row):
            return made
        made.state = self._wanted_state(row, made, None)
        self._fill(made, made.record, row, unit.children if unit.row else unit.draft_children, {}, unit)
        if self.table.has_drafts and unit.draft is not None and unit.row is not None and made.state != DRAFT:
            made.draft = model()
            self._identify(made, unit, row, of=made.draft)
            self._fill(made, made.draft, unit.draft, unit.draft_children, {}, unit, is_draft=True)
            made.state = PENDING
        elif made.state == PENDING:
            made.state = LIVE
        return made

    def _owner(self, row: Row) -> str:
        return next((child.owner for child in self.children if child.name == row.table), ID)

    def _model(self, row: Row, made: Composed) -> Any:
        if self.table.name != "resources":
            return self.table.model
        column = self.table.by_name[KIND]
        try:
            return kind_tables()[Kind(column.read(row.text(KIND), self.known))]
        except Unreadable as error:
            made.problems.append(_at(row, KIND, error.message))
            return None

    def _identify(self, made: Composed, unit: Unit, row: Row, of: Any = None) -> bool:
        record = of if of is not None else made.record
        if self.table.identity == "short_id":
            if len(unit.key) != SHORT_ID_LENGTH or not set(unit.key) <= set(SHORT_ID_ALPHABET):
                made.problems.append(
                    _at(
                        row,
                        ID,
                        _(
                            "番号の形が違います。新しい記録なら空にし、そうでなければ、書き出したときの番号に戻してください。"
                        ),
                    )
                )
                return False
            record.short_id = unit.key
            if not row.text("uuid").strip():
                record.uuid = stable_uuid("import", unit.key)
            return True
        try:
            record.uuid = UUID(unit.key)
        except ValueError:
            made.problems.append(
                _at(
                    row,
                    ID,
                    _(
                        "番号の形が違います。新しい記録なら空にし、そうでなければ、書き出したときの番号に戻してください。"
                    ),
                )
            )
            return False
        return True

    def _wanted_state(self, row: Row | None, made: Composed, current: Any) -> str:
        text = row.text(STATE) if row is not None else ""
        if not self.table.has_drafts:
            return LIVE
        try:
            wanted = self.table.by_name[STATE].read(text, self.known)
        except Unreadable as error:
            made.problems.append(_at(cast(Row, row), STATE, error.message))
            wanted = ""
        if current is None:
            return (wanted or LIVE) if self.options.publish else DRAFT
        return (wanted if self.options.publish else "") or state_of(current)

    def _settle(self, made: Composed, unit: Unit, current: Any, image: Image, waiting: Any) -> None:
        """What becomes of a record that exists: its state, and the draft that waits."""
        before = state_of(current)
        wanted = self._wanted_state(unit.row, made, current)
        content = bool(made.changes)
        if current.live and content and not self.options.publish:
            # The changes wait; what is public stays.
            made.is_draft_only, made.draft, made.state = True, made.record, PENDING
            if image.get(VERSION) == _image(self.table, self.children, made.draft):
                # The very draft waits already.
                made.changes.clear()
            return
        if (unit.draft is not None or any(unit.draft_children.values())) and wanted != DRAFT:
            self._settle_draft(made, unit, current, image, waiting, content=content)
        elif wanted == DRAFT:
            made.state = DRAFT
        elif before == PENDING:
            # A draft of which the file knows nothing stays, unless what it was made from changes.
            made.state = LIVE if content or self.is_restoring else PENDING
        else:
            made.state = LIVE if wanted in (LIVE, PENDING) else before
        if made.state != before and not made.is_draft_only:
            column = self.table.by_name[STATE]
            labels = {LIVE: _("公開"), DRAFT: _("下書き"), PENDING: _("公開中で下書きあり")}
            made.changes.append(Change(STATE, str(column.label), labels[before], labels[made.state]))

    def _settle_draft(
        self, made: Composed, unit: Unit, current: Any, image: Image, waiting: Any, *, content: bool
    ) -> None:
        """The draft that the file brings of a public record."""
        of_draft = waiting if current.live else None
        base = of_draft if of_draft is not None else self._copy(made.record)
        before = image.get(VERSION) or _image(self.table, self.children, base)
        sub = Composed(base, None, PENDING)
        self._fill(sub, base, unit.draft, unit.draft_children, before, unit, is_draft=True)
        made.problems += sub.problems
        made.state = PENDING
        if sub.changes or content or of_draft is None:
            made.draft, made.is_draft_only = base, not content and current.live
            made.changes += [
                Change(change.column, f"{_('下書き')}：{change.label}", change.old, change.new)
                for change in sub.changes
            ]

    def _copy(self, record: Any) -> Any:
        """A record as it is, to be a draft of it."""
        copy = type(record).from_serializable_data(record.serializable_data(), check_fks=False)
        copy.pk = record.pk
        copy._state.adding = record._state.adding
        return copy

    # filling

    def _fill(
        self,
        made: Composed,
        record: Any,
        row: Row | None,
        children: dict[str, list[Row]],
        image: Image,
        unit: Unit,
        *,
        is_draft: bool = False,
    ) -> None:
        """Give a record what a row and its children say, check it, and note what differs from the image."""
        problems: list[Problem] = []
        changed = False
        if row is not None:
            changed = self._put(made, record, row, image, problems)
        for child in self.children:
            rows = children.get(child.name)
            if rows is None:
                if child.name not in self.complete or (row is None and not is_draft):
                    continue
                rows = []
            changed |= self._put_children(made, record, child, rows, image, problems)
        if not problems and (changed or not image):
            problems += self._clean(made, record, row, unit)
        made.problems += problems

    def _put(self, made: Composed, record: Any, row: Row, image: Image, problems: list[Problem]) -> bool:
        changed = False
        columns = self.table.by_name
        for name, cell in row.cells.items():
            column = columns.get(name)
            if column is None or column.is_shown_only or name in (ID, KIND, STATE, VERSION):
                continue
            old = image.get(name, "")
            if (image and cell.text == old) or (not image and not cell.text and not _is_required(column)):
                continue
            if not owned_by(column, type(record)):
                if cell.text.strip():
                    problems.append(
                        Problem(
                            cell.place,
                            _short(cell.text),
                            _("この種類の記録にはない列です。空にしてください。"),
                        )
                    )
                continue
            try:
                _check_text(cell.text)
                value = column.read(cell.text, self.known)
                if isinstance(column, Reference) and value is not None:
                    self._check_allowed(record, column.name, value)
            except Unreadable as error:
                problems.append(Problem(cell.place, _short(cell.text), error.message))
                continue
            self._assign(made, record, column, value)
            new = self._written(made, column, record, value)
            if new != old:
                changed = True
                if image:
                    made.changes.append(Change(name, str(column.label), old, new))
        if not image:
            problems += self._missing(row, record)
        return changed

    def _written(self, made: Composed, column: Any, record: Any, value: Any) -> str:
        if column.name in made.later:
            return "、".join(sorted(str(getattr(other, column.key)) for other in value))
        return str(column.text(record))

    def _assign(self, made: Composed, record: Any, column: Any, value: Any) -> None:
        if isinstance(column, IdColumn):
            if record.pk is None:
                setattr(record, column.attribute, value)
            return
        if isinstance(value, list) and not isinstance(column, Codes):
            relation = type(record)._meta.get_field(column.name)
            if relation.many_to_many and not isinstance(relation, ParentalManyToManyField):
                made.later[column.name] = value
                return
        column.put(record, value)

    def _check_allowed(self, record: Any, name: str, other: Any) -> None:
        if not self.known.allows(type(record)._meta.get_field(name), other):
            raise Unreadable(_("これはここでは選べません。ほかのものにしてください。"))

    def _missing(self, row: Row, record: Any) -> list[Problem]:
        """Columns that a new record needs and the file lacks."""
        return [
            Problem(
                Place(row.place.sheet, row.place.row, str(column.label)),
                "",
                _("「%s」の列がありません。新しい記録には、なくてはなりません。") % column.label,
            )
            for column in self.table.columns
            if _is_required(column)
            and column.name not in row.cells
            and column.name not in (ID, KIND)
            and owned_by(column, type(record))
        ]

    def _put_children(
        self, made: Composed, record: Any, child: Table, rows: list[Row], image: Image, problems: list[Problem]
    ) -> bool:
        before: list[dict[str, str]] = image.get(child.name, [])
        names = [column.name for column in child.columns if not column.is_shown_only]
        skipped = {child.owner, VERSION}
        same = len(rows) == len(before) and all(
            all(
                row.cells[name].text == old.get(name, "") for name in names if name in row.cells and name not in skipped
            )
            for row, old in zip(rows, before, strict=True)
        )
        if same:
            return False
        existing = {str(each.uuid): each for each in getattr(record, child.accessor).all()} if image else {}
        made_children, claimed = [], set()
        for order, row in enumerate(rows):
            identity = self._child_identity(child, record, row, order, before, claimed)
            each = child.model()
            if old := existing.get(identity):
                each = old
            elif not _set_uuid(each, identity):
                problems.append(_at(row, ID, _("番号の形が違います。新しい行なら空にしてください。")))
            if identity in claimed:
                problems.append(
                    _at(row, ID, _("同じ番号の行が、もう1つあります。新しい行なら、番号を空にしてください。"))
                )
            claimed.add(identity)
            setattr(each, child.owner, record)
            if hasattr(each, "sort_order"):
                each.sort_order = order
            problems += self._fill_child(child, each, row)
            made_children.append(each)
        getattr(record, child.accessor).set(made_children)
        if not problems:
            after = children_texts(child, record)
            if after == before:
                return False
            if image:
                made.changes.append(
                    Change(child.name, str(child.label), lines_of(child, before), lines_of(child, after))
                )
        return True

    def _child_identity(
        self, child: Table, record: Any, row: Row, order: int, before: list[dict[str, str]], claimed: set[str]
    ) -> str:
        """The row's own number; without one that of a child that says the same, else a new one, the same each time."""
        if given := row.text(ID).strip():
            return given.lower()
        said = {name: cell.text for name, cell in row.cells.items() if name not in (ID, VERSION, child.owner)}
        for old in before:
            if old[ID] not in claimed and all(old.get(name, text) == text for name, text in said.items()):
                return old[ID]
        return str(stable_uuid(str(record.uuid), f"{child.name}:{order}:{json.dumps(said, sort_keys=True)}"))

    def _fill_child(self, child: Table, each: Any, row: Row) -> list[Problem]:
        problems = []
        columns = child.by_name
        for name, cell in row.cells.items():
            column = columns.get(name)
            if column is None or column.is_shown_only or name in (ID, VERSION, child.owner):
                continue
            try:
                _check_text(cell.text)
                column.put(each, column.read(cell.text, self.known))
            except Unreadable as error:
                problems.append(Problem(cell.place, _short(cell.text), error.message))
        problems += [
            _at(row, column.name, _("「%s」がありません。") % column.label)
            for column in child.columns
            if _is_required(column) and column.name not in row.cells and column.name != child.owner
        ]
        return problems or self._clean_one(each, row, child.owner)

    def _clean(self, made: Composed, record: Any, row: Row | None, unit: Unit) -> list[Problem]:
        return self._clean_one(record, row or Row(self.table.name, unit.place))

    def _clean_one(self, record: Any, row: Row, *without: str) -> list[Problem]:
        """The model's own rules; what a reference names was looked up, and what is unique is asked of all rows at once."""
        relations = {each.name for each in record._meta.concrete_fields if each.is_relation}
        found: dict[str, list[str]] = {}
        for check in (lambda: record.clean_fields(exclude={*relations, *without}), record.clean):
            try:
                check()
            except ValidationError as error:
                told = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
                for name, messages in told.items():
                    found.setdefault(name, []).extend(str(message) for message in messages)
        return [
            _at(row, name if name != NON_FIELD_ERRORS else _first_told(row), " ".join(dict.fromkeys(messages)))
            for name, messages in found.items()
        ]


def _first_told(row: Row) -> str:
    """For what is wrong with a row as a whole: the cell that most likely is meant."""
    return "value" if "value" in row.cells else next(iter(row.cells), "")


def _is_required(column: Any) -> bool:
    return bool(getattr(column, "is_required", False))


def _set_uuid(record: Any, identity: str) -> bool:
    try:
        record.uuid = UUID(identity)
    except ValueError:
        return False
    return True


def _check_text(text: str) -> None:
    if len(text) >= LONGEST_CELL:
        raise Unreadable(_("長すぎます。Excelの1つのセルに入る長さで切れているかもしれません。"))
    try:
        validate_visible(text)
    except ValidationError as error:
        raise Unreadable(" ".join(map(str, error.messages))) from error


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"


def _at(row: Row, name: str, message: str) -> Problem:
    cell: Cell | None = row.cells.get(name)
    return Problem(cell.place if cell else row.place, _short(cell.text) if cell else "", message)


def lines_of(child: Table, rows: list[dict[str, str]]) -> str:
    """Children in words, a line each: what a person compares."""
    shown = [
        column.name
        for column in child.columns
        if column.name not in (ID, VERSION, child.owner)
        and (not column.is_shown_only or column.name != "resource_name")
    ]
    return "\n".join(" ".join(filter(None, (texts.get(name, "") for name in shown))) for texts in rows)
