"""What stood in a month, kept so that the next can be compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ..areas.index import AreaNode, area_index
from ..choices import Kind
from ..models import CoverageSnapshot
from .coverage import cover

# Every month for so long: a year against the year before. After that the Marches, in which a business year ends, for as long
# as a plan and the one before it.
KEEP_MONTHS = 25
KEEP_YEARS = 12
LAST_MONTH = 3
BATCH = 2_000


def month_of(day: date) -> date:
    """The first day of the month."""
    return day.replace(day=1)


@transaction.atomic
def keep(home: AreaNode | None, on: date) -> int:
    """Write the month of a day anew, whatever of it stood before, and take away what is too old. Returns how many cells."""
    coverage, month = cover(home, on), month_of(on)
    nodes, now = area_index().by_slug, timezone.now()
    rows = [
        CoverageSnapshot(
            month=month,
            layer=nodes[area].layer if area in nodes else "",
            area=area,
            field=code,
            kind=Kind(kind),
            count=count,
            made_at=now,
        )
        for (area, code, kind), count in sorted(coverage.counts.items())
    ]
    CoverageSnapshot.objects.filter(month=month).delete()
    CoverageSnapshot.objects.bulk_create(rows, batch_size=BATCH)
    drop_old(on)
    return len(rows)


def drop_old(on: date) -> int:
    """Take away months that are older than KEEP_MONTHS, but for those Marches that are not older than KEEP_YEARS."""
    old = CoverageSnapshot.objects.filter(month__lt=_months_before(month_of(on), KEEP_MONTHS - 1))
    done, _by_table = old.exclude(
        month__month=LAST_MONTH, month__gte=_months_before(month_of(on), 12 * KEEP_YEARS)
    ).delete()
    return done


def before(on: date) -> tuple[date, Mapping[tuple[str, str, str], int]] | None:
    """The latest kept month before that of a day, with its counts by area, field and kind; None where there is none."""
    month = CoverageSnapshot.objects.filter(month__lt=month_of(on)).aggregate(last=Max("month"))["last"]
    if month is None:
        return None
    rows = CoverageSnapshot.objects.filter(month=month).values_list("area", "field", "kind", "count")
    return month, {(area, code, kind): count for area, code, kind, count in rows}


def _months_before(month: date, months: int) -> date:
    number = month.year * 12 + month.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
