"""What is read on every page and changes rarely, remembered for a minute and forgotten when it changes.

With a shared cache (REDIS_URL) a change is seen by all processes at once; with the cache of each process, within the minute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.db import transaction

Value = TypeVar("Value")
SECONDS = 60
PREFIX = "yorozu"


def remembered(group: str, name: object, make: Callable[[], Value]) -> Value:
    """The value of a name in a group, made when it is not known. The group is what is forgotten together."""
    generation = cache.get(f"{PREFIX}:{group}", 0)
    key = f"{PREFIX}:{group}:{generation}:{name}"
    # In a tuple: None is a value worth remembering too.
    known = cache.get(key)
    if known is None:
        known = (make(),)
        cache.set(key, known, SECONDS)
    return known[0]


def forget(group: str) -> None:
    """Forget a group now, and again after commit: in between, another request may have remembered the old state."""
    _next_generation(group)
    transaction.on_commit(lambda: _next_generation(group))


def _next_generation(group: str) -> None:
    cache.set(f"{PREFIX}:{group}", cache.get(f"{PREFIX}:{group}", 0) + 1, None)
