"""Asking the database in front of the site, so that one that is away or hangs holds up nobody."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache as once

from django.db import DatabaseError, OperationalError, connection

from directory.cache import read_generations

# A database that answers takes a thousandth of this.
PATIENCE_SECONDS = 1.0
# One that does not is left alone for so long; then one visitor finds out.
REST_SECONDS = 2.0

_resting_until = 0.0


def generations() -> dict[str, str]:
    """`directory.cache.read_generations`, within a second. Raises DatabaseError."""
    global _resting_until
    if time.monotonic() < _resting_until:
        raise OperationalError("the database did not answer a moment ago")
    try:
        # A file does not hang; a server may, and its client then waits without end: in a thread of its own.
        return _read() if connection.vendor == "sqlite" else _asker().submit(_read).result(PATIENCE_SECONDS)
    except TimeoutError as error:
        _resting_until = time.monotonic() + REST_SECONDS
        raise OperationalError("the database does not answer") from error
    except DatabaseError:
        _resting_until = time.monotonic() + REST_SECONDS
        raise


def _read() -> dict[str, str]:
    try:
        return read_generations()
    except DatabaseError:
        # The connection may be one of a server that was restarted since.
        connection.close()
        return read_generations()


@once
def _asker() -> ThreadPoolExecutor:
    """Made at its first use: in the process that serves, not in the one that it was forked from."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="generations")
