"""Imports from beginning to end: kept in the database, worked on by whoever is there, gone on with after a fall.

The queue is the table of runs itself. A queue library (django-tasks-db was looked at) would bring a second table that says the same,
and leaves a task whose worker was killed "running" for ever; what has to be known after a fall - which batches stand - only the
journal knows. A worker holds a run as long as its beat is fresh; one run at a time, since two would write the same records.
"""

from __future__ import annotations

import gc
import hashlib
import io
import logging
import os
import re
import socket
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ...checker.world import world
from ...models import ImportChange, ImportFile, ImportRun, RunState
from ..tables.hints import with_hints
from ..tables.own import tables
from ..tables.own_reading import NotOurs
from ..tables.profiles import profile_of
from ..tables.rows import Problem
from .applying import BATCH, Overtaken, apply_plan, own_keys
from .permissions import permitted
from .plan import Decision, Options, Plan, Verdict, problem_as_json
from .planning import items, make_plan
from .spool import Spool
from .storing import write_entries
from .undoing import undo

log = logging.getLogger(__name__)
# A worker says so often that it lives; one that has not for so long is taken for dead.
BEAT_SECONDS = 2.0
LEASE = timedelta(seconds=60)
WAITING = (RunState.PLANNING, RunState.APPLYING, RunState.FOLLOWING, RunState.UNDOING)
# A file that was looked at and never taken in; the journal by which an import is undone; that there was an import.
FILES = timedelta(days=7)
CHANGES = timedelta(days=90)
RUNS = timedelta(days=400)
# So many changed records, and as many new ones, are shown before they are taken in; the others are counted.
MOST_ITEMS = 200
Progress = Callable[[int, int], None]


class Busy(Exception):
    """Another import is being worked on."""


def packed(path: Path) -> tuple[str, bytes]:
    """A file by its name and content; a folder of CSV files as one zip file. Raises OSError."""
    if not path.is_dir():
        return path.name, path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path.glob("*.csv")):
            # Without the day on which it was saved: the same content is the same file.
            archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return f"{path.name}.zip", buffer.getvalue()


def digest(content: bytes) -> str:
    """What a file is known by; keys of rows that have none are made of it."""
    return hashlib.sha256(content).hexdigest()


@transaction.atomic
def begin(
    name: str,
    content: bytes,
    *,
    user: Any = None,
    profile: str = "",
    options: Options | None = None,
    good_only: bool = False,
    state: RunState = RunState.PLANNING,
) -> ImportRun:
    """Take in a file; a worker looks at it (`PLANNING`), or takes it in without asking again (`APPLYING`).

    Raises KeyError for an unknown profile.
    """
    profile_of(profile)
    run = ImportRun.objects.create(
        user=user,
        file_name=Path(name).name[:200],
        file_hash=digest(content),
        profile=profile,
        options=options_as_json(options or Options()),
        good_only=good_only,
        state=state,
    )
    ImportFile.objects.create(run=run, content=content)
    return run


def confirm(run: ImportRun, options: Options, *, good_only: bool) -> bool:
    """Have a run that was looked at taken in, with what somebody chose; False if it is not, or no longer, waiting for that."""
    chosen = ImportRun.objects.filter(pk=run.pk, state=RunState.PLANNED, file__isnull=False)
    return bool(
        chosen.update(
            state=RunState.APPLYING,
            options=options_as_json(options),
            good_only=good_only,
            worker="",
            beat_at=None,
            done=0,
        )
    )


def replan(run: ImportRun, options: Options) -> bool:
    """Have a run looked at once more, with other choices."""
    chosen = ImportRun.objects.filter(pk=run.pk, state=RunState.PLANNED, file__isnull=False)
    return bool(
        chosen.update(state=RunState.PLANNING, options=options_as_json(options), worker="", beat_at=None, done=0)
    )


def ask_undo(run: ImportRun) -> bool:
    """Have an import taken back; False if there is nothing to take back, or no journal any more."""
    if not run.changes.filter(is_undone=False).exists():
        return False
    chosen = ImportRun.objects.filter(pk=run.pk, state__in=(RunState.DONE, RunState.FAILED))
    return bool(chosen.update(state=RunState.UNDOING, worker="", beat_at=None, done=0))


def go_on(run: ImportRun) -> bool:
    """Have a run that failed gone on with."""
    chosen = ImportRun.objects.filter(pk=run.pk, state=RunState.FAILED, file__isnull=False)
    return bool(chosen.update(state=RunState.APPLYING, worker="", beat_at=None))


def scratch_name(name: str) -> str:
    """A name for a scratch file that says the same (which table a CSV file is) and that every file system takes."""
    plain = re.sub(r"[^\w-]", "_", Path(name).stem)[:40] or "file"
    return plain + re.sub(r"[^.\w]", "", Path(name).suffix.lower())[:10]


