"""The embedded engine: one folder for each build, and a pointer file to the one in use.

Readers of all processes notice a swap or a commit at their next search. One process writes at a time (a lock file).
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tantivy
from django.conf import settings

from ..documents import FACETS, MOST_QUALITY, TEXT_FIELDS, AnalysedDocument, SearchDocument, analyse_document
from .base import Cursor, Engine, EngineBusy, EngineHit, EngineQuery, EngineResult, EngineStatus, EngineUnavailable
from .distance import hits_by_distance, kilometres
from .tantivy_query import QueryBuilder

POINTER, LOCK, STATE = "CURRENT", "write.lock", "state.json"
LOCK_SECONDS = 5.0
WRITER_BYTES = 200_000_000
# Hits without a reading come last; this sign sorts behind every kana.
NO_READING = "\uffff"
MOST_VALUES = 1_000
LAST_OFFSET = 1_000_000


def schema() -> tantivy.Schema:
    """Text fields of terms, raw facets, sort keys, and the stored row."""
    builder = tantivy.SchemaBuilder()
    for name in ("key", "fingerprint"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("reading_key", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("verified", fast=True, indexed=True)
    builder.add_float_field("quality", fast=True)
    for name in ("lat", "lon"):
        builder.add_float_field(name, stored=True, fast=True, indexed=True)
    builder.add_text_field("row", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def quality_weight(quality: int) -> float:
    """The value whose weight log2(2 + value) is 1 for quality 0 and 1.1 for the best: a tie-breaker, no more."""
    return 2 ** (1 + 0.1 * max(0, min(quality, MOST_QUALITY)) / MOST_QUALITY) - 2


def to_tantivy(analysed: AnalysedDocument) -> tantivy.Document:
    """A document as tantivy stores it."""
    document = analysed.document
    values: dict[str, Any] = {
        "key": document.key,
        "fingerprint": document.fingerprint(),
        "reading_key": analysed.reading_key or NO_READING,
        "verified": document.verified.toordinal() if document.verified else 0,
        "quality": quality_weight(document.quality),
        "row": json.dumps(document.row, ensure_ascii=False, default=str),
        **analysed.texts,
    }
    for name, items in document.facets.items():
        values[name] = list(items)
    if document.lat is not None and document.lon is not None:
        values.update(lat=float(document.lat), lon=float(document.lon))
    return tantivy.Document(**{name: value for name, value in values.items() if value not in ("", [])})


@dataclass(slots=True)
class _Open:
    """An index as this process has it open."""

    build: str
    index: tantivy.Index
    stamp: int


class TantivyEngine(Engine):
    """See the module."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = Path(folder or settings.SEARCH_INDEX_DIR)
        self.schema = schema()
        self.queries = QueryBuilder(self.schema)
        self._open: _Open | None = None
        self._opening = threading.Lock()
        self._held = threading.local()

    # Reading

    def _index(self) -> tantivy.Index:
        """The index in use, opened or reloaded if another process swapped or committed."""
        try:
            build = (self.folder / POINTER).read_text().strip()
            stamp = (self.folder / build / "meta.json").stat().st_mtime_ns
            known = self._open
            if known is not None and (known.build, known.stamp) == (build, stamp):
                return known.index
            with self._opening:
                if known is not None and known.build == build:
                    index = known.index
                    index.reload()
                else:
                    index = tantivy.Index.open(str(self.folder / build))
                    index.config_reader(reload_policy="manual")
                    index.reload()
                self._open = _Open(build, index, stamp)
                return index
        except (OSError, ValueError) as error:
            self._open = None
            raise EngineUnavailable(f"the index in {self.folder} cannot be read: {error}") from error

    def search(self, query: EngineQuery) -> EngineResult:
        """One pass for the hits, one for all counts, one more for each facet that is filtered itself."""
        searcher = self._index().searcher()
        try:
            return self._search(searcher, query)
        except (OSError, ValueError) as error:
            self._open = None
            raise EngineUnavailable(str(error)) from error

    def _search(self, searcher: tantivy.Searcher, query: EngineQuery) -> EngineResult:
        wanted = self.queries.build(query)
        facets = self._facets(searcher, query)
        offset, limit = min(query.offset, LAST_OFFSET), query.limit
        if query.sort == "distance" and query.near:
            total, found = hits_by_distance(searcher, self.queries, wanted, query.near, offset, limit)
            hits = [self._hit(searcher, address, 0.0, query.near) for address in found]
            return EngineResult(total, tuple(hits), facets)
        order: dict[str, Any] = {"weight_by_field": "quality"}
        if query.sort == "reading":
            order = {"order_by_field": "reading_key", "order": tantivy.Order.Asc}
        elif query.sort == "verified":
            order = {"order_by_field": "verified", "order": tantivy.Order.Desc}
        result = searcher.search(wanted, limit=limit, offset=offset, count=True, **order)
        hits = [
            self._hit(searcher, address, score if isinstance(score, float) else 0.0, query.near)
            for score, address in result.hits
        ]
        return EngineResult(result.count, tuple(hits), facets)

    def _facets(self, searcher: tantivy.Searcher, query: EngineQuery) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        together = [name for name in query.facets if not query.filters.get(name)]
        groups = [(together, None)] + [([name], name) for name in query.facets if query.filters.get(name)]
        for names, left_out in groups:
            if not names:
                continue
            wanted = self.queries.build(query, without=left_out)
            ask = {name: {"terms": {"field": name, "size": MOST_VALUES}} for name in names}
            answer = searcher.aggregate(wanted, ask)
            for name in names:
                counts[name] = {bucket["key"]: bucket["doc_count"] for bucket in answer[name]["buckets"]}
        return counts

    def _hit(
        self, searcher: tantivy.Searcher, address: tantivy.DocAddress, score: float, near: tuple[float, float] | None
    ) -> EngineHit:
        stored = searcher.doc(address).to_dict()
        distance = None
        if near and "lat" in stored:
            distance = kilometres(near, (stored["lat"][0], stored["lon"][0]))
        return EngineHit(stored["key"][0], score, json.loads(stored["row"][0]), distance)

    def fingerprints(self) -> dict[str, str]:
        """Read from the stored documents."""
        searcher = self._index().searcher()
        count = searcher.num_docs
        if not count:
            return {}
        found = searcher.search(tantivy.Query.all_query(), limit=count, count=False).hits
        stored = (searcher.doc(address).to_dict() for _score, address in found)
        return {item["key"][0]: item["fingerprint"][0] for item in stored}

    def status(self) -> EngineStatus:
        """Whether it can be read, and how many documents it has."""
        try:
            documents = self._index().searcher().num_docs
            return EngineStatus(True, documents, self._state_time())
        except EngineUnavailable as error:
            return EngineStatus(False, detail=str(error))

    def _state_time(self) -> datetime | None:
        built = self._state().get("built_at")
        return datetime.fromisoformat(built) if built else None

    # Writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The lock of all processes; waits for a few seconds. A thread that has it may ask again."""
        if getattr(self._held, "depth", 0):
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("w") as file:
            deadline = time.monotonic() + LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() > deadline:
                        raise EngineBusy("another process has been writing to the index for too long") from error
                    time.sleep(0.02)
            self._held.depth = 1
            try:
                yield
            finally:
                self._held.depth = 0

    def _state(self) -> dict[str, Any]:
        try:
            build = (self.folder / POINTER).read_text().strip()
            return json.loads((self.folder / build / STATE).read_text())
        except (OSError, ValueError) as error:
            raise EngineUnavailable(f"the index in {self.folder} has no state: {error}") from error

    def cursor(self) -> Cursor:
        """Kept in the folder of the build, so that it changes together with it."""
        state = self._state()
        at = state.get("cursor_at")
        return Cursor(state["cursor"], datetime.fromisoformat(at) if at else None)

    def apply(self, upserts: Iterable[SearchDocument], deletes: Iterable[str], cursor: Cursor | None = None) -> None:
        """One commit."""
        with self.writing():
            index = self._index()
            try:
                writer = index.writer(WRITER_BYTES, 1)
                for key in deletes:
                    writer.delete_documents_by_term("key", key)
                for document in upserts:
                    writer.delete_documents_by_term("key", document.key)
                    writer.add_document(to_tantivy(analyse_document(document)))
                writer.commit()
                writer.wait_merging_threads()
            except (OSError, ValueError) as error:
                raise EngineUnavailable(f"the index in {self.folder} cannot be written: {error}") from error
            if cursor is not None:
                build = (self.folder / POINTER).read_text().strip()
                state = self._state()
                _write_json(self.folder / build / STATE, {**state, **_cursor_state(cursor)})

    def rebuild(
        self, documents: Iterable[SearchDocument], cursor: Cursor, progress: Callable[[int], None] | None = None
    ) -> int:
        """A new folder; the pointer moves when everything is in it, and all but the folder before are removed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        build = datetime.now(UTC).strftime("build-%Y%m%d-%H%M%S-%f")
        target = self.folder / build
        target.mkdir()
        try:
            count = self._fill(target, documents, progress)
            _write_json(target / STATE, {"built_at": datetime.now(UTC).isoformat(), **_cursor_state(cursor)})
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
        with self.writing():
            pointer = self.folder / POINTER
            before = pointer.read_text().strip() if pointer.exists() else ""
            fresh = self.folder / f"{POINTER}.{os.getpid()}"
            fresh.write_text(build)
            os.replace(fresh, pointer)
            for folder in self.folder.glob("build-*"):
                if folder.name not in {build, before} and folder.name < build:
                    shutil.rmtree(folder, ignore_errors=True)
        return count

    def _fill(
        self, target: Path, documents: Iterable[SearchDocument], progress: Callable[[int], None] | None
    ) -> int:
        index = tantivy.Index(self.schema, path=str(target))
        writer = index.writer(WRITER_BYTES, 1)
        count = 0
        for document in documents:
            writer.add_document(to_tantivy(analyse_document(document)))
            count += 1
            if progress and count % 1000 == 0:
                progress(count)
        writer.commit()
        writer.wait_merging_threads()
        return count


def _cursor_state(cursor: Cursor) -> dict[str, Any]:
    return {"cursor": cursor.change, "cursor_at": cursor.at.isoformat() if cursor.at else None}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content))
    os.replace(fresh, path)
