"""Which areas belong together, answered from our own tables."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import cached_property

from ..cache import forget, remembered
from ..models import Area, Town

MEMORY = "areas"
# In the facet of areas: bound to no place, of use to everybody.
EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class AreaNode:
    """What the index knows of an area."""

    pk: int
    slug: str
    name: str
    reading: str
    aliases: str
    layer: str
    layer_order: int
    is_municipality: bool
    parent: int | None
    lat: float | None
    lon: float | None
    retired: bool

    @property
    def point(self) -> tuple[float, float] | None:
        """Where its middle is, if that is known."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


class AreaIndex:
    """All areas with their relations, small enough to be held whole (a prefecture has some thousands)."""

    def __init__(self, nodes: dict[int, AreaNode], towns: dict[int, frozenset[int]]) -> None:
        self.nodes = nodes
        self.by_slug = {node.slug: node for node in nodes.values()}
        self._towns = towns
        self._children: dict[int, list[int]] = defaultdict(list)
        self._areas_of_town: dict[int, set[int]] = defaultdict(set)
        for node in nodes.values():
            if node.parent is not None:
                self._children[node.parent].append(node.pk)
        for area, members in towns.items():
            for town in members:
                self._areas_of_town[town].add(area)
        self._relevant: dict[int, frozenset[int]] = {}

    @cached_property
    def digest(self) -> str:
        """Another one where anything of the areas or of their relations is another."""
        said = [
            sorted(map(astuple, self.nodes.values())),
            sorted((pk, *sorted(towns)) for pk, towns in self._towns.items()),
        ]
        return hashlib.blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()

    def ancestors(self, pk: int) -> list[int]:
        """From the area's parent up to its municipality."""
        found: list[int] = []
        node = self.nodes.get(pk)
        while node is not None and node.parent is not None and node.parent not in found:
            found.append(node.parent)
            node = self.nodes.get(node.parent)
        return found

    def descendants(self, pk: int) -> list[int]:
        """Everything below the area."""
        found: list[int] = []
        queue = list(self._children.get(pk, ()))
        while queue:
            child = queue.pop()
            if child not in found:
                found.append(child)
                queue.extend(self._children.get(child, ()))
        return found

    def relevant_to(self, pk: int) -> frozenset[int]:
        """The area, what lies in it, what it lies in, and areas of other layers that share a 町字 with it.

        The relation is symmetric: a record made for one of them is of use to somebody in the area, and the other way round.
        """
        if pk not in self._relevant:
            shared = {area for town in self._towns.get(pk, ()) for area in self._areas_of_town[town]}
            self._relevant[pk] = frozenset({pk, *self.ancestors(pk), *self.descendants(pk), *shared})
        return self._relevant[pk]

    def areas_of_town(self, pk: int) -> frozenset[int]:
        """The areas that a 町字 lies in."""
        return frozenset(self._areas_of_town.get(pk, ()))

    def municipality_of(self, pk: int) -> AreaNode | None:
        """The municipality that the area belongs to, or is."""
        for candidate in (pk, *self.ancestors(pk)):
            node = self.nodes.get(candidate)
            if node is not None and node.is_municipality:
                return node
        return None

    def choices(self, municipality: int | None = None) -> list[AreaNode]:
        """Areas to choose from, broad layers first; one municipality's or all."""
        nodes = [node for node in self.nodes.values() if not node.retired]
        if municipality is not None:
            inside = {municipality, *self.descendants(municipality)}
            nodes = [node for node in nodes if node.pk in inside]
        return nodes


def area_index() -> AreaIndex:
    """The index of areas, remembered until an area or a 町字 is saved."""
    return remembered(MEMORY, "index", _read)


_home: list[Callable[[], AreaNode | None]] = []


def register_home(provider: Callable[[], AreaNode | None]) -> None:
    """Tell the register whose it is; the site knows (called when the site's application is ready)."""
    _home[:] = [provider]


def home_area() -> AreaNode | None:
    """The municipality whose register this is, or None where no site is set up yet."""
    return _home[0]() if _home else None


def at_home(home: AreaNode | None) -> dict[str, tuple[str, ...]]:
    """What a list of a municipality's site shows unless another place was asked for, as a filter by facet.

    That is what is of use to its residents, whoever runs it (city, prefecture, nation), and what is bound to no place.
    """
    return {"area": (home.slug, EVERYWHERE)} if home else {}


def belongs_to(index: AreaIndex, home: AreaNode | None) -> frozenset[int] | None:
    """The areas that a municipality's site may offer: its own and those around it; None means all, where no home is set."""
    return frozenset({home.pk, *index.descendants(home.pk), *index.ancestors(home.pk)}) if home else None


def forget_areas() -> None:
    """Drop the index after a change, and the words of places in questions with it."""
    forget(MEMORY)
    forget("vocabulary")


def _read() -> AreaIndex:
    nodes = {
        area.pk: AreaNode(
            pk=area.pk,
            slug=area.slug,
            name=area.name,
            reading=area.reading,
            aliases=area.aliases,
            layer=area.layer.name,
            layer_order=area.layer.order,
            is_municipality=area.layer.is_municipality,
            parent=area.parent_id,
            lat=area.lat,
            lon=area.lon,
            retired=area.retired,
        )
        for area in Area.objects.select_related("layer").order_by("layer__order", "order", "reading", "pk")
    }
    towns: dict[int, set[int]] = defaultdict(set)
    for area, town in Town.areas.through.objects.values_list("area_id", "town_id"):
        towns[area].add(town)
    return AreaIndex(nodes, {area: frozenset(members) for area, members in towns.items()})
