"""Writing files of contact points and partners into the register: all or nothing, the same records whenever it is done again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as SchemaError
from wagtail.models import ModelLogEntry

from ...exchange.register_file import OrganisationEntry
from ...fixtures import FixtureError
from ...identity import stable_uuid
from ...models import Area, InstitutionType, Organisation, OrganisationRole, Programme
from ...models import Field as WelfareField
from ..choices import ConfirmedBy, Consent, Meeting, Way
from ..models import ContactChange, ContactPoint, Partner, SharingPack, TrailLine, Training
from ..packs import deliveries


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


class ChangeEntry(_Entry):
    """A change of a contact point that is published after loading, so that there is news."""

    contact: str
    field: str
    value: str


class TrainingEntry(_Entry):
    """A training so many days from the day of loading."""

    title: str
    in_days: int
    at: time
    hours: int
    place: str
    organiser: str
    audience: str
    summary: str
    how_to_join: str


class DeliveryEntry(_Entry):
    """A pack that was sent to its partners so many days before the day of loading."""

    pack: str
    days_ago: int
    confirmed: bool = False


class PartnersFile(_Entry):
    """A file: organisations that are partners, what was sent to them, news, trainings."""

    partners: list[str]
    deliveries: list[DeliveryEntry]
    changes: list[ChangeEntry]
    trainings: list[TrainingEntry]


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
    for organisation in file.organisations:
        _organisation(organisation, origin, city)
    for contact in file.contacts:
        try:
            _contact(contact, origin)
        except (ValidationError, Organisation.DoesNotExist, LookupError) as error:
            problems.append(f"{name}, {contact.key}: {error}")
    if problems:
        raise FixtureError(problems)
    return len(file.contacts)


def load_partners(name: str, content: Any, *, origin: str) -> int:
    """Write a file's partners and trainings under an origin. Call it in a transaction, after `load_contacts`.

    Returns how many partners. Raises FixtureError for a wrong file.
    """
    try:
        file = PartnersFile.model_validate(content)
        for key in file.partners:
            organisation = Organisation.objects.get(uuid=stable_uuid(origin, f"organisation:{key}"))
            partner = Partner(uuid=stable_uuid(origin, f"partner:{key}"), origin=origin, organisation=organisation)
            partner.full_clean()
            partner.save()
        for delivery in file.deliveries:
            _delivery(delivery)
        for change in file.changes:
            contact = ContactPoint.objects.get(uuid=stable_uuid(origin, f"contact:{change.contact}"))
            setattr(contact, change.field, change.value)
            contact.save_revision(clean=True).publish()
        for entry in file.trainings:
            _training(entry, origin)
    except (
        SchemaError,
        Organisation.DoesNotExist,
        ContactPoint.DoesNotExist,
        SharingPack.DoesNotExist,
        ValidationError,
    ) as error:
        raise FixtureError([f"{name}: {error}"]) from error
    return len(file.partners)


def _delivery(entry: DeliveryEntry) -> None:
    pack = SharingPack.objects.get(code=entry.pack)
    at = timezone.now() - timedelta(days=entry.days_ago)
    for row in deliveries(pack):
        row.at = row.told_at = row.opened_at = at
        row.version = f"{timezone.localtime(at):%Y%m%d}-{row.version[-6:]}"
        row.confirmed_at = at if entry.confirmed else None
        row.save()


def _training(entry: TrainingEntry, origin: str) -> None:
    day = timezone.localdate() + timedelta(days=entry.in_days)
    starts_at = timezone.make_aware(datetime.combine(day, entry.at))
    values = entry.model_dump(exclude={"in_days", "at", "hours"})
    ends_at = starts_at + timedelta(hours=entry.hours)
    training = Training(origin=origin, starts_at=starts_at, ends_at=ends_at, **values)
    training.full_clean()
    training.save()


def remove_partners(origin: str) -> None:
    """Take away the partners and trainings of an origin; the accounts of their people stay, and open nothing.

    A partner that somebody made of one of its organisations goes too: it cannot stand without it.
    """
    Partner.objects.filter(Q(origin=origin) | Q(organisation__origin=origin)).delete()
    Training.objects.filter(origin=origin).delete()


def remove_contacts(origin: str) -> None:
    """Take away the contact points of an origin, with their revisions and what was noted of their changes."""
    ContactChange.objects.filter(contact__origin=origin).delete()
    contacts = ContactPoint.objects.filter(origin=origin)
    for contact in contacts.exclude(latest_revision=None):
        contact.revisions.all().delete()
    kind, pks = ContentType.objects.get_for_model(ContactPoint), [str(contact.pk) for contact in contacts]
    contacts.delete()
    ContactChange.objects.filter(contact=None).delete()
    ModelLogEntry.objects.filter(content_type=kind, object_id__in=pks).delete()


def names_in_trail(origin: str) -> set[str]:
    """What the trail calls the contact points, partners, trainings and institutions of an origin; ask before they go."""
    models = (ContactPoint, Partner, Training, Organisation)
    return {str(record)[:260] for model in models for record in model._default_manager.filter(origin=origin)}


def forget_in_trail(names: set[str], users: set[str]) -> None:
    """Take away what the trail says of things that never were."""
    TrailLine.objects.drop_demo(names, users)


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
    programmes = Programme.objects.filter(code__in=entry.programmes)
    organisation.roles.set([OrganisationRole(programme=programme) for programme in programmes])
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
