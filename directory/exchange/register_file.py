"""The shape of a register file (`fixtures/README.md`): checked as a whole before anything is written."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..choices import (
    Access,
    Audience,
    Booking,
    ChannelKind,
    Cost,
    Eligibility,
    HolidayPolicy,
    Insurance,
    Kind,
    Language,
    Pathway,
    Pay,
    VerifiedBy,
)
from ..fixtures import FixtureError

DAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}


def _days(value: Any) -> Any:
    return [DAYS.get(name, name) for name in value.split()] if isinstance(value, str) else value


class Entry(BaseModel):
    """Unknown keys are slips of the pen, not silence."""

    model_config = ConfigDict(extra="forbid")


class Source(Entry):
    file: str = ""
    section: str = ""
    quote: str = ""


class OrganisationEntry(Entry):
    key: str
    name: str
    reading: str = ""
    type: str
    operator: str = ""
    website: str = ""
    programmes: list[str] = []
    note: str = ""
    source: Source | None = None


class PlaceEntry(Entry):
    name: str = ""
    town: str | None = None
    address: str = ""
    lat: float | None = None
    lon: float | None = None


class ChannelEntry(Entry):
    kind: ChannelKind
    value: str = ""
    note: str = ""
    hours: str = ""


class HoursEntry(Entry):
    days: Annotated[list[int], BeforeValidator(_days)] = []
    nth: list[Literal[1, 2, 3, 4, 5, -1]] = []
    opens: time = Field(alias="from")
    closes: time = Field(alias="to")
    holidays: HolidayPolicy = HolidayPolicy.CLOSED
    every_other_week_from: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""


class ExceptionEntry(Entry):
    start: date = Field(alias="from")
    end: date | None = Field(default=None, alias="to")
    closed: bool = False
    opens: time | None = None
    closes: time | None = None
    reason: str = ""


class WhoEntry(Entry):
    level: Eligibility = Eligibility.ANYONE
    audiences: list[Audience] = []
    note: str = ""


class CostEntry(Entry):
    kind: Cost = Cost.UNKNOWN
    note: str = ""


class FirstVisitEntry(Entry):
    observe: bool | None = None
    alone: bool | None = None
    companion: bool | None = None
    booking: Booking = Booking.UNKNOWN
    note: str = ""


class DeskEntry(Entry):
    programme: str | None = None
    any_attribute: bool = False
    default_for: list[str] = []


class GatheringEntry(Entry):
    drop_in: bool | None = None
    run_by: str = ""
    capacity: str = ""
    indoors: bool | None = None
    meal: bool | None = None


class VolunteerEntry(Entry):
    activity: str
    commitment: str = ""
    skills: str = ""
    insurance: Insurance = Insurance.UNKNOWN
    deadline: date | None = None


class WorkEntry(Entry):
    pathway: Pathway
    hours_min: int | None = None
    hours_max: int | None = None
    pay: Pay
    pay_note: str = ""
    support: str = ""


class VerifiedEntry(Entry):
    on: date
    by: VerifiedBy


class StaffEntry(Entry):
    note: str = ""
    accepts_note: str = ""
    participation: bool | None = None


class ResourceEntry(Entry):
    key: str
    kind: Kind
    organisation: str
    type: str | None = None
    name: str
    reading: str = ""
    summary: str
    body: str = ""
    easy: str = ""
    fields: list[str]
    needs: list[str] = []
    areas: list[str]
    place: PlaceEntry | None = None
    channels: list[ChannelEntry] = []
    hours: list[HoursEntry] = []
    exceptions: list[ExceptionEntry] = []
    who: WhoEntry = WhoEntry()
    cost: CostEntry = CostEntry()
    languages: list[Language] = []
    accessibility: list[Access] = []
    first_visit: FirstVisitEntry = FirstVisitEntry()
    desk: DeskEntry | None = None
    gathering: GatheringEntry | None = None
    volunteer: VolunteerEntry | None = None
    work: WorkEntry | None = None
    next: list[str] = []
    verified: VerifiedEntry | None = None
    ends_on: date | None = None
    staff: StaffEntry = StaffEntry()


class MunicipalityEntry(Entry):
    key: str
    name: str
    reading: str = ""
    code: str = ""
    prefecture: str = ""
    lat: float | None = None
    lon: float | None = None


class RegisterFile(Entry):
    """One file: organisations and resources, and the municipality if the file is a whole register."""

    municipality: MunicipalityEntry | None = None
    organisations: list[OrganisationEntry] = []
    resources: list[ResourceEntry] = []


def parse(name: str, content: Any) -> RegisterFile:
    """The content of a file as entries; every problem is named with its place in one FixtureError."""
    try:
        return RegisterFile.model_validate(content or {})
    except ValidationError as error:
        raise FixtureError(
            [f"{name}: {_place(content, problem['loc'])}: {problem['msg']}" for problem in error.errors()]
        ) from error


def _place(content: Any, path: tuple[Any, ...]) -> str:
    """Where in the file, by the entry's own key instead of its number."""
    words = []
    for step in path:
        content = content[step] if isinstance(content, list | dict) and _has(content, step) else None
        key = content.get("key") if isinstance(content, dict) else None
        words.append(str(key or step))
    return " > ".join(words)


def _has(content: Any, step: Any) -> bool:
    return step in content if isinstance(content, dict) else isinstance(step, int) and step < len(content)
