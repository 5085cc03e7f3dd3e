"""Keeping indexes true: changes are logged with the editor's save and applied after it; whole rebuilds; comparison.

The log is in the database, the cursor with each index: every host's own index catches up by itself, and what a failing
engine could not take waits in the log.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from .documents import document_stream, documents_for, fingerprint
from .engines import engines_in_use, get_engine
from .engines.base import Cursor, Engine, EngineError
from .engines.failover import Failover
from .models import IndexChange

logger = logging.getLogger("search")

BATCH = 500
# Ids are given out before their transactions commit, so a lower id may appear after a higher one. A missing id is
# looked for again for as long as a transaction may reasonably take.
GAP_SECONDS = 600.0
GAP_IDS = 1_000
KEEP_CHANGES = timedelta(days=7)

_waiting: ContextVar[bool] = ContextVar("waiting_for_rebuild", default=False)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Keys that differ between the records and an index: not in it, out of date in it, no longer public."""

    missing: tuple[str, ...]
    stale: tuple[str, ...]
    surplus: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether the index says what the records say."""
        return not (self.missing or self.stale or self.surplus)


def record_change(keys: Iterable[str]) -> None:
    """Log these keys in the caller's transaction and catch up after its commit; an engine's failure stops no one."""
    changes = [IndexChange(key=key) for key in dict.fromkeys(keys)]
    if changes:
        IndexChange.objects.bulk_create(changes, batch_size=BATCH)
        if not _waiting.get():
            transaction.on_commit(catch_up_quietly)


@contextmanager
def waiting_for_rebuild() -> Iterator[None]:
    """Log changes without following each: for bulk loading that ends in `rebuild`."""
    token = _waiting.set(True)
    try:
        yield
    finally:
        _waiting.reset(token)


def pending(engine: Engine | None = None) -> int:
    """How many changes the index has not seen yet. Raises EngineUnavailable."""
    return IndexChange.objects.filter(id__gt=(engine or engines_in_use()[0]).cursor.change).count()


def is_up_to_date() -> bool:
    """Whether the index that answers has seen all that is committed by now. Raises EngineUnavailable."""
    chosen = get_engine()
    if isinstance(chosen, Failover):
        if chosen.is_away:
            return False
        chosen = chosen.primary
    cursor = chosen.cursor
    return not IndexChange.objects.filter(Q(id__gt=cursor.change) | Q(id__in=list(cursor.gaps))).exists()


def catch_up(engine: Engine | None = None) -> int:
    """Apply the changes that the index has not seen; returns how many rows of the log. Raises EngineError.

    Without `engine` every index of this host; one that fails does not keep the others from catching up.
    """
    if engine is not None:
        return _catch_up(engine)
    applied, failure = 0, None
    for each in engines_in_use():
        try:
            applied += _catch_up(each)
        except EngineError as error:
            failure = failure or error
    if failure:
        raise failure
    return applied


def _catch_up(engine: Engine) -> int:
    applied = 0
    # Held from reading the records to writing them: else an older state read earlier could be written later.
    with engine.exclusive():
        if _is_beyond_the_log(engine.cursor):
            # Away for longer than changes are kept: only a comparison of everything tells what was missed.
            logger.warning("%s missed changes that are no longer known, and is compared as a whole", engine.name)
            end = _end_of_log()
            repair(check(engine), engine)
            engine.cursor = end
        while True:
            cursor = engine.cursor
            rows = list(
                IndexChange.objects.filter(Q(id__gt=cursor.change) | Q(id__in=list(cursor.gaps)))
                .order_by("id")
                .values_list("id", "key")[:BATCH]
            )
            if not rows:
                return applied
            _apply(engine, [key for _id, key in rows])
            engine.cursor = _moved(cursor, [number for number, _key in rows])
            applied += len(rows)


def rebuild(engine: Engine | None = None, progress: Callable[[int], None] | None = None) -> int:
    """Build the index anew beside the old one, swap, and catch up with what changed meanwhile; returns the documents.

    `progress` receives the number of documents so far. Raises EngineError; the old index then answers on.
    """
    engine = engine or engines_in_use()[0]
    prune_changes(KEEP_CHANGES)
    count = engine.rebuild(document_stream(), cursor=_end_of_log(), progress=progress)
    catch_up(engine)
    return count


def check(engine: Engine | None = None) -> CheckReport:
    """Compare the index with the records, document by document. Raises EngineUnavailable."""
    indexed = (engine or engines_in_use()[0]).fingerprints()
    missing: list[str] = []
    stale: list[str] = []
    for document in document_stream():
        kept = indexed.pop(document.key, None)
        if kept is None:
            missing.append(document.key)
        elif kept != fingerprint(document):
            stale.append(document.key)
    return CheckReport(tuple(missing), tuple(stale), tuple(indexed))


def repair(report: CheckReport, engine: Engine | None = None) -> None:
    """Bring the documents of a report up to date in the index. Raises EngineError."""
    engine = engine or engines_in_use()[0]
    keys = [*report.missing, *report.stale, *report.surplus]
    for start in range(0, len(keys), BATCH):
        with engine.exclusive():
            _apply(engine, keys[start : start + BATCH])


def prune_changes(older_than: timedelta) -> int:
    """Forget changes of that age; an index that is further behind needs a rebuild. Returns how many."""
    # The newest one stays: by it an index that was away for long sees that it missed others.
    newest = IndexChange.objects.order_by("-id").values_list("id", flat=True).first()
    deleted, _by_model = (
        IndexChange.objects.filter(created_at__lt=timezone.now() - older_than).exclude(id=newest).delete()
    )
    return deleted


def catch_up_quietly(engine: Engine | None = None) -> None:
    """Catch up; what cannot be done now waits in the log."""
    try:
        catch_up(engine)
    except EngineError as error:
        logger.warning("The index is behind and will catch up with a later change: %s", error)
    except Exception:
        # The editor's save is done; a defect in building documents must not turn it into an error page.
        logger.exception("The index could not follow a change; `manage.py check_index --repair` will")


def _is_beyond_the_log(cursor: Cursor) -> bool:
    """Whether changes after the cursor have been pruned. Ids of transactions that failed look the same: then in vain."""
    oldest = IndexChange.objects.order_by("id").values_list("id", flat=True).first()
    return oldest is not None and oldest > cursor.change + 1 and cursor.change > 0


def _apply(engine: Engine, keys: Iterable[str]) -> None:
    asked = set(keys)
    documents = list(documents_for(asked))
    engine.apply(documents, asked - {document.key for document in documents})


def _moved(cursor: Cursor, applied: list[int]) -> Cursor:
    """The cursor after these ids: young gaps that are still open stay, new ones are noted."""
    now = time.time()
    last = max(cursor.change, *applied)
    seen = set(applied)
    gaps = {number: since for number, since in cursor.gaps.items() if number not in seen and now - since < GAP_SECONDS}
    gaps |= {number: now for number in range(max(cursor.change + 1, last - GAP_IDS), last) if number not in seen}
    return Cursor(last, gaps)


def _end_of_log() -> Cursor:
    """The cursor for an index that reads the records from now on."""
    recent = list(IndexChange.objects.order_by("-id").values_list("id", flat=True)[:GAP_IDS])
    if not recent:
        return Cursor()
    return _moved(Cursor(recent[-1] - 1), recent)
