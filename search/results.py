"""From a question to hits, through whichever engine answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .documents import FACETS
from .engines import get_engine
from .engines.base import EngineQuery, EngineResult, Sort
from .query import Question


def search(
    question: Question,
    *,
    filters: Mapping[str, tuple[str, ...]] | None = None,
    facets: tuple[str, ...] = FACETS,
    sort: Sort = "relevance",
    near: tuple[float, float] | None = None,
    offset: int = 0,
    limit: int = 20,
) -> EngineResult:
    """Answer a question. When nothing has enough of its words, anything that has one of them will do.

    `filters` by facet; `near` is (lat, lon) in degrees; `offset` and `limit` count hits. Raises EngineUnavailable.
    """
    query = EngineQuery(
        clauses=question.clauses,
        minimum_match=question.minimum_match,
        filters=filters or {},
        facets=facets,
        sort=sort,
        near=near,
        offset=offset,
        limit=limit,
    )
    engine = get_engine()
    result = engine.search(query)
    if not result.total and query.minimum_match > 1:
        result = engine.search(replace(query, minimum_match=1))
    return result
