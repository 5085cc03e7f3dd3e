"""Many resources for benchmarks: the demo's own, varied by place and number, written in bulk.

Wagtail's `save()` for each would take hours at 100,000; the rows are the same, but there are no revisions.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model

from ..choices import Kind
from ..identity import stable_short_id, stable_uuid
from ..models import Channel, OpeningException, OpeningRule, Resource, Town, kind_tables
from ..public.store import refresh_public_records

BATCH = 2000
PARTS = (Channel, OpeningRule, OpeningException)
WORDS = (
    "ひまわり",
    "こもれび",
    "みずうみ",
    "さくら",
    "あおぞら",
    "ほたる",
    "つばさ",
    "すみれ",
    "ゆうやけ",
    "そよかぜ",
    "やまびこ",
    "なぎさ",
)


def multiply(origin: str, wanted: int, seed: int, progress: Callable[[int], None] | None = None) -> int:
    """Add copies of the origin's resources until `wanted` stand; returns how many were added."""
    base = [resource.specific for resource in Resource.objects.filter(origin=origin).order_by("pk")]
    if not base or wanted <= len(base):
        return 0
    added = 0
    chance = random.Random(seed)  # noqa: S311  (demo data, not a secret)
    towns = list(Town.objects.filter(origin=origin).select_related("municipality").prefetch_related("areas"))
    patterns = {resource.pk: _Pattern(resource) for resource in base}
    for start in range(len(base), wanted, BATCH):
        numbers = range(start, min(wanted, start + BATCH))
        with transaction.atomic():
            ids = _write(origin, seed, numbers, base, patterns, towns, chance)
            refresh_public_records(resource_ids=ids, index=False)
        added += len(ids)
        if progress:
            progress(added)
    return added


class _Pattern:
    """A demo resource with its rows in other tables, read once."""

    def __init__(self, resource: Resource) -> None:
        self.fields = list(resource.fields.values_list("pk", flat=True))
        self.needs = list(resource.needs.values_list("pk", flat=True))
        self.parts: dict[type[Model], list[Any]] = {
            model: list(model.objects.filter(resource_id=resource.pk)) for model in PARTS
        }


def _write(
    origin: str,
    seed: int,
    numbers: range,
    base: list[Resource],
    patterns: dict[int, _Pattern],
    towns: list[Town],
    chance: random.Random,
) -> list[int]:
    rows, specifics, sources, places = [], [], [], []
    columns = [field.attname for field in Resource._meta.concrete_fields if not field.primary_key]
    for number in numbers:
        source, town = chance.choice(base), chance.choice(towns)
        identity = stable_uuid(origin, f"volume:{seed}:{number}")
        values = {name: getattr(source, name) for name in columns}
        word = chance.choice(WORDS)
        values.update(
            uuid=identity,
            short_id=stable_short_id(identity),
            name=f"{town.name} {word} {source.name}"[:110] + f" {number}",
            reading=f"{town.reading}{word}{source.reading}"[:200],
            live_revision_id=None,
            latest_revision_id=None,
        )
        if source.lat is not None and source.lon is not None:
            values.update(
                town_id=town.pk,
                lat=source.lat + chance.uniform(-0.02, 0.02),
                lon=source.lon + chance.uniform(-0.02, 0.02),
            )
        rows.append(Resource(**values))
        sources.append(source)
        places.append(town)
    Resource.objects.bulk_create(rows)
    fields, needs, areas = (getattr(Resource, name).through for name in ("fields", "needs", "areas"))
    links: dict[type[Model], list[Any]] = {fields: [], needs: [], areas: []}
    parts: dict[type[Model], list[Any]] = {model: [] for model in PARTS}
    for row, source, town in zip(rows, sources, places, strict=True):
        pattern = patterns[source.pk]
        links[fields] += [fields(resource_id=row.pk, field_id=pk) for pk in pattern.fields]
        links[needs] += [needs(resource_id=row.pk, need_id=pk) for pk in pattern.needs]
        links[areas].append(areas(resource_id=row.pk, area_id=chance.choice(town.areas.all()).pk))
        for model, items in pattern.parts.items():
            for item in items:
                twin: Any = copy.copy(item)
                twin._state = copy.copy(item._state)
                twin.pk, twin.resource_id, twin._state.adding = None, row.pk, True
                twin.uuid = stable_uuid(origin, f"{row.short_id}:{item.uuid}")
                parts[model].append(twin)
        own = {field.attname: getattr(source, field.attname) for field in type(source)._meta.local_concrete_fields}
        specific = kind_tables()[Kind(source.kind)](**{**own, "resource_ptr_id": row.pk})
        specifics.append(specific)
    for table, items in (*links.items(), *parts.items()):
        table._default_manager.bulk_create(items)
    for specific in specifics:
        # raw: only the kind's own table; its base row stands already.
        specific.save_base(raw=True, force_insert=True)
    return [row.pk for row in rows]
