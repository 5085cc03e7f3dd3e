"""What is known about the opening times of a resource; `rules` says what it means at a moment."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

TOKYO = ZoneInfo("Asia/Tokyo")


class Frozen(BaseModel):
    """Part of a public record: immutable, and strange fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OpeningRule(Frozen):
    """A recurring opening (DS-441 knows the same kinds: weekly, nth weekday, last weekday, every other week).

    `weekdays`: 0 is Monday, 6 is Sunday. `nth`: which of the month, 1 to 5 or -1 for the last; empty is every one.
    `closes` not after `opens` is on the next day; both 00:00 are the whole day. `holidays`: what happens on national
    holidays; "only" opens on them whatever the weekday, so `weekdays` and `nth` do not count then.
    `every_other_week_from`: any day of a week in which it opens; weeks begin on Monday and are counted from there in
    both directions, `valid_from` says when it began.
    """

    weekdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = ()
    nth: tuple[Literal[1, 2, 3, 4, 5, -1], ...] = ()
    opens: time
    closes: time
    holidays: Literal["closed", "open", "only"] = "closed"
    every_other_week_from: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _has_a_day(self) -> Self:
        if not self.weekdays and self.holidays != "only":
            raise ValueError("a rule needs weekdays, unless it opens on holidays only")
        return self


class OpeningException(Frozen):
    """Days from `start` to `end`, both included, on which the rules do not hold: closed, or open at other times."""

    start: date
    end: date
    closed: bool
    opens: time | None = None
    closes: time | None = None
    reason: str = ""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.end < self.start:
            raise ValueError("an exception cannot end before it starts")
        if not self.closed and (self.opens is None or self.closes is None):
            raise ValueError("an exception that is not closed needs both times")
        return self

    @property
    def times(self) -> tuple[time, time] | None:
        """When it opens and closes; None where it is closed."""
        return None if self.closed or self.opens is None or self.closes is None else (self.opens, self.closes)


class DayNotice(Frozen):
    """What somebody said of a bad day, over rules and exceptions: closed, other hours, or only words（臨時休止・時間・お知らせ）.

    It holds from `since` until `until`, both aware; None is until further notice. Other hours (`opens` to `closes`) stand on
    each day that it touches and on which it opens anyway; with `opens_daily` on every such day.
    """

    kind: Literal["closed", "hours", "words"]
    since: datetime
    until: datetime | None = None
    opens: time | None = None
    closes: time | None = None
    opens_daily: bool = False
    reason: str = ""

    @property
    def times(self) -> tuple[time, time] | None:
        """When it opens and closes, where it says so."""
        return None if self.kind != "hours" or self.opens is None or self.closes is None else (self.opens, self.closes)

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at an aware moment."""
        return self.since <= at and (self.until is None or at < self.until)

    def covers(self, day: date) -> bool:
        """Whether it touches a day in Japan."""
        begins = self.since.astimezone(TOKYO)
        if day < begins.date():
            return False
        # One that ends at midnight does not touch the day that begins then.
        return self.until is None or self.until > datetime.combine(day, time(), TOKYO)


class Schedule(Frozen):
    """All that is known about the opening times of a resource."""

    rules: tuple[OpeningRule, ...] = ()
    exceptions: tuple[OpeningException, ...] = ()
    # Laid over when a public record is read (`public.days`), the one that wins last; never written into one.
    notices: Annotated[SkipJsonSchema[tuple[DayNotice, ...]], Field(exclude=True)] = ()
