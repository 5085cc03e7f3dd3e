"""Taking a whole import back: what it made goes, what it changed is as it was, what somebody changed since stays and is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from wagtail.models import Revision

from search.indexing import catch_up_quietly, waiting_for_rebuild
from search.modelsearch.renewal import waiting_for_renewal

from ...models import ImportChange, ImportRun, NextStep, Resource
from ...public.store import refresh_public_records
from ..tables.own import STATE, VERSION, Table, children_of, tables
from ..tables.register_rows import chunks, load
from ..tables.rows import Place
from .applying import BATCH, Areas
from .composing import LIVE, Composer, image_of, stamp_of
from .filling import Image
from .known import KnownRecords
from .plan import Options
from .spool import Line, Spool, Unit
from .storing import TAKEN_BACK, note_history, store, write_entries

Progress = Callable[[int], None]


@dataclass(slots=True)
class Undone:
    """How many records are as they were, and what stays as somebody made it since: (table, key, name, why)."""

    restored: int = 0
    removed: int = 0
    kept: list[tuple[str, str, str, str]] = field(default_factory=list)


def undo(run: ImportRun, progress: Progress | None = None) -> Undone:
    """Take back what the run did, the last first. It may be called again after a fall: what is undone is not undone twice.

    Raises DatabaseError.
    """
    result = Undone()
    with waiting_for_rebuild(), waiting_for_renewal(), Spool(str(run.uuid), "") as spool:
        # What was changed is put back before what was new goes: it may be named by it.
        for is_new in (False, True):
            for table in reversed(list(tables().values())):
                if not table.parent:
                    _undo_table(run, table, KnownRecords(spool, table.asks), result, progress, is_new=is_new)
    catch_up_quietly()
    return result


def _undo_table(
    run: ImportRun, table: Table, known: KnownRecords, result: Undone, progress: Progress | None, *, is_new: bool
) -> None:
    waiting = ImportChange.objects.filter(run=run, table=table.name, is_undone=False, is_new=is_new).order_by("-pk")
    if not waiting.exists():
        return
    children = children_of(table.name)
    areas = Areas(table)
    for keys in chunks(list(waiting.values_list("pk", flat=True)), BATCH):
        with transaction.atomic():
            lines = list(ImportChange.objects.filter(pk__in=keys).order_by("-pk"))
            if is_new:
                _remove(run, table, children, lines, result)
            else:
                _restore(run, table, children, lines, known, result)
            for line in lines:
                line.is_undone = True
                if line.kept_because:
                    result.kept.append((table.name, line.key, line.name, line.kept_because))
            ImportChange.objects.bulk_update(lines, ["is_undone", "kept_because"])
            if progress:
                progress(result.restored + result.removed + len(result.kept))
    areas.follow()


def _remove(run: ImportRun, table: Table, children: Sequence[Table], lines: list[ImportChange], result: Undone) -> None:
    records = load(table, [line.key for line in lines])
    # Ladders that lead to what goes are another ladder then.
    pks = [record.pk for record in records.values()]
    steps = (
        set(NextStep.objects.filter(target_id__in=pks).values_list("resource_id", flat=True))
        if table.model is Resource
        else set()
    )
    gone = []
    for line in lines:
        if (record := records.get(line.key)) is None:
            continue
        if stamp_of(image_of(table, children, record)) != line.after.get("stamp"):
            line.kept_because = _("取り込んだあとで直されたので、消しませんでした。")
        else:
            gone.append((line, record))
    try:
        with transaction.atomic():
            _delete(table, [record for _line, record in gone])
            note_history(run, TAKEN_BACK, [record for _line, record in gone], deleted=True)
        result.removed += len(gone)
    except ProtectedError:
        for line, record in gone:
            try:
                with transaction.atomic():
                    _delete(table, [record])
                    note_history(run, TAKEN_BACK, [record], deleted=True)
                result.removed += 1
            except ProtectedError:
                line.kept_because = _("ほかの記録から使われているので、消しませんでした。")
    if steps:
        refresh_public_records(resource_ids=sorted(steps))


def _delete(table: Table, records: Sequence[Any]) -> None:
    """Records with all that hangs on them; public records go with them, and the index is told (`directory.signals`)."""
    if table.has_drafts:
        base = ContentType.objects.get_for_model(table.model)
        keys = [str(record.pk) for record in records]
        # They hang on the class of each record, and would stay when its table is emptied.
        Revision.objects.filter(base_content_type=base, object_id__in=keys).delete()
    table.model._default_manager.filter(pk__in=[record.pk for record in records]).delete()


def _restore(
    run: ImportRun,
    table: Table,
    children: Sequence[Table],
    lines: list[ImportChange],
    known: KnownRecords,
    result: Undone,
) -> None:
    records = load(table, [line.key for line in lines])
    composer = Composer(
        table,
        children,
        known,
        Options(publish=True, drafts="replace"),
        (child.name for child in children),
        is_restoring=True,
    )
    made = []
    for line in lines:
        record = records.get(line.key)
        if record is None:
            line.kept_because = _("取り込んだあとで消されたので、元に戻せませんでした。")
            continue
        now = image_of(table, children, record)
        theirs = [name for name, value in line.after.items() if now.get(name) != value]
        if theirs:
            labels = "・".join(_label(table, children, name) for name in theirs)
            line.kept_because = _("取り込んだあとで直されたので、そのままにしたところがあります：%s") % labels
        before = {name: value for name, value in line.before.items() if name not in theirs}
        if STATE in theirs or VERSION in theirs:
            before = {name: value for name, value in before.items() if name not in (STATE, VERSION)}
        if not before:
            continue
        composed = composer.compose(_unit(table, children, line.key, before, now), record, now)
        if composed.problems:
            line.kept_because = " ".join(problem.message for problem in composed.problems)
            continue
        made.append(composed)
        result.restored += 1
    store(table, made, run.user)
    note_history(run, TAKEN_BACK, [each.record for each in made])
    write_entries(table, [str(getattr(each.record, table.identity)) for each in made])


def _label(table: Table, children: Sequence[Table], name: str) -> str:
    named: dict[str, Any] = {
        **{child.name: child.label for child in children},
        **{c.name: c.label for c in table.columns},
    }
    return str(named.get(name, name))


def _unit(table: Table, children: Sequence[Table], key: str, before: Image, now: Image) -> Unit:
    """What stood there as rows of a file: children and drafts whole, since a file that names them has all of them."""
    place = Place()
    unit = Unit(key, place)
    whole = {**now, **before}
    names = {child.name for child in children}
    texts = {name: text for name, text in whole.items() if isinstance(text, str) and name not in (STATE, VERSION)}
    if table.has_drafts:
        texts[STATE] = whole.get(STATE, LIVE)
    unit.row = _row(table.name, texts, place)
    unit.children = {name: [_row(name, child, place) for child in whole.get(name) or []] for name in names}
    if draft := whole.get(VERSION):
        unit.draft = _row(table.name, {name: text for name, text in draft.items() if isinstance(text, str)}, place)
        unit.draft_children = {name: [_row(name, child, place) for child in draft.get(name) or []] for name in names}
    return unit


def _row(table: str, texts: dict[str, str], place: Place) -> Line:
    return Line(table, place, texts)
