"""What writes: the public copy of the register, kept in step with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from search.indexing import record_change

from ..cache import forget
from ..hours.rules import open_days
from ..models import CountedAs, PublicRecord, Resource, Tombstone
from .counted import counted_as
from .projection import project_all
from .reading import to_project
from .record import SHAPE

BATCH = 1000


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    stream = iter(ids)
    while chunk := list(islice(stream, BATCH)):
        yield chunk


@transaction.atomic
def refresh_public_records(*, resource_ids: Iterable[int], index: bool = True) -> int:
    """Write the public records of the resources anew, take away those of unpublished ones, and tell the index.

    Returns how many records stand afterwards. The only writer of `PublicRecord`. With `index=False` the caller rebuilds the
    index itself (bulk loading).
    """
    forget("records")
    written = 0
    for chunk in _chunks(resource_ids):
        written += _refresh(chunk, index=index)
    return written


def refresh_outdated() -> int:
    """Write the records anew that another version wrote, and those that published resources lack. Returns how many."""
    lacking = Resource.objects.filter(live=True, is_template=False, public_record=None).values_list("pk", flat=True)
    # A record of before is not counted as anything yet.
    outdated = PublicRecord.written.exclude(~Q(counted_as="") & Q(shape=SHAPE)).values_list("pk", flat=True)
    ids = sorted({*lacking, *outdated})
    for chunk in _chunks(ids):
        refresh_public_records(resource_ids=chunk)
    forget_uncounted()
    return len(ids)


def forget_uncounted() -> None:
    """Take away what no record is counted as any more."""
    CountedAs.objects.exclude(key__in=PublicRecord.written.values("counted_as")).delete()


def _refresh(ids: Sequence[int], *, index: bool) -> int:
    before = dict(PublicRecord.written.filter(resource_id__in=ids).values_list("resource_id", "short_id"))
    now = timezone.now()
    publics = list(project_all(to_project(ids)))
    counted = [counted_as(public) for public in publics]
    CountedAs.objects.bulk_create(
        [CountedAs(key=key, shared=shared) for key, shared in dict(counted).items()], ignore_conflicts=True
    )
    records = [
        PublicRecord(
            resource_id=public.id,
            short_id=public.short_id,
            kind=public.kind,
            type=public.type.code,
            weight=2 * len(open_days(public.schedule)) + public.accepts_anyone,
            needs="".join(f" {need.code} " for need in public.needs),
            until=public.until,
            due_on=public.due_on,
            counted_as=key,
            verified_on=public.verified_on,
            data=public.model_dump(mode="json"),
            shape=SHAPE,
            updated_at=now,
        )
        for public, (key, _shared) in zip(publics, counted, strict=True)
    ]
    PublicRecord.written.bulk_create(
        records,
        update_conflicts=True,
        unique_fields=["resource"],
        update_fields=[
            "short_id",
            "kind",
            "type",
            "weight",
            "needs",
            "until",
            "due_on",
            "counted_as",
            "verified_on",
            "data",
            "shape",
            "updated_at",
        ],
    )
    kept = {record.resource_id for record in records}
    gone = [short_id for pk, short_id in before.items() if pk not in kept]
    if gone:
        bury(Resource.objects.filter(short_id__in=gone))
    PublicRecord.written.filter(short_id__in=gone).delete()
    # What is public again has not ended.
    Tombstone.objects.filter(short_id__in=[record.short_id for record in records]).delete()
    if index:
        record_change([f"resource:{short_id}" for short_id in {*gone, *(record.short_id for record in records)}])
    return len(records)


def bury(resources: Iterable[Resource], *, on: date | None = None) -> None:
    """Leave a tombstone for what is taken back or deleted: whoever kept the address is told, and what came after it."""
    day = on or timezone.localdate()
    stones = [
        Tombstone(
            short_id=resource.short_id,
            kind=resource.kind,
            area=next((area.slug for area in resource.areas.all()), ""),
            ended_on=day,
            successor=resource.succeeded_by,
        )
        for resource in resources
    ]
    Tombstone.objects.bulk_create(
        stones,
        update_conflicts=True,
        unique_fields=["short_id"],
        update_fields=["kind", "area", "ended_on", "successor"],
    )


def name_successor(resource: Resource) -> None:
    """What came after an entry that is not public any more, where an editor says so later."""
    Tombstone.objects.filter(short_id=resource.short_id).update(successor=resource.succeeded_by)
