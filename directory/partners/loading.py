"""Writing files of contact points into the register: all or nothing, the same records whenever it is done again."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as SchemaError

from directory.files import FixtureError, stable_uuid
from directory.models import Area, InstitutionType, Organisation, OrganisationRole, Programme
from directory.models import Field as WelfareField
from directory.schema import OrganisationEntry

from .choices import ConfirmedBy, Consent, Meeting, Way
from .models import ContactPoint


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ConfirmedEntry(_Entry):
    """When, how and with which unit a contact was confirmed."""

    on: date
    by: ConfirmedBy
    who: str = Field("", alias="with")


class ContactEntry(_Entry):
    """A contact point in a file; `organisation`, `areas`, `fields` and `roles` are keys and codes."""

    key: str
    organisation: str
    unit: str = ""
    roles: list[str] = []
    areas: list[str]
    fields: list[str] = []
    duty: str = ""
    person: str = ""
    direct_line: str = ""
    extension: str = ""
    fax: str = ""
    mail: str = ""
    preferred_way: Way = Way.PHONE
    hours: str = ""
    night_line: str = ""
    when_to_call: str = ""
    what_to_say: str = ""
    consent: Consent = Consent.ASK
    meetings: list[Meeting] = []
    coordinator: bool = False
    wide_area: bool = False
    confirmed: ConfirmedEntry | None = None


class ContactsFile(_Entry):
    """A file: organisations that only staff know, and contact points."""

    organisations: list[OrganisationEntry] = []
    contacts: list[ContactEntry]


def load_contacts(name: str, content: Any, *, origin: str, municipality: str) -> int:
    """Write a file's contact points under an origin, approved. Call it in a transaction.

    Returns how many. Raises FixtureError with every problem of the file.
    """
    try:
        file = ContactsFile.model_validate(content)
    except SchemaError as error:
        raise FixtureError([f"{name}: {error}"]) from error
    problems: list[str] = []
    city = Area.objects.get(slug=municipality)
    for entry in file.organisations:
        _organisation(entry, origin, city)
    for entry in file.contacts:
        try:
            _contact(entry, origin)
        except (ValidationError, Organisation.DoesNotExist, LookupError) as error:
            problems.append(f"{name}, {entry.key}: {error}")
    if problems:
        raise FixtureError(problems)
    return len(file.contacts)


def remove_contacts(origin: str) -> None:
    """Take away the contact points of an origin, with their revisions."""
    contacts = ContactPoint.objects.filter(origin=origin)
    for contact in contacts.exclude(latest_revision=None):
        contact.revisions.all().delete()
    contacts.delete()


def _organisation(entry: OrganisationEntry, origin: str, city: Area) -> None:
    organisation = Organisation(
        uuid=stable_uuid(origin, f"organisation:{entry.key}"),
        origin=origin,
        name=entry.name,
        reading=entry.reading,
        type=InstitutionType.objects.get(code=entry.type),
        municipality=city,
        operator=entry.operator,
    )
    organisation.roles = [
        OrganisationRole(programme=programme) for programme in Programme.objects.filter(code__in=entry.programmes)
    ]
    organisation.full_clean()
    organisation.save()


def _contact(entry: ContactEntry, origin: str) -> None:
    same = {"key", "organisation", "roles", "areas", "fields", "coordinator", "wide_area", "confirmed"}
    contact = ContactPoint(
        uuid=stable_uuid(origin, f"contact:{entry.key}"),
        origin=origin,
        organisation=Organisation.objects.get(uuid=stable_uuid(origin, f"organisation:{entry.organisation}")),
        is_coordinator=entry.coordinator,
        is_wide_area=entry.wide_area,
        live=True,
        **{
            name: value.strip() if isinstance(value, str) else value
            for name, value in entry.model_dump(exclude=same).items()
        },
    )
    if entry.confirmed:
        contact.confirmed_on, contact.confirmed_by = entry.confirmed.on, entry.confirmed.by
        contact.confirmed_with = entry.confirmed.who
    contact.roles = _by_code(Programme, "code", entry.roles)
    contact.areas = _by_code(Area, "slug", entry.areas)
    contact.fields = _by_code(WelfareField, "code", entry.fields)
    contact.full_clean()
    contact.save()


def _by_code(model: Any, column: str, codes: list[str]) -> list[Any]:
    found = {getattr(record, column): record for record in model.objects.filter(**{f"{column}__in": codes})}
    if unknown := [code for code in codes if code not in found]:
        raise LookupError(", ".join(unknown))
    return [found[code] for code in codes]
