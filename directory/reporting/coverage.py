"""分野 × 圏域 × 種類 × 曜日・時間帯: how many resources there are, and where there are none or only one.

An area has what is of use to the people in it (`AreaIndex.relevant_to`), without what is for the whole municipality: that
stands in a column of its own, for every area would have it, and a gap could not be seen. Whoever serves several areas or fields
counts in each of them and once in a sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ..areas.index import AreaIndex, AreaNode, area_index
from ..cache import remembered
from ..choices import Eligibility, Kind
from ..models import Field
from .groups import FRESH, FRESH_DAYS, HOLIDAY, NEVER, OLD, Group, Slot, needs_voice, read_groups

# A place that is gone tomorrow leaves nothing.
FEW = 1
# In place of the address of an area or the code of a field: everything, each record once. No area: the whole municipality.
ALL, WHOLE = "*", ""
WEEKEND = frozenset({5, 6})


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of people's matters in one area: how many resources, and how many there were before (None: not known)."""

    field: str
    area: str
    count: int
    before: int | None = None

    @property
    def is_gap(self) -> bool:
        """Whether there is nothing, or only one."""
        return self.count <= FEW

    @property
    def change(self) -> int | None:
        """How many more than before."""
        return None if self.before is None else self.count - self.before


@dataclass(frozen=True, slots=True)
class Line:
    """A field: its cells in the order of the areas, what is for the whole municipality, and everything once."""

    code: str
    name: str
    total: Cell
    whole: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Of records of one sort: how many, how they stand. `only`, `mainly`, `anyone`: who may come."""

    name: str
    count: int
    fresh: int
    old: int
    never: int
    voice_only: int
    anyone: int
    mainly: int
    only: int


@dataclass(frozen=True)
class Coverage:
    """How a municipality is covered on a day."""

    on: date
    home: AreaNode | None
    fresh_days: int
    groups: Sequence[Group]
    fields: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    @cached_property
    def reached(self) -> Callable[[frozenset[int]], frozenset[str]]:
        """See `reach`."""
        return reach(area_index(), self.home)

    @cached_property
    def counts(self) -> Counter[tuple[str, str, str]]:
        """How many by address of an area, code of a field, and kind; ALL and WHOLE as they are named above."""
        found: Counter[tuple[str, str, str]] = Counter()
        for group in self.groups:
            codes = [ALL, *(self.fields[pk][0] for pk in group.fields if pk in self.fields)]
            for area in (ALL, *self.reached(group.areas)):
                for code in codes:
                    found[area, code, group.kind] += group.count
        return found

    def lines(
        self, areas: Sequence[AreaNode], kind: Kind | None, before: Mapping[tuple[str, str, str], int] | None = None
    ) -> list[Line]:
        """A line for each field in the city's order, and in front one of all fields."""
        kinds = [kind] if kind else list(Kind)

        def cell(area: str, code: str) -> Cell:
            then = None if before is None else sum(before.get((area, code, one), 0) for one in kinds)
            return Cell(code, area, sum(self.counts[area, code, one] for one in kinds), then)

        rows = [(ALL, ""), *self.fields.values()]
        return [
            Line(code, name, cell(ALL, code), cell(WHOLE, code), tuple(cell(node.slug, code) for node in areas))
            for code, name in rows
        ]

    def shares(self) -> list[Share]:
        """How the records of each kind stand, and all of them."""
        by_kind = [(str(kind.label), [group for group in self.groups if group.kind == kind]) for kind in Kind]
        return [*(_share(name, groups) for name, groups in by_kind), _share("", self.groups)]

    def shares_of_fields(self, kind: Kind | None) -> list[Share]:
        """How the records of each field stand."""
        groups = [group for group in self.groups if kind in {None, group.kind}]
        return [_share(name, [one for one in groups if pk in one.fields]) for pk, (_c, name) in self.fields.items()]

    def slots(self, kind: Kind | None) -> Counter[Slot]:
        """How many are open in each part of each day of the week."""
        found: Counter[Slot] = Counter()
        for group in self.groups:
            if kind in {None, group.kind}:
                for slot in group.slots:
                    found[slot] += group.count
        return found

    def times_of_fields(self, kind: Kind | None) -> list[tuple[str, Counter[str]]]:
        """For each field, how many are open in the parts of working days, at weekends, and how many say no hours."""
        found: dict[int, Counter[str]] = {pk: Counter() for pk in self.fields}
        for group in self.groups:
            if kind in {None, group.kind}:
                times = times_of(group.slots)
                for pk in group.fields & found.keys():
                    for name in times:
                        found[pk][name] += group.count
        return [(name, found[pk]) for pk, (_code, name) in self.fields.items()]


