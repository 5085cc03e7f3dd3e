"""The public records of a municipality as groups that are alike in all that is counted.

A register of 100,000 records has some thousands of groups (`CountedAs`): the database counts how many records each has, from an
index alone, and whatever is counted afterwards goes over the groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from ..areas.index import AreaNode, area_index
from ..choices import ChannelKind, Eligibility, HolidayPolicy, Kind
from ..hours.rules import EVENING
from ..models import CountedAs, Field, PublicRecord, Resource

# Until another age is named; the same as where records of a search count as fresh.
FRESH_DAYS = 365
NOON = time(12)
# Beside the weekdays 0 to 6.
HOLIDAY = 7
MORNING, AFTERNOON, NIGHT = "morning", "afternoon", "night"
PARTS = ((MORNING, _("午前")), (AFTERNOON, _("午後")), (NIGHT, _("夜")))
FRESH, OLD, NEVER = "fresh", "old", "never"


class Slot(NamedTuple):
    """A part of a day of the week."""

    day: int
    part: str


@dataclass(frozen=True, slots=True)
class Group:
    """Records that are alike, and how many they are. `checked`: FRESH, OLD or NEVER."""

    kind: Kind
    eligibility: Eligibility
    checked: str
    fields: frozenset[int]
    areas: frozenset[int]
    ways: frozenset[str]
    slots: frozenset[Slot]
    count: int


def current_resources(on: date) -> QuerySet[Resource]:
    """The published resources that the public may see on a day."""
    current = PublicRecord.written.filter(Q(until=None) | Q(until__gte=on)).values("pk")
    # As a plain condition SQLite would look up each of the wide rows by its id; like this it reads an index from end to end.
    shown = Case(When(pk__in=current, then=Value(1)), default=Value(0))
    return Resource.objects.alias(shown=shown).filter(shown=1).order_by()


def read_groups(home: AreaNode | None, on: date, *, fresh_days: int = FRESH_DAYS) -> list[Group]:
    """What a municipality's site shows on a day, in groups; everything where no municipality is set. Three questions."""
    oldest = on - timedelta(days=fresh_days)
    checked = Case(
        When(verified_on=None, then=Value(NEVER)),
        When(verified_on__lt=oldest, then=Value(OLD)),
        default=Value(FRESH),
    )
    rows = (
        PublicRecord.written.filter(Q(until=None) | Q(until__gte=on))
        .annotate(checked=checked)
        .values("counted_as", "checked")
        .annotate(count=Count("pk"))
        .values_list("counted_as", "checked", "count")
        .order_by()
    )
    shared = dict(CountedAs.objects.values_list("key", "shared"))
    fields = dict(Field.objects.values_list("code", "pk"))
    areas = area_index().by_slug
    relevant = None if home is None else area_index().relevant_to(home.pk)
    found = []
    for key, age, count in rows:
        # A record that an earlier version wrote is counted as soon as `refresh_public` has written it anew.
        if (alike := shared.get(key)) is None:
            continue
        served = frozenset(areas[slug].pk for slug in alike["areas"] if slug in areas)
        if relevant is None or not served or not relevant.isdisjoint(served):
            found.append(
                Group(
                    Kind(alike["kind"]),
                    Eligibility(alike["eligibility"]),
                    age,
                    frozenset(fields[code] for code in alike["fields"] if code in fields),
                    served,
                    frozenset(alike["ways"]),
                    frozenset().union(*(_slots(*rule) for rule in _current(alike["rules"], on.isoformat()))),
                    count,
                )
            )
    return found


def _current(rules: list[list[Any]], on: str) -> Iterator[tuple[tuple[int, ...], str, str, str]]:
    """The rules that hold on a day, each as `_slots` takes it."""
    for weekdays, opens, closes, holidays, begins, ends in rules:
        if (not begins or begins <= on) and (not ends or ends >= on):
            yield tuple(weekdays), opens, closes, holidays


def slots_of(weekdays: Iterable[int], opens: time, closes: time, holidays: str) -> frozenset[Slot]:
    """The parts of days on which a rule opens; what runs past midnight belongs to the day on which it begins.

    Morning is before noon, night from 18:00 (`hours.rules.EVENING`). A rule of some weeks of the month counts as its day.
    """
    end = time.max if closes <= opens else closes
    parts = [MORNING] if opens < NOON else []
    parts += [AFTERNOON] if opens < EVENING and end > NOON else []
    parts += [NIGHT] if end > EVENING else []
    days = [] if holidays == HolidayPolicy.ONLY else list(weekdays)
    days += [HOLIDAY] if holidays != HolidayPolicy.CLOSED else []
    return frozenset(Slot(day, part) for day in days for part in parts)


def needs_voice(group: Group) -> bool:
    """Whether the telephone is the only way to these."""
    return group.ways == {str(ChannelKind.PHONE)}


@lru_cache(maxsize=4096)
def _slots(weekdays: tuple[int, ...], opens: str, closes: str, holidays: str) -> frozenset[Slot]:
    return slots_of(weekdays, time.fromisoformat(opens), time.fromisoformat(closes), holidays)
