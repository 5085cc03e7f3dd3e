"""Which records a file may name: those of the register, and those that it brings itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from ...models import Area, AreaLayer, Field, InstitutionType, Need, Office, Organisation, Programme
from ..tables.columns import key_of
from ..tables.own import tables
from .spool import Spool

# Few, and asked for more than their key: held as they are.
WHOLE = (AreaLayer, Area, InstitutionType, Programme, Field, Need, Office)
# These may also be named by their names, as people do.
NAMED = (*WHOLE, Organisation)
MOST_STAND_INS = 5_000


class KnownRecords:
    """Records by key. What the file brings and is not written yet is stood in for, with a number below zero."""

    def __init__(self, spool: Spool, asked: Iterable[type[models.Model]] = ()) -> None:
        self.spool = spool
        named = (table for table in tables().values() if spool.counts.get(table.name))
        self._held = {*WHOLE, *asked, *(model for table in named for model in table.asks)}
        # Whether everything is written that will be: what only stands in for something is nothing then.
        self.is_complete = False
        self._whole: dict[type[models.Model], dict[str, Any]] = {}
        self._ids: dict[type[models.Model], dict[str, int]] = {}
        self._names: dict[type[models.Model], dict[str, str]] = {}
        self._stand_ins: dict[tuple[type[models.Model], str], Any] = {}
        self._allowed: dict[Any, frozenset[int]] = {}
        # By model: the name of its table, if the file may bring records of it.
        self._tables = {table.model: table for table in tables().values() if not table.parent}
        self._waiting: dict[type[models.Model], set[str]] = {}

    def find(self, model: type[models.Model], key: str) -> Any:
        """See `columns.Known`."""
        found = self._find(model, key)
        if found is not None:
            return found
        if (table := self._tables.get(model)) and (own := self.spool.key_of_source(table.name, key)):
            return self._find(model, own)
        named = self._by_name(model).get(key) if model in NAMED else None
        return self._find(model, named) if named else None

    def words(self, model: type[models.Model]) -> list[str]:
        """See `columns.Known`."""
        return [*self._by_name(model), *self._whole.get(model, ())] if model in NAMED else []

    def plan(self, model: type[models.Model], record: Any) -> None:
        """A record that is going to be written: others may name it from here on."""
        key = str(getattr(record, key_of(model)))
        if record.pk is None:
            record.pk = -1 - len(self._waiting.setdefault(model, set()))
            self._waiting[model].add(key)
        if model in self._held:
            self._all(model)[key] = record
            self._names.pop(model, None)
        else:
            self._keys(model)[key] = record.pk

    def expect(self, model: type[models.Model], keys: Iterable[str]) -> None:
        """Records that the file brings further down, as far as they are new."""
        known = self._keys(model)
        for key in keys:
            if key not in known:
                known[key] = -1 - len(known)

    def learn(self, model: type[models.Model], record: Any) -> None:
        """A record that has been written."""
        key = str(getattr(record, key_of(model)))
        self._stand_ins.pop((model, key.lower()), None)
        if model in self._held:
            self._all(model)[key] = record
            self._names.pop(model, None)
        else:
            self._keys(model)[key] = record.pk

    def allows(self, field: Any, record: Any) -> bool:
        """Whether a record is among those that a field may name (`limit_choices_to`). What is not written yet is."""
        if not field.get_limit_choices_to() or record.pk is None or record.pk < 0:
            return True
        if field not in self._allowed:
            chosen = field.related_model._default_manager.complex_filter(field.get_limit_choices_to())
            self._allowed[field] = frozenset(chosen.values_list("pk", flat=True))
        return record.pk in self._allowed[field]

    def _find(self, model: type[models.Model], key: str) -> Any:
        if model in self._held:
            return self._all(model).get(key)
        key = key.lower()
        pk = self._keys(model).get(key)
        if pk is None or (pk < 0 and self.is_complete):
            return None
        known = self._stand_ins.get((model, key))
        if known is None:
            if len(self._stand_ins) > MOST_STAND_INS:
                self._stand_ins.clear()
            known = self._stand_ins[model, key] = _stand_in(model, pk, key)
        return known

    def _all(self, model: type[models.Model]) -> dict[str, Any]:
        if model not in self._whole:
            name = key_of(model)
            # With what they are sorted by: children are sorted wherever they are put together.
            records = model._default_manager.select_related()
            self._whole[model] = {str(getattr(record, name)): record for record in records}
        return self._whole[model]

    def _keys(self, model: type[models.Model]) -> dict[str, int]:
        if model not in self._ids:
            rows = model._default_manager.order_by().values_list(key_of(model), "pk")
            self._ids[model] = {str(key): pk for key, pk in rows.iterator(chunk_size=2000)}
        return self._ids[model]

    def _by_name(self, model: type[models.Model]) -> dict[str, str]:
        """Keys by name, where one record only is called so."""
        if model not in self._names:
            if model in self._held:
                pairs = [(str(record), key) for key, record in self._all(model).items()]
            else:
                rows = model._default_manager.order_by().values_list("name", key_of(model))
                pairs = [(name, str(key)) for name, key in rows]
            found: dict[str, str] = {}
            for name, key in pairs:
                found[name] = "" if name in found else key
            self._names[model] = {name: key for name, key in found.items() if key}
        return self._names[model]


def _stand_in(model: type[models.Model], pk: int, key: str) -> Any:
    """A record of which nothing is asked but who it is."""
    record: Any = model(pk=pk)
    name = key_of(model)
    field: Any = model._meta.get_field(name)
    setattr(record, name, field.to_python(key))
    record._state.adding = False
    return record


def unique_columns(model: type[models.Model]) -> list[tuple[str, ...]]:
    """What no two records may share, apart from what names them."""
    single = [(field.name,) for field in model._meta.concrete_fields if field.unique and not field.primary_key]
    several = [
        tuple(constraint.fields)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields and not constraint.condition
    ]
    return [names for names in (*single, *several) if names not in (("uuid",), ("short_id",))]


class Taken:
    """Values that no two records may share, and who has them: of the register and of the file."""

    def __init__(self, model: type[models.Model], identity: str) -> None:
        self.columns = [names for names in unique_columns(model) if _has_all(model, names)]
        self.holders: dict[tuple[str, ...], dict[tuple[Any, ...], str]] = {}
        for names in self.columns:
            rows = model._default_manager.order_by().values_list(*names, identity)
            self.holders[names] = {tuple(row[:-1]): str(row[-1]) for row in rows}

    def claim(self, record: Any, key: str, value_of: Callable[[Any, str], Any]) -> list[str]:
        """Take the values of a record; the columns of which another has them are told, and nothing is taken."""
        claims = {names: tuple(value_of(record, name) for name in names) for names in self.columns}
        taken = [names[-1] for names, values in claims.items() if self.holders[names].get(values, key) != key]
        if not taken:
            for names, values in claims.items():
                self.holders[names][values] = key
        return taken


def _has_all(model: type[models.Model], names: tuple[str, ...]) -> bool:
    try:
        return all(model._meta.get_field(name) for name in names)
    except FieldDoesNotExist:
        return False
