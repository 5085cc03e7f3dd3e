"""What is read on every page and changes rarely: remembered by each process, and known to be old the moment it changes.

Values belong to a part (areas, lines, words ...), and a part has a generation: the sum of the marks that every transaction
which changes it leaves in the database (`ContentChange`). A request asks once for all generations, so it sees what was
committed before it came, whichever process of whichever host did it. Values are shared by the threads of a process and must
not be changed.

While the database does not answer, what is only old and not known to have changed goes on standing.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, TypeVar

from django.core.signals import request_started
from django.db import DatabaseError, connection, transaction

from .models.public_record import ContentChange

Name = TypeVar("Name")
Value = TypeVar("Value")
# Of the site as a whole: pages are made of everything.
ALL = ""
SECONDS = 600.0
# What is no request (a command, work after an answer) asks again after so long.
GENERATION_SECONDS = 1.0
# So long is what is old taken for true before the database is asked again.
STALE_SECONDS = 3.0
# Names are few (days, sites, areas); this only keeps a mistake from filling the memory.
MOST_VALUES = 5_000
# Marks beyond these are cleared away: a sum over few rows is read in no time.
MOST_MARKS = 100
BIGGEST_TOKEN = 2**31 - 1
# In a request's environment: the generations that were read before the request was passed on.
ENVIRON = "yorozu.generations"

_values: dict[tuple[str, object], tuple[str, float, Any]] = {}
_listeners: dict[str, list[Callable[[], None]]] = {}
# What was read last, by any thread: for when nothing can be read.
_last: dict[str, str] = {}
# Of each part that is tried out now, what was read of it; only the thread that tries sees it.
_aside: ContextVar[Mapping[str, dict[Any, Any]]] = ContextVar("aside", default=MappingProxyType({}))


class _Thread(threading.local):
    """What this thread knows: the generations, until when, and the parts that its open transaction has marked."""

    def __init__(self) -> None:
        self.generations: dict[str, str] | None = None
        self.until = 0.0
        self.own: dict[str, str] = {}
        self.marked: set[str] = set()
        self.marked_in: object = None


_thread = _Thread()


def remembered(part: str, name: object, make: Callable[[], Value]) -> Value:
    """The value of a name in a part, made when it is not known. The part is what is forgotten together."""
    if (tried := _aside.get().get(part)) is not None:
        return tried[name] if name in tried else tried.setdefault(name, make())
    generation = _generation(part)
    known = _values.get((part, name))
    if known and known[0] == generation and time.monotonic() < known[1]:
        return known[2]
    try:
        value = make()
    except DatabaseError:
        if known is None or known[0] != generation:
            raise
        return _keep(part, name, generation, known[2], STALE_SECONDS)
    return _keep(part, name, generation, value)


def remembered_each(
    part: str, names: Iterable[Name], make: Callable[[list[Name]], Mapping[Name, Value]]
) -> dict[Name, Value]:
    """The values of names in a part; all that are not known are made together."""
    if (tried := _aside.get().get(part)) is not None:
        names = list(names)
        if missing := [name for name in names if name not in tried]:
            tried.update(make(missing))
        return {name: tried[name] for name in names if name in tried}
    generation, now = _generation(part), time.monotonic()
    names = list(names)
    values = {
        name: known[2]
        for name in names
        if (known := _values.get((part, name))) and known[0] == generation and now < known[1]
    }
    missing = [name for name in names if name not in values]
    if missing:
        try:
            made = make(missing)
        except DatabaseError:
            old = {name: known for name in missing if (known := _values.get((part, name))) and known[0] == generation}
            if len(old) < len(set(missing)):
                raise
            return values | {
                name: _keep(part, name, generation, known[2], STALE_SECONDS) for name, known in old.items()
            }
        for name, value in made.items():
            values[name] = _keep(part, name, generation, value)
    return values


def forget(part: str) -> None:
    """Mark a part as changed, in the caller's transaction: this thread reads it anew now, all others once it is committed."""
    if (tried := _aside.get().get(part)) is not None:
        tried.clear()
        return
    if part not in _marked():
        ContentChange.objects.create(part=part, token=_token())
        _marked().add(part)
        transaction.on_commit(_after_commit, robust=True)
    if connection.in_atomic_block:
        # Also what was read since the mark was made: it may have been read before the change.
        _thread.own[part] = f"own {_token()}"
    for work in (*_listeners.get(part, ()), *_listeners.get(ALL, ())):
        transaction.on_commit(work)


