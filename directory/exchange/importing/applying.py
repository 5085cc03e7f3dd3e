"""Doing what was planned: batch by batch, each in a transaction of its own, with a journal.

Not one transaction for all: on SQLite it would keep every editor waiting for minutes. Of a batch everything is committed, or
nothing: rows, children, revisions, public records, marks for the index, and the lines of the journal. A worker that is killed
leaves whole batches; who goes on plans the file again and finds them done (`runs`), and `undoing` takes all of them back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from search.indexing import catch_up_quietly, waiting_for_rebuild
from search.modelsearch.renewal import waiting_for_renewal

from ...areas.index import area_index, forget_areas
from ...cache import forget
from ...models import Area, AreaLayer, ImportChange, ImportRun, Resource, Town
from ...public.store import refresh_public_records
from ..tables.columns import Reference
from ..tables.own import STATE, VERSION, Table, children_of, tables
from ..tables.own_reading import Reading
from ..tables.register_rows import chunks, load
from ..tables.rows import Problem
from .composing import Composed, Composer, image_of, stamp_of, stored_image
from .filling import Image
from .known import KnownRecords
from .plan import Options, Verdict
from .spool import Spool, Unit
from .storing import TAKEN_IN, note_history, store

# So long does an editor wait for a batch at most: some seconds.
BATCH = 250
Progress = Callable[[int], None]


class Overtaken(Exception):
    """Somebody was faster: not all can be written that was planned, and it is all or nothing."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(len(problems))
        self.problems = problems


@dataclass(slots=True)
class Outcome:
    """What was done, and what could not be done though it was planned: somebody was faster."""

    new: int = 0
    changed: int = 0
    problems: list[Problem] = field(default_factory=list)


