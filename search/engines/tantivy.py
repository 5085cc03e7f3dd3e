"""The embedded engine: tantivy on this machine's disk, the default for a demo and for one host."""

import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Order, Query

from ..analysing import analysed
from ..documents import SearchDocument, analyse_document, clean_value, sample, shape_of
from ..text.analysis import analysis_state
from .base import (
    Cursor,
    Engine,
    EngineError,
    EngineHit,
    EngineQuery,
    EngineResult,
    EngineStatus,
    EngineUnavailable,
    Filters,
    IndexBroken,
    distance_km,
)
from .builds import Builds, FileLock, read_cursor, write_cursor
from .tantivy_facets import Kept, counting
from .tantivy_files import lacks_room, telling, told, writing
from .tantivy_query import (
    Fields,
    boxed,
    demoting,
    described,
    located,
    matching_query,
    read_as,
    schema,
    stale,
    to_tantivy,
    unlocated,
)

APPLY_HEAP = 15_000_000
REBUILD_HEAP = 200_000_000
WRITE_WAIT_SECONDS = 10.0
REBUILD_WAIT_SECONDS = 1.0
PROGRESS_EVERY = 1_000
NEAREST_KM = 0.5
WHOLE_EARTH_KM = 20_100.0
# So many rows are kept read, some 8 kB each: the first hits of most questions are of few entries.
MOST_ROWS = 2_000

Addressed = tuple[float, tantivy.DocAddress]


@dataclass(frozen=True, slots=True)
class _Reader:
    """An opened build; `stamp` tells whether a commit happened since, `kept` holds facets counted in this state."""

    build: Path
    stamp: tuple[int, int, int]
    index: tantivy.Index
    searcher: tantivy.Searcher
    fields: Fields
    kept: Kept


