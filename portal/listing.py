"""Lists of hits: what was asked in an address, the links that ask otherwise, and hits as a page shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from directory import hours, hours_text
from directory.areas import AreaNode, area_index, at_home, belongs_to, home_area
from directory.choices import Kind
from directory.filters import FILTERS, Options
from search.engines.base import EngineHit, EngineResult
from search.excerpts import excerpt, mark
from search.query import Question, understand
from search.results import search

PER_PAGE = 20
RANKED = 100
# What a visitor can take out of what was understood; an address with more was not made by the site.
MOST_OFF = 12
SORTS = (
    ("relevance", _("おすすめ順")),
    ("reading", _("五十音順")),
    ("verified", _("確認日が新しい順")),
    ("distance", _("近い順")),
)
_OFF = re.compile(r"[a-z]{1,20}:[a-z0-9_,:-]{1,80}")
KIND_DESCRIPTIONS = {
    Kind.DESK: _("話を聞いて、いっしょに考えてくれるところ"),
    Kind.PLACE: _("行くだけでもよい、人とゆるやかに過ごせるところ"),
    Kind.VOLUNTEER: _("だれかの役に立つこと、手伝ってほしいこと"),
    Kind.WORK: _("少しずつ始める仕事、自分に合った働き方"),
}
# Every link of a page of results repeats the words; a pasted letter is understood by its beginning.
MOST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: words, filters by parameter name, order, page and point.

    `off`: what of the words should not have been understood, by the codes of `directory.asking`.
    """

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    near: tuple[float, float] | None = None
    path: str = "/search/"
    off: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: QueryDict, options: Mapping[str, Options], path: str = "/search/") -> Asked:
        """From a query string; what cannot be understood is left out, never an error."""
        filters = {item.name: values for item in FILTERS if (values := item.read(query, options[item.name]))}
        sort = query.get("sort", "")
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:MOST_TEXT],
            filters=filters,
            sort=sort if sort in dict(SORTS) else "relevance",
            page=_positive(query.get("page", "")),
            near=_point(query.get("near", "")),
            path=path,
            off=tuple(dict.fromkeys(code for code in query.getlist("off")[:MOST_OFF] if _OFF.fullmatch(code))),
        )

    def parameters(self) -> list[tuple[str, str]]:
        """As parameters of an address, in a fixed order, without what is the default."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(name, value) for name, values in self.filters.items() for value in values]
        if self.sort != "relevance":
            pairs.append(("sort", self.sort))
        if self.near:
            pairs.append(("near", f"{self.near[0]:g},{self.near[1]:g}"))
        pairs += [("off", code) for code in self.off]
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return pairs

    def address(self, **changes: Any) -> str:
        """The address that asks the same with these changes, from its first page."""
        asked = replace(self, **{"page": 1, **changes})
        parameters = asked.parameters()
        return asked.path + ("?" + urlencode(parameters) if parameters else "")

    def toggled(self, name: str, value: str) -> Mapping[str, tuple[str, ...]]:
        """The filters with one value put in or taken out."""
        values = self.filters.get(name, ())
        changed = tuple(item for item in values if item != value) if value in values else (*values, value)
        filters = {**self.filters, name: changed}
        return {key: kept for key, kept in filters.items() if kept}


def _positive(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 9 and int(text) else 1


def _point(text: str) -> tuple[float, float] | None:
    lat, comma, lon = text[:60].partition(",")
    try:
        point = (float(lat), float(lon))
    except ValueError:
        return None
    return point if comma and abs(point[0]) <= 90 and abs(point[1]) <= 180 else None


def all_options() -> dict[str, Options]:
    """The choices of every filter, read once for a page."""
    return {item.name: item.options() for item in FILTERS}


def run(
    asked: Asked,
    question: Question,
    *,
    home: int | None,
    per_page: int = PER_PAGE,
    understood: Mapping[str, tuple[str, ...]] | None = None,
    boosts: tuple[tuple[str, str, float], ...] = (),
    also: Mapping[str, tuple[str, ...]] | None = None,
    rank: Callable[[Sequence[EngineHit]], Sequence[EngineHit]] | None = None,
) -> tuple[Asked, EngineResult]:
    """Ask the engine. A page beyond the last one becomes the last one. Raises EngineUnavailable.

    `understood`: filters by facet that the question itself named; what the visitor chose goes before. Without an area in
    either, the home municipality's own is shown. `rank` puts the best `RANKED` hits into another order.
    """
    chosen = {item.facet: asked.filters[item.name] for item in FILTERS if item.name in asked.filters}
    near = asked.near or (_centre(asked, home) if asked.sort == "distance" else None)
    sort = asked.sort if asked.sort != "distance" or near else "relevance"

    def at(offset: int, limit: int) -> EngineResult:
        return search(
            question,
            filters={**at_home(area_index().nodes.get(home)), **(understood or {}), **chosen},
            facets=tuple(item.facet for item in FILTERS),
            sort=sort,
            near=near,
            offset=offset,
            limit=limit,
            boosts=boosts,
            also=also,
        )

    offset = (asked.page - 1) * per_page
    if rank and sort == "relevance" and offset < RANKED:
        result = at(0, RANKED)
        result = replace(result, hits=tuple(rank(result.hits)[offset : offset + per_page]))
    else:
        result = at(offset, per_page)
    last = max(1, -(-result.total // per_page))
    if asked.page > last:
        asked = replace(asked, page=last)
        result = at((last - 1) * per_page, per_page)
    return asked, result


def _centre(asked: Asked, home: int | None) -> tuple[float, float] | None:
    node = _central_area(asked, home)
    return (node.lat, node.lon) if node else None


def _central_area(asked: Asked, home: int | None) -> AreaNode | None:
    """The chosen area, else the home municipality, if its point is known."""
    index = area_index()
    nodes = [index.by_slug[slug] for slug in asked.filters.get("area", ())[-1:]]
    nodes += [index.nodes[home]] if home in index.nodes else []
    return next((node for node in nodes if node.lat is not None and node.lon is not None), None)


def near_label(asked: Asked, home: int | None) -> str:
    """From where distances are reckoned, in words; nothing when there are none."""
    if asked.near:
        return str(_("距離は、指定された地点からの直線の長さです。"))
    node = _central_area(asked, home) if asked.sort == "distance" else None
    return str(_("距離は、{area}の真ん中あたりからの直線の長さです。")).format(area=node.name) if node else ""


def shown(hits: Iterable[EngineHit], now: datetime | None = None, words: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Hits as templates show them: open at this moment or not, and where the words of the question stand."""
    now = now or hours.moment()
    return [
        {
            "row": hit.row,
            "distance_km": hit.distance_km,
            "title": mark(hit.row["title"], words),
            "excerpt": excerpt((hit.row.get("summary", ""), hit.row.get("text", "")), words),
            **_opening(hit.row, now),
        }
        for hit in hits
    ]


