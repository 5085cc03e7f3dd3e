"""The contract between questions and engines: what may be asked, what comes back, what every engine can do."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal, get_args

from ..documents import GRAM_FIELDS, TEXT_FIELDS, Origin, SearchDocument, known_facets

# Any value within a facet, and every facet.
Filters = Mapping[str, tuple[str, ...]]
Sort = Literal["relevance", "reading", "verified", "distance"]

# Of the n-grams that are asked for, this share must be there: one slip of the finger in a long word is forgiven.
GRAM_SHARE = 0.75
# A document that matches in a second field rises by this share of it.
TIE_BREAKER = 0.1
# What is left of the score of a document that nobody confirmed for long: it comes behind what fits about as well, and stays
# before what hardly fits.
STALE_SHARE = 0.7
EARTH_RADIUS_KM = 6371.0


class EngineError(Exception):
    """Anything that keeps an engine from answering or writing."""


class EngineUnavailable(EngineError):
    """It cannot be read, or not be written, at present; with time, room or a network it may be again."""


class IndexBroken(EngineUnavailable):
    """There is no index, it is damaged, or what it followed is not what the database says: only a new one helps."""


class EngineBusy(EngineError):
    """Somebody else is writing, for longer than one may wait."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to satisfy a clause: all `terms` in a text field, or most of them (`GRAM_SHARE`) in an n-gram field."""

    field: str
    terms: tuple[str, ...]
    weight: float

    @property
    def needed(self) -> int:
        """How many of the terms must be in the field."""
        return math.ceil(len(self.terms) * GRAM_SHARE) if self.field in GRAM_FIELDS else len(self.terms)


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that was asked; the best alternative counts. Optional ones lift hits and are never needed.

    `weak`: of a word that says nothing alone; it is optional always.
    """

    alternatives: tuple[Alternative, ...]
    optional: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """A whole query; without clauses it asks for all documents.

    `minimum_match`: how many of the clauses that are not optional must match. `filters`: any value within a facet, and
    every facet. `near`: (latitude, longitude) in degrees. `boosts`: (facet, value, weight) that lift and do not filter.
    `also`: documents with one of these values match even without the words (they must still pass the filters).
    `on`: documents whose last day was before this one are left out; None asks for all. `demoted`: by relevance, documents that
    wanted confirming on this day or before stand behind others that fit about as well (`STALE_SHARE`).
    Raises ValueError for facets, fields or numbers that make no sense.
    """

    clauses: tuple[Clause, ...] = ()
    minimum_match: int = 1
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    facets: tuple[str, ...] = ()
    sort: Sort = "relevance"
    near: tuple[float, float] | None = None
    offset: int = 0
    limit: int = 20
    boosts: tuple[tuple[str, str, float], ...] = ()
    also: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    on: date | None = None
    demoted: date | None = None

    def __post_init__(self) -> None:
        """Refuse what no engine could answer, with the fix in the message."""
        named = {*self.filters, *self.also, *self.facets, *(facet for facet, _value, _weight in self.boosts)}
        if unknown := named - set(known_facets()):
            raise ValueError(f"Unknown facets {sorted(unknown)}; known are {known_facets()}")
        fields = {alternative.field for clause in self.clauses for alternative in clause.alternatives}
        if unknown := fields - {*TEXT_FIELDS, *GRAM_FIELDS}:
            raise ValueError(f"Unknown fields {sorted(unknown)}")
        if self.sort not in get_args(Sort):
            raise ValueError(f"Unknown sort {self.sort!r}")
        if self.sort == "distance" and self.near is None:
            raise ValueError("Sorting by distance needs `near`")
        if self.near is not None and not (abs(self.near[0]) <= 90 and abs(self.near[1]) <= 180):
            raise ValueError("`near` is a latitude and a longitude in degrees")
        if self.offset < 0 or self.limit < 0:
            raise ValueError("`offset` and `limit` must not be negative")


@dataclass(frozen=True, slots=True)
class EngineHit:
    """One document found; `distance_km` when the query said where the visitor is and the document has a place."""

    key: str
    score: float
    row: Mapping[str, Any]
    distance_km: float | None


Hits = tuple[EngineHit, ...]


@dataclass(frozen=True, slots=True)
class EngineResult:
    """`total` documents match, `hits` are the asked page, `facets` count values, each facet's own filter ignored."""

    total: int
    hits: tuple[EngineHit, ...]
    facets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far an index has followed the log of changes.

    `change` is the last id applied. `gaps` are lower ids that were not to be seen then, with the time (seconds since
    the epoch) at which they were missed: their transactions may still have been open. `mark` is that of the row `change`
    ("" when a program wrote it that knew no marks).
    """

    change: int = 0
    gaps: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    mark: str = ""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """For health pages and logs: whether it answers, how many documents, when built.

    `detail` is for logs and commands. `problem` says in plain words what is wrong, if anything, and may be read by anybody.
    """

    available: bool
    documents: int
    built_at: datetime | None
    detail: str = ""
    problem: str = ""


class Engine(ABC):
    """An index that answers queries and follows changes."""

    name: str

    @abstractmethod
    def search(self, query: EngineQuery) -> EngineResult:
        """Answer a query from the last complete index. Raises EngineUnavailable."""

    @abstractmethod
    def suggest(
        self, prefix: str, limit: int, filters: Filters | None = None, on: date | None = None
    ) -> tuple[EngineHit, ...]:
        """Documents whose reading begins with `prefix` (hiragana as `documents.reading_key` folds it), in its order.

        `filters` and `on` as in `EngineQuery`. Documents without a reading are never suggested; an empty prefix suggests nothing.
        Raises EngineUnavailable.
        """

    @abstractmethod
    def apply(self, upserts: Iterable[SearchDocument], deletes: Iterable[str]) -> None:
        """Put these documents in place of earlier ones with their keys and remove `deletes`; all of it or nothing.

        Raises EngineUnavailable or EngineBusy.
        """

    @abstractmethod
    def rebuild(
        self,
        documents: Iterable[SearchDocument | Origin],
        *,
        cursor: Cursor | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Build a new index beside the old one, which answers meanwhile, and swap when whole; returns the number.

        `cursor` becomes that of the new index. A failure leaves the old index as it was. Raises EngineBusy when another
        rebuild is running.
        """

    @abstractmethod
    def fingerprints(self) -> dict[str, str]:
        """Key and fingerprint of every document in the index. Raises EngineUnavailable."""

    @property
    @abstractmethod
    def cursor(self) -> Cursor:
        """How far this index has followed the log. Raises EngineUnavailable."""

    @cursor.setter
    @abstractmethod
    def cursor(self, cursor: Cursor) -> None: ...

    @abstractmethod
    def examine(self) -> None:
        """Look at the index as a process would that opens it for the first time.

        Raises IndexBroken when there is none or it is damaged, EngineUnavailable when nobody can tell.
        """

    @abstractmethod
    def is_outdated(self) -> bool:
        """Whether the index was built with other fields, facets, terms or words than this program would build it with.

        It is read and written all the same, as far as it goes. Raises EngineUnavailable.
        """

    @abstractmethod
    def rebuilding(self) -> AbstractContextManager[None]:
        """Hold off every other rebuild, also in other processes. Raises EngineBusy at once when there is one.

        May be entered again by the thread that holds it, also by `rebuild`.
        """

    @abstractmethod
    def exclusive(self) -> AbstractContextManager[None]:
        """Hold off every other writer, also in other processes, while reading what is to be written. Raises EngineBusy.

        May be entered again by the thread that holds it.
        """

    def answering(self) -> "Engine":
        """The engine that a question would be answered by now: itself, or one behind it."""
        return self

    @abstractmethod
    def status(self) -> EngineStatus:
        """How the engine is; never raises."""


def distance_km(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Great-circle distance of two (latitude, longitude) pairs in degrees, by the haversine formula."""
    (lat1, lon1), (lat2, lon2) = (map(math.radians, point) for point in (first, second))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))
