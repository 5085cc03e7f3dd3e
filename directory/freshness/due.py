"""What reads: which entries want confirming, on which rung they stand, and who is to be asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from ..choices import ConfirmBy, Decision, Step
from ..ladder import chase, days, step
from ..models import ChangeProposal, CheckRound, Office, Organisation, PublicRecord, Resource


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is asked about an entry, and how. `mail` is "" where nobody can be written to."""

    way: ConfirmBy
    mail: str = ""
    organisation: Organisation | None = None
    office: Office | None = None


@dataclass(frozen=True, slots=True)
class DueEntry:
    """A public entry that wants confirming. `chased`: what the city does about it, whatever residents see by now."""

    resource: Resource
    due_on: date
    asked_on: date | None
    reminded_on: date | None
    step: Step
    chased: Step
    addressee: Addressee
    is_waiting: bool

    @property
    def wants_mail(self) -> bool:
        """Whether today's mail is to ask about it: once, and once again."""
        if self.is_waiting or not self.addressee.mail or self.addressee.way != ConfirmBy.MAIL:
            return False
        if self.asked_on is None or self.asked_on < self.due_on:
            return True
        reminded = self.reminded_on is not None and self.reminded_on >= self.asked_on
        return self.chased == Step.REMINDER and not reminded

    @property
    def wants_call(self) -> bool:
        """Whether it belongs into the queue of calls."""
        if self.is_waiting or (self.addressee.way == ConfirmBy.SHEET and self.chased < Step.CALL):
            return False
        cannot_be_written_to = self.addressee.way == ConfirmBy.PHONE or not self.addressee.mail
        return self.chased == Step.CALL or (cannot_be_written_to and self.addressee.way != ConfirmBy.SHEET)


def addressee(resource: Resource, default: Office) -> Addressee:
    """The organisation by mail where it has an address; by sheet or telephone where it says so; else the office, by mail."""
    organisation = resource.organisation
    office = resource.owner if resource.owner and not resource.owner.retired else default
    if organisation is None:
        return Addressee(ConfirmBy.MAIL, office.mail, None, office)
    if organisation.confirm_by != ConfirmBy.MAIL:
        return Addressee(ConfirmBy(organisation.confirm_by), "", organisation, office)
    if organisation.confirm_mail:
        return Addressee(ConfirmBy.MAIL, organisation.confirm_mail, organisation, office)
    return Addressee(ConfirmBy.MAIL, office.mail, None, office)


def due_records(today: date) -> QuerySet[PublicRecord]:
    """Public records that want confirming, the longest waiting first, with what `entry_of` reads."""
    return (
        PublicRecord.objects.filter(due_on__lte=today)
        .select_related("resource__organisation", "resource__owner", "resource__check_round")
        .defer("data")
        .order_by("due_on", "pk")
    )


def due_entries(today: date, records: QuerySet[PublicRecord] | None = None) -> Iterator[DueEntry]:
    """All entries that want confirming, in a fixed number of queries."""
    default, between = Office.default(), days()
    # While an editor has not answered, the next step is the editor's.
    waiting = set(
        ChangeProposal.objects.filter(state=Decision.WAITING).values_list("resource_id", flat=True).distinct()
    )
    for record in (due_records(today) if records is None else records).iterator(chunk_size=500):
        resource, due_on = record.resource, record.due_on
        if due_on is None:
            continue
        round_ = round_of(resource)
        asked, reminded = (round_.asked_on, round_.reminded_on) if round_ else (None, None)
        yield DueEntry(
            resource=resource,
            due_on=due_on,
            asked_on=asked,
            reminded_on=reminded,
            step=step(due_on, asked, today, between),
            chased=chase(due_on, asked, today, between),
            addressee=addressee(resource, default),
            is_waiting=resource.pk in waiting,
        )


def round_of(resource: Resource) -> CheckRound | None:
    """How far asking has come; nothing where it has not begun."""
    try:
        return resource.check_round
    except CheckRound.DoesNotExist:
        return None


def note_asked(resource_ids: list[int], day: date, *, column: str = "asked_on") -> None:
    """That somebody was asked about the entries (`reminded_on`: again)."""
    CheckRound.objects.bulk_create(
        [CheckRound(resource_id=pk, **{column: day}) for pk in resource_ids],
        update_conflicts=True,
        unique_fields=["resource"],
        update_fields=[column],
    )