def apply_plan(
    spool: Spool,
    reading: Reading,
    options: Options,
    run: ImportRun,
    *,
    own: dict[str, set[str]] | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Write what `make_plan` decided in this spool. `own`: what the run has written before it fell; `progress` is called inside
    the transaction of each batch with how many records are done.

    Raises Overtaken, and DatabaseError where the database cannot take it: what was committed stays in the journal.
    """
    applier = _Applier(spool, reading, options, run, own or {}, progress)
    with waiting_for_rebuild(), waiting_for_renewal():
        for table in tables().values():
            if not table.parent:
                applier.apply_table(table)
    catch_up_quietly()
    return applier.outcome


class _Applier:
    def __init__(
        self,
        spool: Spool,
        reading: Reading,
        options: Options,
        run: ImportRun,
        own: dict[str, set[str]],
        progress: Progress | None,
    ) -> None:
        self.spool, self.reading, self.options, self.run, self.own = spool, reading, options, run, own
        self.progress = progress
        self.outcome = Outcome()
        self.known = KnownRecords(spool)
        self.done = 0

    def apply_table(self, table: Table) -> None:
        """Write all records of a table that are new or changed."""
        children = children_of(table.name)
        written = (str(Verdict.NEW), str(Verdict.CHANGED))
        if table.model is Resource:
            self.known.expect(Resource, self.spool.decided(table.name, str(Verdict.NEW)))
        areas = Areas(table)
        waiting: list[str] = []
        for units in self.spool.units(table, children, written):
            for batch in chunks(units, BATCH):
                waiting += self._batch(table, children, batch)
        # Ladders that lead to what was written after them; what is not there now will not come.
        self.known.is_complete = True
        for keys in chunks(waiting, BATCH):
            self._batch(table, children, self.spool.some_units(table, children, keys), again=True)
        self.known.is_complete = False
        areas.follow()

    def _batch(self, table: Table, children: Sequence[Table], units: list[Unit], *, again: bool = False) -> list[str]:
        """Write some records; returns those whose ladder leads to what is not there yet."""
        own = (
            self.own.get(table.name, set()) | {unit.key for unit in units} if again else self.own.get(table.name, set())
        )
        composer = Composer(table, children, self.known, self.options, self.reading.complete, own=own)
        is_tree = any(isinstance(column, Reference) and column.model is table.model for column in table.columns)
        waiting: list[str] = []
        with transaction.atomic():
            stamps = {} if again else self.spool.stamps(table.name, [unit.key for unit in units])
            records = load(table, [unit.key for unit in units])
            made: list[Composed] = []
            images: list[Image | None] = []
            for unit in units:
                current = records.get(unit.key)
                image = image_of(table, children, current) if current is not None else None
                if not again and stamps.get(unit.key) != stamp_of(image):
                    self._refuse(unit, _("調べたあとで、ほかの人がこの記録を直しました。もう一度調べてください。"))
                    continue
                composed = composer.compose(unit, current, image)
                if composed.problems:
                    self.outcome.problems += composed.problems
                    continue
                if not (composed.is_new or composed.changes):
                    continue
                if not again and _without_missing_steps(composed):
                    waiting.append(unit.key)
                made.append(composed)
                images.append(image)
                if is_tree:
                    # The next row may stand below it.
                    store(table, [composed], self.run.user)
                    self.known.learn(table.model, composed.record)
            if self.outcome.problems and not self.run.good_only:
                raise Overtaken(self.outcome.problems)
            if not is_tree:
                store(table, made, self.run.user)
            note_changes(self.run, table, children, made, images)
            for each in made:
                self.known.learn(table.model, each.record)
                if not again:
                    self.outcome.new += each.is_new
                    self.outcome.changed += not each.is_new
            self.done += 0 if again else len(units)
            if self.progress:
                self.progress(self.done)
        return waiting

    def _refuse(self, unit: Unit, message: str) -> None:
        self.outcome.problems.append(Problem(unit.place, unit.key, message))


def _without_missing_steps(made: Composed) -> bool:
    """Leave out the steps of a ladder that lead to what is not written yet; whether there were any."""
    missing = False
    for record in filter(None, (made.record, made.draft)):
        if not isinstance(record, Resource):
            continue
        steps = list(record.next_steps.all())
        standing = [step for step in steps if step.target_id is not None and step.target_id > 0]
        if len(standing) < len(steps):
            missing = True
            record.next_steps.set(standing)
    return missing


def note_changes(
    run: ImportRun, table: Table, children: Sequence[Table], made: Sequence[Composed], images: Sequence[Image | None]
) -> None:
    """Lines of the journal for what was just stored. What a record was before the run stays what it was."""
    keys = [_key(table, each) for each in made]
    standing = {line.key: line for line in ImportChange.objects.filter(run=run, table=table.name, key__in=keys)}
    fresh, again = [], []
    for each, key, image in zip(made, keys, images, strict=True):
        now = stored_image(table, children, each)
        line = standing.get(key)
        if line is None:
            line = ImportChange(run=run, table=table.name, key=key, name=str(each.record)[:200], is_new=each.is_new)
            line.before, line.after = _difference(image, now)
            fresh.append(line)
        else:
            # Written by this run before: the second look adds a ladder, or is the first one after a fall.
            before, after = _difference(image, now)
            line.before = {**before, **line.before}
            line.after = {**line.after, **after}
            again.append(line)
        if line.is_new:
            line.before, line.after = {}, {"stamp": stamp_of(now)}
    ImportChange.objects.bulk_create(fresh)
    told = {line.key for line in fresh}
    note_history(run, TAKEN_IN, [each.record for each, key in zip(made, keys, strict=True) if key in told])
    ImportChange.objects.bulk_update(again, ["before", "after"])


def _difference(before: Image | None, after: Image) -> tuple[Image, Image]:
    if before is None:
        return {}, {}
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    # The state and the draft belong together: one is put back with the other.
    if VERSION in names and STATE not in names:
        names.append(STATE)
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def _key(table: Table, made: Composed) -> str:
    return str(getattr(made.record, table.identity))


class Areas:
    """What the areas were before a table of them changes; afterwards everything that is of use to others is written anew.

    Once for all of them: their signals would do it for each row. That of a changed area does it all the same.
    """

    def __init__(self, table: Table) -> None:
        self.is_of_areas = table.model in (AreaLayer, Area, Town)
        self.before = self._related() if self.is_of_areas else {}

    def follow(self) -> None:
        """Write the public records of what serves areas that lie otherwise now."""
        if not self.is_of_areas:
            return
        with transaction.atomic():
            forget_areas()
            # A new area stands on pages though nothing serves it yet.
            forget("records")
            now = self._related()
            moved = {pk for pk in {**self.before, **now} if self.before.get(pk) != now.get(pk)}
            touched = moved & set(self.before)
            ids = Resource.objects.filter(live=True, areas__in=touched).values_list("pk", flat=True).distinct()
            refresh_public_records(resource_ids=list(ids))

    @staticmethod
    def _related() -> dict[int, frozenset[int]]:
        index = area_index()
        return {pk: frozenset(index.relevant_to(pk)) for pk in Area.objects.values_list("pk", flat=True)}


def own_keys(run: ImportRun) -> dict[str, set[str]]:
    """What a run has written so far, by table."""
    found: dict[str, set[str]] = {}
    for table, key in ImportChange.objects.filter(run=run).values_list("table", "key"):
        found.setdefault(table, set()).add(key)
    return found