def _opening(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    if "schedule" not in row:
        return {"status": "", "is_open": None, "hours": []}
    schedule = hours.Schedule.model_validate(row["schedule"])
    state = hours.status(schedule, now)
    lines = hours_text.describe_schedule(schedule, now.date())
    return {
        "status": hours_text.describe_status(state, now),
        "is_open": {"open": True, "closed": False}.get(state.state),
        # For paper, on which nothing stands that is true only now.
        "hours": [*lines, row["hours_note"]] if row.get("hours_note") else lines,
    }


def hits_for(filters: Mapping[str, tuple[str, ...]], limit: int) -> tuple[list[dict[str, Any]], int]:
    """The first hits of a filter alone, and how many there are. Raises EngineUnavailable."""
    result = search(understand(""), filters={**at_home(home_area()), **filters}, facets=(), limit=limit)
    return shown(result.hits), result.total


def facet_counts(facet: str, home: AreaNode | None) -> Mapping[str, int]:
    """How many documents of the home municipality each value of a facet has; empty while the index is away."""
    from search.engines.base import EngineUnavailable

    try:
        return search(understand(""), filters=at_home(home), facets=(facet,), limit=1).facets.get(facet, {})
    except EngineUnavailable:
        return {}


def search_address(filters: Mapping[str, tuple[str, ...]]) -> str:
    """The results page of some filters."""
    return Asked(filters=filters).address()


def facet_groups(
    asked: Asked,
    facets: Mapping[str, Mapping[str, int]],
    options: Mapping[str, Options],
    *,
    home: AreaNode | None = None,
    named: AreaNode | None = None,
) -> list[dict[str, Any]]:
    """Facets with counts; each choice is a link that puts it in or takes it out.

    Areas are those of `home`; of another municipality, those of one that was chosen or is `named` in the question.
    """
    offered = _offered_areas(asked, home, named)
    groups = []
    for item in FILTERS:
        counts, chosen = facets.get(item.facet, {}), asked.filters.get(item.name, ())
        choices = [
            {
                "value": value,
                "label": label,
                "count": counts.get(value, 0),
                "url": asked.address(filters=asked.toggled(item.name, value)),
                "active": value in chosen,
            }
            for value, label in options[item.name]
            if (counts.get(value) and _worth_showing(item.name, value, chosen, offered)) or value in chosen
        ]
        if choices:
            groups.append({"name": item.name, "label": item.label, "options": choices})
    return groups


def _offered_areas(asked: Asked, home: AreaNode | None, named: AreaNode | None) -> frozenset[int] | None:
    """The areas to choose from; None means all."""
    index = area_index()
    offered = belongs_to(index, home)
    if offered is None:
        return None
    asked_for = [index.by_slug[slug] for slug in asked.filters.get("area", ())] + ([named] if named else [])
    others = (belongs_to(index, index.municipality_of(node.pk)) for node in asked_for)
    return offered.union(*(areas for areas in others if areas))


def _worth_showing(name: str, value: str, chosen: tuple[str, ...], offered: frozenset[int] | None) -> bool:
    """Small areas are offered once the area around them has been chosen; a city has hundreds."""
    if name != "area":
        return True
    index = area_index()
    node = index.by_slug[value]
    if offered is not None and node.pk not in offered:
        return False
    above = node.parent is not None and index.nodes[node.parent]
    return not above or above.is_municipality or above.slug in chosen or value in chosen


def active_filters(asked: Asked, options: Mapping[str, Options]) -> list[dict[str, str]]:
    """What narrows the list at present, each with the address without it."""
    return [
        {
            "label": dict(options[name]).get(value, value),
            "remove_url": asked.address(filters=asked.toggled(name, value)),
        }
        for name, values in asked.filters.items()
        for value in values
    ]


def page_links(asked: Asked, total: int, per_page: int = PER_PAGE) -> dict[str, Any]:
    """Links to the pages around this one, the first and the last; None stands for a gap."""
    count, number = max(1, -(-total // per_page)), asked.page
    wanted = sorted({1, count, *range(max(1, number - 2), min(count, number + 2) + 1)})
    items: list[dict[str, Any] | None] = []
    for before, page in zip([0, *wanted], wanted, strict=False):
        if page - before > 1:
            items.append(None)
        items.append({"number": page, "url": asked.address(page=page), "current": page == number})
    return {
        "number": number,
        "count": count,
        "previous_url": asked.address(page=number - 1) if number > 1 else "",
        "next_url": asked.address(page=number + 1) if number < count else "",
        "items": items,
    }
