"""Open now, and when next? One pure function over the rules and exceptions of a resource.

Policy, where the register leaves room:

- An opening belongs to the day on which it begins, as 「翌1:00」 does in everyday use. One that runs past midnight
  therefore goes on to its end, whatever the next day is (holiday, exception, even a closed one); and when its own day
  is closed it does not happen.
- Exceptions replace the rules of the days they cover. Special openings of one day add up. A closed exception wins over
  special openings, except those that cover fewer days than it does: a desk held on 30 December is meant to break the
  年末年始 around it, and the closed days of お盆 are meant to break the special hours of August.
- Notices of a bad day (`DayNotice`) lie over all of this: other hours take the place of what a day has, and a closing cuts
  whatever is open, also in the middle of a day. Of two that meet the one that lasts shorter wins, of two as long the later.
- Opening times include their beginning and exclude their end.
- Without rules only the days of exceptions are known; every other moment is "unknown".

Everything is reckoned in Japanese time, which has no summer time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

import jpholiday

from .schedule import TOKYO, DayNotice, OpeningException, OpeningRule, Schedule

EVENING = time(18)
NEXT_OPENING_DAYS = 366
# What stays open longer than this without a break is called round-the-clock; no visitor asks for an end that far away.
JOINED_DAYS = 14

JOINED = timedelta(days=JOINED_DAYS)

DAY = timedelta(days=1)
WEEK = timedelta(days=7)

# When a town hall can be reached; from 29 December to 3 January it cannot.
OFFICE_OPENS, OFFICE_CLOSES = time(8, 30), time(17, 15)
YEAR_END, NEW_YEAR = (12, 29), (1, 3)
SATURDAY = 5


class Interval(NamedTuple):
    """One opening, aware in Japanese time, and what it comes from."""

    start: datetime
    end: datetime
    source: OpeningRule | OpeningException | DayNotice


@dataclass(frozen=True, slots=True)
class OpenStatus:
    """Whether a resource is open at a moment.

    `closes_at`: end of the present opening; None when it is not open or does not close within `JOINED_DAYS`.
    `opens_at`: next opening, while it is not open; None when there is none within `NEXT_OPENING_DAYS`.
    `note`: of the rules that keep it open now. `reason`: of the exceptions and notices in force now.
    `day_off`: an exception closes the whole day (and not only the time outside special hours), or a notice this moment.
    """

    state: Literal["open", "closed", "unknown"]
    closes_at: datetime | None = None
    opens_at: datetime | None = None
    note: str = ""
    reason: str = ""
    day_off: bool = False


def status(schedule: Schedule, at: datetime) -> OpenStatus:
    """Whether it is open at an aware moment, until when, or when next. Raises ValueError for a naive datetime.

    A schedule remembers what was said of it as long as that is just what would be found again: a page of results asks thirty.
    """
    if at.utcoffset() is None:
        raise ValueError("hours.status needs an aware datetime")
    at = at.astimezone(TOKYO)
    # Beside its fields, where a cached property would stand: not compared, not written into files.
    known: _Known | None = schedule.__dict__.get(_KNOWN)
    if (
        known is None
        or not known.since <= at < known.until
        or known.rules is not schedule.rules
        or (known.exceptions is not schedule.exceptions)
        or (known.notices is not schedule.notices)
    ):
        known = schedule.__dict__[_KNOWN] = _known(schedule, at)
    note_turns(at, known.turns)
    return known.status


class _Known(NamedTuple):
    """A status, since and until when it is the same, all moments of the day that turn it, and of what it was made: a copy of
    a schedule with other rules brings this with it.
    """

    since: datetime
    until: datetime
    status: OpenStatus
    turns: tuple[datetime, ...]
    rules: tuple[OpeningRule, ...]
    exceptions: tuple[OpeningException, ...]
    notices: tuple[DayNotice, ...]


_KNOWN = "_known_status"


def _known(schedule: Schedule, at: datetime) -> _Known:
    today = at.date()
    begun = _begun(schedule, today)
    turns = tuple(turn for item in begun for turn in item[:2] if turn > at)
    turns += tuple(turn for notice in schedule.notices for turn in (notice.since, notice.until) if turn and turn > at)
    until = min([next_midnight(at), *turns])
    now = [item for item in begun if item.start <= at < item.end]
    made_of = (schedule.rules, schedule.exceptions, schedule.notices)
    if now:
        closes_at, known_until = _end_of_joined(schedule, at, now)
        state = OpenStatus(
            "open",
            closes_at=closes_at,
            note=_distinct(item.source.note for item in now if isinstance(item.source, OpeningRule)),
            reason=_distinct(item.source.reason for item in now if not isinstance(item.source, OpeningRule)),
        )
        return _Known(at, min(until, known_until or until), state, turns, *made_of)
    in_force = _in_force(schedule.exceptions, today)
    closing = [notice for notice in schedule.notices if notice.kind == "closed" and notice.holds(at)]
    state = OpenStatus(
        "closed" if schedule.rules or in_force or closing else "unknown",
        opens_at=_next_opening(schedule, at),
        reason=_distinct(one.reason for one in closing or in_force),
        day_off=bool(closing) or any(exception.closed for exception in in_force),
    )
    return _Known(at, until, state, turns, *made_of)


def intervals(schedule: Schedule, day: date) -> list[Interval]:
    """The openings that begin on a day, earliest first, not joined."""
    return _intervals(schedule.rules, schedule.exceptions, day, schedule.notices)


def coming_openings(schedule: Schedule, day: date, *, days: int) -> list[list[Interval]]:
    """The next `days` days, from the given one on, on which something opens, each with its openings; fewer, or none, where
    there are no more within `NEXT_OPENING_DAYS`."""
    found: list[list[Interval]] = []
    for ahead in range(NEXT_OPENING_DAYS + 1):
        if len(found) == days:
            break
        if opened := intervals(schedule, day + ahead * DAY):
            found.append(opened)
    return found


def in_office_hours(at: datetime) -> bool:
    """Whether a town hall is open at an aware moment: 8:30 to 17:15 on working days."""
    at = at.astimezone(TOKYO)
    day = (at.month, at.day)
    is_day_off = at.weekday() >= SATURDAY or _is_holiday(at.date()) or day >= YEAR_END or day <= NEW_YEAR
    note_turns(at, (datetime.combine(at.date(), clock, TOKYO) for clock in (OFFICE_OPENS, OFFICE_CLOSES)))
    return not is_day_off and OFFICE_OPENS <= at.time() < OFFICE_CLOSES


# The moment for which answers are made, where it is not now.
_asked_for: ContextVar[datetime | None] = ContextVar("asked_for", default=None)


def moment() -> datetime:
    """The aware moment for which an answer is made: now, unless somebody asks how it would be at another time (`at`)."""
    return _asked_for.get() or datetime.now(TOKYO)


@contextmanager
def at(other: datetime) -> Iterator[None]:
    """Answers of this thread are made for an aware moment inside."""
    token = _asked_for.set(other)
    try:
        yield
    finally:
        _asked_for.reset(token)


# When what was said of a moment will not be true any more; collected for whoever keeps a page.
_turns: ContextVar[list[datetime] | None] = ContextVar("turns", default=None)


@contextmanager
def noting_turns() -> Iterator[list[datetime]]:
    """The moments at which something opens or closes of what this thread asks inside; midnight turns everything besides."""
    found: list[datetime] = []
    token = _turns.set(found)
    try:
        yield found
    finally:
        _turns.reset(token)


def next_midnight(at: datetime) -> datetime:
    """When the day of an aware moment ends."""
    return datetime.combine(at.astimezone(TOKYO).date() + DAY, time(), TOKYO)


def note_turns(at: datetime, turns: Iterable[datetime]) -> None:
    """Say of moments, aware, that something which was asked for at `at` is another then; those that are past count for nothing."""
    if (noted := _turns.get()) is not None:
        noted.extend(turn for turn in turns if turn > at)


def next_office_morning(now: datetime) -> datetime:
    """The next ten o'clock of a working day: a moment at which desks are open, not before the one that is given."""
    morning = now.astimezone(TOKYO).replace(hour=10, minute=0, second=0, microsecond=0)
    while morning < now or not in_office_hours(morning):
        morning += DAY
    return morning


