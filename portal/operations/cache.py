"""A shared cache whose absence costs speed and nothing else.

Django's own lets every error of Redis through: a Redis that is away would make each page a 500, one that hangs would hold each
visitor for as long as it hangs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache

log = logging.getLogger(__name__)
# How long one answer of Redis may take, and how long a Redis that failed is left alone (seconds).
PATIENCE = 0.3
REST = 5.0


class PatientRedisCache(RedisCache):
    """Redis where it answers; where it does not, a cache that knows nothing.

    What is set meanwhile is lost: whoever remembers more than a minute's worth must be able to make it anew.
    """

    _servers: list[str]
    # By address, for all threads of the process: each thread has an instance of its own.
    _rests_until: dict[str, float] = {}

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        # Here, because only sites with Redis have its library.
        from redis.backoff import NoBackoff
        from redis.exceptions import RedisError
        from redis.retry import Retry

        waits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
        super().__init__(server, {**params, "OPTIONS": {**waits, **params.get("OPTIONS", {})}})
        self._errors = (RedisError, OSError)
        self._address = ",".join(self._servers)

    def _try(self, work: Callable[[], Any], otherwise: Any) -> Any:
        if time.monotonic() < self._rests_until.get(self._address, 0.0):
            return otherwise
        try:
            return work()
        except self._errors as error:
            self._rests_until[self._address] = time.monotonic() + REST
            log.warning("The shared cache does not answer: %s", type(error).__name__)
            return otherwise

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """See BaseCache."""
        return self._try(lambda: super(PatientRedisCache, self).get(key, default, version), default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """See BaseCache."""
        return self._try(lambda: super(PatientRedisCache, self).get_many(list(keys), version), {})

    def has_key(self, key: str, version: int | None = None) -> bool:
        """See BaseCache."""
        return self._try(lambda: super(PatientRedisCache, self).has_key(key, version), False)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """See BaseCache. True while nobody can tell: whoever asks whether they are the first goes on."""
        return self._try(lambda: super(PatientRedisCache, self).add(key, value, timeout, version), True)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """See BaseCache."""
        self._try(lambda: super(PatientRedisCache, self).set(key, value, timeout, version), None)

    def set_many(self, data: dict[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[str]:
        """See BaseCache. The keys that could not be set."""
        return self._try(lambda: super(PatientRedisCache, self).set_many(data, timeout, version), list(data))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """See BaseCache."""
        return self._try(lambda: super(PatientRedisCache, self).touch(key, timeout, version), False)

    def delete(self, key: str, version: int | None = None) -> bool:
        """See BaseCache."""
        return self._try(lambda: super(PatientRedisCache, self).delete(key, version), False)

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        """See BaseCache."""
        self._try(lambda: super(PatientRedisCache, self).delete_many(list(keys), version), None)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """See BaseCache; raises ValueError for a key that is not there, as for one that nobody can ask for."""
        found = self._try(lambda: super(PatientRedisCache, self).incr(key, delta, version), None)
        if found is None:
            raise ValueError(f"Key {key!r} not found.")
        return found

    def clear(self) -> bool:  # type: ignore[override]
        """See BaseCache."""
        return self._try(lambda: super(PatientRedisCache, self).clear(), False)
