"""Resources with all that `projection.project` reads of them: many at a time, in a fixed number of queries, and cheaply.

Django's own prefetching makes a manager and a queryset for every relation of every record, and a copy of an area for each that it
serves. For a register taken in anew that is more work than all the rest of the public copy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects

from ..models import Resource, kind_tables

# Shared by many records: each is read once.
_ONE = ("organisation__municipality", "type", "town__municipality")
_CHILDREN = ("channels", "opening_rules", "opening_exceptions", "texts", "next_steps")
# What is read of what a record names.
_BEHIND = {"areas": ("layer",), "next_steps": ("target",)}


def to_project(ids: Collection[int]) -> list[Resource]:
    """The resources as their own kinds, by their keys. To read and not to save: what they name is shared among them."""
    found: list[Resource] = []
    for table in kind_tables().values():
        resources = list(table.objects.filter(pk__in=ids).order_by("pk"))
        own = [field.name for field in table._meta.local_fields if field.is_relation and not _leads_up(field)]
        prefetch_related_objects(resources, *own)
        _fill(resources, [], table._meta.local_many_to_many)
        found += resources
    prefetch_related_objects(found, *_ONE)
    _fill(found, _CHILDREN, Resource._meta.local_many_to_many)
    return sorted(found, key=lambda resource: resource.pk)


def _leads_up(field: Any) -> bool:
    """Whether it is the link to the row of all kinds."""
    return bool(field.remote_field.parent_link)


def _fill(resources: Sequence[Any], children: Iterable[str], relations: Iterable[Any]) -> None:
    by_key: dict[int, Any] = {}
    for resource in resources:
        # What `set` of each relation would fill, and sort; modelcluster has no word for many records.
        by_key[resource.pk] = resource.__dict__.setdefault("_cluster_related_objects", {})
    for name in children:
        relation: Any = Resource._meta.get_field(name)
        for held in by_key.values():
            held[name] = []
        records = relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": by_key})
        for child in _with_behind(name, records):
            by_key[getattr(child, relation.field.attname)][name].append(child)
    for relation in relations:
        for held in by_key.values():
            held[relation.name] = []
        own, other = relation.m2m_column_name(), relation.m2m_reverse_name()
        pairs = relation.remote_field.through._default_manager.filter(**{f"{own}__in": by_key}).values_list(own, other)
        named: dict[int, list[int]] = {}
        for key, of in pairs:
            named.setdefault(of, []).append(key)
        # In the order in which the database would give them for each record.
        for record in _with_behind(relation.name, relation.related_model._default_manager.filter(pk__in=named)):
            for key in named[record.pk]:
                by_key[key][relation.name].append(record)


def _with_behind(name: str, records: QuerySet[Any]) -> QuerySet[Any]:
    return records.prefetch_related(*_BEHIND.get(name, ()))
