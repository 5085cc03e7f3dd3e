"""What a file would do to the register: every record told as new, changed, unchanged or refused, every problem of every row.

Nothing is written. What was decided stays in the spool, from which `applying` takes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from ...models import Resource
from ..tables.own import ID, Table, children_of, tables
from ..tables.own_reading import Reading
from ..tables.register_rows import load
from ..tables.rows import Place, Problem
from ..tables.writing import municipalities
from . import duplicates
from .composing import Composed, Composer, image_of, stamp_of
from .known import KnownRecords, Taken
from .plan import Change, Decision, Item, Options, Pair, Plan, Verdict
from .spool import Spool, Unit

Progress = Callable[[int, int], None]


def make_plan(
    spool: Spool,
    reading: Reading,
    options: Options,
    progress: Progress | None = None,
    own: Mapping[str, Collection[str]] | None = None,
) -> Plan:
    """Read the rows into the spool and decide what becomes of each record.

    `progress` gets how many records are done, and of how many. `own`: keys by table of what this import has written already,
    where it goes on after a fall. Raises `own_reading.NotOurs` for a file that cannot be read.
    """
    plan = Plan()
    plan.rows = spool.fill(reading.rows)
    plan.problems += reading.problems
    if reading.refused:
        plan.count("resources", Verdict.REFUSED, reading.refused)
    plan.problems += _of_others(reading)
    for name, decision in options.decisions.items():
        this, _colon, other = name.partition(":")
        if decision == Decision.SAME:
            spool.rename(tables()["resources"], this, other)
    adopt_words(spool)
    planner = _Planner(spool, reading, options, plan, own or {})
    total = sum(spool.counts.get(table.name, 0) for table in tables().values() if not table.parent)
    for table in tables().values():
        if not table.parent:
            planner.plan_table(table, lambda done: progress(done, total) if progress else None)
    return plan


# By what else than its number a record of these tables is known: two installations have numbers of their own for the same word.
_NATURAL: dict[str, tuple[str, ...]] = {
    "layers": ("name",),
    "areas": ("slug",),
    "towns": ("municipality", "name"),
    "types": ("code",),
    "fields": ("code",),
    "needs": ("code",),
}


def adopt_words(spool: Spool) -> None:
    """Words of another installation are ours where they have the same code or name, whatever number they have there."""
    for name, columns in _NATURAL.items():
        if not spool.counts.get(name):
            continue
        table = tables()[name]
        paths = ["municipality__slug" if column == "municipality" else column for column in columns]
        rows = table.model._default_manager.order_by().values_list("uuid", *paths)
        known = {tuple(map(str, values)): str(uuid) for uuid, *values in rows}
        ours = set(known.values())
        for key, row in spool.texts(table):
            own = known.get(tuple(row.text(column).strip() for column in columns))
            if own and key not in ours:
                spool.rename(table, key, own)


def items(spool: Spool, *, verdict: Verdict | None = None, start: int = 0, most: int = 100) -> Iterator[Item]:
    """What was decided, record by record, in the order of the tables and of the file."""
    chosen, values = (" WHERE verdict = ?", [str(verdict)]) if verdict else ("", [])
    rows = spool.db.execute(
        f"SELECT tbl, key, name, verdict, sheet, number, changes FROM verdicts{chosen} ORDER BY seq LIMIT ? OFFSET ?",  # noqa: S608
        (*values, most, start),
    )
    for table, key, name, decided, sheet, number, changes in rows:
        told = tuple(Change(**change) for change in json.loads(changes))
        yield Item(table, key, name, Verdict(decided), Place(sheet, number), told)


def _of_others(reading: Reading) -> list[Problem]:
    """A register of municipalities that ours does not know is not ours: its numbers would be taken for ours."""
    codes = set(reading.about.get("codes", "").split())
    own = set(municipalities().exclude(code="").values_list("code", flat=True))
    if codes and own and not codes & own:
        names = reading.about.get("names", "")
        message = _(
            "これは、ほかの市町村（%s）の登録簿です。ここには取り込めません。自分の市町村のファイルを選んでください。"
        )
        return [Problem(Place(), " ".join(sorted(codes)), message % names)]
    return []


class _Planner:
    def __init__(
        self, spool: Spool, reading: Reading, options: Options, plan: Plan, own: Mapping[str, Collection[str]]
    ) -> None:
        self.own = own
        self.spool, self.reading, self.options, self.plan = spool, reading, options, plan
        self.is_foreign = any(not problem.place.row and problem.value for problem in plan.problems)
        self.known = KnownRecords(spool)
        self.known.expect(Resource, spool.keys("resources"))
        self.done = 0

    def plan_table(self, table: Table, progress: Callable[[int], None]) -> None:
        """Decide of all records of a table."""
        children = children_of(table.name)
        if not any(self.spool.counts.get(each.name) for each in (table, *children)):
            return
        composer = Composer(
            table, children, self.known, self.options, self.reading.complete, own=self.own.get(table.name, ())
        )
        doubled = self._doubled(table)
        taken = Taken(table.model, table.identity)
        child_ids: dict[tuple[str, str], str] = {}
        for units in self.spool.units(table, children):
            records = load(table, [unit.key for unit in units])
            uuids = self._uuids_taken(table, units)
            decided, looks = [], []
            for unit in units:
                current = records.get(unit.key)
                image = image_of(table, children, current) if current is not None else None
                stamp = stamp_of(image)
                made = composer.compose(unit, current, image)
                made.problems += doubled.get(unit.key, [])
                made.problems += self._clashes(table, unit, made, taken, uuids)
                made.problems += _doubled_children(unit, child_ids)
                verdict = self._verdict(made)
                if verdict == Verdict.REFUSED:
                    self.plan.problems += made.problems
                elif made.is_new:
                    if table.model is Resource and not unit.has_id and not self._is_decided(unit.key):
                        looks.append(duplicates.look_of(made.record, unit.key, unit.place))
                    if table.model is not Resource:
                        self.known.plan(table.model, made.record)
                decided.append(self._kept(table, unit, made, verdict, stamp))
                self.plan.count(table.name, verdict)
            self.spool.decide(decided)
            duplicates.note_new(self.spool, looks)
            self.done += len(units)
            progress(self.done)
        if table.model is Resource:
            self._ask_of_pairs(table)

    def _verdict(self, made: Composed) -> Verdict:
        if made.problems or self.is_foreign:
            return Verdict.REFUSED
        return Verdict.NEW if made.is_new else Verdict.CHANGED if made.changes else Verdict.UNCHANGED

    def _kept(self, table: Table, unit: Unit, made: Composed, verdict: Verdict, stamp: str) -> tuple[Any, ...]:
        name = _name(made.record) or (unit.row.text("name") if unit.row else "")
        changes = json.dumps([asdict(change) for change in made.changes], ensure_ascii=False)
        return (table.name, unit.key, str(verdict), name[:200], unit.place.sheet, unit.place.row, stamp, changes)

    def _doubled(self, table: Table) -> dict[str, list[Problem]]:
        """Records that stand twice: what says the same is said once, what does not is refused as a whole."""
        found: dict[str, list[Problem]] = {}
        for key, rows in self.spool.doubled(table.name).items():
            own = key.partition("\t")[0]
            numbers = [number for _data, number in rows]
            listed = "・".join(str(number) for number in numbers)
            if len({data for data, _number in rows}) == 1:
                message = _("同じ番号の行が、いくつもあります（%s行目）。1つだけにしてください。")
            else:
                message = _("同じ番号の行が、ちがうことを言っています（%s行目）。正しい1つだけにしてください。")
            column = str(table.by_name[ID].label)
            found.setdefault(own, []).extend(
                Problem(Place(self.spool.sheet_of(table.name, own), number, column), own, message % listed)
                for number in numbers
            )
        return found

    def _uuids_taken(self, table: Table, units: Sequence[Unit]) -> dict[str, str]:
        """Of records that are known by a short number: inner numbers of the file that another record has."""
        if table.model is not Resource:
            return {}
        given = [text for unit in units if unit.row and (text := unit.row.text("uuid").strip())]
        rows = Resource.objects.filter(uuid__in=[text for text in given if _is_uuid(text)]).values_list(
            "uuid", "short_id"
        )
        return {str(uuid): short_id for uuid, short_id in rows}

    def _clashes(self, table: Table, unit: Unit, made: Composed, taken: Taken, uuids: dict[str, str]) -> list[Problem]:
        if made.record is None or made.problems or unit.row is None:
            return []
        row, found = unit.row, []
        if (holder := uuids.get(row.text("uuid").strip().lower())) and holder != unit.key:
            found.append((ID, _("内部の番号が、ほかの記録（%s）と同じです。空にしてください。") % holder))
        for name in taken.claim(made.record, unit.key, _value_of):
            found.append((name, _("ほかの記録と同じです。ちがうものにしてください。")))
        return [Problem(row.place_of(name), row.text(name), message) for name, message in found]

    # records that look like one

    def _is_decided(self, key: str) -> bool:
        return any(name.partition(":")[0] == key for name in self.options.decisions)

    def _ask_of_pairs(self, table: Table) -> None:
        asked: dict[str, Pair] = {}
        for pair in duplicates.pairs(self.spool):
            self.plan.pairs.append(pair)
            asked.setdefault(pair.this.key, pair)
        if self.options.undecided != "refuse":
            return
        for key, pair in asked.items():
            self.spool.redecide(table.name, key, str(Verdict.REFUSED))
            self.plan.count(table.name, Verdict.NEW, -1)
            self.plan.count(table.name, Verdict.REFUSED)
            place = pair.this.place or Place()
            column = str(table.by_name["name"].label)
            where = _("%s行目") % pair.other.place.row if pair.other.place else _("登録簿")
            message = _("%(where)sの「%(name)s」と似ています。同じものか、別のものかを選んでください。")
            self.plan.problems.append(
                Problem(
                    Place(place.sheet, place.row, column),
                    pair.this.name,
                    message % {"where": where, "name": pair.other.name},
                )
            )


def _doubled_children(unit: Unit, seen: dict[tuple[str, str], str]) -> list[Problem]:
    """Children whose number another record's child has already."""
    found = []
    for of, version in ((unit.children, ""), (unit.draft_children, "draft")):
        for name, rows in of.items():
            for row in rows:
                if (identity := row.text(ID).strip().lower()) and seen.setdefault(
                    (name + version, identity), unit.key
                ) != unit.key:
                    message = _("同じ番号の行が、ほかの記録にもあります。新しい行なら、番号を空にしてください。")
                    found.append(Problem(row.place_of(ID), identity, message))
    return found


def _value_of(record: Any, name: str) -> Any:
    """The value of a column as the database has it."""
    return getattr(record, record._meta.get_field(name).attname)


def _name(record: Any) -> str:
    try:
        return str(record) if record is not None else ""
    except (AttributeError, ObjectDoesNotExist):
        return ""


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and all(sign in "0123456789abcdef-" for sign in text.lower())
