"""Counting facets of the embedded index: the dearest part of a search, so it is kept, and done beside the ranking.

tantivy lets Python's lock go while it works: with two cores, hits and counts of one question take the time of the longer one.
"""

import os
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

import tantivy
from tantivy import Query

from .base import EngineQuery
from .tantivy_query import Fields, matching_query

FACET_VALUES = 5_000
# Later pages and the unfiltered list ask for the same counts again.
KEPT_COUNTS = 5_000
# Smaller indexes answer before a thread has begun.
THREADS_FROM = 5_000

Counts = dict[str, int]


def counting(
    searcher: tantivy.Searcher, fields: Fields, kept: dict[Hashable, Counts], query: EngineQuery
) -> Callable[[], Mapping[str, Counts]]:
    """Begin to count each asked facet; the function that is returned waits for the counts.

    One pass for those without own filter, one more for each with one. `kept` belongs to one state of the index.
    """
    filters = tuple(sorted((facet, tuple(values)) for facet, values in query.filters.items() if values))
    needed = tuple(clause for clause in query.clauses if not clause.optional)
    also = tuple(sorted(query.also.items()))
    keys = {
        facet: (needed, query.minimum_match, also, query.on, tuple(item for item in filters if item[0] != facet), facet)
        for facet in query.facets
    }
    counts: dict[str, Counts] = {facet: {} for facet in query.facets if facet not in fields.names}
    counts |= {facet: known for facet, key in keys.items() if (known := kept.get(key)) is not None}
    filtered = {facet for facet, _values in filters}
    passes = []
    if free := [facet for facet in query.facets if facet not in counts and facet not in filtered]:
        passes.append((matching_query(query, fields, ranked=False), free))
    passes += [
        (matching_query(query, fields, without=facet, ranked=False), [facet])
        for facet in query.facets
        if facet not in counts and facet in filtered
    ]
    begun = [_begin(searcher, matching, facets) for matching, facets in passes]

    def wait() -> Mapping[str, Counts]:
        for made in begun:
            counts.update(made())
        if len(kept) > KEPT_COUNTS:
            kept.clear()
        kept.update({key: counts[facet] for facet, key in keys.items()})
        # Copies, for the caller may add to what it was given.
        return {facet: dict(counts[facet]) for facet in query.facets}

    return wait


def _begin(searcher: tantivy.Searcher, query: Query, facets: list[str]) -> Callable[[], dict[str, Counts]]:
    if searcher.num_docs < THREADS_FROM:
        return lambda: _aggregate(searcher, query, facets)
    future: Future[dict[str, Counts]] = _threads(os.getpid()).submit(_aggregate, searcher, query, facets)
    return future.result


@lru_cache(maxsize=1)
def _threads(_process: int) -> ThreadPoolExecutor:
    """The threads of this process: those of a parent do not live on in its children."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="facets")


def _aggregate(searcher: tantivy.Searcher, query: Query, facets: list[str]) -> dict[str, Counts]:
    wanted = {facet: {"terms": {"field": facet, "size": FACET_VALUES}} for facet in facets}
    answer = searcher.aggregate(query, wanted)
    return {facet: {bucket["key"]: bucket["doc_count"] for bucket in answer[facet]["buckets"]} for facet in facets}
