"""The packs of the six notices, as they ship. Loading adds what is missing and leaves alone what a city has changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from pydantic import BaseModel, ConfigDict
from pydantic import ValidationError as SchemaError

from ...choices import Kind
from ...fixtures import FixtureError, read_yaml
from ...models import InstitutionType
from ..choices import Direction, FulfilledBy, Role
from ..models import ContactList, Duty, PublicList, SharingPack

ORIGIN = "reference"
PACKS = "partners/packs.yaml"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ContactListEntry(_Entry):
    """A list of contact points in the file."""

    title: str
    roles: list[Role]
    wide_area: bool
    section: str
    reason: str


class PublicListEntry(_Entry):
    """A list of public resources in the file."""

    title: str
    kind: Kind
    section: str
    reason: str


class DutyEntry(_Entry):
    """What a notice asks of one side."""

    direction: Direction
    text: str
    roles: list[Role] = []
    section: str
    fulfilled_by: FulfilledBy


class PackEntry(_Entry):
    """A pack in the file; `types` are codes of institution types."""

    code: str
    order: int
    number: str
    document: str
    issued_on: date
    title: str
    partner: str
    types: list[str]
    intro: str
    contact_lists: list[ContactListEntry]
    public_lists: list[PublicListEntry]
    duties: list[DutyEntry]


class PacksFile(_Entry):
    """The file."""

    packs: list[PackEntry]


@transaction.atomic
def load_packs(content: Any = None) -> int:
    """Load the packs whose code is not known yet. Returns how many. Raises FixtureError for a wrong file."""
    try:
        file = PacksFile.model_validate(read_yaml(PACKS) if content is None else content)
    except SchemaError as error:
        raise FixtureError([f"{PACKS}: {error}"]) from error
    known = set(SharingPack.objects.values_list("code", flat=True))
    new = [entry for entry in file.packs if entry.code not in known]
    for entry in new:
        _add(entry)
    return len(new)


def _add(entry: PackEntry) -> None:
    pack = SharingPack(
        code=entry.code,
        origin=ORIGIN,
        order=entry.order,
        number=entry.number,
        document=entry.document,
        issued_on=entry.issued_on,
        title=entry.title,
        partner_name=entry.partner,
        intro=entry.intro.strip(),
    )
    pack.types = list(InstitutionType.objects.filter(code__in=entry.types))
    if len(pack.types.all()) != len(entry.types):
        raise FixtureError([f"{PACKS}, {entry.code}: {entry.types}"])
    pack.contact_lists.set([ContactList(**row.model_dump(), sort_order=n) for n, row in enumerate(entry.contact_lists)])
    pack.public_lists.set([PublicList(**row.model_dump(), sort_order=n) for n, row in enumerate(entry.public_lists)])
    pack.duties.set([Duty(**row.model_dump(), sort_order=n) for n, row in enumerate(entry.duties)])
    pack.full_clean()
    pack.save()