def open_days(schedule: Schedule) -> tuple[int, ...]:
    """Weekdays on which the rules can open, ascending; rules for holidays only have none (see `opens_on_holidays`)."""
    return tuple(sorted({day for rule in schedule.rules if rule.holidays != "only" for day in rule.weekdays}))


def opens_on_holidays(schedule: Schedule) -> bool:
    """Whether a rule opens on national holidays too, or only then."""
    return any(rule.holidays != "closed" for rule in schedule.rules)


def opens_in_evening(schedule: Schedule) -> bool:
    """Whether a rule keeps it open at some time between 18:00 and midnight."""
    return any(rule.closes <= rule.opens or rule.closes > EVENING for rule in schedule.rules)


# jpholiday takes 0.1 ms for a day it has not seen; ten years of days fit in here.
@lru_cache(maxsize=4096)
def _is_holiday(day: date) -> bool:
    return jpholiday.is_holiday(day)


def _opens_on(rule: OpeningRule, day: date) -> bool:
    if (rule.valid_from and day < rule.valid_from) or (rule.valid_to and day > rule.valid_to):
        return False
    if rule.every_other_week_from and _weeks_between(rule.every_other_week_from, day) % 2:
        return False
    if rule.holidays == "only":
        return _is_holiday(day)
    if day.weekday() not in rule.weekdays or (rule.nth and not _is_nth(rule.nth, day)):
        return False
    return rule.holidays == "open" or not _is_holiday(day)


