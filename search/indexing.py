"""Keeping indexes true: changes are logged with the editor's save and applied after it; whole rebuilds; comparison.

The log is in the database, the cursor with each index: every host's own index catches up by itself, and what a failing
engine could not take waits in the log. An index that cannot follow any more is built anew beside itself (`follow`), by
nobody who waits for an answer (`follow_later`).
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakKeyDictionary

from django.db import DatabaseError, transaction
from django.dispatch import Signal
from sudachipy.errors import SudachiError

from guard.background import run_later

from . import change_log
from .documents import document_stream, documents_for, everything, fingerprint
from .engines import engines_in_use, get_engine
from .engines.base import Engine, EngineBusy, EngineError, EngineUnavailable, IndexBroken
from .engines.failover import Failover
from .models import IndexChange
from .text import dictionary

logger = logging.getLogger("search")

BATCH = 500
KEEP_CHANGES = timedelta(days=7)
# A rebuild that failed has read all records for minutes, and what it failed of (a full disk) seldom goes at once.
REST_SECONDS = 300.0

# An index says other things than before though no change was logged: it was built anew, or repaired.
renewed = Signal()

_waiting: ContextVar[bool] = ContextVar("waiting_for_rebuild", default=False)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Keys that differ between the records and an index: not in it, out of date in it, no longer public.

    `outdated`: the whole index was built for another version (`Engine.is_outdated`), whatever its documents say.
    """

    missing: tuple[str, ...]
    stale: tuple[str, ...]
    surplus: tuple[str, ...]
    outdated: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether the index says what the records say."""
        return not (self.missing or self.stale or self.surplus or self.outdated)


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
    return change_log.waiting((engine or engines_in_use()[0]).cursor).changes


def is_up_to_date() -> bool:
    """Whether the index that answers has seen all that is committed by now. Raises EngineUnavailable."""
    chosen = get_engine()
    if isinstance(chosen, Failover):
        if chosen.is_away:
            return False
        chosen = chosen.primary
    cursor = chosen.cursor
    return change_log.is_continued(cursor) and not change_log.unseen(cursor, 1)


def catch_up(engine: Engine | None = None) -> int:
    """Apply the changes that the index has not seen; returns how many rows of the log. Raises EngineError.

    Without `engine` every index of this host; one that fails does not keep the others from catching up. IndexBroken: it
    never will by this way (see `follow`).
    """
    return _each(_catch_up, engine)


def follow(engine: Engine | None = None) -> int:
    """Catch up, and build anew what cannot: an index that is damaged or gone, or that followed another log than the
    database's. Returns how many changes were applied, or documents built. Raises EngineError.

    Of several processes one builds, the others hear EngineBusy. The old index answers meanwhile, as far as it can.
    """
    has_other_words = _mend_dictionary()
    return _each(lambda each: _follow(each, has_other_words), engine)


def rebuild(engine: Engine | None = None, progress: Callable[[int], None] | None = None) -> int:
    """Build the index anew beside the old one, swap, and catch up with what changed meanwhile; returns the documents.

    Without `engine` every index of this host, as `catch_up`. `progress` receives the number of documents so far. Raises
    EngineError; the old index then answers on.
    """
    _mend_dictionary()
    return _each(lambda each: _rebuild(each, progress), engine)


def _each(work: Callable[[Engine], int], engine: Engine | None) -> int:
    """What the work says of this engine, or the most that it says of one of all; the first failure is raised at the end."""
    most, failure = 0, None
    for each in (engine,) if engine else engines_in_use():
        try:
            most = max(most, work(each))
        except EngineError as error:
            failure = failure or error
    if failure:
        raise failure
    return most


def _catch_up(engine: Engine) -> int:
    applied = 0
    while True:
        changes = _catch_up_once(engine)
        applied += changes
        if changes < BATCH:
            return applied


def _catch_up_once(engine: Engine) -> int:
    """One batch; between two others may write, an editor's own change for example."""
    if dictionary.is_damaged():
        raise IndexBroken("The dictionary is damaged: without it documents would be read otherwise than the others")
    # Held from reading the records to writing them: else an older state read earlier could be written later.
    with engine.exclusive():
        cursor = engine.cursor
        if not change_log.is_continued(cursor):
            raise IndexBroken(
                f"{engine.name} followed changes that the database does not know, or missed some for good"
            )
        changes = change_log.unseen(cursor, BATCH)
        if changes:
            _apply(engine, [change.key for change in changes])
            engine.cursor = change_log.moved(cursor, changes)
        return len(changes)


def _follow(engine: Engine, has_other_words: bool) -> int:
    try:
        return _examined(engine, has_other_words)
    except IndexBroken:
        with engine.rebuilding():
            try:
                # Whoever built before this one could begin may have mended it.
                return _examined(engine, has_other_words)
            except IndexBroken as broken:
                logger.error("%s cannot follow and is built anew: %s", engine.name, broken)
            _rests_until[engine] = time.monotonic() + REST_SECONDS
            count = _rebuild(engine)
            del _rests_until[engine]
            logger.warning("%s was built anew with %s documents", engine.name, count)
            return count


