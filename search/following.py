"""A thread of each process that serves, which lets the indexes follow also when nobody publishes.

An editor's request applies its own change. What that could not do (no room, a cluster that was away, a writer that was
killed, a database that was put back) is done from here, and so is what other hosts published.
"""

import random
import threading
import time

from search.indexing import follow_later

# Often enough that nobody waits for long, seldom enough that it costs nothing: a look at a file and three short queries.
FOLLOW_SECONDS = 30.0


def start_following() -> threading.Thread:
    """Begin, in a process that was not forked yet from this one."""
    thread = threading.Thread(target=_follow_for_ever, name="follow-index", daemon=True)
    thread.start()
    return thread


def _follow_for_ever() -> None:
    # This thread may end with its process at any moment. The work is done in the lane, whose end is waited for.
    while True:
        follow_later()
        # Workers that started together need not look together.
        time.sleep(FOLLOW_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
