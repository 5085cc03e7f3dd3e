"""Counting against a limit: in the database for doors and mails, in Redis or a worker's memory for pages.

The windows and their arithmetic are those of the library `limits`. Two of its storages are ours: it has none for a
database, and its own for the memory starts a thread a hit that walks over all keys.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
import time
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import Storage
from limits.storage.redis import RedisStorage
from limits.strategies import FixedWindowRateLimiter

from .models import Tally
from .policy import Limit, Rate

log = logging.getLogger(__name__)
# A Redis that is away is not asked again for so long (seconds), and never waited for longer than that.
REDIS_REST = 10.0
REDIS_WAIT = 0.2
# Clocks of two hosts may be apart by so long (seconds) and count right.
CLOCKS_APART = 86_400
# Keys in a worker's memory before those that are over are swept out.
MOST_KEYS = 20_000
# And every so often (seconds), so that none stays longer than it counts.
SWEEP = 600


@dataclass(frozen=True)
class Outcome:
    """Whether one more is allowed, and in how many seconds if not."""

    allowed: bool
    wait: int = 0


def _hidden(key: str) -> str:
    """What is kept of a key, wherever it is counted: nobody can read a network or a name out of it."""
    return hmac.new(settings.SECRET_KEY.encode(), f"tally {key}".encode(), hashlib.sha256).hexdigest()


class DatabaseStorage(Storage):
    """Counts in `Tally`, exactly, however many ask at once."""

    STORAGE_SCHEME = ["yorozu-database"]

    @property
    def base_exceptions(self) -> type[Exception]:
        """What it may raise."""
        return DatabaseError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a key and say how many it has; a window that is over begins anew. One statement, so nobody comes between.

        Hosts whose clocks differ share a window by the clock that is ahead; one that was days ahead and was set right leaves no
        window that never ends.
        """
        now = time.time()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO guard_tally (key, count, ends_at) VALUES (%s, %s, %s) ON CONFLICT (key) DO UPDATE SET"
                " count = CASE WHEN guard_tally.ends_at BETWEEN %s AND %s THEN guard_tally.count + excluded.count"
                " ELSE excluded.count END,"
                " ends_at = CASE WHEN guard_tally.ends_at BETWEEN %s AND %s THEN guard_tally.ends_at"
                " ELSE excluded.ends_at END RETURNING count",
                [_hidden(key), amount, now + expiry, *(now, now + expiry + CLOCKS_APART) * 2],
            )
            return int(cursor.fetchone()[0])

    def give_back(self, key: str) -> None:
        """Take one away again."""
        Tally.objects.filter(key=_hidden(key), count__gt=0).update(count=F("count") - 1)

    def get(self, key: str) -> int:
        """How many a key has."""
        found = Tally.objects.filter(key=_hidden(key), ends_at__gt=time.time()).values_list("count", flat=True)
        return found.first() or 0

    def get_expiry(self, key: str) -> float:
        """When its window ends (seconds since 1970)."""
        found = Tally.objects.filter(key=_hidden(key)).values_list("ends_at", flat=True)
        return found.first() or time.time()

    def check(self) -> bool:
        """Whether it can be used; the database answers for itself."""
        return True

    def reset(self) -> int:
        """Forget everything."""
        return Tally.objects.all().delete()[0]

    def clear(self, key: str) -> None:
        """Forget a key."""
        Tally.objects.filter(key=_hidden(key)).delete()


class WorkerMemory(Storage):
    """Counts in this process."""

    STORAGE_SCHEME = ["yorozu-memory"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}
        self._swept_at = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        """It raises nothing of its own."""
        return MemoryError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a key and say how many it has."""
        now = time.time()
        with self._lock:
            if len(self._counts) >= MOST_KEYS or not self._swept_at <= now < self._swept_at + SWEEP:
                self._counts = {one: value for one, value in self._counts.items() if value[1] > now}
                self._swept_at = now
                if len(self._counts) >= MOST_KEYS:
                    # More networks than could be told apart: better to begin anew than to grow without end.
                    self._counts = {}
            count, ends_at = self._counts.get(key, (0, 0.0))
            if ends_at <= now:
                count, ends_at = 0, now + expiry
            self._counts[key] = count + amount, ends_at
            return count + amount

    def get(self, key: str) -> int:
        """How many a key has."""
        count, ends_at = self._counts.get(key, (0, 0.0))
        return count if ends_at > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When its window ends (seconds since 1970)."""
        return self._counts.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """Always there."""
        return True

    def reset(self) -> int:
        """Forget everything."""
        with self._lock:
            count, self._counts = len(self._counts), {}
        return count

    def clear(self, key: str) -> None:
        """Forget a key."""
        with self._lock:
            self._counts.pop(key, None)


@cache
def _items(rates: tuple[str, ...]) -> tuple[RateLimitItem, ...]:
    return tuple(parse(rate) for rate in rates)


_DATABASE = DatabaseStorage()
_MEMORY = WorkerMemory()
_redis_rests_until = 0.0


@cache
def _redis(address: str) -> RedisStorage:
    # Here, because only sites with Redis have its library.
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # All of it goes on to the library of Redis, which takes more than limits declares.
    waits: dict[str, Any] = {
        "socket_timeout": REDIS_WAIT,
        "socket_connect_timeout": REDIS_WAIT,
        "retry": Retry(NoBackoff(), 0),
    }
    return RedisStorage(address, wrap_exceptions=True, **waits)


def _count(storage: Storage, rates: tuple[str, ...], key: tuple[str, ...]) -> Outcome:
    """Count once under each rate, up to the first that refuses: what was refused uses up no longer rate."""
    counter = FixedWindowRateLimiter(storage)
    for item in _items(rates):
        if not counter.hit(item, *key):
            return Outcome(False, max(ceil(storage.get_expiry(item.key_for(*key)) - time.time()), 1))
    return Outcome(True)


def hit(limit: Limit, *key: str) -> Outcome:
    """Count one under a limit of the policy, and say whether it was allowed. Written at once and for all workers.

    Called outside a transaction where its view can fail: what is rolled back was not counted.
    """
    outcome = _count(_DATABASE, limit.rates, (limit.name, *key))
    if not outcome.allowed:
        log.info("%s: over the limit", limit.name)
    return outcome


def give_back(limit: Limit, *key: str) -> None:
    """Take back one hit: it turned out to be no misuse."""
    for item in _items(limit.rates):
        _DATABASE.give_back(item.key_for(limit.name, *key))


def count_of(limit: Limit, *key: str) -> int:
    """How many were counted in the first window of a limit that runs."""
    return _DATABASE.get(_items(limit.rates)[0].key_for(limit.name, *key))


def hit_page(rate: Rate, *key: str) -> Outcome:
    """Count a request: in Redis where there is one that answers, else in this worker."""
    global _redis_rests_until
    hidden = _hidden(" ".join(key))
    if settings.REDIS_URL and time.monotonic() >= _redis_rests_until:
        try:
            return _count(_redis(settings.REDIS_URL), rate.rates, (rate.name, hidden))
        except StorageError as error:
            _redis_rests_until = time.monotonic() + REDIS_REST
            log.warning("Redis is away, requests are counted by worker: %s", type(error.__cause__ or error).__name__)
    return _count(_MEMORY, rate.rates, (rate.name, hidden))


def drop_over() -> int:
    """Take away what is over. Returns how many."""
    return Tally.objects.filter(ends_at__lte=time.time()).delete()[0]


def forget_pages() -> None:
    """Begin anew in this worker (tests)."""
    _MEMORY.reset()
