"""A thread of each process that serves, which lets the indexes follow also when nobody publishes.

An editor's request applies its own change. What that could not do (no room, a cluster that was away, a writer that was
killed, a database that was put back) is done from here, and so is what other hosts published.
"""

import random
import threading

from .indexing import follow_later

# Often enough that nobody waits for long, seldom enough that it costs nothing: a look at a file and three short queries.
FOLLOW_SECONDS = 30.0


def start_following() -> threading.Event:
    """Begin, in a process that will not be forked any more. Setting the event ends it."""
    ended = threading.Event()
    threading.Thread(target=_follow_until, args=(ended,), name="follow-index", daemon=True).start()
    return ended


def _follow_until(ended: threading.Event) -> None:
    # This thread may end with its process at any moment. The work is done in the lane, whose end is waited for.
    while not ended.is_set():
        follow_later()
        # Workers that started together need not look together.
        ended.wait(FOLLOW_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
