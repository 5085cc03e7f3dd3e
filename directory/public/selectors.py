"""What reads for the public: public records, the desk for everything, desks that answer needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from heapq import nsmallest

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone

from ..areas.index import AreaNode, area_index
from ..cache import remembered, remembered_each
from ..choices import Kind
from ..hours import rules, text
from ..ladder import demoted_until
from ..models import ConsultationDesk, PublicRecord, Resource, Tombstone
from .projection import read, read_all
from .record import PublicResource, PublicStep

DESKS_A_TYPE = 2


@dataclass(frozen=True, slots=True)
class Card:
    """A resource as a card shows it at a moment; `by_area`: the cards that stand in its place where each area has its own;
    `words`: what notices of bad days say beside the hours."""

    resource: PublicResource
    status: str
    is_open: bool | None
    reason: str = ""
    by_area: tuple[AreaCard, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaCard:
    """The card of one area's desk, and the address that tells that one lives there."""

    area: AreaNode
    url: str
    card: Card


def card(resource: PublicResource, now: datetime, reason: str = "") -> Card:
    """The card of a public record; `now` is aware."""
    state = rules.status(resource.schedule, now)
    is_open = {"open": True, "closed": False}.get(state.state)
    words = tuple(text.describe_words(resource.schedule, now))
    return Card(resource, text.describe_status(state, now), is_open, reason, words=words)


def public_resource(short_id: str) -> PublicResource | None:
    """The public record of an id, or None."""
    today = connection.ops.adapt_datefield_value(timezone.localdate())
    with connection.cursor() as cursor:
        cursor.execute(_one_record(connection.vendor), (today, short_id))
        found = cursor.fetchone()
    return read(PublicRecord(short_id=short_id, data=json.loads(found[0]))) if found else None


@cache
def _one_record(_vendor: str) -> str:
    """The question for one current record by its id, as Django says it: to say it anew took longer than to answer it.

    Ids are unique: no order, and no column but the one that is read.
    """
    records = PublicRecord.objects.filter(short_id="").order_by().values_list("data", flat=True)[:1]
    question, _values = records.query.sql_with_params()
    return question


def ended_resource(short_id: str) -> PublicResource | None:
    """The public record of an id that has ended, and that nothing else shows any more; or None."""
    record = PublicRecord.written.filter(short_id=short_id, until__lt=timezone.localdate()).first()
    return read(record) if record else None


@dataclass(frozen=True, slots=True)
class Ended:
    """What machines are told of an entry that is public no more: its id, its last day, and the id of what came after it."""

    id: str
    ended_on: date
    successor: str


def tombstone(short_id: str) -> Tombstone | None:
    """That an id stood for something which was taken back or deleted; or None."""
    return Tombstone.objects.filter(short_id=short_id).first()


def successor_of(short_id: str) -> PublicResource | None:
    """What is public of the ones that came after an entry, by the id that it names: the first, the one after that, and so on."""
    seen: set[str] = set()
    while short_id and short_id not in seen:
        seen.add(short_id)
        if found := public_resource(short_id):
            return found
        ended = ended_resource(short_id)
        stone = None if ended else tombstone(short_id)
        short_id = ended.succeeded_by if ended else stone.successor if stone else ""
    return None


def ended(kinds: Collection[str] = ()) -> list[Ended]:
    """All that is public no more, the latest first."""
    records = PublicRecord.written.filter(until__lt=timezone.localdate())
    stones = Tombstone.objects.all()
    if kinds:
        records, stones = records.filter(kind__in=kinds), stones.filter(kind__in=kinds)
    dated = records.values_list("short_id", "until", KT("data__succeeded_by"))
    taken_back = stones.values_list("short_id", "ended_on", "successor")
    found = [Ended(short_id, day, successor or "") for short_id, day, successor in (*dated, *taken_back)]
    return sorted(found, key=lambda one: (-one.ended_on.toordinal(), one.id))


def steps_from(resource: PublicResource) -> tuple[PublicStep, ...]:
    """The next steps of a resource that can still be taken."""
    ids = [step.short_id for step in resource.next_steps]
    current = set(PublicRecord.objects.filter(short_id__in=ids).values_list("short_id", flat=True)) if ids else set()
    return tuple(step for step in resource.next_steps if step.short_id in current)


