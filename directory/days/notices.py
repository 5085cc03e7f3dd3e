"""Making, opening and taking back a notice of many entries（臨時休止・時間・お知らせ）.

The entries are rows of the notice, fixed when it is made; neither they nor their drafts are written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..cache import forget
from ..models import DaysNotice, PublicRecord
from ..public.days import RECORDS, in_order
from .measures import STANDING, add, change, note

# A notice for more than these is no notice of entries: a band says it to everybody.
MOST_ENTRIES = 5_000
BATCH = 1_000
# So long until somebody is asked whether what has no end still holds; and what is proposed as an end.
ASK_AFTER = timedelta(days=7)
PROPOSED = timedelta(days=7)
SOON = timedelta(days=1)


def make(notice: DaysNotice, entries: Collection[int], user: Any, *, at_once: bool) -> tuple[DaysNotice, bool]:
    """Keep a notice for entries (primary keys) that are public; shown at once, or waiting for an approver.

    Returns it, and whether it was made now: the same form sent twice gives the first one. Raises ValidationError, by field
    where there is one.
    """
    chosen = public_entries(entries)
    if not chosen:
        raise ValidationError(_("出せる案内がありません。公開されている案内を、1つは選んでください。"))
    if len(chosen) > MOST_ENTRIES:
        raise ValidationError(too_many(len(chosen)))
    notice.asked_on = None if notice.until else timezone.localdate() + ASK_AFTER
    with transaction.atomic():
        made, is_new = add(notice, user, at_once=at_once)
        if is_new:
            table = DaysNotice.entries.through
            table.objects.bulk_create([table(daysnotice_id=made.pk, resource_id=pk) for pk in chosen], batch_size=BATCH)
            forget(RECORDS)
    return made, is_new


def too_many(count: int) -> str:
    """What is said of more entries than a notice may have."""
    return _(
        "{count}件あります。一度に選べるのは{most}件までです。種類や地域でしぼるか、「上に出す帯」で伝えてください。"
    ).format(count=count, most=MOST_ENTRIES)


def public_entries(pks: Iterable[int]) -> list[int]:
    """Of these entries those that are public, in their order."""
    wanted = list(dict.fromkeys(pks))
    found: set[int] = set()
    for some in _batches(wanted):
        found.update(PublicRecord.objects.filter(pk__in=some).values_list("pk", flat=True))
    return [pk for pk in wanted if pk in found]


def _batches(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    return (pks[start : start + BATCH] for start in range(0, len(pks), BATCH))


def goes_on(notice: DaysNotice, user: Any) -> None:
    """Somebody looked: what has no end still holds, and is asked about again in a week. Raises ValidationError if it is over."""
    change(
        notice, user, "goes_on", asked_on=timezone.localdate() + ASK_AFTER,
        only=STANDING,
    )  # fmt: skip


def release(notice: DaysNotice, pks: Iterable[int], user: Any) -> int:
    """Take single entries out of a notice; the others keep it. Returns how many went."""
    wanted = list(dict.fromkeys(pks))
    gone = 0
    with transaction.atomic():
        for some in _batches(wanted):
            rows = DaysNotice.entries.through.objects.filter(daysnotice=notice.pk, resource__in=some)
            gone += rows.delete()[0]
        if gone:
            note(notice, user, "release", count=gone)
            forget(RECORDS)
    return gone


def meeting(notice: DaysNotice, entries: Collection[int]) -> list[tuple[DaysNotice, int, bool]]:
    """Other notices that meet this one on its entries: each with how many entries, and whether this one wins there."""
    wanted = set(entries)
    others = DaysNotice.objects.lasting(max(timezone.now(), notice.since)).exclude(pk=notice.pk)
    if notice.until:
        others = others.filter(since__lt=notice.until)
    found = []
    for other in others:
        own = DaysNotice.entries.through.objects.filter(daysnotice=other.pk).values_list("resource_id", flat=True)
        if count := len(wanted.intersection(own)):
            found.append((other, count, in_order([other, notice])[-1] is notice))
    return found


def to_ask_about(on: date) -> Any:
    """Notices that somebody should look at again: without an end and not looked at for a week, or ending by tomorrow."""
    now = timezone.now()
    shown = DaysNotice.objects.lasting(now)
    return shown.filter(asked_on__lte=on) | shown.filter(until__lte=now + SOON)
