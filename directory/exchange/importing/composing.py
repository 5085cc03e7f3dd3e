"""A record as a file wants it: made of what stands in the register and of the rows of the file, checked, and compared.

Planning and writing both come here, so what was shown is what is done. Nothing is read from the database for one record, and
nothing is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext as _
from modelcluster.models import get_all_child_m2m_relations, get_all_child_relations

from ...choices import Kind
from ...identity import SHORT_ID_ALPHABET, SHORT_ID_LENGTH, stable_uuid
from ...models import Resource, kind_tables
from ..tables.columns import Known
from ..tables.own import ID, KIND, STATE, VERSION, State, Table
from ..tables.register_rows import children_texts, draft_of, texts_of
from ..tables.rows import Problem
from ..tables.values import AND, Unreadable
from .filling import Filler, Image, at
from .plan import Change, Options
from .spool import Line, Unit

LIVE, DRAFT, PENDING = "live", "draft", "pending"


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


def stored_image(table: Table, children: Sequence[Table], made: Composed) -> Image:
    """The image of a record that was stored just now, without reading it again."""
    record = made.record
    image = _image(table, children, record)
    for name, others in made.later.items():
        column: Any = table.by_name[name]
        image[name] = AND.join(sorted(str(getattr(other, column.key)) for other in others))
    if table.has_drafts:
        image[STATE] = made.state
        image[VERSION] = (
            _image(table, children, made.draft) if made.draft is not None and made.state == PENDING else None
        )
    return image


def _image(table: Table, children: Sequence[Table], record: Any) -> Image:
    # Names of others are theirs: when they are renamed, this record is as it was.
    image: Image = texts_of(table, record, for_people=False)
    image.pop(STATE, None)
    image.pop(VERSION, None)
    for child in children:
        image[child.name] = children_texts(child, record, for_people=False)
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
        self.filler = Filler(table, children, known, complete)

    def compose(self, unit: Unit, current: Any, image: Image | None) -> Composed:
        """The record as the unit wants it. `current`: as it stands (changed by this call), with its `image`; None if new."""
        if current is None:
            return self._new(unit)
        had_draft = self.table.has_drafts and bool(current.has_unpublished_changes)
        waiting = draft_of(current) if self.table.has_drafts else None
        base = waiting if waiting is not None and not current.live else current
        made = Composed(base, None, state_of(current))
        publishes = self._publishes(base)
        self._fill(made, base, unit.row, unit.children, image or {}, unit)
        if self.table.has_drafts:
            self._settle(made, unit, current, image or {}, waiting, publishes=publishes and self._publishes(base))
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
                    at(child, self._owner(child), _("この番号の記録が、ファイルにも登録簿にもありません。"))
                )
            return made
        model = self._model(row, made)
        if model is None:
            return made
        made.record = _blank(model)
        if not self._identify(made, unit, row):
            return made
        made.state = self._wanted_state(row, made, None, publishes=self.options.publish)
        self._fill(made, made.record, row, unit.children if unit.row else unit.draft_children, {}, unit)
        if not self._publishes(made.record):
            made.state = DRAFT
        if self.table.has_drafts and unit.draft is not None and unit.row is not None and made.state != DRAFT:
            made.draft = _blank(model)
            self._identify(made, unit, row, of=made.draft)
            self._fill(made, made.draft, unit.draft, unit.draft_children, {}, unit, is_draft=True)
            made.state = PENDING
        elif made.state == PENDING:
            made.state = LIVE
        return made

    def _owner(self, row: Line) -> str:
        return next((child.owner for child in self.children if child.name == row.table), ID)

    def _model(self, row: Line, made: Composed) -> Any:
        if self.table.name != "resources":
            return self.table.model
        column = self.table.by_name[KIND]
        try:
            return kind_tables()[Kind(column.read(row.text(KIND), self.known))]
        except Unreadable as error:
            made.problems.append(at(row, KIND, error.message))
            return None

    def _identify(self, made: Composed, unit: Unit, row: Line, of: Any = None) -> bool:
        record = of if of is not None else made.record
        if self.table.identity == "short_id":
            if len(unit.key) != SHORT_ID_LENGTH or not set(unit.key) <= set(SHORT_ID_ALPHABET):
                made.problems.append(
                    at(
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
                at(
                    row,
                    ID,
                    _(
                        "番号の形が違います。新しい記録なら空にし、そうでなければ、書き出したときの番号に戻してください。"
                    ),
                )
            )
            return False
        return True

    def _publishes(self, record: Any) -> bool:
        """Whether what comes of a record is public at once, by what was chosen and by the fields that it has now."""
        if not self.table.has_drafts:
            return True
        asks = self.options.two_approve and isinstance(record, Resource)
        return self.options.publish and not (asks and any(field.needs_second for field in record.fields.all()))

    def _wanted_state(self, row: Line | None, made: Composed, current: Any, *, publishes: bool) -> str:
        text = row.text(STATE) if row is not None else ""
        if not self.table.has_drafts:
            return LIVE
        try:
            wanted = self.table.by_name[STATE].read(text, self.known)
        except Unreadable as error:
            made.problems.append(at(cast(Line, row), STATE, error.message))
            wanted = ""
        if current is None:
            return (wanted or LIVE) if publishes else DRAFT
        return (wanted if publishes else "") or state_of(current)

    def _settle(self, made: Composed, unit: Unit, current: Any, image: Image, waiting: Any, *, publishes: bool) -> None:
        """What becomes of a record that exists: its state, and the draft that waits."""
        before = state_of(current)
        wanted = self._wanted_state(unit.row, made, current, publishes=publishes)
        content = bool(made.changes)
        if current.live and content and not publishes:
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
            column = cast(State, self.table.by_name[STATE])
            made.changes.append(Change(STATE, str(column.label), column.say(before), column.say(made.state)))

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

    def _stays_draft(self, record: Any, row: Line | None) -> bool:
        """Whether the file itself calls it a draft, or says nothing of one that is: then it need not be finished."""
        if not self.table.has_drafts or (record.live and not record._state.adding):
            return False
        said = row.text(STATE).strip() if row is not None else ""
        if not said:
            return not record._state.adding
        try:
            return bool(self.table.by_name[STATE].read(said, self.known) == DRAFT)
        except Unreadable:
            return False

    def _copy(self, record: Any) -> Any:
        """A record as it is, to be a draft of it."""
        copy = type(record).from_serializable_data(record.serializable_data(), check_fks=False)
        copy.pk = record.pk
        copy._state.adding = record._state.adding
        return copy

    def _fill(
        self,
        made: Composed,
        record: Any,
        row: Line | None,
        children: dict[str, list[Line]],
        image: Image,
        unit: Unit,
        *,
        is_draft: bool = False,
    ) -> None:
        """Give a record what a row and its children say, and note what differs from the image, and what is wrong."""
        changes, problems = self.filler.fill(
            record,
            row,
            children,
            image,
            made.later,
            place=unit.place,
            is_draft=is_draft,
            is_unfinished=is_draft or self._stays_draft(record, row),
        )
        made.changes += changes
        made.problems += problems


def _blank(model: Any) -> Any:
    """A new record of which it is known that it has no children yet: each would be asked for in the database."""
    record = model()
    if kind := getattr(model, "KIND", None):
        record.kind = kind
    if names := _clustered(model):
        # What `set` of each of them would fill; modelcluster has no word for all of them.
        record._cluster_related_objects = {name: [] for name in names}
    return record


@cache
def _clustered(model: Any) -> tuple[str, ...]:
    """What a record of a model holds until it is saved."""
    if not hasattr(model, "serializable_data"):
        return ()
    children = (relation.get_accessor_name() for relation in get_all_child_relations(model))
    return (*children, *(relation.name for relation in get_all_child_m2m_relations(model)))
