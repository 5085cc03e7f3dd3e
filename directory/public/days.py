"""Bad days as the public sees them: notices laid over public records when they are read, and the bands above pages.

Nothing of it is written into records or into the index: a notice of a thousand entries is made, and taken back, in a moment; it
begins and ends by the clock; and whatever editors have in hand of an entry stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from ..areas.index import area_index
from ..cache import remembered
from ..hours import rules
from ..hours.schedule import TOKYO, DayNotice, Schedule
from ..models import Banner, DaysNotice, Level

# Notices belong to what is remembered of records, for these are remembered with them.
RECORDS, MEMORY = "records", "days"
FOR_EVER = timedelta.max
NONE: Mapping[str, tuple[DayNotice, ...]] = {}


def as_told(notice: DaysNotice) -> DayNotice:
    """What a notice says, as opening hours know it."""
    return DayNotice(
        kind=notice.what,
        since=notice.since.astimezone(TOKYO),
        until=notice.until.astimezone(TOKYO) if notice.until else None,
        opens=notice.opens,
        closes=notice.closes,
        opens_daily=notice.opens_daily,
        reason=notice.reason,
    )


def in_order(notices: Iterable[DaysNotice]) -> list[DaysNotice]:
    """Those that give way first: what lasts longer before what lasts shorter, of as long ones the earlier made."""

    def place(notice: DaysNotice) -> tuple[timedelta, datetime, int]:
        lasts = notice.until - notice.since if notice.until else FOR_EVER
        return -lasts, notice.made_at, notice.pk or 0

    return sorted(notices, key=place)


def notices_by_entry() -> Mapping[str, tuple[DayNotice, ...]]:
    """By the id of an entry, the notices that are open and not over, in the order in which they give way.

    Where the database is away and nobody knows, nothing: a page without them is better than none.
    """
    try:
        return remembered(RECORDS, "notices", _read)
    except DatabaseError:
        if connection.in_atomic_block:
            raise
        return NONE


def _read() -> dict[str, tuple[DayNotice, ...]]:
    notices = in_order(DaysNotice.objects.lasting(timezone.now()))
    if not notices:
        return {}
    told = {notice.pk: as_told(notice) for notice in notices}
    rows = DaysNotice.entries.through.objects.filter(daysnotice__in=told).values_list(
        "daysnotice_id", "resource__short_id"
    )
    place = {pk: number for number, pk in enumerate(told)}
    found: dict[str, list[DayNotice]] = {}
    for pk, short_id in sorted(rows, key=lambda row: place[row[0]]):
        found.setdefault(short_id, []).append(told[pk])
    return {short_id: tuple(own) for short_id, own in found.items()}


def laid_over(short_id: str, schedule: Schedule) -> Schedule:
    """The schedule of an entry with its notices; the same object where it has none."""
    own = notices_by_entry().get(short_id)
    return schedule.model_copy(update={"notices": own}) if own else schedule


def of_row(row: Mapping[str, object], schedule: Schedule) -> Schedule:
    """The same for a row of the index, which knows its entry by its address (`/resources/<id>/`)."""
    own = told_of_row(row)
    return schedule.model_copy(update={"notices": own}) if own else schedule


def told_of_row(row: Mapping[str, object]) -> tuple[DayNotice, ...]:
    """The notices of the entry behind a row of the index."""
    return notices_by_entry().get(str(row.get("url", "")).strip("/").rpartition("/")[2], ())


@dataclass(frozen=True, slots=True)
class Band:
    """A band as pages show it. `areas` are the areas on whose pages it stands; None is every page."""

    pk: int
    level: str
    label: str
    words: str
    link: str
    since: datetime
    until: datetime
    areas: frozenset[int] | None = None


def bands(at: datetime, slugs: Collection[str] = ()) -> list[Band]:
    """The bands that stand at an aware moment on a page of these areas, the gravest first.

    Notes when one begins or ends, for whoever keeps the page. Where the database is away and nobody knows, none.
    """
    try:
        known = coming_bands()
    except DatabaseError:
        if connection.in_atomic_block:
            raise
        return []
    if not known:
        return []
    rules.note_turns(at, (turn for band in known for turn in (band.since, band.until)))
    index = area_index()
    asked = {index.by_slug[slug].pk for slug in slugs if slug in index.by_slug}
    return [
        band
        for band in known
        if band.since <= at < band.until and (band.areas is None or not band.areas.isdisjoint(asked))
    ]


def coming_bands() -> tuple[Band, ...]:
    """All bands that are open and not over, whether or not they have begun."""
    return remembered(MEMORY, "bands", _bands)


_GRAVITY = {Level.URGENT: 0, Level.CAUTION: 1, Level.INFO: 2}


def _bands() -> tuple[Band, ...]:
    index = area_index()
    found = sorted(Banner.objects.lasting(timezone.now()), key=lambda one: (_GRAVITY[Level(one.level)], one.since))
    return tuple(
        Band(
            pk=one.pk,
            level=one.level,
            label=str(Level(one.level).label),
            words=one.words,
            link=one.link,
            since=one.since.astimezone(TOKYO),
            until=one.until.astimezone(TOKYO),
            # What is urgent concerns whoever is on the way there, too.
            areas=None
            if one.area_id is None or one.level == Level.URGENT
            else frozenset({one.area_id, *index.descendants(one.area_id)}),
        )
        for one in found
        if one.until is not None
    )
