"""What is known of one state of the embedded index: it goes with the next commit, so nothing of it is ever older than what it tells.

Answers are found again by a digest of what was asked for, whose key ends with the process: of the words that somebody typed none
stays in memory. A change of the database that is no change of the index (what the hour or a notice says) is laid over rows when a
page is made, and is not in here.
"""

import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any

import tantivy

from .base import Clause, EngineQuery
from .tantivy_query import Fields

# Later pages and the unfiltered list ask for the same counts again.
KEPT_COUNTS = 5_000
# Of so many questions the page is kept, if it has no more hits than this: each takes some 150 bytes.
KEPT_PAGES, KEPT_HITS = 1_000, 100
# So many rows are kept read, some 8 kB each: the first hits of most questions are of few entries.
KEPT_ROWS = 2_000
_KEY = os.urandom(32)

Counts = dict[str, int]
Addressed = tuple[float, tantivy.DocAddress]
Page = tuple[int, tuple[Addressed, ...]]


@dataclass(slots=True)
class Kept:
    """Counts of facets, pages of hits, rows by their address, the facets whose sets are too many (of the whole build), and by the
    day whether anything wanted confirming by then."""

    counts: dict[Hashable, Counts] = field(default_factory=dict)
    pages: dict[bytes, Page] = field(default_factory=dict)
    rows: dict[tuple[int, int], tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    crowded: set[str] = field(default_factory=set)
    stale: dict[date, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """One state of the index, as questions are put to it."""

    searcher: tantivy.Searcher
    fields: Fields
    kept: Kept


def matched_by(query: EngineQuery) -> bytes:
    """A digest of the words and values that documents must match, without filters."""
    needed = _written(clause for clause in query.clauses if not clause.optional)
    return _digest(needed, query.minimum_match, sorted(query.also.items()))


def ranked_by(query: EngineQuery, matched: bytes) -> bytes:
    """A digest of all that a page of hits depends on; `matched` is that of `matched_by`."""
    lifting = _written(clause for clause in query.clauses if clause.optional)
    # In the order in which they came: of scores that are summed the last digit depends on it.
    filters = [(facet, tuple(values)) for facet, values in query.filters.items()]
    place = (query.sort, query.near, query.offset, query.limit)
    return _digest(matched, lifting, filters, tuple(query.also), place, query.boosts, query.on, query.demoted)


def _written(clauses: Iterable[Clause]) -> list[list[tuple]]:
    """Clauses as plain data, which Python writes in a fifth of the time."""
    return [[(item.field, item.terms, item.weight) for item in clause.alternatives] for clause in clauses]


def _digest(*parts: object) -> bytes:
    return blake2b(repr(parts).encode(), digest_size=16, key=_KEY).digest()
