"""Keeping the index in step: changes are written down with the change itself, and applied after it is committed.

A failing index never costs an editor anything: the rows wait, and whoever comes next applies them. Each index remembers its own
cursor, so several hosts with an index each, and an index that was away, all catch up by themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from .documents import document_stream, documents_for, sources
from .engines import get_engine
from .engines.base import Cursor, Engine, EngineError
from .models import IndexChange

logger = logging.getLogger("search")

BATCH = 500
# A transaction may commit after a later one has: rows this much older than the cursor are looked at once more.
OVERLAP = timedelta(minutes=2)
KEPT = timedelta(days=7)


def record_change(keys: Iterable[str]) -> None:
    """Write down, in the caller's transaction, that these documents changed; after commit the index follows."""
    rows = [IndexChange(key=key) for key in dict.fromkeys(keys)]
    if not rows:
        return
    IndexChange.objects.bulk_create(rows)
    transaction.on_commit(_follow)


def _follow() -> None:
    """Catch up; whatever goes wrong with the index is the operator's matter, not the editor's."""
    try:
        catch_up()
    except EngineError as error:
        logger.warning("the index will catch up later: %s", error)
    except Exception:
        logger.exception("the index could not catch up")


def pending(engine: Engine | None = None) -> int:
    """How many changes the index has not seen. Raises EngineUnavailable."""
    return IndexChange.objects.filter(id__gt=(engine or get_engine()).cursor().change).count()


def catch_up(engine: Engine | None = None) -> int:
    """Apply what changed since the engine's cursor; returns how many documents were looked at."""
    engine = engine or get_engine()
    done = 0
    # Reading and applying under one lock: otherwise a slower process could put an older state over a newer one.
    with engine.writing():
        before = engine.cursor()
        rows = list(_changes_after(before))
        for start in range(0, len(rows), BATCH):
            chunk = rows[start : start + BATCH]
            _apply(engine, {key for _id, key, _at in chunk}, _latest(before, chunk))
            done += len(chunk)
    return done


def _changes_after(cursor: Cursor) -> Iterable[tuple]:
    changes = IndexChange.objects.order_by("id").values_list("id", "key", "created_at")
    if not changes.filter(id__gt=cursor.change).exists():
        return []
    if cursor.at is None:
        return changes.filter(id__gt=cursor.change)
    late = changes.filter(id__lte=cursor.change, created_at__gte=cursor.at - OVERLAP)
    return late.union(changes.filter(id__gt=cursor.change)).order_by("id")


def _latest(before: Cursor, chunk: list[tuple]) -> Cursor:
    number, _key, at = chunk[-1]
    return Cursor(number, at) if number > before.change else before


def _apply(engine: Engine, keys: set[str], cursor: Cursor | None) -> None:
    documents = list(documents_for(sorted(keys)))
    gone = keys - {document.key for document in documents}
    engine.apply(documents, sorted(gone), cursor)


def rebuild(engine: Engine | None = None, progress: Callable[[int], None] | None = None) -> int:
    """Build the index anew beside the old one; returns how many documents it holds.

    What is changed while it is built is applied right after the swap, from the cursor taken before the first document was read.
    """
    engine = engine or get_engine()
    last = IndexChange.objects.order_by("-id").values_list("id", "created_at").first()
    count = engine.rebuild(document_stream(), Cursor(*last) if last else Cursor(), progress)
    catch_up(engine)
    prune_changes()
    return count


def prune_changes() -> int:
    """Forget changes that every index has seen long ago; an index that was away for longer is rebuilt."""
    return IndexChange.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Keys that the index lacks, has in an older state, or has although they are not public."""

    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Nothing to repair."""
        return not (self.missing or self.stale or self.surplus)


def check(engine: Engine | None = None) -> CheckReport:
    """Compare the index with the sources, document by document."""
    held = (engine or get_engine()).fingerprints()
    missing, stale, seen = [], [], set()
    for source in sources():
        for document in source.documents():
            seen.add(document.key)
            if document.key not in held:
                missing.append(document.key)
            elif held[document.key] != document.fingerprint():
                stale.append(document.key)
    return CheckReport(tuple(missing), tuple(stale), tuple(sorted(held.keys() - seen)))


def repair(report: CheckReport, engine: Engine | None = None) -> None:
    """Bring the documents of a report up to date."""
    engine = engine or get_engine()
    keys = [*report.missing, *report.stale, *report.surplus]
    with engine.writing():
        for start in range(0, len(keys), BATCH):
            _apply(engine, set(keys[start : start + BATCH]), None)
