"""町 without a 居場所 nearby, from the register's own points: nobody outside is asked where anything lies."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from math import asin, cos, floor, radians, sin, sqrt

from django.db.models import Avg

from ..areas.index import AreaNode, area_index
from ..cache import remembered
from ..choices import Kind
from ..models import Town
from .groups import current_resources

NEAR_KM = 1.0
EARTH_KM = 6371.0088
KM_A_DEGREE = 111.195
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class TownPoint:
    """A 町字 and where it is taken to lie: "records" (the middle of what stands there), "area" (the point of an area), or ""."""

    pk: int
    name: str
    areas: tuple[str, ...]
    point: Point | None
    origin: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Towns without a place to be nearby, those of which nobody knows where they lie, and how many there are at all."""

    far: tuple[TownPoint, ...]
    unknown: tuple[TownPoint, ...]
    towns: int
    places: int


def distance_km(one: Point, other: Point) -> float:
    """How far two points are from each other, as the crow flies."""
    lat1, lon1, lat2, lon2 = map(radians, (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def towns_without_place(home: AreaNode | None, on: date, *, near_km: float = NEAR_KM) -> Reach:
    """Towns of a municipality that have no 居場所 of their own and none within so many kilometres of their point.

    The register knows no borders of towns: a town lies where the mean of its public records is, else at the point of the
    narrowest area that it belongs to. Types that hide their address count nowhere. Three questions.
    """
    # Until something public changes; towns and areas are read each time.
    middles, own, near = remembered("records", f"places:{on}:{near_km}", lambda: _read(on, near_km))
    towns = _towns(home, middles)
    far = [town for town in towns if town.pk not in own and town.point and not near.has(town.point)]
    unknown = [town for town in towns if town.pk not in own and town.point is None]
    return Reach(tuple(far), tuple(unknown), len(towns), near.count)


def town_points(home: AreaNode | None, on: date) -> list[TownPoint]:
    """The towns of a municipality and where each is taken to lie (see `towns_without_place`); two questions."""
    middles, _own, _near = remembered("records", f"places:{on}:{NEAR_KM}", lambda: _read(on, NEAR_KM))
    return _towns(home, middles)


def _read(on: date, near_km: float) -> tuple[dict[int, Point], set[int], _Near]:
    """By town the middle of what stands there, the towns that have a 居場所, and where these are."""
    shown = current_resources(on).filter(type__hides_address=False)
    rows = shown.exclude(town=None).exclude(lat=None).values("town").annotate(high=Avg("lat"), wide=Avg("lon"))
    middles = {town: (lat, lon) for town, lat, lon in rows.values_list("town", "high", "wide")}
    own, points = set(), []
    for town, lat, lon in shown.filter(kind=Kind.PLACE).values_list("town", "lat", "lon"):
        own.add(town)
        if lat is not None and lon is not None:
            points.append((lat, lon))
    return middles, own, _Near(points, near_km)


def _towns(home: AreaNode | None, middles: dict[int, Point]) -> list[TownPoint]:
    index, found = area_index(), []
    rows = Town.objects.values_list("pk", "name")
    for pk, name in rows.filter(municipality=home.pk) if home else rows:
        nodes = sorted(
            (index.nodes[area] for area in index.areas_of_town(pk) if area in index.nodes), key=lambda n: -n.layer_order
        )
        narrow = [node for node in nodes if not node.is_municipality]
        by_area = next((node.point for node in narrow if node.point), None)
        point = middles.get(pk) or by_area
        origin = "records" if pk in middles else "area" if by_area else ""
        found.append(TownPoint(pk, name, tuple(node.slug for node in narrow), point, origin))
    return found


class _Near:
    """Points in squares of the asked size, so that each town is compared with its neighbours alone."""

    def __init__(self, points: list[Point], km: float) -> None:
        self.km, self.count = km, len(points)
        self.high = km / KM_A_DEGREE
        # Squares are at least as wide as asked where they are narrowest.
        farthest = max((abs(lat) for lat, _lon in points), default=0.0)
        self.wide = self.high / max(cos(radians(min(farthest, 89.0))), 0.01)
        self.squares: dict[tuple[int, int], list[Point]] = defaultdict(list)
        for point in points:
            self.squares[self._square(point)].append(point)

    def has(self, point: Point) -> bool:
        """Whether there is any within reach."""
        row, column = self._square(point)
        around = ((row + i, column + j) for i in (0, -1, 1) for j in (0, -1, 1))
        return any(distance_km(point, other) <= self.km for square in around for other in self.squares.get(square, ()))

    def _square(self, point: Point) -> tuple[int, int]:
        return floor(point[0] / self.high), floor(point[1] / self.wide)
