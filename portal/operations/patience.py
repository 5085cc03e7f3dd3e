"""How long somebody waits for a database that says nothing: a reader some seconds, everybody else as long as it takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
# Even a deadline that is over leaves time to look at what has come already.
LEAST_SECONDS = 0.02


@contextmanager
def patient(seconds: float) -> Iterator[None]:
    """Inside, this thread's questions to PostgreSQL fail as if it were away once so much time has passed in all."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def seconds_left() -> float | None:
    """How long a question may still take; None means without end."""
    deadline = _deadline.get()
    return None if deadline is None else max(deadline - time.monotonic(), LEAST_SECONDS)
