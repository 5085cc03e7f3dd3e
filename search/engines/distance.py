"""Nearest first, for an engine that has no geography: a box is widened until enough hits are certain."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import tantivy

if TYPE_CHECKING:
    from .tantivy_query import QueryBuilder

EARTH_KM = 6371.0
KM_A_DEGREE = 111.2
FIRST_BOX_KM = 1.0
# Half the way around the earth: everything.
LAST_BOX_KM = 20_100.0

Point = tuple[float, float]


def kilometres(a: Point, b: Point) -> float:
    """The way between two points of (lat, lon) in degrees, over a sphere."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b[1] - a[1]) / 2
    root = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(root)))


def box_around(point: Point, radius_km: float) -> tuple[float, float, float, float]:
    """South, north, west, east of a box that holds the circle."""
    lat_span = radius_km / KM_A_DEGREE
    narrowest = math.cos(math.radians(min(89.9, abs(point[0]) + lat_span)))
    lon_span = min(360.0, radius_km / (KM_A_DEGREE * max(narrowest, 0.01)))
    return point[0] - lat_span, point[0] + lat_span, point[1] - lon_span, point[1] + lon_span


def hits_by_distance(
    searcher: tantivy.Searcher, queries: QueryBuilder, wanted: tantivy.Query, near: Point, offset: int, limit: int
) -> tuple[int, list[tantivy.DocAddress]]:
    """The total and the addresses of one page, nearest first; documents without a place come last."""
    total = searcher.search(wanted, limit=1, count=True).count
    needed = min(offset + limit, total)
    if offset >= total:
        return total, []
    placed = searcher.search(queries.somewhere(wanted, known=True), limit=1, count=True).count
    found = _nearest(searcher, queries, wanted, near, min(needed, placed)) if placed else []
    page = found[offset : offset + limit]
    if len(page) < limit and needed > placed:
        rest = searcher.search(
            queries.somewhere(wanted, known=False),
            limit=limit - len(page),
            offset=max(0, offset - placed),
            weight_by_field="quality",
        )
        page += [address for _score, address in rest.hits]
    return total, page


def _nearest(
    searcher: tantivy.Searcher, queries: QueryBuilder, wanted: tantivy.Query, near: Point, needed: int
) -> list[tantivy.DocAddress]:
    """At least the `needed` nearest documents in order."""
    radius = FIRST_BOX_KM
    while True:
        inside = queries.within(wanted, box_around(near, radius))
        count = searcher.search(inside, limit=1, count=True).count
        if count >= needed or radius >= LAST_BOX_KM:
            addresses = [address for _score, address in searcher.search(inside, limit=max(1, count)).hits]
            lats = searcher.fast_field_values("lat", addresses)
            lons = searcher.fast_field_values("lon", addresses)
            ways = sorted(
                ((kilometres(near, (lat, lon)), place) for place, (lat, lon) in enumerate(zip(lats, lons, strict=True)))
            )
            # The corners of the box reach farther than the circle: only hits within the circle are surely the nearest.
            certain = sum(way <= radius for way, _place in ways)
            if certain >= needed or radius >= LAST_BOX_KM:
                return [addresses[place] for _way, place in ways]
        radius *= 2
