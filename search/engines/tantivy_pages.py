"""The page of hits that answers a question to the embedded index: ranked, by distance, with what nobody confirmed behind.

Ranking reads all that matches, and of 100,000 documents that takes longer than all else of a page of results: it is done once a
question where it can be, and what came of it is kept until the next commit (`tantivy_kept`).
"""

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import tantivy
from tantivy import Order, Query

from .base import STALE_SHARE, EngineHit, EngineQuery, distance_km
from .tantivy_kept import KEPT_HITS, KEPT_PAGES, KEPT_ROWS, Addressed, Page, State, ranked_by
from .tantivy_query import Fields, boxed, demoting, located, matching_query, stale, unlocated

NEAREST_KM = 0.5
WHOLE_EARTH_KM = 20_100.0
# So many hits are put in order here where tantivy would have to read all that matches twice.
MOST_SORTED = 400
# Up to here a page is counted and ranked at once: ranking reserves room for all hits before the page.
MOST_RESERVED = 2_000


def page(state: State, query: EngineQuery, matched: bytes) -> Page:
    """Total and the hits of the asked page, in order; `matched` is the digest of `tantivy_kept.matched_by`."""
    if query.limit > KEPT_HITS:
        return _page(state, query)
    asked, known = ranked_by(query, matched), state.kept.pages
    found = known.get(asked)
    if found is None:
        if len(known) >= KEPT_PAGES:
            known.clear()
        found = known[asked] = _page(state, query)
    return found


def hits_of(
    state: State, query: EngineQuery, addressed: tuple[Addressed, ...] | list[Addressed]
) -> tuple[EngineHit, ...]:
    """The documents at these addresses as hits."""
    searcher, known = state.searcher, state.kept.rows
    addresses = [address for _score, address in addressed]
    distances = _distances(searcher, query.near, addresses) if query.near else [None] * len(addresses)
    # Sorting by a column gives the column's value instead of a score.
    is_scored = query.sort in {"relevance", "distance"}
    hits = []
    for (score, address), distance in zip(addressed, distances, strict=True):
        place = (address.segment_ord, address.doc)
        row = known.get(place)
        if row is None:
            if len(known) >= KEPT_ROWS:
                known.clear()
            row = known[place] = _stored(searcher, address)
        hits.append(EngineHit(row[0], float(score) if is_scored else 0.0, row[1], distance))
    return tuple(hits)