def options_as_json(options: Options) -> dict[str, Any]:
    """For keeping."""
    return {**asdict(options), "decisions": {name: str(value) for name, value in options.decisions.items()}}


def options_of(run: ImportRun) -> Options:
    """What was chosen for a run."""
    decisions = {name: Decision(value) for name, value in run.options.get("decisions", {}).items()}
    return Options(**{**run.options, "decisions": decisions})


# workers


def worker_name() -> str:
    """Who this process is."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def is_alive(run: ImportRun) -> bool:
    """Whether somebody works on it."""
    return bool(run.worker and run.beat_at and run.beat_at > timezone.now() - LEASE)


@transaction.atomic
def claim(run: ImportRun | None = None) -> ImportRun | None:
    """Take the run, or the oldest that waits; None if none does. Raises Busy while somebody else works on one."""
    waiting = list(ImportRun.objects.select_for_update().filter(state__in=WAITING).order_by("created_at", "pk"))
    if any(is_alive(each) for each in waiting):
        raise Busy
    chosen = next((each for each in waiting if run is None or each.pk == run.pk), None)
    if chosen is not None:
        chosen.worker, chosen.beat_at = worker_name(), timezone.now()
        chosen.save(update_fields=["worker", "beat_at"])
    return chosen


def work_off() -> int:
    """Do all that waits; returns how many runs. Busy counts as nothing to do."""
    count = 0
    try:
        while run := claim():
            work(run)
            count += 1
    except Busy:
        pass
    return count


@contextmanager
def _set_apart() -> Iterator[None]:
    """Keep Python from looking through all that the site has loaded for what nobody needs any more.

    Each batch makes thousands of records, after which it looks; that took a fifth of an import. A process that serves the site has
    set that apart for good (`gunicorn.conf.py`), and nothing is given back there.
    """
    if gc.get_freeze_count() > 0:
        yield
        return
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@_set_apart()
def work(run: ImportRun, progress: Progress | None = None) -> ImportRun:
    """Do what a claimed run waits for. Whatever goes wrong stands in its state and its message."""
    beat = _Beat(run, progress)
    try:
        if run.state == RunState.UNDOING:
            _undo(run, beat)
        elif run.state != RunState.FOLLOWING:
            _read(run, beat)
        run.refresh_from_db()
        if run.state == RunState.FOLLOWING:
            _follow(run, beat)
    except NotOurs as error:
        _end(
            run,
            RunState.REFUSED,
            error.problem.message,
            plan={**Plan().as_json(), "problems": [problem_as_json(error.problem)]},
        )
    except DatabaseError as error:
        _end(
            run,
            RunState.FAILED,
            _(
                "データベースに書けず、途中で止まりました（%s）。取り込んだ分は残っています。続けるか、取り消すかを選んでください。"
            )
            % type(error).__name__,
        )
    except Exception as error:
        # A run that nobody ends would hold up all others; what was written stands in the journal.
        log.exception("An import failed: %s", type(error).__name__)
        _end(
            run,
            RunState.FAILED,
            _("このサイトの誤りで、途中で止まりました（%s）。取り込んだ分は残っています。管理する人に伝えてください。")
            % type(error).__name__,
        )
    run.refresh_from_db()
    return run


class _Beat:
    """Says in the database how far a run is, and that somebody works on it."""

    def __init__(self, run: ImportRun, progress: Progress | None) -> None:
        self.run, self.progress, self.total, self._at = run, progress, 0, 0.0

    def plan(self, done: int, total: int) -> None:
        """While planning: now and then."""
        self.total = total
        if time.monotonic() - self._at >= BEAT_SECONDS:
            self._write(done)

    def apply(self, done: int) -> None:
        """While writing: with each batch, in its transaction."""
        self._write(done)

    def _write(self, done: int) -> None:
        self._at = time.monotonic()
        # No save: pages must not be made anew for it.
        ImportRun.objects.filter(pk=self.run.pk).update(done=done, total=self.total, beat_at=timezone.now())
        if self.progress:
            self.progress(done, self.total)


def _read(run: ImportRun, beat: _Beat) -> None:
    options = options_of(run)
    with tempfile.TemporaryDirectory(prefix="yorozu-import-") as folder:
        path = Path(folder) / scratch_name(run.file_name)
        path.write_bytes(bytes(run.file.content))
        reading = profile_of(run.profile).read(path)
        hints: list[Problem] = []
        reading.rows = permitted(reading, run.user)
        if run.state == RunState.PLANNING:
            reading.rows = with_hints(reading.rows, world(), hints)
        with Spool(run.file_hash, reading.origin or run.profile or "import") as spool:
            own = own_keys(run)
            plan = make_plan(spool, reading, options, beat.plan, own)
            told = {**plan.as_json(), "notes": [problem_as_json(note) for note in reading.notes]}
            if run.state == RunState.PLANNING:
                told["hints"] = [problem_as_json(hint) for hint in hints]
                told["items"] = [
                    asdict(item)
                    for verdict in (Verdict.CHANGED, Verdict.NEW)
                    for item in items(spool, verdict=verdict, most=MOST_ITEMS)
                ]
                _end(run, RunState.PLANNED, plan=told)
                return
            if not run.good_only and not plan.is_clean:
                _roll_back(run, plan, beat)
                return
            beat.total = plan.counts[Verdict.NEW] + plan.counts[Verdict.CHANGED]
            try:
                outcome = apply_plan(spool, reading, options, run, own=own, progress=beat.apply)
            except Overtaken as error:
                plan.problems += error.problems
                _roll_back(run, plan, beat)
                return
    counts = told
    lines = ImportChange.objects.filter(run=run)
    counts["new"], counts["changed"] = lines.filter(is_new=True).count(), lines.filter(is_new=False).count()
    counts["refused"] += len({(problem.place.sheet, problem.place.row) for problem in outcome.problems})
    counts["problems"] += [problem_as_json(problem) for problem in outcome.problems]
    # Still this worker's: nobody else begins meanwhile.
    ImportRun.objects.filter(pk=run.pk).update(
        state=RunState.FOLLOWING, plan=counts, message="", beat_at=timezone.now()
    )
    ImportFile.objects.filter(run=run).delete()


def _follow(run: ImportRun, beat: _Beat) -> None:
    """Tell the admin's search of everything that was written; the register itself and the public's search have it already."""
    beat.total = run.changes.count()
    done = run.changes.filter(pk__lte=run.followed).count()
    while lines := list(
        run.changes.filter(pk__gt=run.followed).order_by("pk").values_list("pk", "table", "key")[:BATCH]
    ):
        with transaction.atomic():
            by_table: dict[str, list[str]] = {}
            for _pk, table, key in lines:
                by_table.setdefault(table, []).append(key)
            for table, keys in by_table.items():
                write_entries(tables()[table], keys)
            run.followed, done = lines[-1][0], done + len(lines)
            ImportRun.objects.filter(pk=run.pk).update(followed=run.followed)
            beat.apply(done)
    _end(run, RunState.DONE, plan=run.plan)


def _roll_back(run: ImportRun, plan: Plan, beat: _Beat) -> None:
    message = _("直すところがあるので、何も取り込みませんでした。")
    if run.changes.exists():
        undone = undo(run, beat.apply)
        message = _("続きに直すところがあったので、取り込んだ分も元に戻しました。")
        if undone.kept:
            message += _("ただし、取り込んだあとで直された%s件は、そのままです。") % len(undone.kept)
    _end(run, RunState.REFUSED, message, plan=plan.as_json())


def _undo(run: ImportRun, beat: _Beat) -> None:
    beat.total = run.changes.count()
    undone = undo(run, beat.apply)
    kept = [dict(zip(("table", "key", "name", "why"), line, strict=True)) for line in undone.kept]
    plan = {**run.plan, "undone": {"restored": undone.restored, "removed": undone.removed, "kept": kept}}
    message = _("元に戻しました。")
    if kept:
        message = _("取り込んだあとで直された%s件のほかは、元に戻しました。") % len(kept)
    _end(run, RunState.UNDONE, message, plan=plan)


@transaction.atomic
def _end(run: ImportRun, state: RunState, message: str = "", plan: dict[str, Any] | None = None) -> None:
    values: dict[str, Any] = {"state": state, "message": message, "worker": "", "beat_at": None}
    if plan is not None:
        values["plan"] = plan
    if state not in (RunState.PLANNED, RunState.FAILED):
        values["ended_at"] = timezone.now()
        ImportFile.objects.filter(run=run).delete()
    ImportRun.objects.filter(pk=run.pk).update(**values)


# what is kept


@transaction.atomic
def clean_up() -> int:
    """Take away files that nobody took in, journals by which nobody undoes any more, and runs of long ago. Returns how many."""
    now = timezone.now()
    gone = ImportFile.objects.filter(run__created_at__lt=now - FILES).exclude(run__state__in=WAITING).delete()[0]
    gone += ImportChange.objects.filter(run__created_at__lt=now - CHANGES).exclude(run__state__in=WAITING).delete()[0]
    # Problems quote the file.
    old = Q(created_at__lt=now - CHANGES) & ~Q(plan={})
    ImportRun.objects.filter(old).exclude(state__in=WAITING).update(plan={})
    return gone + ImportRun.objects.filter(created_at__lt=now - RUNS).exclude(state__in=WAITING).delete()[0]
