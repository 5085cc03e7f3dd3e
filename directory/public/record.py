"""What the public may know of a resource, type by type and field by field.

Nothing is copied wholesale: a new column of the register stays inside until somebody names it here. What is not shown as it
is written is made in `projection.project`.
"""

from __future__ import annotations

import json
from datetime import date
from hashlib import blake2b
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ..choices import (
    WITHOUT_VOICE,
    Access,
    Audience,
    Booking,
    ChannelKind,
    Cost,
    Eligibility,
    Insurance,
    Kind,
    Language,
    Pathway,
    Pay,
    VerifiedBy,
)
from ..hours.rules import Schedule
from .roles import is_sensitive


class Public(BaseModel):
    """Immutable; an unknown field in a stored record is an error, not a surprise."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(Public):
    """A word of the register: code for machines, name for people."""

    code: str
    name: str


class PublicArea(Public):
    """An area that a resource serves."""

    slug: str
    name: str
    layer: str


class PublicOrganisation(Public):
    """Who stands behind a resource."""

    uuid: UUID
    name: str
    operator: str
    website: str
    municipality: str
    ended_on: date | None


class PublicChannel(Public):
    """A way to get in touch."""

    kind: ChannelKind
    value: str
    note: str
    hours: str

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(self.kind.label)

    @property
    def href(self) -> str:
        """Where a link leads, or nothing for what cannot be clicked."""
        if not self.value:
            return ""
        if self.kind == ChannelKind.PHONE:
            return "tel:" + "".join(sign for sign in self.value if sign.isdigit() or sign in "+#*")
        if self.kind == ChannelKind.MAIL:
            return "mailto:" + self.value
        return self.value if self.value.startswith(("https://", "http://")) else ""


class PublicPlace(Public):
    """Where it is."""

    name: str
    postal_code: str
    address: str
    lat: float | None
    lon: float | None
    access_note: str


class PublicStep(Public):
    """A next step of a ladder; shown only while its target is public."""

    short_id: str
    name: str
    kind: Kind
    note: str


class PublicText(Public):
    """The words of the resource in another language."""

    language: Language
    name: str
    summary: str
    body: str


class PublicPhoto(Public):
    """A picture by its id; renditions are made when a page is built."""

    image: int
    alt: str


class DeskFacts(Public):
    """What only a desk has."""

    programme: str
    any_attribute: bool
    default_for: tuple[str, ...]


class PlaceFacts(Public):
    """What only a place to be has."""

    drop_in: bool | None
    run_by: str
    capacity: str
    indoors: bool | None
    meal: bool | None


class VolunteerFacts(Public):
    """What only a volunteer opportunity has."""

    activity: str
    commitment: str
    skills: str
    insurance: Insurance
    deadline: date | None


class WorkFacts(Public):
    """What only a way into work has."""

    pathway: Pathway
    hours_min: int | None
    hours_max: int | None
    pay: Pay
    pay_note: str
    support: str


# The facts of each kind, by the name that they have in a public record and in a file of the register.
OWN_FACTS: dict[Kind, tuple[str, type[Public]]] = {
    Kind.DESK: ("desk", DeskFacts),
    Kind.PLACE: ("gathering", PlaceFacts),
    Kind.VOLUNTEER: ("volunteer", VolunteerFacts),
    Kind.WORK: ("work", WorkFacts),
}


class PublicResource(Public):
    """All that the public may know of a resource. A name that is also a column of `Resource` is filled from it.

    What a field is called on pages and what it says there stands in `facts`.
    """

    id: int
    uuid: UUID
    short_id: str
    kind: Kind
    name: str
    reading: str
    summary: str
    body: str
    easy: str
    type: Term
    organisation: PublicOrganisation
    fields: tuple[Term, ...]
    needs: tuple[Term, ...]
    areas: tuple[PublicArea, ...]
    place: PublicPlace | None
    channels: tuple[PublicChannel, ...]
    schedule: Schedule
    hours_note: str
    eligibility: Eligibility
    audiences: tuple[Audience, ...]
    eligibility_note: str
    cost: Cost
    cost_note: str
    languages: tuple[Language, ...]
    accessibility: tuple[Access, ...]
    can_observe: bool | None
    can_come_alone: bool | None
    companion_welcome: bool | None
    booking: Booking
    first_visit_note: str
    texts: tuple[PublicText, ...]
    next_steps: tuple[PublicStep, ...]
    photo: PublicPhoto | None
    verified_on: date | None
    verified_by: VerifiedBy | None
    source: str
    # The day on which somebody is to be asked whether it is still right (`directory.ladder`).
    due_on: date | None
    # The last day on which it is shown, as an editor set it; `until` is what holds.
    ends_on: date | None
    # The public id of what comes after it.
    succeeded_by: str
    desk: DeskFacts | None = None
    gathering: PlaceFacts | None = None
    volunteer: VolunteerFacts | None = None
    work: WorkFacts | None = None

    @property
    def until(self) -> date | None:
        """The last day on which it is shown to the public, if it has one: its own, that of a call for volunteers, or its
        organisation's, whichever comes first."""
        deadline = self.volunteer.deadline if self.volunteer else None
        return min(filter(None, (self.ends_on, deadline, self.organisation.ended_on)), default=None)

    @property
    def shown_cost(self) -> Cost | None:
        """What it costs to come, where that says something: nobody pays for work that is paid, unless a part of it costs."""
        is_paid = self.work is not None and self.work.pay != Pay.NONE
        return None if is_paid and self.cost in {Cost.FREE, Cost.UNKNOWN} else self.cost

    @property
    def path(self) -> str:
        """Its address, stable for ever."""
        return f"/resources/{self.short_id}/"

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(self.kind.label)

    @property
    def municipality(self) -> str:
        """The municipality of its organisation, for telling apart records of several ones."""
        return self.organisation.municipality

    @property
    def first_channel(self) -> PublicChannel | None:
        """The channel to show on a card: the telephone if there is one."""
        phones = [channel for channel in self.channels if channel.kind == ChannelKind.PHONE]
        return next(iter(phones or self.channels), None)

    @property
    def channels_without_voice(self) -> tuple[PublicChannel, ...]:
        """Ways for somebody who cannot or does not want to telephone."""
        return tuple(channel for channel in self.channels if channel.kind in WITHOUT_VOICE)

    @property
    def other_ways(self) -> tuple[ChannelKind, ...]:
        """Kinds of ways without a voice beside the one that a card shows anyway, each once."""
        shown = self.first_channel.kind if self.first_channel else None
        return tuple(dict.fromkeys(item.kind for item in self.channels_without_voice if item.kind != shown))

    @property
    def is_sensitive(self) -> bool:
        """Whether somebody may have to leave the page quickly, unseen."""
        return is_sensitive(self.type.code, (field.code for field in self.fields))

    @property
    def accepts_anyone(self) -> bool:
        """Whether nobody is sent away."""
        return self.eligibility == Eligibility.ANYONE


# Records of one shape have the same fields of the same kinds. Another shape: `refresh_public` writes them anew.
SHAPE = blake2b(json.dumps(PublicResource.model_json_schema(), sort_keys=True).encode(), digest_size=8).hexdigest()