class TantivyEngine(Engine):
    """One index folder; any number of engine objects and processes may share it."""

    name = "tantivy"

    def __init__(self, root: Path, *, write_wait: float = WRITE_WAIT_SECONDS) -> None:
        """`root` need not exist; `write_wait` is how many seconds a writer waits for another."""
        self._builds = Builds(root)
        self._write_lock = FileLock(root / "write.lock", write_wait)
        self._rebuild_lock = FileLock(root / "rebuild.lock", min(write_wait, REBUILD_WAIT_SECONDS))
        self._reader: _Reader | None = None
        self._reader_lock = threading.Lock()

    # -- reading --

    def search(self, query: EngineQuery) -> EngineResult:
        """See Engine."""
        reader = self._current()
        with telling(self._builds.root):
            counts = counting(reader.searcher, reader.fields, reader.kept, query)
            total, page = _page(reader, query)
            return EngineResult(total, _hits(reader.searcher, query, page), counts())

    def suggest(
        self, prefix: str, limit: int, filters: Filters | None = None, on: date | None = None
    ) -> tuple[EngineHit, ...]:
        """See Engine."""
        reader, prefix = self._current(), clean_value(prefix)
        if not prefix or limit <= 0:
            return ()
        with telling(self._builds.root):
            found = reader.searcher.search(
                read_as(reader.fields, prefix, filters or {}, on), limit, False, "order", 0, Order.Asc
            )
            return _hits(reader.searcher, EngineQuery(sort="reading"), found.hits)

    def fingerprints(self) -> dict[str, str]:
        """See Engine."""
        searcher = self._current().searcher
        with telling(self._builds.root):
            found = searcher.search(Query.all_query(), limit=max(searcher.num_docs, 1), count=False)
            documents: Any = (searcher.doc(address) for _score, address in found.hits)
            return {
                document.get_first("key"): bytes(document.get_first("fingerprint")).decode() for document in documents
            }

    def examine(self) -> None:
        """See Engine. What this process has open already says nothing: files may be gone that it still reads."""
        build = self._builds.current()
        with telling(build):
            index = tantivy.Index.open(str(build / "index"))
            index.reload()
            index.searcher()

    def is_outdated(self) -> bool:
        """See Engine."""
        build = self._builds.current()
        try:
            return (build / "built").read_text() != shape()
        except (OSError, UnicodeDecodeError):
            return True

    def status(self) -> EngineStatus:
        """See Engine."""
        try:
            self.examine()
            build = self._builds.current()
            documents, problem = self._current().searcher.num_docs, ""
            built_at = datetime.fromtimestamp((build / "built").stat().st_mtime, UTC)
        except IndexBroken as error:
            return EngineStatus(False, 0, None, str(error), "there is no index, or it is damaged")
        except (EngineError, OSError) as error:
            return EngineStatus(False, 0, None, str(error), "the index cannot be read at present")
        if lacks_room(self._builds.root):
            problem = "there is no room left on the disk"
        return EngineStatus(True, documents, built_at, build.name, problem)

    @property
    def cursor(self) -> Cursor:
        """See Engine."""
        return read_cursor(self._builds.current())

    @cursor.setter
    def cursor(self, cursor: Cursor) -> None:
        with self.exclusive():
            build = self._builds.current()
            with telling(build):
                write_cursor(build, cursor)

    def _current(self) -> _Reader:
        """The newest committed state; notices swaps and commits of other processes by two `stat` calls."""
        for last_try in (False, True):
            build = self._builds.current()
            try:
                stamp = _stamp(build)
                reader = self._reader
                if reader is None or reader.build != build or reader.stamp != stamp:
                    reader = self._open(build, stamp)
                return reader
            except (EngineUnavailable, OSError) as error:
                # Between the pointer and the files, another process may have swapped twice.
                if last_try or self._builds.current() == build:
                    raise told(build, error) from error
        raise AssertionError("unreachable")

    def _open(self, build: Path, stamp: tuple[int, int, int]) -> _Reader:
        with self._reader_lock, telling(build):
            reader, kept = self._reader, Kept()
            if reader is not None and reader.build == build:
                if reader.stamp == stamp:
                    return reader
                index, kept = reader.index, Kept(crowded=reader.kept.crowded)
            else:
                index = tantivy.Index.open(str(build / "index"))
                index.config_reader("manual", 0)
            index.reload()
            self._reader = _Reader(build, stamp, index, index.searcher(), Fields.of(index.schema), kept)
            return self._reader

    # -- writing --

    def exclusive(self) -> AbstractContextManager[None]:
        """See Engine."""
        return self._write_lock()

    def rebuilding(self) -> AbstractContextManager[None]:
        """See Engine."""
        return self._rebuild_lock()

    def apply(self, upserts: Iterable[SearchDocument], deletes: Iterable[str]) -> None:
        """See Engine."""
        with self.exclusive():
            build = self._builds.current()
            with telling(build):
                index = tantivy.Index.open(str(build / "index"))
            fields = Fields.of(index.schema)
            # The last one of a key wins, as if they had come one by one.
            documents = {document.key: to_tantivy(analyse_document(document), fields) for document in upserts}
            with telling(build), writing(build, index, APPLY_HEAP) as writer:
                for key in {*documents, *deletes}:
                    writer.delete_documents_by_term("key", key)
                for document in documents.values():
                    writer.add_document(document)

    def rebuild(
        self,
        documents: Iterable[SearchDocument],
        *,
        cursor: Cursor | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """See Engine."""
        with self.rebuilding():
            with telling(self._builds.root):
                build = self._builds.create()
            try:
                # Of the words at the beginning: should they change meanwhile, the index is out of date.
                built = shape()
                count = _fill(build, documents, progress)
                with telling(build):
                    write_cursor(build, cursor or Cursor())
                    (build / "built").write_text(built)
                with self.exclusive(), telling(build):
                    self._builds.activate(build)
            except BaseException:
                self._builds.discard(build)
                raise
            return count


def shape() -> str:
    """What an index that is built now is made of and how; another one in an index means that it is out of date."""
    return _shape(analysis_state(), json.dumps(described(schema())))


@lru_cache(maxsize=4)
def _shape(_analysis: str, fields: str) -> str:
    made = to_tantivy(analyse_document(sample()), Fields.of(schema())).to_dict()
    return shape_of([fields, {name: [str(value) for value in values] for name, values in made.items()}])


def _fill(build: Path, documents: Iterable[SearchDocument], progress: Callable[[int], None] | None) -> int:
    with telling(build):
        index = tantivy.Index(schema(), path=str(build / "index"))
    fields = Fields.of(schema())
    seen: set[str] = set()
    with writing(build, index, REBUILD_HEAP) as writer, closing(analysed(documents)) as stream:
        for document in stream:
            made = to_tantivy(document, fields)
            with telling(build):
                if document.key in seen:
                    writer.delete_documents_by_term("key", document.key)
                writer.add_document(made)
            seen.add(document.key)
            if progress and len(seen) % PROGRESS_EVERY == 0:
                progress(len(seen))
    if progress:
        progress(len(seen))
    return len(seen)


def _stamp(build: Path) -> tuple[int, int, int]:
    """Another one after every commit: tantivy replaces this file."""
    stat = os.stat(build / "index" / "meta.json")
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


# -- one search --


def _page(reader: _Reader, query: EngineQuery) -> tuple[int, list[Addressed]]:
    """Total and the hits of the asked page, in order."""
    searcher, matching = reader.searcher, matching_query(query, reader.fields)
    if query.limit == 0 or query.offset > 0 or query.sort == "distance":
        # Ranking reserves room for all hits before the page: never for more than there are.
        total = _count(searcher, matching)
        if query.limit == 0 or query.offset >= total:
            return total, []
        if query.sort == "distance":
            return total, _by_distance(reader, query, matching)
        return total, _ranked(reader, query, matching, query.offset, min(query.limit, total)).hits
    result = _ranked(reader, query, matching, 0, query.limit, count=True)
    return _counted(result), result.hits


def _count(searcher: tantivy.Searcher, query: Query) -> int:
    return _counted(searcher.search(query, limit=1, count=True))


def _counted(result: Any) -> int:
    # The library's types leave `count` out.
    return result.count or 0


def _ranked(
    reader: _Reader, query: EngineQuery, matching: Query, offset: int, limit: int, *, count: bool = False
) -> tantivy.SearchResult:
    searcher = reader.searcher
    if query.sort == "reading":
        return searcher.search(matching, limit, count, "order", offset, Order.Asc)
    if query.sort == "verified":
        return searcher.search(matching, limit, count, "verified", offset, Order.Desc)
    old = stale(reader.fields, query.demoted)
    if old is not None and query.demoted and _has(reader, query.demoted, old):
        matching = demoting(matching, old)
    return searcher.search(matching, limit, count, offset=offset, weight_by_field="quality")


def _has(reader: _Reader, day: date, old: Query) -> bool:
    """Whether anything wanted confirming by that day; asked once of each state of the index."""
    known = reader.kept.stale
    if day not in known:
        known[day] = bool(reader.searcher.search(old, 1, False).hits)
    return known[day]


def _by_distance(reader: _Reader, query: EngineQuery, matching: Query) -> list[Addressed]:
    """The page of `query` by distance, documents without a place after all others.

    tantivy knows no places: a box grows until the circle inside it holds the whole page for certain.
    """
    assert query.near is not None  # noqa: S101 - EngineQuery refuses it
    searcher, wanted = reader.searcher, query.offset + query.limit
    placed = _count(searcher, located(matching))
    page: list[Addressed] = []
    if query.offset < placed:
        page = _nearest(reader, matching, query.near, min(wanted, placed))[query.offset :]
    if wanted > placed:
        start = max(query.offset - placed, 0)
        rest = searcher.search(
            unlocated(matching), wanted - placed - start, False, offset=start, weight_by_field="quality"
        )
        page += rest.hits
    return page


def _nearest(reader: _Reader, matching: Query, near: tuple[float, float], wanted: int) -> list[Addressed]:
    """The `wanted` nearest documents, of which there are as many."""
    searcher, radius = reader.searcher, NEAREST_KM
    while True:
        everything = radius >= WHOLE_EARTH_KM
        box = located(matching) if everything else boxed(reader.fields, matching, near, radius)
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


@lru_cache(maxsize=MOST_ROWS)
def _row(written: bytes) -> Mapping[str, Any]:
    """A stored row. Whoever is given it shares it with others."""
    return json.loads(written)


def _hits(searcher: tantivy.Searcher, query: EngineQuery, page: list[Addressed]) -> tuple[EngineHit, ...]:
    addresses = [address for _score, address in page]
    distances = _distances(searcher, query.near, addresses) if query.near else [None] * len(page)
    hits = []
    for (score, address), distance in zip(page, distances, strict=True):
        document: Any = searcher.doc(address)
        row = _row(bytes(document.get_first("row")))
        # Sorting by a column gives the column's value instead of a score.
        relevance = float(score) if query.sort in {"relevance", "distance"} else 0.0
        hits.append(EngineHit(document.get_first("key"), relevance, row, distance))
    return tuple(hits)
