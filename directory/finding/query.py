"""What an address asks for, and asking the engine for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from search.engines.base import EngineHit, EngineResult, EngineUnavailable, Sort
from search.questions.query import Question, understand
from search.results import search

from ..areas.index import AreaNode, area_index, at_home
from ..ladder import demoted_until
from .facets import FILTERS
from .filters import Options

PER_PAGE = 20
RANKED = 100
# What a visitor can take out of what was understood; an address with more was not made by the site.
MOST_OFF = 12
SORTS: tuple[tuple[Sort, str | Promise], ...] = (
    ("relevance", _("おすすめ順")),
    ("reading", _("五十音順")),
    ("verified", _("確認日が新しい順")),
    ("distance", _("近い順")),
)
_OFF = re.compile(r"[a-z]{1,20}:[a-z0-9_,:-]{1,80}")
# Every link of a page of results repeats the words; a pasted letter is understood by its beginning.
MOST_TEXT = 500
# Of so many choices the parameters are kept: a prefecture has some hundred areas.
MOST_WRITTEN = 5_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: words, filters by parameter name, order, page and point.

    `off`: what of the words should not have been understood, by the codes of `directory.finding.understanding`.
    """

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = "relevance"
    page: int = 1
    near: tuple[float, float] | None = None
    path: str = "/search/"
    off: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: QueryDict, options: Mapping[str, Options], path: str = "/search/") -> Asked:
        """From a query string; what cannot be understood is left out, never an error."""
        filters = {item.name: values for item in FILTERS if (values := item.read(query, options[item.name]))}
        sorts: dict[str, Sort] = {name: name for name, _label in SORTS}
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:MOST_TEXT],
            filters=filters,
            sort=sorts.get(query.get("sort", ""), "relevance"),
            page=_positive(query.get("page", "")),
            near=_point(query.get("near", "")),
            path=path,
            off=tuple(dict.fromkeys(code for code in query.getlist("off")[:MOST_OFF] if _OFF.fullmatch(code))),
        )

    def parameters(self) -> list[tuple[str, str]]:
        """As parameters of an address, in a fixed order, without what is the default."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(name, value) for name, values in self.filters.items() for value in values]
        return pairs + self._others()

    def _others(self) -> list[tuple[str, str]]:
        """What stands behind words and filters."""
        pairs: list[tuple[str, str]] = []
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

    def addresses(self) -> Callable[[Mapping[str, tuple[str, ...]]], str]:
        """`address(filters=...)` for many filters: a list of them repeats the words in each link, and writes them once."""
        before = urlencode([("q", self.q)]) if self.q else ""
        after = urlencode(replace(self, page=1)._others())

        def address(filters: Mapping[str, tuple[str, ...]]) -> str:
            chosen = (_written(name, value) for name, values in filters.items() for value in values)
            parameters = "&".join(filter(None, (before, *chosen, after)))
            return self.path + ("?" + parameters if parameters else "")

        return address

    def toggled(self, name: str, value: str) -> Mapping[str, tuple[str, ...]]:
        """The filters with one value put in or taken out."""
        values = self.filters.get(name, ())
        changed = tuple(item for item in values if item != value) if value in values else (*values, value)
        filters = {**self.filters, name: changed}
        return {key: kept for key, kept in filters.items() if kept}


@lru_cache(maxsize=MOST_WRITTEN)
def _written(name: str, value: str) -> str:
    """A choice of a filter as a parameter; only what there is to choose comes here."""
    return urlencode([(name, value)])


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
    sort: Sort = asked.sort if asked.sort != "distance" or near else "relevance"

    def at(offset: int, limit: int) -> EngineResult:
        return search(
            question,
            filters={**at_home(area_index().nodes.get(home) if home else None), **(understood or {}), **chosen},
            facets=tuple(item.facet for item in FILTERS),
            sort=sort,
            near=near,
            offset=offset,
            limit=limit,
            boosts=boosts,
            also=also,
            demoted=demoted_until(timezone.localdate()),
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
    node = central_area(asked, home)
    return node.point if node else None


def central_area(asked: Asked, home: int | None) -> AreaNode | None:
    """The chosen area, else the home municipality, if its point is known."""
    index = area_index()
    nodes = [index.by_slug[slug] for slug in asked.filters.get("area", ())[-1:]]
    nodes += [index.nodes[home]] if home in index.nodes else []
    return next((node for node in nodes if node.point), None)


def facet_counts(facet: str, home: AreaNode | None) -> Mapping[str, int]:
    """How many documents of the home municipality each value of a facet has; empty while the index is away."""
    try:
        return search(understand(""), filters=at_home(home), facets=(facet,), limit=1).facets.get(facet, {})
    except EngineUnavailable:
        return {}


def search_address(filters: Mapping[str, tuple[str, ...]]) -> str:
    """The results page of some filters."""
    return Asked(filters=filters).address()
