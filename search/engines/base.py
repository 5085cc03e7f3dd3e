"""The contract of engines. `tests/search/contract.py` holds every engine to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ..documents import SearchDocument

Sort = Literal["relevance", "reading", "verified", "distance"]


class EngineError(Exception):
    """Something is wrong with the index; pages go on without it."""


class EngineUnavailable(EngineError):
    """There is no index, or it cannot be read."""


class EngineBusy(EngineError):
    """Somebody else has been writing for too long."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Terms of one text field, of which at least the `share` must stand in a document."""

    field: str
    terms: tuple[str, ...]
    weight: float
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that was asked for, in one of several ways; an optional one lifts but is not asked for."""

    alternatives: tuple[Alternative, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """A question as engines understand it. Without clauses it is all documents.

    `filters`: any of the values of a facet, all of the facets. `facets`: which to count. `near`: (lat, lon) for distances.
    """

    clauses: tuple[Clause, ...] = ()
    minimum_match: int = 1
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    sort: Sort = "relevance"
    near: tuple[float, float] | None = None
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class EngineHit:
    """A document that was found; `distance_km` only when the question had a point and the document has one."""

    key: str
    score: float
    row: Mapping[str, Any]
    distance_km: float | None = None


@dataclass(frozen=True, slots=True)
class EngineResult:
    """Hits of the page asked for, how many there are in all, and counts by facet and value.

    The counts of a facet leave its own filter out, so that they say what choosing another value would bring.
    """

    total: int
    hits: tuple[EngineHit, ...]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """For operators."""

    available: bool
    documents: int = 0
    built_at: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to which change an index is: the id in the change log and its time."""

    change: int = 0
    at: datetime | None = None


class Engine(ABC):
    """Finds documents. Every method may raise EngineUnavailable."""

    @abstractmethod
    def search(self, query: EngineQuery) -> EngineResult:
        """Answer a question."""

    @abstractmethod
    def apply(self, upserts: Iterable[SearchDocument], deletes: Iterable[str], cursor: Cursor | None = None) -> None:
        """Put in or replace documents, take out keys, and remember the cursor, in one step. Doing it twice changes nothing."""

    @abstractmethod
    def rebuild(
        self, documents: Iterable[SearchDocument], cursor: Cursor, progress: Callable[[int], None] | None = None
    ) -> int:
        """A new index beside the old one, swapped when it is whole; returns how many documents. A failure changes nothing."""

    @abstractmethod
    def fingerprints(self) -> dict[str, str]:
        """Fingerprints of all documents by key."""

    @abstractmethod
    def cursor(self) -> Cursor:
        """Up to which change the index is."""

    @abstractmethod
    def status(self) -> EngineStatus:
        """How it is; never raises."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The right to write, for reading the register and applying what was read in one go. Raises EngineBusy."""
        yield
