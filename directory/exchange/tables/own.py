"""Our own tables: every record of the register as rows that come back without loss.

Each table is derived from its model: a new column stands in it by itself, and is read again. What is left out stands in
`LEFT_OUT` with its reason; a test names a column of a model that is in neither. Rooms above add their tables with `register`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ...models import (
    Area,
    AreaLayer,
    ChangeProposal,
    Channel,
    CheckRound,
    DaysNotice,
    Field,
    FieldAnswer,
    InstitutionType,
    Intake,
    Need,
    NeedAnswer,
    NextStep,
    Offer,
    Office,
    OpeningException,
    OpeningRule,
    Organisation,
    OrganisationRole,
    PhoneCheck,
    PostalCode,
    PublicRecord,
    Resource,
    ResourceText,
    Town,
    Verification,
    kind_tables,
)
from .columns import Codes, Column, Known, Scalar, Shown, columns_of
from .values import Choice, Identity, Unreadable

ID, PARENT, VERSION, STATE, KIND = "id", "resource", "version", "state", "kind"

# Columns that stand in no table, and why.
LEFT_OUT: dict[str, str] = {
    "id": "a number of this database",
    "origin": "which command of this site brought it in, and may take it away",
    "sort_order": "the order of the rows says it",
    # Wagtail's: who works on a record at the moment, and when; that of this site only.
    **dict.fromkeys(("latest_revision", "live_revision", "live", "has_unpublished_changes", "expired"), "see `state`"),
    **dict.fromkeys(("locked", "locked_at", "locked_by"), "who edits now"),
    **dict.fromkeys(("go_live_at", "expire_at"), "what the editors' desk has planned"),
    **dict.fromkeys(("first_published_at", "last_published_at", "created_at", "updated_at"), "what this site did"),
    "people": "log-ins of this site",
    **dict.fromkeys(
        ("template", "template_said"), "which template an entry was made from, and what has been decided since"
    ),
    "search_text": "made of the other columns at every save",
}
# What hangs on a resource and is in no file, and why.
TABLES_LEFT_OUT: dict[type[models.Model], str] = {
    # A proof is worth something because it was noted where it was given: by a link, a code, a call. A file could say anything of
    # any entry, and the share that was right of the month's twenty would be whatever somebody typed. What follows from proofs,
    # the day up to which all of an entry is known to be right and the way (`verified_on`, `verified_by`), is in the files and
    # comes back; groups of facts begin anew at the next confirmation. An export of proofs that no import takes would be the only
    # table that is lost on the way back.
    Verification: "proofs are noted where they are given",
    CheckRound: "how far asking has come here",
    ChangeProposal: "what somebody said here, until an editor has decided",
    FieldAnswer: "what an approver said here of a version that waits",
    PhoneCheck: "calls of this city hall",
    PublicRecord: "made of the resource",
    # True for days. A file of last month would offer room that somebody has taken since.
    DaysNotice: "days of this year, over before a file comes back",
    Intake: "how many people a host can receive now",
    Offer: "what somebody offered, of which an entry was made here",
}
STAFF: dict[type[models.Model], frozenset[str]] = {
    Resource: frozenset(
        {
            "staff_note",
            "acceptance_note",
            "fits_participation_support",
            "owner",
            "check_every",
            "no_check_reason",
            "is_template",
        }
    ),
    Organisation: frozenset({"staff_note", "quote", "confirm_by", "confirm_mail"}),
}

STATES = (("live", _("公開")), ("draft", _("下書き")), ("pending", _("公開中で下書きあり")))
# A second row of a record, and rows of its children: as they will be when somebody publishes its draft.
VERSIONS = (("draft", _("下書きの版")),)


@dataclass(frozen=True, slots=True)
class State(Column):
    """Whether a record is public, and whether a draft of it waits."""

    states: tuple[tuple[str, Any], ...] = STATES

    def text(self, record: Any) -> str:
        """See `Column`."""
        if not record.live:
            return self.say("draft")
        return self.say("pending" if record.has_unpublished_changes else "live")

    def say(self, state: str) -> str:
        """A state in words."""
        return Choice(lambda: self.states).write(state)

    def read(self, text: str, known: Known) -> Any:
        """See `Column`; empty is what whoever imports has chosen."""
        return Choice(lambda: self.states).read(text)

    def put(self, record: Any, value: Any) -> None:
        """Who writes the record decides what becomes of it."""


@dataclass(frozen=True, slots=True)
class Version(Column):
    """Which of two versions of a record a row is of."""

    def text(self, record: Any) -> str:
        """See `Column`; who writes a draft's rows says so."""
        return ""

    def read(self, text: str, known: Known) -> Any:
        """See `Column`."""
        return _VERSIONS.read(text)

    def put(self, record: Any, value: Any) -> None:
        """Not a value of the record."""