def _examined(engine: Engine, has_other_words: bool) -> int:
    engine.examine()
    if has_other_words and engine.is_outdated():
        raise IndexBroken("The dictionary has other words than the one that the index was built with")
    return _catch_up(engine)


def _rebuild(engine: Engine, progress: Callable[[int], None] | None = None) -> int:
    change_log.prune(KEEP_CHANGES)
    count = engine.rebuild(everything(), cursor=change_log.end_of_log(), progress=progress)
    _catch_up(engine)
    renewed.send(Engine, engine=engine)
    return count


def _mend_dictionary() -> bool:
    """Make a dictionary anew that is cut short. Whether it was made with other words. Raises EngineUnavailable."""
    if not dictionary.is_damaged():
        return False
    try:
        name, is_the_same = dictionary.mend()
    except (OSError, SudachiError) as error:
        raise EngineUnavailable(f"The dictionary is damaged and cannot be made anew: {error}") from error
    logger.warning("The dictionary was damaged and is made anew: %s", name)
    return not is_the_same


def check(engine: Engine | None = None) -> CheckReport:
    """Compare the index with the records, document by document. Raises EngineUnavailable."""
    engine = engine or engines_in_use()[0]
    outdated = engine.is_outdated()
    indexed = engine.fingerprints()
    missing: list[str] = []
    stale: list[str] = []
    for document in document_stream():
        kept = indexed.pop(document.key, None)
        if kept is None:
            missing.append(document.key)
        elif kept != fingerprint(document):
            stale.append(document.key)
    return CheckReport(tuple(missing), tuple(stale), tuple(indexed), outdated)


def repair(report: CheckReport, engine: Engine | None = None) -> None:
    """Bring the documents of a report up to date in the index, or build it anew for this version. Raises EngineError."""
    engine = engine or engines_in_use()[0]
    if report.outdated:
        _rebuild(engine)
        return
    keys = [*report.missing, *report.stale, *report.surplus]
    for start in range(0, len(keys), BATCH):
        with engine.exclusive():
            _apply(engine, keys[start : start + BATCH])
    if keys:
        renewed.send(Engine, engine=engine)


def catch_up_quietly(engine: Engine | None = None) -> None:
    """Catch up with what one request may wait for; the rest, and an index that must be built anew, are left to
    `follow_later`. What cannot be done now waits in the log."""
    try:
        for each in (engine,) if engine else engines_in_use():
            try:
                if _catch_up_once(each) == BATCH:
                    follow_later()
            except IndexBroken as broken:
                logger.warning("%s cannot follow and will be built anew: %s", each.name, broken)
                follow_later()
            except EngineError as error:
                logger.warning("The index is behind and will catch up later: %s", error)
    except Exception:
        # The editor's save is done; a defect in building documents must not turn it into an error page.
        logger.exception("The index could not follow a change; `manage.py check_index --repair` will")


# What a process last said of an engine that does not follow, and until when it builds it no more.
_told: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()
_rests_until: WeakKeyDictionary[Engine, float] = WeakKeyDictionary()
_asked = threading.Event()


def follow_later() -> None:
    """`follow_quietly` in a thread of its own, once for many who ask: neither editors nor visitors wait for a rebuild."""
    if not _asked.is_set():
        _asked.set()
        if not run_later(follow_quietly, lane="index"):
            _asked.clear()


def follow_quietly() -> None:
    """Follow with every index of this host. A failure is logged once; the next call tries again, a rebuild after a rest."""
    _asked.clear()
    try:
        has_other_words = _mend_dictionary()
        for engine in engines_in_use():
            _follow_quietly(engine, has_other_words)
    except EngineError as error:
        logger.error("The indexes cannot follow: %s", error)
    except DatabaseError as error:
        logger.warning("The indexes cannot follow while the database is away: %s", type(error).__name__)
    except Exception:
        # A defect: whoever called goes on.
        logger.exception("The indexes could not follow the changes")


def _follow_quietly(engine: Engine, has_other_words: bool) -> None:
    try:
        if time.monotonic() < _rests_until.get(engine, 0.0):
            _examined(engine, has_other_words)
        else:
            _follow(engine, has_other_words)
    except EngineBusy as busy:
        logger.info("%s is written by somebody else: %s", engine.name, busy)
    except EngineError as error:
        if _told.get(engine) != str(error):
            logger.warning("%s does not follow: %s", engine.name, error)
        _told[engine] = str(error)
    else:
        _told.pop(engine, None)


def _apply(engine: Engine, keys: Iterable[str]) -> None:
    asked = set(keys)
    documents = list(documents_for(asked))
    engine.apply(documents, asked - {document.key for document in documents})