def _weeks_between(anchor: date, day: date) -> int:
    # Whole weeks from Monday to Monday (day 1 of the ordinals is a Monday): unlike ISO week numbers, which may end with
    # 52 or 53, these alternate over the turn of the year.
    return (day.toordinal() - 1) // 7 - (anchor.toordinal() - 1) // 7


def _is_nth(nth: Sequence[int], day: date) -> bool:
    return (day.day + 6) // 7 in nth or (-1 in nth and (day + WEEK).month != day.month)


def _in_force(exceptions: Iterable[OpeningException], day: date) -> list[OpeningException]:
    """The exceptions that decide a day: either closed ones or special openings, never both."""
    covering = [exception for exception in exceptions if exception.start <= day <= exception.end]
    closed = [exception for exception in covering if exception.closed]
    if not closed:
        return covering
    narrowest = min(exception.end - exception.start for exception in closed)
    special = [e for e in covering if not e.closed and e.end - e.start < narrowest]
    return special or closed


def _intervals(
    rules: Iterable[OpeningRule],
    exceptions: Sequence[OpeningException],
    day: date,
    notices: Sequence[DayNotice] = (),
) -> list[Interval]:
    in_force = _in_force(exceptions, day) if exceptions else ()
    if in_force:
        found = [_interval(exception, times, day) for exception in in_force if (times := exception.times)]
    else:
        found = [_interval(rule, (rule.opens, rule.closes), day) for rule in rules if _opens_on(rule, day)]
    if notices:
        found = _noticed(found, notices, day)
    return sorted(found, key=lambda item: item[:2]) if len(found) > 1 else found


def _noticed(usual: list[Interval], notices: Sequence[DayNotice], day: date) -> list[Interval]:
    """The openings of a day as notices leave them: `notices` in their order, the one that gives way first."""
    found = usual
    for notice in notices:
        if notice.kind == "closed":
            found = [piece for item in found for piece in _cut(item, notice)]
        elif (times := notice.times) and notice.covers(day) and (usual or notice.opens_daily):
            found = [_interval(notice, times, day)]
    return found


def _cut(item: Interval, closing: DayNotice) -> Iterator[Interval]:
    """What a closing leaves of an opening: nothing, a part, or the parts before and after it."""
    if item.start < (end := min(item.end, closing.since)):
        yield Interval(item.start, end, item.source)
    if closing.until is not None and (start := max(item.start, closing.until)) < item.end:
        yield Interval(start, item.end, item.source)


def _interval(source: OpeningRule | OpeningException | DayNotice, times: tuple[time, time], day: date) -> Interval:
    opens, closes = times
    last_day = day if closes > opens else day + DAY
    return Interval(datetime.combine(day, opens, TOKYO), datetime.combine(last_day, closes, TOKYO), source)


def _begun(schedule: Schedule, day: date) -> list[Interval]:
    """Openings of a day and of the day before: none is longer than 24 hours, so no other can still go on."""
    return intervals(schedule, day - DAY) + intervals(schedule, day)


def _end_of_joined(schedule: Schedule, at: datetime, now: list[Interval]) -> tuple[datetime | None, datetime | None]:
    """When the openings that follow each other without a gap end; where that is too far away, until when it is."""
    end = max(item.end for item in now)
    seen_until = at.date()
    following = [item for item in intervals(schedule, seen_until) if item.start > at]
    while end - at <= JOINED:
        for item in following:
            if item.start <= end < item.end:
                end = item.end
        if end.date() == seen_until:
            return end, None
        # `end` moves by at most a day at a time, so every day that it reaches is looked at.
        seen_until += DAY
        following = intervals(schedule, seen_until)
    return None, end - JOINED


def _next_opening(schedule: Schedule, at: datetime) -> datetime | None:
    today = at.date()
    # What is over cannot open again; a register keeps it, and a year's walk for nothing is the dearest answer there is.
    rules = [rule for rule in schedule.rules if rule.valid_to is None or rule.valid_to >= today]
    exceptions = [exception for exception in schedule.exceptions if exception.end >= today]
    notices = [notice for notice in schedule.notices if notice.kind != "words"]
    hours = [notice for notice in notices if notice.kind == "hours"]
    if not rules and not hours and all(exception.closed for exception in exceptions):
        return None
    # What is closed until further notice opens at no time that anybody knows, unless other hours were told for it.
    last = min((notice.since.date() for notice in notices if notice.until is None), default=None) if not hours else None
    days_on = NEXT_OPENING_DAYS if last is None else min(NEXT_OPENING_DAYS, max(0, (last - today).days))
    for days in range(days_on + 1):
        for item in _intervals(rules, exceptions, today + timedelta(days=days), notices):
            if item.start > at:
                return item.start
    return None


def _distinct(words: Iterable[str]) -> str:
    return "・".join(dict.fromkeys(word for word in words if word))
