"""Counting facets of the embedded index: the dearest part of a search, so it is kept, and done beside the ranking.

tantivy lets Python's lock go while it works: with two cores, hits and counts of one question take the time of the longer one.
"""

import os
import re
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import tantivy
from tantivy import Query

from .base import EngineQuery, Filters
from .tantivy_kept import KEPT_COUNTS, Counts, Kept, State
from .tantivy_query import SETS, Fields, matching_query, unpacked

FACET_VALUES = 5_000
# Sets are counted where there are few: each costs two microseconds, and a document counted one value at a time about as
# much as two hundred that are counted by sets save. tantivy refuses to answer more than 65,000 of both.
DOCUMENTS_A_SET = 200
LEAST_SETS = 10
MOST_SETS = 2_000
# Smaller indexes answer before a thread has begun.
THREADS_FROM = 5_000
# Values that mean themselves in tantivy's query language: the codes of our facets, but not whatever an address says.
_PLAIN = re.compile("[a-z0-9][a-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True)
class _Pass:
    """One reading of the documents that match `query`: `inside` tells for each facet the filters to count it within."""

    query: Query
    inside: Mapping[str, Filters]


def counting(state: State, query: EngineQuery, matched: bytes) -> Callable[[], Mapping[str, Counts]]:
    """Begin to count each asked facet; the function that is returned waits for the counts. `matched` is the digest of
    `tantivy_kept.matched_by`."""
    searcher, fields, kept = state.searcher, state.fields, state.kept
    filters = tuple(sorted((facet, tuple(values)) for facet, values in query.filters.items() if values))
    keys = {
        facet: (matched, query.on, tuple(item for item in filters if item[0] != facet), facet) for facet in query.facets
    }
    counts: dict[str, Counts] = {facet: {} for facet in query.facets if facet not in fields.names}
    counts |= {facet: known for facet, key in keys.items() if (known := kept.counts.get(key)) is not None}
    passes = _passes(query, fields, [facet for facet in query.facets if facet not in counts], dict(filters))
    begun = [_begin(searcher, partial(_count, searcher, fields, kept, each)) for each in passes]

    def wait() -> Mapping[str, Counts]:
        for made in begun:
            counts.update(made())
        if len(kept.counts) > KEPT_COUNTS:
            kept.counts.clear()
        kept.counts.update({key: counts[facet] for facet, key in keys.items()})
        # Copies, for the caller may add to what it was given.
        return {facet: dict(counts[facet]) for facet in query.facets}

    return wait


def _passes(query: EngineQuery, fields: Fields, facets: list[str], filters: Filters) -> list[_Pass]:
    """One for all facets; those that ignore their own filter are counted where it does not hold, the others within it.

    Filters that cannot be said within a pass make one more for each facet with one.
    """
    own = {facet: filters[facet] for facet in facets if facet in filters}
    if all(facet in fields.names and all(map(_PLAIN.fullmatch, values)) for facet, values in own.items()):
        inside = {facet: {name: values for name, values in own.items() if name != facet} for facet in facets}
        return [_Pass(matching_query(query, fields, without=own, ranked=False), inside)] if facets else []
    free = [facet for facet in facets if facet not in own]
    passes = [_Pass(matching_query(query, fields, without=(facet,), ranked=False), {facet: {}}) for facet in own]
    if free:
        passes.append(_Pass(matching_query(query, fields, ranked=False), {facet: {} for facet in free}))
    return passes


def _begin(searcher: tantivy.Searcher, work: Callable[[], dict[str, Counts]]) -> Callable[[], dict[str, Counts]]:
    if searcher.num_docs < THREADS_FROM:
        return work
    future: Future[dict[str, Counts]] = _threads(os.getpid()).submit(work)
    return future.result


@lru_cache(maxsize=1)
def _threads(_process: int) -> ThreadPoolExecutor:
    """The threads of this process: those of a parent do not live on in its children."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="facets")


def _count(searcher: tantivy.Searcher, fields: Fields, kept: Kept, reading: _Pass) -> dict[str, Counts]:
    by_sets = {name for name in reading.inside if SETS.format(name) in fields.names and name not in kept.crowded}
    answer = _aggregate(searcher, reading, by_sets)
    if too_many := {facet for facet in by_sets if answer[facet]["sum_other_doc_count"]}:
        kept.crowded |= too_many
        by_sets -= too_many
        inside = {facet: reading.inside[facet] for facet in sorted(too_many)}
        answer |= _aggregate(searcher, _Pass(reading.query, inside), by_sets)
    counts = {facet: {each["key"]: each["doc_count"] for each in found["buckets"]} for facet, found in answer.items()}
    return {facet: _taken_apart(found) if facet in by_sets else found for facet, found in counts.items()}


def _aggregate(searcher: tantivy.Searcher, reading: _Pass, by_sets: Collection[str]) -> dict[str, Any]:
    """tantivy's answer for each facet of a reading: its sets, or its values."""
    most = min(max(searcher.num_docs // DOCUMENTS_A_SET, LEAST_SETS), MOST_SETS)
    wanted: dict[str, Any] = {}
    for facet, filters in reading.inside.items():
        column, size = (SETS.format(facet), most) if facet in by_sets else (facet, FACET_VALUES)
        terms = {facet: {"terms": {"field": column, "size": size}}}
        if narrowing := _said(filters):
            wanted.setdefault(narrowing, {"filter": narrowing, "aggs": {}})["aggs"] |= terms
        else:
            wanted |= terms
    answer = searcher.aggregate(reading.query, wanted)
    return {facet: answer.get(_said(filters), answer)[facet] for facet, filters in reading.inside.items()}


def _said(filters: Filters) -> str:
    """Filters in the words of tantivy's own query language."""
    return " ".join(f"+{facet}: IN [{' '.join(filters[facet])}]" for facet in sorted(filters))


def _taken_apart(sets: Mapping[str, int]) -> Counts:
    counts: Counts = {}
    for values, documents in sets.items():
        for value in unpacked(values):
            counts[value] = counts.get(value, 0) + documents
    return counts