def resource_by_key(key: str) -> PublicResource | None:
    """The public record behind a search document's key, if it is one of a resource."""
    prefix, _colon, short_id = key.partition(":")
    return public_resource(short_id) if prefix == "resource" else None


def public_resources(pks: Iterable[int]) -> dict[int, PublicResource]:
    """Public records by the resources' primary keys; what is not public is missing."""
    return {public.id: public for public in read_all(PublicRecord.objects.filter(pk__in=list(pks)))}


def records_at_home(home: AreaNode | None) -> QuerySet[PublicRecord]:
    """Public records of use to the residents of a municipality, and those that are bound to no place; all without one."""
    if home is None:
        return PublicRecord.objects.all()
    served = Resource.objects.filter(Q(areas__in=area_index().relevant_to(home.pk)) | Q(areas=None))
    return PublicRecord.objects.filter(pk__in=served.values("pk"))


def default_desk(area: AreaNode | None, home: AreaNode | None) -> PublicResource | None:
    """The desk for everything of an area: its own, else that of the next larger area, else the home municipality's."""
    name = f"default:{area.pk if area else ''}:{home.pk if home else ''}"
    return remembered("records", name, lambda: _default_desk(area, home))


def _default_desk(area: AreaNode | None, home: AreaNode | None) -> PublicResource | None:
    index = area_index()
    chain = [pk for start in (area, home) if start for pk in (start.pk, *index.ancestors(start.pk))]
    if not chain:
        return None
    choices = ConsultationDesk.default_for.through.objects.filter(
        area_id__in=chain, consultationdesk__public_record__isnull=False
    )
    record = "consultationdesk__public_record__"
    found = list(choices.values_list("area_id", "consultationdesk_id", f"{record}short_id", f"{record}data"))
    if not found:
        return None
    _area, _pk, short_id, data = min(found, key=lambda row: (chain.index(row[0]), row[1]))
    return read(PublicRecord(short_id=short_id, data=data))


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is asked of the desks of one type."""

    type: str
    needs: frozenset[str] | None
    start: int
    narrowest: bool
    count: int
    # Due on this day or before: what has waited so long for its confirmation stands behind others that are as near.
    demoted: date
    narrow: bool = False


def desks_of_types(
    types: Sequence[str],
    area: AreaNode | None,
    home: AreaNode | None,
    *,
    a_type: int = DESKS_A_TYPE,
    needs: Mapping[str, Collection[str]] | None = None,
    narrow: bool = False,
) -> list[PublicResource]:
    """Desks of the types that serve the area, in the order of the types, the narrowest area first, some of each type.

    Without an area, those of the home municipality, the ones for the whole of it first. With `needs`, of a type: desks for
    one of its needs stand before the others, and desks for many needs before special ones; with `narrow`, of those for one
    of the needs the ones that are for little else. Of those that are as near, the ones that nobody has confirmed for long
    stand behind, as in results (`ladder.demoted_until`).
    """
    start = area or home
    if start is None:
        return []
    # Part of what it is remembered by: a day that passes changes the answer.
    demoted = demoted_until(timezone.localdate())
    choices = [
        _Choice(
            code,
            None if needs is None else frozenset(needs.get(code, ())),
            start.pk,
            area is not None,
            a_type,
            demoted,
            narrow,
        )
        for code in dict.fromkeys(types)
    ]
    chosen = remembered_each("records", choices, _choose)
    return [desk for choice in choices for desk in chosen[choice]]


def desks_by_area(
    desk: PublicResource, home: AreaNode, needs: Collection[str], *, among: Collection[AreaNode] = ()
) -> tuple[tuple[AreaNode, PublicResource], ...]:
    """The desks of a desk's type, one for each area of its layer, where it serves only a part of the municipality.

    `among`: only these areas and what lies in them or around them. Empty where the desk is for everybody, or the only one.
    """
    index = area_index()
    served = [index.by_slug[area.slug] for area in desk.areas if area.slug in index.by_slug]
    below = set(index.descendants(home.pk))
    if not served or any(node.pk not in below for node in served):
        return ()
    demoted = demoted_until(timezone.localdate())
    name = f"by area:{desk.type.code}:{home.pk}:{' '.join(sorted(needs))}:{demoted}"
    found = remembered("records", name, lambda: _by_area(desk.type.code, below, frozenset(needs), demoted))
    if among:
        near = frozenset().union(*(index.relevant_to(node.pk) for node in among))
        found = tuple(item for item in found if item[0].pk in near)
    return found if len(found) > 1 else ()


def _by_area(
    type_code: str, areas: set[int], needs: frozenset[str], demoted: date
) -> tuple[tuple[AreaNode, PublicResource], ...]:
    """The best desk of a type in each area of the broadest layer that has any."""
    index = area_index()
    rows = PublicRecord.objects.filter(kind=Kind.DESK, type=type_code, resource__areas__in=areas).values_list(
        "pk", "weight", "needs", "due_on", "resource__areas"
    )
    best: dict[int, tuple] = {}
    for pk, weight, codes, due, area in rows:
        own = codes.split()
        order = (needs.isdisjoint(own), _is_behind(due, demoted), -len(own), -weight, pk)
        best[area] = min(order, best.get(area, order))
    layer = min((index.nodes[area].layer_order for area in best), default=0)
    nodes = [node for node in index.choices() if node.pk in best and node.layer_order == layer]
    found = public_resources({best[node.pk][-1] for node in nodes})
    return tuple((node, found[best[node.pk][-1]]) for node in nodes if best[node.pk][-1] in found)


def _is_behind(due: date | None, demoted: date) -> bool:
    return due is not None and due <= demoted


def _nearness(start: int, *, narrowest: bool) -> Callable[[int], tuple[int, int]]:
    """How near areas are to somebody in `start`, the nearest lowest.

    For who lives in an area: their own and the narrowest around it, then what overlaps it, then the whole city, then parts of
    it where they need not live. For who named none: the broadest first.
    """
    index = area_index()
    around, below = {start, *index.ancestors(start)}, set(index.descendants(start))

    def near(area: int) -> tuple[int, int]:
        node = index.nodes.get(area)
        layer = node.layer_order if node else 0
        if not narrowest:
            return (0, layer)
        if area in below:
            return (3, layer)
        if area not in around:
            return (1, -layer)
        is_part = index.municipality_of(area) is not None and not (node and node.is_municipality)
        return (0 if is_part else 2, -layer)

    return near


def _choose(choices: Sequence[_Choice]) -> dict[_Choice, list[PublicResource]]:
    """The desks of each; all of them are asked of one place."""
    by_type = {choice.type: choice for choice in choices}
    # A prefecture has thousands of desks: they are chosen by few columns, and only the chosen ones are read.
    rows = PublicRecord.objects.filter(
        kind=Kind.DESK, type__in=by_type, resource__areas__in=area_index().relevant_to(choices[0].start)
    ).values_list("pk", "type", "weight", "needs", "due_on", "resource__areas")
    best: dict[_Choice, dict[int, tuple]] = {choice: {} for choice in choices}
    nearness = _nearness(choices[0].start, narrowest=choices[0].narrowest)
    for pk, type_code, weight, codes, due, area in rows:
        choice, near = by_type[type_code], nearness(area)
        behind = _is_behind(due, choice.demoted)
        order: tuple = (near, behind, -weight, pk)
        if choice.needs is not None:
            own = codes.split()
            is_other = choice.needs.isdisjoint(own)
            breadth = len(own) if choice.narrow and not is_other else -len(own)
            order = (is_other, near, behind, breadth, -weight, pk)
        known = best[choice].get(pk)
        best[choice][pk] = min(order, known) if known else order
    picked = {choice: [order[-1] for order in nsmallest(choice.count, best[choice].values())] for choice in choices}
    found = public_resources([pk for pks in picked.values() for pk in pks])
    return {choice: [found[pk] for pk in pks if pk in found] for choice, pks in picked.items()}
