"""From a question to an engine's answer: what the pages, the API and the evaluation call."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.utils import timezone

from .documents import known_facets
from .engines import get_engine
from .engines.base import Engine, EngineQuery, EngineResult, Sort
from .questions.query import Question


def search(
    question: Question,
    *,
    filters: Mapping[str, tuple[str, ...]] | None = None,
    facets: tuple[str, ...] | None = None,
    sort: Sort = "relevance",
    near: tuple[float, float] | None = None,
    offset: int = 0,
    limit: int = 20,
    boosts: tuple[tuple[str, str, float], ...] = (),
    also: Mapping[str, tuple[str, ...]] | None = None,
    on: date | None = None,
    demoted: date | None = None,
    engine: Engine | None = None,
) -> EngineResult:
    """Answer a question; one without content words (`is_open`, `is_empty`) asks for everything that the filters allow.

    `facets`: which are counted; all, unless it is said. `also`: what answers beside the words.
    What ended before `on` (today) is not found, whether or not the index has heard. What wanted confirming on the day `demoted`
    or before stands behind others.
    When nothing matches enough of the words, one word is enough, unless they are of a strange language.
    "distance" without `near` means "relevance".
    Raises EngineUnavailable: the caller then shows the desk. Raises ValueError for unknown facets.
    """
    query = EngineQuery(
        clauses=question.clauses,
        minimum_match=question.minimum_match,
        filters=filters or {},
        facets=known_facets() if facets is None else facets,
        sort="relevance" if sort == "distance" and near is None else sort,
        near=near,
        offset=offset,
        limit=limit,
        boosts=boosts,
        also=also or {},
        on=on or timezone.localdate(),
        demoted=demoted,
    )
    asked = engine or get_engine()
    result = asked.search(query)
    if result.total == 0 and query.minimum_match > 1 and question.is_held:
        result = asked.search(replace(query, minimum_match=1))
    return result