@dataclass(frozen=True, slots=True)
class KindColumn(Scalar):
    """The kind of a resource: it decides the model, and stays."""

    def put(self, record: Any, value: Any) -> None:
        """The class says it."""


_VERSIONS = Choice(lambda: VERSIONS)
DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ours. `model` is that of its records; of an inline child `parent` is the table of its record."""

    name: str
    label: Any
    model: type[models.Model]
    columns: tuple[Column, ...]
    # For children: the table of their record, the column that names it, and what the record calls them.
    parent: str = ""
    owner: str = ""
    accessor: str = ""
    # Whether its records have drafts, and thus two versions.
    has_drafts: bool = False
    # Nobody but staff may have it at all.
    is_staff: bool = False
    # Of these records more is asked than who they are, when one of this table is checked.
    asks: tuple[type[models.Model], ...] = ()

    @property
    def by_name(self) -> dict[str, Column]:
        """Columns by name."""
        return {column.name: column for column in self.columns}

    @property
    def identity(self) -> str:
        """By which column of the model `id` names a record."""
        return "short_id" if self.model is Resource else "uuid"


def derived(
    model: type[models.Model], *, without: Iterable[str] = (), owners: tuple[type[models.Model], ...] = ()
) -> list[Column]:
    """The columns of a model's own fields, in its order."""
    left_out = {*LEFT_OUT, "uuid", "short_id", "kind" if model is Resource else "", *without}
    staff = STAFF.get(model, frozenset())
    own = [*model._meta.local_concrete_fields, *model._meta.local_many_to_many]
    found: list[Column] = []
    for field in own:
        if field.name not in left_out and not field.auto_created:
            found += columns_of(field, is_staff=field.name in staff, owners=owners)
    return found


@dataclass(frozen=True, slots=True)
class IdColumn(Column):
    """What names a record in its own table and in others."""

    attribute: str = "uuid"

    def text(self, record: Any) -> str:
        """See `Column`."""
        return str(getattr(record, self.attribute))

    def read(self, text: str, known: Known) -> Any:
        """See `Column`."""
        return text.strip() if self.attribute == "short_id" else Identity().read(text)

    def put(self, record: Any, value: Any) -> None:
        """See `Column`; a record that exists keeps its own."""
        if record.pk is None:
            setattr(record, self.attribute, value)


def _resources() -> Table:
    kinds = tuple(kind_tables().values())
    columns: list[Column] = [
        IdColumn(ID, _("番号"), attribute="short_id"),
        *_identity_of_resources(),
        State(STATE, _("状態"), is_staff=True),
        Version(VERSION, _("版"), is_staff=True),
        *derived(Resource),
    ]
    for kind in kinds:
        columns += derived(kind, without=("resource_ptr",), owners=(kind,))
    return Table("resources", Resource._meta.verbose_name, Resource, tuple(columns), has_drafts=True)


def _identity_of_resources() -> list[Column]:
    kind = Resource._meta.get_field("kind")
    return [
        KindColumn(KIND, kind.verbose_name, values=Choice(lambda: kind.flatchoices), is_required=True),
        IdColumn("uuid", _("内部の番号"), attribute="uuid"),
    ]