def cover(home: AreaNode | None, on: date, *, fresh_days: int = FRESH_DAYS) -> Coverage:
    """How a municipality is covered on a day: two questions to the database, however many records there are.

    The groups are remembered until something public changes; names of fields and areas are read each time.
    """
    asked = f"coverage:{home.pk if home else ''}:{on}:{fresh_days}"
    groups = remembered("records", asked, lambda: read_groups(home, on, fresh_days=fresh_days))
    fields = {
        pk: (code, name) for pk, code, name in Field.objects.filter(retired=False).values_list("pk", "code", "name")
    }
    return Coverage(on, home, fresh_days, groups, fields)


def times_of(slots: Collection[Slot]) -> frozenset[str]:
    """The parts of working days in which these open, "weekend", "holiday"; "unknown" where no hours are written."""
    names = {slot.part for slot in slots if slot.day not in WEEKEND | {HOLIDAY}}
    names |= {"weekend" for slot in slots if slot.day in WEEKEND}
    names |= {"holiday" for slot in slots if slot.day == HOLIDAY}
    return frozenset(names or {"unknown"})


def reach(index: AreaIndex, home: AreaNode | None) -> Callable[[frozenset[int]], frozenset[str]]:
    """From the areas that a record names to the addresses of those in which it counts; WHOLE for the whole municipality.

    A record of a school district counts in the district around it, one of a district in each of its school districts. What
    is for the municipality, for what it lies in, or for no place, counts as the whole.
    """
    around = {home.pk, *index.ancestors(home.pk)} if home else {n.pk for n in index.nodes.values() if n.is_municipality}
    inside = {node.pk for node in layer_areas(index, home)}
    known: dict[frozenset[int], frozenset[str]] = {}

    def reached(areas: frozenset[int]) -> frozenset[str]:
        if areas not in known:
            if not areas or areas & around:
                known[areas] = frozenset({WHOLE})
            else:
                near = frozenset().union(*(index.relevant_to(pk) for pk in areas)) & inside
                known[areas] = frozenset(index.nodes[pk].slug for pk in near)
        return known[areas]

    return reached


def layer_areas(index: AreaIndex, home: AreaNode | None, layer: str | None = None) -> list[AreaNode]:
    """Areas in use below the municipality, in the city's order; those of one layer, or of all."""
    nodes = index.choices(home.pk if home else None)
    return [node for node in nodes if not node.is_municipality and layer in {None, node.layer}]


def layers(index: AreaIndex, home: AreaNode | None) -> list[str]:
    """Names of the layers that cut the municipality, the broadest first."""
    return list(dict.fromkeys(node.layer for node in layer_areas(index, home)))


def gaps(lines: Iterable[Line]) -> list[Cell]:
    """Cells of single fields in which there is nothing, or only one."""
    return [cell for line in lines if line.code != ALL for cell in line.cells if cell.is_gap]


def _share(name: str, groups: Sequence[Group]) -> Share:
    checked: Counter[str] = Counter()
    who: Counter[Eligibility] = Counter()
    for group in groups:
        checked[group.checked] += group.count
        who[group.eligibility] += group.count
    return Share(
        name=name,
        count=sum(checked.values()),
        fresh=checked[FRESH],
        old=checked[OLD],
        never=checked[NEVER],
        voice_only=sum(group.count for group in groups if needs_voice(group)),
        anyone=who[Eligibility.ANYONE],
        mainly=who[Eligibility.MAINLY],
        only=who[Eligibility.ONLY],
    )
