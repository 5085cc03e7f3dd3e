"""How an index stands towards the database, in plain words: for the operator's monitor, and for who decides where visitors go."""

from dataclasses import dataclass

from django.utils import timezone

from . import change_log
from .documents import public_count
from .engines.base import Engine, EngineError

# A change is in the index before its editor sees the next page. What had to wait is tried again by `search.following` every
# half minute, and the lock of a cluster's writer that was killed goes after two. What still waits then, waits for a reason.
LATE_SECONDS = 180
# An index with less than this share of what is public would tell most people that there is nothing for them.
LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Standing:
    """`pending` changes are not in the index, the oldest since `waiting` seconds; None where nobody can tell.

    `holds_most`: whether the index answers, and with most of what is public. `problem` is "" when nothing is wrong.
    """

    available: bool
    documents: int
    pending: int | None
    waiting: int | None
    holds_most: bool
    problem: str


def standing(engine: Engine) -> Standing:
    """How an index stands. Raises DatabaseError."""
    status = engine.status()
    public = public_count()
    holds_most = status.available and status.documents >= LEAST_SHARE * public
    pending = waiting = None
    problem = status.problem
    if status.available:
        try:
            cursor = engine.cursor
            seen = change_log.waiting(cursor)
            pending = seen.changes
            waiting = int((timezone.now() - seen.since).total_seconds()) if seen.since else 0
            problem = problem or _problem(engine, seen, waiting, change_log.is_continued(cursor))
        except EngineError:
            problem = problem or "the index cannot be read at present"
    if status.available and not holds_most and not problem:
        problem = f"only {status.documents} of {public} documents are in the index"
    return Standing(status.available, status.documents, pending, waiting, holds_most, problem)


def _problem(engine: Engine, seen: change_log.Waiting, waiting: int, is_continued: bool) -> str:
    if not is_continued:
        return "the index followed another state of the database, and is built anew"
    if waiting > LATE_SECONDS:
        return f"{seen.changes} changes are not in the index, the oldest since {waiting} s"
    if engine.is_outdated():
        return "the index was built for another version or dictionary: run manage.py rebuild_index"
    return ""
