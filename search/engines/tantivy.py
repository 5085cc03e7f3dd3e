"""The embedded engine: tantivy on this machine's disk, the default for a demo and for one host."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Order, Query

from ..analysing import Form, made
from ..documents import Origin, SearchDocument, analyse_document, clean_value, sample, shape_of
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
)
from .builds import Builds, FileLock, read_cursor, write_cursor
from .tantivy_facets import counting
from .tantivy_files import lacks_room, telling, told, writing
from .tantivy_kept import Kept, State, matched_by
from .tantivy_pages import hits_of, page
from .tantivy_query import (
    Fields,
    described,
    made_of,
    read_as,
    schema,
)

APPLY_HEAP = 15_000_000
REBUILD_HEAP = 200_000_000
WRITE_WAIT_SECONDS = 10.0
REBUILD_WAIT_SECONDS = 1.0
PROGRESS_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class _Reader:
    """An opened build in one state; `stamp` tells whether a commit happened since."""

    build: Path
    stamp: tuple[int, int, int]
    index: tantivy.Index
    state: State


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
            matched = matched_by(query)
            counts = counting(reader.state, query, matched)
            total, found = page(reader.state, query, matched)
            return EngineResult(total, hits_of(reader.state, query, found), counts())

    def suggest(
        self, prefix: str, limit: int, filters: Filters | None = None, on: date | None = None
    ) -> tuple[EngineHit, ...]:
        """See Engine."""
        reader, prefix = self._current(), clean_value(prefix)
        if not prefix or limit <= 0:
            return ()
        with telling(self._builds.root):
            state = reader.state
            found = state.searcher.search(
                read_as(state.fields, prefix, filters or {}, on), limit, False, "order", 0, Order.Asc
            )
            return hits_of(state, EngineQuery(sort="reading"), found.hits)

    def fingerprints(self) -> dict[str, str]:
        """See Engine."""
        searcher = self._current().state.searcher
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
            documents, problem = self._current().state.searcher.num_docs, ""
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
                index, kept = reader.index, Kept(crowded=reader.state.kept.crowded)
            else:
                index = tantivy.Index.open(str(build / "index"))
                index.config_reader("manual", 0)
            index.reload()
            state = State(index.searcher(), Fields.of(index.schema), kept)
            self._reader = _Reader(build, stamp, index, state)
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
            documents = {document.key: made_of(analyse_document(document), fields) for document in upserts}
            with telling(build), writing(build, index, APPLY_HEAP) as writer:
                for key in {*documents, *deletes}:
                    writer.delete_documents_by_term("key", key)
                for document in documents.values():
                    writer.add_json(document)

    def rebuild(
        self,
        documents: Iterable[SearchDocument | Origin],
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
                count = _fill(build, documents, built, progress)
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
    return shape_of([fields, made_of(analyse_document(sample()), Fields.of(schema()))])


def _fill(
    build: Path, documents: Iterable[SearchDocument | Origin], built: str, progress: Callable[[int], None] | None
) -> int:
    with telling(build):
        index = tantivy.Index(schema(), path=str(build / "index"))
    form = Form(built, partial(made_of, known=Fields.of(schema())))
    seen: set[str] = set()
    with writing(build, index, REBUILD_HEAP) as writer, closing(made(documents, form)) as stream:
        for key, content in stream:
            with telling(build):
                if key in seen:
                    writer.delete_documents_by_term("key", key)
                writer.add_json(content)
            seen.add(key)
            if progress and len(seen) % PROGRESS_EVERY == 0:
                progress(len(seen))
    if progress:
        progress(len(seen))
    return len(seen)


def _stamp(build: Path) -> tuple[int, int, int]:
    """Another one after every commit: tantivy replaces this file."""
    stat = os.stat(build / "index" / "meta.json")
    return stat.st_mtime_ns, stat.st_ino, stat.st_size
