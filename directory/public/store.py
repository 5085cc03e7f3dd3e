"""What writes: the public copy of the register, kept in step with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from search.indexing import record_change

from ..cache import forget
from ..hours.rules import open_days
from ..models import PublicRecord, Resource
from .projection import PREFETCH, project_all, related
from .record import SHAPE

BATCH = 1000


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    stream = iter(ids)
    while chunk := list(islice(stream, BATCH)):
        yield chunk


def for_projection(resources: QuerySet[Resource]) -> QuerySet[Resource]:
    """The queryset with all that `projection.project` reads, in a fixed number of queries."""
    return resources.select_related(*related()).prefetch_related(*PREFETCH)


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
    lacking = Resource.objects.filter(live=True, public_record=None).values_list("pk", flat=True)
    outdated = PublicRecord.written.exclude(shape=SHAPE).values_list("pk", flat=True)
    ids = sorted({*lacking, *outdated})
    for chunk in _chunks(ids):
        refresh_public_records(resource_ids=chunk)
    return len(ids)


def _refresh(ids: Sequence[int], *, index: bool) -> int:
    before = dict(PublicRecord.written.filter(resource_id__in=ids).values_list("resource_id", "short_id"))
    resources = for_projection(Resource.objects.filter(pk__in=ids).order_by("pk"))
    now = timezone.now()
    records = [
        PublicRecord(
            resource_id=public.id,
            short_id=public.short_id,
            kind=public.kind,
            type=public.type.code,
            weight=2 * len(open_days(public.schedule)) + public.accepts_anyone,
            needs="".join(f" {need.code} " for need in public.needs),
            until=public.until,
            data=public.model_dump(mode="json"),
            shape=SHAPE,
            updated_at=now,
        )
        for public in project_all(resources)
    ]
    PublicRecord.written.bulk_create(
        records,
        update_conflicts=True,
        unique_fields=["resource"],
        update_fields=["short_id", "kind", "type", "weight", "needs", "until", "data", "shape", "updated_at"],
    )
    kept = {record.resource_id for record in records}
    gone = [short_id for pk, short_id in before.items() if pk not in kept]
    PublicRecord.written.filter(short_id__in=gone).delete()
    if index:
        record_change([f"resource:{short_id}" for short_id in {*gone, *(record.short_id for record in records)}])
    return len(records)
