"""The public records of a municipality as groups that are alike in all that is counted, read in one question.

A register of 100,000 records has some thousands of groups: the database puts them together, and whatever is counted afterwards
goes over the groups. The columns are those of published resources that have a current public record and that anybody may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, Func, Model, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from ..areas.index import AreaNode, area_index
from ..choices import ChannelKind, Eligibility, HolidayPolicy, Kind
from ..hours.rules import EVENING
from ..models import Channel, OpeningRule, PublicRecord, Resource

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


class _Joined(Func):
    """All values of the rows of a subquery with a sign between them, in whatever order; both databases can, each its way.

    No `Aggregate`: Django would group the rows of each subquery once more, and that takes as long as all the rest.
    """

    function = "GROUP_CONCAT"
    template = "%(function)s(%(expressions)s, ';')"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """See `Func.as_sql`."""
        return self.as_sql(compiler, connection, template="STRING_AGG((%(expressions)s)::text, ';')", **context)


class _Barred(Func):
    """Columns that are never empty, as one text with bars between them."""

    template = "(%(expressions)s)"
    arg_joiner = " || '|' || "
    output_field = TextField()


def current_resources(on: date) -> QuerySet[Resource]:
    """The published resources that the public may see on a day."""
    current = PublicRecord.written.filter(Q(until=None) | Q(until__gte=on)).values("pk")
    # As a plain condition SQLite would look up each of the wide rows by its id; like this it reads an index from end to end.
    shown = Case(When(pk__in=current, then=Value(1)), default=Value(0))
    return Resource.objects.alias(shown=shown).filter(shown=1).order_by()


def read_groups(home: AreaNode | None, on: date, *, fresh_days: int = FRESH_DAYS) -> list[Group]:
    """What a municipality's site shows on a day, in groups; everything where no municipality is set. One question."""
    oldest = on - timedelta(days=fresh_days)
    rules = OpeningRule.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on)
    )
    rule = _Barred(Cast("weekdays", TextField()), "opens", "closes", "holidays")
    columns = {
        "checked": Case(
            When(verified_on=None, then=Value(NEVER)),
            When(verified_on__lt=oldest, then=Value(OLD)),
            default=Value(FRESH),
        ),
        "of_fields": _all_of(Resource.fields.through, F("field_id")),
        "of_areas": _all_of(Resource.areas.through, F("area_id")),
        "of_ways": _all_of(Channel, F("kind")),
        "of_rules": _all_of(rules, rule),
    }
    names = ("kind", "eligibility", *columns)
    rows = (
        current_resources(on)
        .annotate(**columns)
        .values(*names)
        .annotate(count=Count("pk"))
        .values_list(*names, "count")
    )
    relevant = None if home is None else area_index().relevant_to(home.pk)
    found = []
    for kind, eligibility, checked, fields, areas, ways, rules_, count in rows:
        served = _numbers(areas)
        if relevant is None or not served or not relevant.isdisjoint(served):
            found.append(
                Group(
                    Kind(kind),
                    Eligibility(eligibility),
                    checked,
                    _numbers(fields),
                    served,
                    frozenset(ways.split(";")) if ways else frozenset(),
                    _slots(rules_),
                    count,
                )
            )
    return found


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


def _all_of(rows: type[Model] | QuerySet, value: Any) -> Subquery:
    """All values that rows of a table have of each resource, joined."""
    found = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    return Subquery(found.filter(resource_id=OuterRef("pk")).order_by().values_list(_Joined(value)))


@lru_cache(maxsize=8192)
def _numbers(joined: str | None) -> frozenset[int]:
    return frozenset(map(int, joined.split(";"))) if joined else frozenset()


@lru_cache(maxsize=8192)
def _slots(joined: str | None) -> frozenset[Slot]:
    return frozenset().union(*map(_slots_of_rule, joined.split(";"))) if joined else frozenset()


@lru_cache(maxsize=1024)
def _slots_of_rule(rule: str) -> frozenset[Slot]:
    weekdays, opens, closes, holidays = rule.split("|")
    days = [int(day) for day in weekdays.strip("[]").split(",") if day.strip()]
    return slots_of(days, time.fromisoformat(opens), time.fromisoformat(closes), holidays)
