"""The one door to the public: a published resource becomes an immutable `PublicResource`.

Pages, search documents, feeds, files and the API read that record and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from pydantic import ValidationError

from ..choices import ChannelKind
from ..hours.rules import OpeningException, OpeningRule, Schedule
from ..ladder import next_on
from ..models import (
    ConsultationDesk,
    InstitutionType,
    Organisation,
    PublicRecord,
    Resource,
)
from .days import laid_over
from .record import (
    OWN_FACTS,
    Public,
    PublicArea,
    PublicChannel,
    PublicOrganisation,
    PublicPhoto,
    PublicPlace,
    PublicResource,
    PublicStep,
    PublicText,
    Term,
)

log = logging.getLogger(__name__)
# These ways of contact say where somebody is.
_TO_A_PLACE = frozenset({ChannelKind.VISIT, ChannelKind.LETTER})
# Fields that all kinds have.
_COMMON = PublicResource.model_fields.keys() - {name for name, _facts in OWN_FACTS.values()}


def project(resource: Resource, *, draft: bool = False) -> PublicResource:
    """The public record of a resource, base or specific.

    Raises ValueError for one that is not published or a template (unless `draft`, for an editor's preview), or whose type is
    staff-only.
    """
    if not resource.live and not draft:
        raise ValueError(f"{resource.short_id} is not published")
    if resource.is_template and not draft:
        raise ValueError(f"{resource.short_id} is a template")
    if resource.is_staff_only_type:
        raise ValueError(f"{resource.short_id} is of a staff-only type")
    specific = resource.specific
    # A draft may name neither yet; nothing is published so (`models.Resource`).
    organisation = resource.organisation or Organisation()
    type_ = resource.type or InstitutionType(hides_address=False)
    # What was written down before the type hid its address: no form takes it since, and this is the second lock on that door.
    hides_address = type_.hides_address
    otherwise = {
        "id": resource.pk or 0,
        "kind": specific.kind or specific.KIND,
        "type": Term(code=type_.code, name=type_.name),
        "organisation": PublicOrganisation(
            uuid=organisation.uuid,
            name=organisation.name,
            operator=organisation.operator,
            website=organisation.website,
            municipality=organisation.municipality.name if organisation.municipality else "",
            ended_on=organisation.active_to,
        ),
        "fields": tuple(Term(code=field.code, name=field.name) for field in resource.fields.all()),
        "needs": tuple(Term(code=need.code, name=need.name) for need in resource.needs.all()),
        "areas": tuple(
            PublicArea(slug=area.slug, name=area.name, layer=area.layer.name) for area in resource.areas.all()
        ),
        "place": None if hides_address else _place(resource),
        "channels": tuple(
            PublicChannel(kind=channel.kind, value=channel.value, note=channel.note, hours=channel.hours)
            for channel in resource.channels.all()
            if channel.kind and not (hides_address and channel.kind in _TO_A_PLACE)
        ),
        "schedule": schedule_of(resource),
        "texts": tuple(
            PublicText(language=text.language, name=text.name, summary=text.summary, body=text.body)
            for text in resource.texts.all()
            if text.language
        ),
        "next_steps": tuple(
            PublicStep(short_id=step.target.short_id, name=step.target.name, kind=step.target.kind, note=step.note)
            for step in resource.next_steps.all()
            if step.target and step.target.live
        ),
        "photo": PublicPhoto(image=resource.photo_id, alt=resource.photo_alt)
        if resource.photo_id and not hides_address
        else None,
        "verified_by": resource.verified_by or None,
        "due_on": next_on(resource.verified_on, resource.check_every, _entered_on(resource)),
        **_facts(specific),
    }
    as_written = {name: getattr(resource, name) for name in _COMMON if name not in otherwise}
    return PublicResource(**as_written, **otherwise)


def _entered_on(resource: Resource) -> date:
    """The day of entry; a draft that was never saved begins today."""
    return timezone.localtime(resource.created_at).date() if resource.created_at else timezone.localdate()


def _place(resource: Resource) -> PublicPlace | None:
    town = resource.town
    if not (town or resource.address or resource.place_name or resource.lat is not None):
        return None
    before = f"{town.municipality.name}{town.name}" if town else ""
    return PublicPlace(
        name=resource.place_name,
        postal_code=resource.postal_code,
        address=f"{before}{resource.address}",
        lat=resource.lat,
        lon=resource.lon,
        access_note=resource.access_note,
    )


def schedule_of(resource: Resource) -> Schedule:
    """Its opening times, as rows in memory say them; rows of a draft that are half written are left out."""
    return Schedule(
        rules=tuple(
            OpeningRule(
                weekdays=tuple(rule.weekdays),
                nth=tuple(rule.nth),
                opens=rule.opens,
                closes=rule.closes,
                holidays=rule.holidays,
                every_other_week_from=rule.every_other_week_from,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
                note=rule.note,
            )
            for rule in resource.opening_rules.all()
            if rule.is_whole
        ),
        exceptions=tuple(
            OpeningException(
                start=exception.start,
                end=exception.end or exception.start,
                closed=exception.closed,
                opens=exception.opens,
                closes=exception.closes,
                reason=exception.reason,
            )
            for exception in resource.opening_exceptions.all()
            if exception.is_whole
        ),
    )


def _facts(specific: Resource) -> dict[str, Public]:
    """What only its kind has."""
    name, facts = OWN_FACTS[specific.KIND]
    values = {field: getattr(specific, field) for field in facts.model_fields}
    if isinstance(specific, ConsultationDesk):
        values["programme"] = str(specific.programme) if specific.programme else ""
        values["default_for"] = tuple(area.slug for area in specific.default_for.all())
    return {name: facts(**values)}


def read(record: PublicRecord) -> PublicResource | None:
    """The stored public record as an object; None, and a line in the log, where it cannot be read.

    A row that was written by another version, or damaged, must not take a list with it: it is left out until
    `refresh_public` has written it anew.
    """
    try:
        return _today(PublicResource.model_validate(record.data))
    except ValidationError as error:
        _report(record.short_id, error)
        return None


def _today(public: PublicResource) -> PublicResource:
    """With the notices of bad days that were made for it; the same object where there are none."""
    schedule = laid_over(public.short_id, public.schedule)
    return public if schedule is public.schedule else public.model_copy(update={"schedule": schedule})


def _report(short_id: str, error: ValidationError) -> None:
    where = ", ".join(sorted({".".join(map(str, problem["loc"])) for problem in error.errors()})[:5])
    log.error("The public record %s cannot be read (%s): run manage.py refresh_public", short_id, where)


def read_all(records: Iterable[PublicRecord]) -> Iterator[PublicResource]:
    """Those that can be read, in their order."""
    return filter(None, map(read, records))


def read_stream(records: QuerySet[PublicRecord]) -> Iterator[PublicResource]:
    """As `read_all`, for so many that they are not held at once: what the database says is read without a row in between."""
    for short_id, text in texts_of(records):
        if (resource := read_text(short_id, text)) is not None:
            yield _today(resource)


def texts_of(records: QuerySet[PublicRecord]) -> Iterator[tuple[str, str]]:
    """Public id and text of many records."""
    rows = records.annotate(text=Cast("data", TextField())).values_list("short_id", "text")
    return rows.iterator(chunk_size=500)


def read_text(short_id: str, text: str) -> PublicResource | None:
    """What a record says for good, without notices of bad days; None as `read`."""
    try:
        return PublicResource.model_validate_json(text)
    except ValidationError as error:
        _report(short_id, error)
        return None


def project_all(resources: Iterable[Resource]) -> Iterator[PublicResource]:
    """Records of published resources, skipping those that may not be public."""
    for resource in resources:
        if resource.live and not resource.is_template and not resource.is_staff_only_type:
            yield project(resource)