def _resource_of(record: Any) -> str:
    return str(record.resource.short_id)


@dataclass(frozen=True, slots=True)
class Owner(Column):
    """The record of an inline child, by its key; who reads the table puts them together."""

    accessor: str = PARENT
    attribute: str = "short_id"

    def text(self, record: Any) -> str:
        """See `Column`."""
        return str(getattr(getattr(record, self.accessor), self.attribute))

    def read(self, text: str, known: Known) -> Any:
        """See `Column`."""
        if not (plain := text.strip()):
            raise Unreadable(str(_("どの記録のものかが分かりません。番号を書いてください。")))
        return plain

    def put(self, record: Any, value: Any) -> None:
        """Whoever reads the table puts them together."""


def _children(name: str, model: type[models.Model], accessor: str) -> Table:
    """A table of inline children of resources."""
    columns: list[Column] = [
        Owner(PARENT, _("社会資源の番号")),
        Shown("resource_name", _("社会資源"), is_shown_only=True, say=lambda child: str(child.resource.name)),
        Version(VERSION, _("版"), is_staff=True),
        IdColumn(ID, _("番号")),
        *derived(model, without=(PARENT,)),
    ]
    return Table(
        name, model._meta.verbose_name, model, tuple(columns), parent="resources", owner=PARENT, accessor=accessor
    )


def _roles() -> Table:
    columns = (
        Owner("organisation", _("機関・団体の番号"), accessor="organisation", attribute="uuid"),
        Shown("organisation_name", _("機関・団体"), is_shown_only=True, say=lambda role: str(role.organisation.name)),
        IdColumn(ID, _("番号")),
        *derived(OrganisationRole, without=("organisation",)),
    )
    return Table(
        "roles",
        OrganisationRole._meta.verbose_name,
        OrganisationRole,
        columns,
        parent="organisations",
        owner="organisation",
        accessor="roles",
    )


def _plain(name: str, model: type[models.Model], *more: Column) -> Table:
    return Table(name, model._meta.verbose_name, model, (IdColumn(ID, _("番号")), *derived(model), *more))


def _make() -> list[Table]:
    """In the order in which they are written: what is named by others comes before them."""
    codes = Codes("postal_codes", PostalCode._meta.verbose_name, child=PostalCode, field="code", is_sorted=True)
    answers = Codes(
        "answers",
        _("答える機関の種類のコード"),
        child=NeedAnswer,
        field="type",
        model=InstitutionType,
        key="code",
    )
    return [
        _plain("layers", AreaLayer),
        _plain("areas", Area),
        _plain("towns", Town, codes),
        _plain("types", InstitutionType),
        _plain("fields", Field),
        _plain("needs", Need, answers),
        # Who looks after what is the city hall's own affair.
        replace(_plain("offices", Office), is_staff=True),
        _plain("organisations", Organisation),
        _roles(),
        _resources(),
        _children("channels", Channel, "channels"),
        _children("hours", OpeningRule, "opening_rules"),
        _children("exceptions", OpeningException, "opening_exceptions"),
        _children("texts", ResourceText, "texts"),
        _children("next_steps", NextStep, "next_steps"),
    ]


# Ours are made when they are first asked for: models must be there. Those of rooms above come after them.
_own: dict[str, Table] = {}
_tables: dict[str, Table] = {}


def tables() -> dict[str, Table]:
    """All tables by name, in the order in which they are written."""
    if not _own:
        _own.update({table.name: table for table in _make()})
    return {**_own, **_tables}


def register(table: Table) -> None:
    """Add a table of a room above (called when its application is ready)."""
    _tables[table.name] = table


def children_of(name: str) -> list[Table]:
    """The tables of a record's inline children."""
    return [table for table in tables().values() if table.parent == name]


def owned_by(column: Column, model: type[models.Model]) -> bool:
    """Whether records of a model have a column."""
    return not column.models or any(issubclass(model, owner) for owner in column.models)
