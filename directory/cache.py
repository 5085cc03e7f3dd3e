"""What is read on every page and changes rarely, remembered for a minute and forgotten when it changes.

Each process remembers for itself; values are shared by its threads and must not be changed. What the processes share is the
generation of each group: with a shared cache (REDIS_URL) all of them forget within a second, otherwise within the minute.

While the database does not answer, what is only old and not known to have changed goes on standing.
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
from django.db import DatabaseError, transaction

Value = TypeVar("Value")
SECONDS = 60.0
# A page asks dozens of times; a shared cache is asked for the generation once in this time.
GENERATION_SECONDS = 1.0
# So long is what is old taken for true before the database is asked again.
STALE_SECONDS = 3.0
PREFIX = "yorozu"
# Names are few (days, sites, areas); this only keeps a mistake from filling the memory.
MOST_VALUES = 5_000

_values: dict[tuple[str, object], tuple[str, float, Any]] = {}
_generations: dict[str, tuple[str, float]] = {}
_listeners: dict[str, list[Callable[[], None]]] = {}
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
    try:
        value = make()
    except DatabaseError:
        if known is None or known[0] != generation:
            raise
        return _keep(group, name, generation, known[2], STALE_SECONDS)
    return _keep(group, name, generation, value)


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
        try:
            made = make(missing)
        except DatabaseError:
            old = {name: _values.get((group, name)) for name in missing}
            if any(known is None or known[0] != generation for known in old.values()):
                raise
            return values | {
                name: _keep(group, name, generation, known[2], STALE_SECONDS) for name, known in old.items()
            }
        for name, value in made.items():
            values[name] = _keep(group, name, generation, value)
    return values


def forget(group: str) -> None:
    """Forget a group now, and again after commit: in between, another request may have remembered the old state."""
    if (tried := _aside.get().get(group)) is not None:
        tried.clear()
        return
    _next_generation(group)
    transaction.on_commit(lambda: _next_generation(group))
    for work in _listeners.get(group, ()):
        transaction.on_commit(work)


def when_forgotten(group: str, work: Callable[[], None]) -> None:
    """Have something done after each commit in which a group was forgotten. It may be called many times for one commit."""
    _listeners.setdefault(group, []).append(work)


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


def _keep(group: str, name: object, generation: str, value: Value, seconds: float = SECONDS) -> Value:
    if len(_values) >= MOST_VALUES:
        _values.clear()
    _values[group, name] = (generation, time.monotonic() + seconds, value)
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
