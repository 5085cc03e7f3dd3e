"""The log of changes in the database, and an index's place in it: what it has seen, what waits, whether it is the same log."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from .engines.base import Cursor
from .models import IndexChange

# Ids are given out before their transactions commit, so a lower id may appear after a higher one. A missing id is
# looked for again for as long as a transaction may reasonably take.
GAP_SECONDS = 600.0
GAP_IDS = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the log."""

    id: int
    key: str
    mark: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many changes an index has not seen, and when the oldest of them was made."""

    changes: int
    since: datetime | None


def is_continued(cursor: Cursor) -> bool:
    """Whether the log still holds the very row at which the cursor stands.

    If not, the index missed changes that were pruned meanwhile, or the database was put back to an older state, or it is
    another one. In all three cases nobody knows what the index lacks and what it has too much.
    """
    row = IndexChange.objects.filter(id=cursor.change).values_list("mark", flat=True)
    return any(not mark or not cursor.mark or str(mark) == cursor.mark for mark in row)


def unseen(cursor: Cursor, limit: int) -> list[Change]:
    """The oldest changes that the index has not seen, late ones among them."""
    rows = (
        IndexChange.objects.filter(Q(id__gt=cursor.change) | Q(id__in=list(cursor.gaps)))
        .order_by("id")
        .values_list("id", "key", "mark")[:limit]
    )
    return [Change(number, key, str(mark or "")) for number, key, mark in rows]


def waiting(cursor: Cursor) -> Waiting:
    """What the index has not seen. One that stands in another log has seen nothing."""
    rows = IndexChange.objects.all()
    if is_continued(cursor):
        rows = rows.filter(id__gt=cursor.change)
    return Waiting(**rows.aggregate(changes=Count("id"), since=Min("created_at")))


def moved(cursor: Cursor, applied: list[Change]) -> Cursor:
    """The cursor after these changes: young gaps that are still open stay, new ones are noted."""
    now = time.time()
    newest = max(applied, key=lambda change: change.id)
    last, mark = (newest.id, newest.mark) if newest.id > cursor.change else (cursor.change, cursor.mark)
    seen = {change.id for change in applied}
    gaps = {number: since for number, since in cursor.gaps.items() if number not in seen and now - since < GAP_SECONDS}
    gaps |= {number: now for number in range(max(cursor.change + 1, last - GAP_IDS), last) if number not in seen}
    return Cursor(last, gaps, mark)


def end_of_log() -> Cursor:
    """The cursor for an index that reads the records from now on. It always stands at a row: an empty log gets one."""
    rows = IndexChange.objects.order_by("-id")
    recent = list(rows.values_list("id", "key", "mark")[:GAP_IDS])
    if not recent:
        # A key of no source: it says nothing but "from here on".
        first = IndexChange.objects.create(key="")
        recent = [(first.id, first.key, first.mark)]
    changes = [Change(number, key, str(mark or "")) for number, key, mark in recent]
    return moved(Cursor(changes[-1].id - 1), changes)


def prune(older_than: timedelta) -> int:
    """Forget changes of that age; an index that is further behind needs a rebuild. Returns how many."""
    old = IndexChange.objects.filter(created_at__lt=timezone.now() - older_than)
    # The newest of them stays: at it stands an index that has seen all that is forgotten.
    newest = old.order_by("-id").values_list("id", flat=True).first()
    if newest is None:
        return 0
    deleted, _by_model = old.exclude(id=newest).delete()
    return deleted
