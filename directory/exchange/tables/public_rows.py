"""Our own tables as anybody may have them: made of public records and of nothing else.

A column stands in them if the public record says it; what is hidden there (an address that protects people, a draft, a note) is
not here either. Such files have no keys of children and no words of the city, so they inform and do not come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from operator import attrgetter
from typing import Any

from ...models import PublicRecord
from ...public.projection import read_stream
from ...public.record import OWN_FACTS, PublicResource
from .columns import Column, Reference, References, Scalar, Shown
from .own import Table, tables
from .register_rows import Texts
from .values import AND

Say = Callable[[Any], str]
_PLACE = {"place_name": "name", **{name: name for name in ("postal_code", "address", "lat", "lon", "access_note")}}


def public_tables() -> list[Table]:
    """The tables and columns that public records fill."""
    chosen = []
    for name in ("organisations", "resources", *_CHILDREN):
        table = tables()[name]
        says = _says(table)
        chosen.append(replace(table, columns=tuple(column for column in table.columns if column.name in says)))
    return chosen


def public_rows() -> Iterator[tuple[Table, Texts]]:
    """The rows of what is public today, by kind and reading."""
    chosen = {table.name: (table, _says(table)) for table in public_tables()}
    keys = sorted(PublicRecord.objects.values_list("kind", "data__reading", "short_id"))
    told: set[Any] = set()
    for start in range(0, len(keys), _BATCH):
        batch = [short_id for _kind, _reading, short_id in keys[start : start + _BATCH]]
        found = {public.short_id: public for public in read_stream(PublicRecord.objects.filter(short_id__in=batch))}
        for short_id in batch:
            if (public := found.get(short_id)) is None:
                continue
            if public.organisation.uuid not in told:
                told.add(public.organisation.uuid)
                yield _row(chosen["organisations"], public.organisation)
            yield _row(chosen["resources"], public)
            for name, children in _CHILDREN.items():
                for child in children(public):
                    yield _row(chosen[name], (public, child))


_BATCH = 500
_CHILDREN: dict[str, Callable[[PublicResource], Any]] = {
    "channels": lambda public: public.channels,
    "hours": lambda public: public.schedule.rules,
    "exceptions": lambda public: public.schedule.exceptions,
    "texts": lambda public: public.texts,
    "next_steps": lambda public: public.next_steps,
}


def _row(chosen: tuple[Table, dict[str, Say]], record: Any) -> tuple[Table, Texts]:
    table, says = chosen
    texts = {name: say(record) for name, say in says.items()}
    return table, texts


def _says(table: Table) -> dict[str, Say]:
    """For each column that public records fill, how."""
    say = _of_child if table.parent else _of_organisation if table.name == "organisations" else _of_resource
    found = {column.name: say(column) for column in table.columns if not column.is_staff}
    return {name: made for name, made in found.items() if made}


def _of_organisation(column: Column) -> Say | None:
    match column.name:
        case "id":
            return lambda public: str(public.uuid)
        case "municipality_name":
            return lambda public: str(public.municipality)
        case "active_to":
            return _written(column, lambda public: public.ended_on)
        case "name" | "operator" | "website":
            return _written(column, attrgetter(column.name))
    return None


def _of_resource(column: Column) -> Say | None:
    name = column.name
    if name == "id":
        return lambda public: str(public.short_id)
    if name == "uuid":
        return lambda public: str(public.uuid)
    if name in _PLACE:
        return _written(column, lambda public: getattr(public.place, _PLACE[name]) if public.place else None)
    if name in ("organisation", "organisation_name"):
        return lambda public: str(public.organisation.uuid if name == "organisation" else public.organisation.name)
    if name in ("type", "type_name"):
        return lambda public: str(public.type.code if name == "type" else public.type.name)
    if isinstance(column, References) and name in PublicResource.model_fields:
        return lambda public: AND.join(getattr(term, column.key) for term in getattr(public, name))
    if isinstance(column, Shown):
        whole = name.removesuffix("_name")
        if whole in ("fields", "needs", "areas"):
            return lambda public: AND.join(term.name for term in getattr(public, whole))
        return None
    for facts, model in OWN_FACTS.values():
        if name in model.model_fields and not isinstance(column, Reference):
            return _written_of(column, facts)
    if isinstance(column, Scalar) and name in PublicResource.model_fields:
        return _written(column, lambda public: getattr(public, name))
    return None


def _written_of(column: Column, facts: str) -> Say:
    def say(public: PublicResource) -> str:
        own = getattr(public, facts)
        if own is None:
            return ""
        value = getattr(own, column.name)
        return AND.join(value) if isinstance(column, References) else _text(column, value)

    return say


def _of_child(column: Column) -> Say | None:
    name = column.name
    match name:
        case "resource":
            return lambda both: str(both[0].short_id)
        case "resource_name":
            return lambda both: str(both[0].name)
        case "target":
            return lambda both: str(both[1].short_id)
        case "target_name":
            return lambda both: str(both[1].name)
    if isinstance(column, Scalar) and name not in ("id", "version"):
        return lambda both: _text(column, getattr(both[1], name))
    return None


def _written(column: Column, value_of: Callable[[Any], Any]) -> Say:
    return lambda public: _text(column, value_of(public))


def _text(column: Column, value: Any) -> str:
    if not isinstance(column, Scalar):
        return str(value)
    return column.values.write(list(value) if isinstance(value, tuple | frozenset) else value)
