"""Work that is done after the answer has gone out: mails, whose time must tell nobody anything, and what readers leave behind."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.conf import settings
from django.db import close_old_connections

log = logging.getLogger(__name__)
# So much of one kind may wait; kinds have lanes of their own, so that a flood of one holds up no other (mails).
MOST_WAITING = 200
# A mail server that is slow or restarts gets another chance (seconds before each).
PAUSES = (2, 15, 60)


class _Lane:
    """One thread, made at its first use: in the process that serves, not in the one that it was forked from."""

    def __init__(self, name: str) -> None:
        self.places = threading.BoundedSemaphore(MOST_WAITING)
        self.is_full = False
        self.worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"later-{name}")


_lane = cache(_Lane)


def run_later(work: Callable[[], object], lane: str = "mails") -> bool:
    """Do it in a thread of its own; at once where settings.BACKGROUND_WORK is off. False where too much waits already.

    A failure is logged by its kind only. What the network or a mail server refuses is tried again. A process that is told to
    stop does what still waits first.
    """
    if not settings.BACKGROUND_WORK:
        _do(work, ())
        return True
    chosen = _lane(lane)
    if not chosen.places.acquire(blocking=False):
        if not chosen.is_full:
            log.error("Too much waits to be done after answers (%s); work is dropped until there is room", lane)
        chosen.is_full = True
        return False
    chosen.is_full = False
    chosen.worker.submit(_do_and_leave, work, chosen)
    return True


def _do(work: Callable[[], object], pauses: tuple[int, ...]) -> None:
    try:
        work()
    except OSError as error:
        if not pauses:
            log.error("Work after an answer failed: %s", type(error).__name__)
            return
        log.warning("Work after an answer is tried again: %s", type(error).__name__)
        time.sleep(pauses[0])
        _do(work, pauses[1:])
    except Exception as error:  # nobody waits for this, and what comes next must be done
        log.error("Work after an answer failed: %s", type(error).__name__)


def _do_and_leave(work: Callable[[], object], lane: _Lane) -> None:
    try:
        close_old_connections()
        _do(work, PAUSES)
    finally:
        close_old_connections()
        lane.places.release()