def _stored(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> tuple[str, Mapping[str, Any]]:
    document: Any = searcher.doc(address)
    return document.get_first("key"), _row(bytes(document.get_first("row")))


@lru_cache(maxsize=KEPT_ROWS)
def _row(written: bytes) -> Mapping[str, Any]:
    """A stored row, the same object also after a commit. Whoever is given it shares it with others."""
    return json.loads(written)


def _page(state: State, query: EngineQuery) -> Page:
    searcher, matching = state.searcher, matching_query(query, state.fields)
    if query.limit and query.sort != "distance" and query.offset + query.limit <= MOST_RESERVED:
        return _ranked(state, query, matching, query.limit)
    total = _count(searcher, matching)
    if query.limit == 0 or query.offset >= total:
        return total, ()
    if query.sort == "distance":
        return total, tuple(_by_distance(searcher, state.fields, query, matching))
    return total, _ranked(state, query, matching, min(query.limit, total))[1]


def _count(searcher: tantivy.Searcher, query: Query) -> int:
    return _counted(searcher.search(query, limit=1, count=True))


def _counted(result: Any) -> int:
    # The library's types leave `count` out.
    return result.count or 0


def _ranked(state: State, query: EngineQuery, matching: Query, limit: int) -> Page:
    """How many match, and `limit` of them from the query's offset on."""
    searcher, offset = state.searcher, query.offset
    if query.sort == "reading":
        found = searcher.search(matching, limit, True, "order", offset, Order.Asc)
    elif query.sort == "verified":
        found = searcher.search(matching, limit, True, "verified", offset, Order.Desc)
    else:
        old = stale(state.fields, query.demoted)
        if old is not None and query.demoted and _has(state, query.demoted, old):
            if page := _demoted(searcher, matching, query.demoted, offset, limit):
                return page
            matching = demoting(matching, old)
        found = searcher.search(matching, limit, True, offset=offset, weight_by_field="quality")
    return _counted(found), tuple(found.hits)


def _has(state: State, day: date, old: Query) -> bool:
    """Whether anything wanted confirming by that day; asked once of each state of the index."""
    known = state.kept.stale
    if day not in known:
        known[day] = bool(state.searcher.search(old, 1, False).hits)
    return known[day]


def _demoted(searcher: tantivy.Searcher, matching: Query, day: date, offset: int, limit: int) -> Page | None:
    """The page with the score of what wanted confirming by that day lessened; None where the best hits do not tell.

    Scores only become less, so nothing that lies below the best hits comes above the least of them: whatever stays above that,
    or is as high and was so before, is where it belongs.
    """
    wanted = offset + limit
    if 2 * wanted > MOST_SORTED:
        return None
    found = searcher.search(matching, 2 * wanted, True, weight_by_field="quality")
    total, best = _counted(found), found.hits
    due = searcher.fast_field_values("due", [address for _score, address in best])
    last = day.toordinal()
    lessened = [
        (score * STALE_SHARE, True, address) if when is not None and when <= last else (score, False, address)
        for (score, address), when in zip(best, due, strict=True)
    ]
    lessened.sort(key=lambda hit: (-hit[0], hit[2].segment_ord, hit[2].doc))
    if total > len(best):
        least = best[-1][0]
        if any(score < least or (score == least and is_old) for score, is_old, _address in lessened[:wanted]):
            return None
    return total, tuple((score, address) for score, _is_old, address in lessened[offset:wanted])


def _by_distance(searcher: tantivy.Searcher, fields: Fields, query: EngineQuery, matching: Query) -> list[Addressed]:
    """The page of `query` by distance, documents without a place after all others.

    tantivy knows no places: a box grows until the circle inside it holds the whole page for certain.
    """
    assert query.near is not None  # noqa: S101 - EngineQuery refuses it
    wanted = query.offset + query.limit
    placed = _count(searcher, located(matching))
    page: list[Addressed] = []
    if query.offset < placed:
        page = _nearest(searcher, fields, matching, query.near, min(wanted, placed))[query.offset :]
    if wanted > placed:
        start = max(query.offset - placed, 0)
        rest = searcher.search(
            unlocated(matching), wanted - placed - start, False, offset=start, weight_by_field="quality"
        )
        page += rest.hits
    return page


def _nearest(
    searcher: tantivy.Searcher, fields: Fields, matching: Query, near: tuple[float, float], wanted: int
) -> list[Addressed]:
    """The `wanted` nearest documents, of which there are as many."""
    radius = NEAREST_KM
    while True:
        everything = radius >= WHOLE_EARTH_KM
        box = located(matching) if everything else boxed(fields, matching, near, radius)
        inside = _count(searcher, box)
        if inside >= wanted:
            hits = searcher.search(box, inside, False).hits
            distances = _distances(searcher, near, [address for _score, address in hits])
            measured = sorted(
                (distance, address.segment_ord, address.doc, score, address)
                for (score, address), distance in zip(hits, distances, strict=True)
                if distance is not None and (everything or distance <= radius)
            )
            if everything or len(measured) >= wanted:
                return [(score, address) for *_order, score, address in measured[:wanted]]
        radius *= 2


def _distances(
    searcher: tantivy.Searcher, near: tuple[float, float], addresses: list[tantivy.DocAddress]
) -> list[float | None]:
    places = zip(
        searcher.fast_field_values("lat", addresses), searcher.fast_field_values("lon", addresses), strict=True
    )
    return [None if lat is None or lon is None else distance_km(near, (lat, lon)) for lat, lon in places]