def when_forgotten(part: str, work: Callable[[], None]) -> None:
    """Have something done after each commit in which a part, or any (`ALL`), was forgotten. It may be called many times for
    one commit."""
    _listeners.setdefault(part, []).append(work)


def read_generations() -> dict[str, str]:
    """The generations of all parts at this moment, by part; `ALL` is that of everything. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION)
        found = {part: f"{count}.{total}" for part, count, total in sorted(cursor.fetchall())}
    found[ALL] = "/".join(f"{part}:{generation}" for part, generation in found.items())
    # In one step: other threads read it.
    global _last
    _last = dict(found)
    return found


@contextmanager
def aside(*parts: str) -> Iterator[None]:
    """Read these parts anew inside, and keep nothing of it: for trying out a change that is taken back.

    What is read inside is known to this thread until the end; what is forgotten inside is not forgotten outside.
    """
    token = _aside.set({part: {} for part in parts})
    try:
        yield
    finally:
        _aside.reset(token)


def forget_all() -> None:
    """Forget everything in this process."""
    _values.clear()
    _last.clear()
    _thread.__init__()  # type: ignore[misc]


def clear_marks() -> int:
    """Clear away the oldest marks; everything is then read anew once. Returns how many went."""
    newest = list(ContentChange.objects.order_by("-pk").values_list("pk", flat=True)[: MOST_MARKS // 2])
    deleted, _by_model = ContentChange.objects.filter(pk__lt=newest[-1]).delete() if newest else (0, {})
    return deleted


_QUESTION = f"SELECT part, COUNT(*), SUM(token) FROM {ContentChange._meta.db_table} GROUP BY part"  # noqa: S608 (a constant)


def _token() -> int:
    return random.randint(1, BIGGEST_TOKEN)  # noqa: S311 (no secret)


def _marked() -> set[str]:
    """The parts that the open transaction has marked already.

    Django makes a new list of hooks whenever a transaction or a savepoint ends: as long as it is the same one, the marks that
    were made since stand.
    """
    if not connection.in_atomic_block:
        return set()
    if _thread.marked_in is not connection.run_on_commit:
        _thread.marked, _thread.marked_in = set(), connection.run_on_commit
    return _thread.marked


def _after_commit() -> None:
    _thread.generations = None
    _thread.own.clear()
    _thread.marked_in = None
    # Now and then: to count them at every save would cost more than they do.
    if random.random() < 1 / MOST_MARKS and ContentChange.objects.count() > MOST_MARKS:  # noqa: S311
        clear_marks()


def _keep(part: str, name: object, generation: str, value: Value, seconds: float = SECONDS) -> Value:
    if len(_values) >= MOST_VALUES:
        _values.clear()
    _values[part, name] = (generation, time.monotonic() + seconds, value)
    return value


def _generation(part: str) -> str:
    if _thread.own:
        if connection.in_atomic_block and _thread.marked_in is connection.run_on_commit:
            if own := _thread.own.get(part):
                return own
        else:
            # The transaction, or a savepoint in it, is over: what stands in the database says how it ended.
            _thread.own.clear()
            _thread.generations = None
    if _thread.generations is None or time.monotonic() >= _thread.until:
        try:
            _thread.generations = read_generations()
        except DatabaseError:
            _thread.generations = dict(_last)
        _thread.until = time.monotonic() + GENERATION_SECONDS
    return _thread.generations.get(part, "")


def _begin(environ: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
    """A request begins: what was committed before it must be seen."""
    _thread.generations = (environ or {}).get(ENVIRON)
    _thread.until = time.monotonic() + SECONDS
    _thread.own.clear()


request_started.connect(_begin)
