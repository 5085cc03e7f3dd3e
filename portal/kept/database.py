"""Asking the database in front of the site, so that one that is away or hangs holds up nobody."""

from __future__ import annotations

import time

from django.db import DatabaseError, OperationalError, connection

from directory.cache import read_generations

from ..operations.patience import patient

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
    started = time.monotonic()
    try:
        with patient(PATIENCE_SECONDS):
            return _read(started)
    except DatabaseError:
        _resting_until = time.monotonic() + REST_SECONDS
        raise


def hangs() -> bool:
    """Whether it did not even refuse to answer: whoever asks it waits."""
    return _hung


_hung = False


def _read(started: float) -> dict[str, str]:
    global _hung
    try:
        found = read_generations()
    except DatabaseError:
        _hung = time.monotonic() - started >= PATIENCE_SECONDS
        # The connection may be one of a server that was restarted since.
        connection.close()
        if _hung:
            raise
        found = read_generations()
    _hung = False
    return found
