"""What is read on every page and changes rarely, remembered for a minute and forgotten when it changes.

Each process remembers for itself; values are shared by its threads and must not be changed. What the processes share is the
generation of each group: with a shared cache (REDIS_URL) all of them forget within a second, otherwise within the minute.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import transaction

Value = TypeVar("Value")
SECONDS = 60.0
# A page asks dozens of times; a shared cache is asked for the generation once in this time.
GENERATION_SECONDS = 1.0
PREFIX = "yorozu"
# Names are few (days, sites, areas); this only keeps a mistake from filling the memory.
MOST_VALUES = 5_000

_values: dict[tuple[str, object], tuple[str, float, Any]] = {}
_generations: dict[str, tuple[str, float]] = {}
# Of each group that is tried out now, what was read of it; only the thread that tries sees it.
_aside: ContextVar[Mapping[str, dict[object, Any]]] = ContextVar("aside", default=MappingProxyType({}))


def remembered(group: str, name: object, make: Callable[[], Value]) -> Value:
    """The value of a name in a group, made when it is not known. The group is what is forgotten together."""
    if (tried := _aside.get().get(group)) is not None:
        return tried[name] if name in tried else tried.setdefault(name, make())
    generation = _generation(group)
    known = _values.get((group, name))
    if known and known[0] == generation and time.monotonic() < known[1]:
        return known[2]
    return _keep(group, name, generation, make())


def remembered_each(
    group: str, names: Iterable[object], make: Callable[[list[object]], Mapping[object, Value]]
) -> dict[object, Value]:
    """The values of names in a group; all that are not known are made together."""
    if (tried := _aside.get().get(group)) is not None:
        names = list(names)
        if missing := [name for name in names if name not in tried]:
            tried.update(make(missing))
        return {name: tried[name] for name in names if name in tried}
    generation, now = _generation(group), time.monotonic()
    names = list(names)
    values = {
        name: known[2]
        for name in names
        if (known := _values.get((group, name))) and known[0] == generation and now < known[1]
    }
    missing = [name for name in names if name not in values]
    if missing:
        for name, value in make(missing).items():
            values[name] = _keep(group, name, generation, value)
    return values


def forget(group: str) -> None:
    """Forget a group now, and again after commit: in between, another request may have remembered the old state."""
    if (tried := _aside.get().get(group)) is not None:
        tried.clear()
        return
    _next_generation(group)
    transaction.on_commit(lambda: _next_generation(group))


@contextmanager
def aside(*groups: str) -> Iterator[None]:
    """Read these groups anew inside, and keep nothing of it: for trying out a change that is taken back.

    What is read inside is known to this thread until the end; what is forgotten inside is not forgotten outside.
    """
    token = _aside.set({group: {} for group in groups})
    try:
        yield
    finally:
        _aside.reset(token)


def forget_all() -> None:
    """Forget everything in this process."""
    _values.clear()
    _generations.clear()


def _keep(group: str, name: object, generation: str, value: Value) -> Value:
    if len(_values) >= MOST_VALUES:
        _values.clear()
    _values[group, name] = (generation, time.monotonic() + SECONDS, value)
    return value


def _generation(group: str) -> str:
    known = _generations.get(group)
    now = time.monotonic()
    if known and now < known[1]:
        return known[0]
    generation = cache.get(f"{PREFIX}:{group}", "")
    _generations[group] = (generation, now + GENERATION_SECONDS)
    return generation


def _next_generation(group: str) -> None:
    generation = secrets.token_hex(8)
    cache.set(f"{PREFIX}:{group}", generation, None)
    _generations[group] = (generation, time.monotonic() + GENERATION_SECONDS)
