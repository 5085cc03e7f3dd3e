"""A map drawn from the register's own points, on which an entry is placed without figures.

It has no roads and rivers: they would come from somebody else's server, which would be told what a city is working on. Whoever knows
the town knows where the 公民館 stands, and puts the mark beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import atan2, cos, degrees, isfinite, log10, radians

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ...areas.index import AreaNode
from ...reporting.distances import KM_A_DEGREE, Point, distance_km, town_points
from ...reporting.groups import current_resources

# How wide a map may be, in metres of the town; each step shows twice as much.
WIDTHS = tuple(250 * 2**step for step in range(10))
NEAR, AROUND_TOWN, UNKNOWN_CITY = 1_000, 2_000, 16_000
# The picture, in its own units, from the middle.
LEFT, TOP, ACROSS, DOWN = -320, -240, 640, 480
MOST_ROWS, MOST_BUILDINGS = 3_000, 6
# Dots that would touch are one. A sign of a label is so wide, a line of it so high.
DOT, SIGN, LINE = 14, 22, 28
LONGEST_LABEL = 14
HIGHEST_LATITUDE, HIGHEST_LONGITUDE = 85.0, 180.0
# A metre.
FIGURES = 5


@dataclass(frozen=True, slots=True)
class View:
    """What a map shows: its middle, and how wide it is in metres."""

    middle: Point
    width: int

    @property
    def scale(self) -> float:
        """Metres of a unit of the picture."""
        return self.width / ACROSS

    @property
    def units_a_degree(self) -> tuple[float, float]:
        """Of the picture: northward, and eastward at its middle."""
        north = KM_A_DEGREE * 1_000 / self.scale
        return north, north * cos(radians(self.middle[0]))

    def placed(self, point: Point) -> tuple[float, float]:
        """Where a point stands in the picture."""
        north, east = self.units_a_degree
        return round((point[1] - self.middle[1]) * east, 1), round((self.middle[0] - point[0]) * north, 1)

    def point(self, x: float, y: float) -> Point:
        """The other way round."""
        north, east = self.units_a_degree
        return round(self.middle[0] - y / north, FIGURES), round(self.middle[1] + x / east, FIGURES)

    def corners(self) -> tuple[Point, Point]:
        """The south-west and the north-east."""
        return self.point(LEFT, TOP + DOWN), self.point(LEFT + ACROSS, TOP)


@dataclass(slots=True)
class Building:
    """Entries that stand on one spot: how the spot is called, and how many there are."""

    point: Point
    name: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Dot:
    """One or several buildings that would touch in the picture."""

    x: float
    y: float
    count: int
    radius: float


@dataclass(frozen=True, slots=True)
class Label:
    """Words in the picture, of a building or of a town."""

    x: float
    y: float
    text: str
    is_town: bool


@dataclass(frozen=True, slots=True)
class Map:
    """All that its template draws."""

    view: View
    dots: list[Dot]
    labels: list[Label]
    mark: tuple[float, float] | None
    # Where the mark is, in words.
    said: str
    buildings: list[Building]
    bar: tuple[float, str]
    # By the words of a button, the view that it leads to; None where it leads nowhere.
    turns: list[tuple[str, str, View | None]]


def point_of(lat: str, lon: str) -> Point | None:
    """A point as a form or an address has it; None for one that is none, or is at a pole."""
    try:
        point = round(float(lat), FIGURES), round(float(lon), FIGURES)
    except ValueError:
        return None
    is_on_map = all(map(isfinite, point)) and abs(point[0]) <= HIGHEST_LATITUDE and abs(point[1]) <= HIGHEST_LONGITUDE
    return point if is_on_map else None


def draw(
    home: AreaNode | None,
    on: date,
    *,
    mark: Point | None = None,
    town: int | None = None,
    middle: Point | None = None,
    width: int | None = None,
) -> Map | None:
    """The map around `middle`; else around the mark, else the town, else as wide as the municipality is.

    Entries of types that hide their address are not drawn. None where the register knows no point at all. Two questions, and two more
    after something public has changed.
    """
    known = [(each.pk, each.point, each.name) for each in town_points(home, on) if each.point]
    towns = {point: name for _pk, point, name in known}
    own = next((point for pk, point, _name in known if pk == town), None)
    view = _view(home, list(towns), mark, own, middle, width)
    if view is None:
        return None
    buildings = _buildings(view, on)
    dots = _dots(view, buildings)
    around = mark or view.middle
    nearest = sorted(buildings, key=lambda each: distance_km(around, each.point))
    labels = _labels(view, nearest if len(dots) == len(buildings) else [], towns)
    return Map(
        view, dots, labels, view.placed(mark) if mark else None, _said(mark, nearest, towns),
        nearest[:MOST_BUILDINGS], _bar(view), list(_turns(view)),
    )  # fmt: skip


def _view(
    home: AreaNode | None,
    towns: list[Point],
    mark: Point | None,
    town: Point | None,
    middle: Point | None,
    width: int | None,
) -> View | None:
    chosen = middle or mark or town or (home.point if home else None) or (_middle(towns) if towns else None)
    if chosen is None:
        return None
    if width is None and not (middle or mark or town):
        width = _width_around(chosen, towns)
    return View(chosen, min(WIDTHS, key=lambda each: abs(each - (width or (NEAR if mark else AROUND_TOWN)))))


def _middle(points: list[Point]) -> Point:
    lats, lons = zip(*points, strict=True)
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def _width_around(middle: Point, points: list[Point]) -> int:
    """The narrowest map with nine of ten of the points: one that was written wrongly is often in the sea."""
    if not points:
        return UNKNOWN_CITY
    widths = sorted(2_000 * distance_km(middle, point) * ACROSS / DOWN for point in points)
    wanted = widths[(len(widths) - 1) * 9 // 10]
    return next((each for each in WIDTHS if each >= wanted), WIDTHS[-1])


def _buildings(view: View, on: date) -> list[Building]:
    (south, west), (north, east) = view.corners()
    rows = current_resources(on).filter(
        type__hides_address=False, lat__range=(south, north), lon__range=(west, east)
    ).values_list("lat", "lon", "place_name", "name")  # fmt: skip
    found: dict[Point, Building] = {}
    for lat, lon, place, name in rows.order_by("pk")[:MOST_ROWS]:
        if lat is None or lon is None:
            continue
        point = round(lat, FIGURES), round(lon, FIGURES)
        if known := found.get(point):
            known.count += 1
            # Several entries are in a building; one may have no name for it.
            known.name = place or known.name
        else:
            found[point] = Building(point, place or name)
    return list(found.values())


def _dots(view: View, buildings: Iterable[Building]) -> list[Dot]:
    cells: dict[tuple[int, int], tuple[float, float, int]] = {}
    for each in buildings:
        x, y = view.placed(each.point)
        cell = int(x // DOT), int(y // DOT)
        at_x, at_y, count = cells.get(cell, (x, y, 0))
        cells[cell] = at_x, at_y, count + each.count
    return [Dot(x, y, count, min(4 + count**0.5, DOT)) for x, y, count in cells.values()]


def _labels(view: View, buildings: Iterable[Building], towns: dict[Point, str]) -> list[Label]:
    """As many as do not touch each other: of buildings the nearest first, then of towns."""
    taken: list[tuple[float, float, float]] = []
    found: list[Label] = []
    named = [(each.point, each.name, False) for each in buildings] + [
        (point, name, True) for point, name in towns.items()
    ]
    for point, name, is_town in named:
        x, y = view.placed(point)
        text = name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1] + "…"
        long = SIGN * len(text)
        # A town's name stands below what lies there, a building's beside its dot.
        start, y = (x - long / 2, y + LINE) if is_town else (x + DOT, y + LINE / 4)
        is_inside = start >= LEFT and start + long <= LEFT + ACROSS and TOP + LINE <= y <= TOP + DOWN
        if is_inside and all(
            abs(y - other) >= LINE or start + long < begin or end < start for begin, end, other in taken
        ):
            taken.append((start, start + long, y))
            found.append(Label(round(start, 1), round(y, 1), text, is_town))
    return found


def _bar(view: View) -> tuple[float, str]:
    """A bar of a round length, at most a quarter of the width, and what it says."""
    longest = view.width / 4
    power = 10 ** int(log10(longest))
    metres = next(power * step for step in (5, 2, 1) if power * step <= longest)
    return round(metres / view.scale, 1), far(metres)


def _turns(view: View) -> Iterator[tuple[str, str, View | None]]:
    place = WIDTHS.index(view.width)
    yield "wider", _("広く"), View(view.middle, WIDTHS[place + 1]) if place + 1 < len(WIDTHS) else None
    yield "closer", _("くわしく"), View(view.middle, WIDTHS[place - 1]) if place else None
    step = ACROSS / 8
    for name, words, x, y in (
        ("north", pgettext("direction", "北へ"), 0, -step),
        ("south", pgettext("direction", "南へ"), 0, step),
        ("west", pgettext("direction", "西へ"), -step, 0),
        ("east", pgettext("direction", "東へ"), step, 0),
    ):
        yield name, words, View(view.point(x, y), view.width)


def far(metres: float) -> str:
    """A distance in words, rounded as one says it."""
    if metres < 1_000:
        return _("{count}メートル").format(count=int(round(metres, -1)) or int(metres) or 1)
    return _("{count}キロメートル").format(count=f"{metres / 1_000:.1f}".removesuffix(".0"))


def _said(mark: Point | None, nearest: list[Building], towns: dict[Point, str]) -> str:
    if mark is None:
        return ""
    point, name = (nearest[0].point, nearest[0].name) if nearest else (None, "")
    if point is None and towns:
        point = min(towns, key=lambda each: distance_km(mark, each))
        name = towns[point]
    if point is None:
        return _("印を置きました。")
    metres = 1_000 * distance_km(point, mark)
    if metres < 2:
        return _("印は、「{name}」と同じところです。").format(name=name)
    return _("印は、「{name}」から{direction}へ約{far}のところです。").format(
        name=name, direction=_direction(point, mark), far=far(metres)
    )


def _direction(start: Point, end: Point) -> str:
    words = (
        pgettext("direction", "北"), pgettext("direction", "北東"), pgettext("direction", "東"), pgettext("direction", "南東"),
        pgettext("direction", "南"), pgettext("direction", "南西"), pgettext("direction", "西"), pgettext("direction", "北西"),
    )  # fmt: skip
    east = (end[1] - start[1]) * cos(radians(start[0]))
    return words[round(degrees(atan2(east, end[0] - start[0])) / 45) % 8]
