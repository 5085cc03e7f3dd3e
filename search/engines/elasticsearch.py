"""The cluster's engine: several web hosts ask one Elasticsearch, with the same terms and the same order as the embedded one.

<prefix>                                     the alias that answers
<prefix>-20261121t093000-3f2a9c              an index behind it; the one before is kept for `rollback`
<prefix>-locks                               who writes or rebuilds at present, on any host

An index's cursor and shape stand in its mapping's `_meta`, so that all are swapped at once. Only what the core of
Elasticsearch has is used: no scripts, no plugins, no analysis but whitespace.
"""

import json
import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch, NotFoundError
from elasticsearch.dsl import Search
from elasticsearch.helpers import scan, streaming_bulk

from ..analysing import analysed
from ..documents import ORDER_LIMIT, Origin, SearchDocument, analyse_document, clean_value, each_made, sample, shape_of
from ..text.analysis import analysis_state
from .base import (
    Cursor,
    Engine,
    EngineHit,
    EngineQuery,
    EngineResult,
    EngineStatus,
    EngineUnavailable,
    Filters,
    Hits,
    IndexBroken,
    distance_km,
)
from .elasticsearch_cluster import ClusterLock, ClusterOptions, connect, reachable
from .elasticsearch_query import ask, mapping, suggesting, to_source

logger = logging.getLogger("search")

BULK = 500
READ_ONLY = ("read_only_allow_delete", "read_only", "write")
PROGRESS_EVERY = 1_000
# Elasticsearch ranks so many hits before a page without being asked to; beyond, the total is looked at first.
DEEP = 10_000
DEEPEST = 2**31 - 1


class ElasticsearchEngine(Engine):
    """One alias of a cluster; any number of engine objects, processes and hosts may share it."""

    name = "elasticsearch"

    def __init__(self, options: ClusterOptions) -> None:
        self._options = options
        self._client = connect(options)
        self._writer = self._client.options(request_timeout=options.write_timeout)
        self._alias = options.prefix
        self._write_lock = ClusterLock(self._client, self.locks, "write", options.write_wait)
        self._rebuild_lock = ClusterLock(self._client, self.locks, "rebuild", min(options.write_wait, 1.0))

    # -- reading --

    def search(self, query: EngineQuery) -> EngineResult:
        """See Engine."""
        with reachable():
            if query.offset + query.limit > DEEP:
                total = self._execute(query, count_only=True).hits.total.value
                if query.offset >= total:
                    return EngineResult(total, (), self._counted(query))
            answer = self._execute(query)
            hits = tuple(_hit(hit, query) for hit in answer.to_dict()["hits"]["hits"])
            return EngineResult(answer.hits.total.value, hits, _facets(answer, query))

    def _execute(self, query: EngineQuery, *, count_only: bool = False) -> Any:
        search = ask(Search(using=self._client, index=self._alias), query, count_only=count_only)
        return search.params(request_cache=False).execute()

    def _counted(self, query: EngineQuery) -> Mapping[str, Mapping[str, int]]:
        return _facets(self._execute(query, count_only=True), query)

    def suggest(self, prefix: str, limit: int, filters: Filters | None = None, on: date | None = None) -> Hits:
        """See Engine."""
        prefix = clean_value(prefix)
        if not 0 < len(prefix) <= ORDER_LIMIT or limit <= 0:  # no reading in the index is longer
            return ()
        with reachable():
            found = suggesting(Search(using=self._client, index=self._alias), prefix, limit, filters or {}, on)
            answer = found.execute().to_dict()["hits"]["hits"]
            return tuple(_hit(hit, EngineQuery(sort="reading")) for hit in answer)

    def fingerprints(self) -> dict[str, str]:
        """See Engine."""
        with reachable():
            found = scan(self._writer, index=self._alias, query={"_source": ["fingerprint"]}, size=2_000)
            return {hit["_id"]: hit["_source"]["fingerprint"] for hit in found}

    def status(self) -> EngineStatus:
        """See Engine."""
        try:
            with reachable():
                index = self._current()
                settings = self._client.indices.get_settings(index=index)[index]["settings"]["index"]
                count = self._client.count(index=index)["count"]
                health = self._client.cluster.health(index=index)["status"]
        except IndexBroken as error:
            return EngineStatus(False, 0, None, str(error), "there is no index")
        except EngineUnavailable as error:
            return EngineStatus(False, 0, None, str(error), "the cluster does not answer")
        built_at = datetime.fromtimestamp(int(settings["creation_date"]) / 1000, UTC)
        problem = ""
        if health == "red":
            problem = "a part of the index is missing"
        elif "true" in {str(settings.get("blocks", {}).get(block)).lower() for block in READ_ONLY}:
            # Elasticsearch does that by itself when its disk is almost full, and takes it back when there is room.
            problem = "the cluster is read-only, as when its disk is almost full"
        return EngineStatus(health != "red", count, built_at, f"{index} {health}", problem)

    def examine(self) -> None:
        """See Engine."""
        with reachable():
            self._current()

    def is_outdated(self) -> bool:
        """See Engine."""
        with reachable():
            return self._mapping(self._current()).get("_meta", {}).get("shape") != shape()

    @property
    def cursor(self) -> Cursor:
        """See Engine."""
        with reachable():
            kept = self._mapping(self._current()).get("_meta", {}).get("cursor", {})
        gaps = {int(gap): float(at) for gap, at in kept.get("gaps", {}).items()}
        return Cursor(int(kept.get("change", 0)), gaps, str(kept.get("mark", "")))

    @cursor.setter
    def cursor(self, cursor: Cursor) -> None:
        with self.exclusive(), reachable():
            index = self._current()
            self._write_meta(index, cursor, self._mapping(index).get("_meta", {}).get("shape", ""))

    def _write_meta(self, index: str, cursor: Cursor, built: str) -> None:
        gaps = {str(gap): at for gap, at in cursor.gaps.items()}
        kept = {"change": cursor.change, "gaps": gaps, "mark": cursor.mark}
        self._writer.indices.put_mapping(index=index, meta={"cursor": kept, "shape": built})

    def _mapping(self, index: str) -> dict[str, Any]:
        return self._client.indices.get_mapping(index=index)[index]["mappings"]

    def _current(self) -> str:
        """The index behind the alias."""
        try:
            return sorted(self._client.indices.get_alias(name=self._alias))[-1]
        except NotFoundError as error:
            raise IndexBroken(f"No index {self._alias}: run `manage.py rebuild_index`") from error

    # -- writing --

    def exclusive(self) -> AbstractContextManager[None]:
        """See Engine."""
        return self._write_lock()

    def rebuilding(self) -> AbstractContextManager[None]:
        """See Engine."""
        return self._rebuild_lock()

    def apply(self, upserts: Iterable[SearchDocument], deletes: Iterable[str]) -> None:
        """See Engine. What is analysed without error is sent as one bulk; sent again, it does no harm."""
        with self.exclusive(), reachable():
            index = self._current()
            # An index that an earlier version built knows fewer fields, and refuses others.
            known = self._mapping(index)["properties"]
            # The last one of a key wins, as if they had come one by one.
            documents = {
                document.key: {
                    name: value for name, value in to_source(analyse_document(document)).items() if name in known
                }
                for document in upserts
            }
            actions: list[dict[str, Any]] = [
                {"_op_type": "delete", "_index": index, "_id": key} for key in deletes if key not in documents
            ]
            actions += [{"_index": index, "_id": key, "_source": source} for key, source in documents.items()]
            if actions:
                # Somebody waits for this, and what is refused is sent again later.
                self._send(actions, retries=0)
                self._writer.indices.refresh(index=index)

    def _send(self, actions: Iterable[dict[str, Any]], retries: int = 3) -> None:
        for is_done, answer in streaming_bulk(
            self._writer, actions, chunk_size=BULK, raise_on_error=False, max_retries=retries, initial_backoff=1
        ):
            result = next(iter(answer.values()))
            # Deleting what is not there is what was wanted.
            if not is_done and result.get("status") != 404:
                raise EngineUnavailable(f"The cluster refused {result.get('_id')}: {result.get('error')}")

    def rebuild(
        self,
        documents: Iterable[SearchDocument | Origin],
        *,
        cursor: Cursor | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """See Engine."""
        with self.rebuilding():
            stamp = datetime.now(UTC).strftime("%Y%m%dt%H%M%S%f")
            index = f"{self._alias}-{stamp}-{secrets.token_hex(3)}"
            try:
                with reachable():
                    return self._fill(index, documents, cursor or Cursor(), progress)
            except BaseException:
                self._discard(index)
                raise

    def _fill(
        self,
        index: str,
        documents: Iterable[SearchDocument | Origin],
        cursor: Cursor,
        progress: Callable[[int], None] | None,
    ) -> int:
        loading = {"refresh_interval": "-1", "number_of_replicas": 0}
        settings = {"number_of_shards": 1, "max_result_window": DEEPEST, **loading}
        self._writer.indices.create(index=index, mappings=mapping(), settings=settings)
        built = shape()
        seen: set[str] = set()

        def actions() -> Iterator[dict[str, Any]]:
            for document in stream:
                seen.add(document.key)
                if len(seen) % PROGRESS_EVERY == 0:
                    self._rebuild_lock.renew()
                    if progress:
                        progress(len(seen))
                yield {"_index": index, "_id": document.key, "_source": to_source(document)}

        with closing(analysed(each_made(documents))) as stream:
            self._send(actions())
        self._write_meta(index, cursor, built)
        self._writer.indices.put_settings(
            index=index, settings={"refresh_interval": "1s", "number_of_replicas": self._options.replicas}
        )
        self._writer.indices.refresh(index=index)
        self._writer.cluster.health(index=index, wait_for_status="yellow", timeout="30s")
        with self.exclusive():
            self._activate(index)
        if progress:
            progress(len(seen))
        return len(seen)

    def _activate(self, index: str) -> None:
        """Put the alias onto `index`, and remove all others except the one before."""
        others = self._indices()
        try:
            before = set(self._client.indices.get_alias(name=self._alias))
        except NotFoundError:
            before = set()
        actions: list[dict[str, Any]] = [{"remove": {"index": name, "alias": self._alias}} for name in before - {index}]
        self._writer.indices.update_aliases(actions=[*actions, {"add": {"index": index, "alias": self._alias}}])
        for name in others:
            if name not in before | {index} and not self._is_filling(name, index):
                self._discard(name)

    def _is_filling(self, name: str, index: str) -> bool:
        """Whether an index is younger than the one that was made whole: somebody else's rebuild, on a host gone mad."""
        return name > index

    def rollback(self) -> str:
        """Let the index before answer again; returns its name. Raises EngineUnavailable when there is none."""
        with self.exclusive(), reachable():
            current = self._current()
            earlier = [name for name in self._indices() if name < current]
            if not earlier:
                raise EngineUnavailable("There is no index before the present one")
            self._writer.indices.update_aliases(
                actions=[
                    {"remove": {"index": current, "alias": self._alias}},
                    {"add": {"index": earlier[-1], "alias": self._alias}},
                ]
            )
            return earlier[-1]

    def _indices(self) -> list[str]:
        found = self._client.indices.get(index=f"{self._alias}-*", features="settings")
        return sorted(name for name in found if name != self.locks)

    def _discard(self, index: str) -> None:
        try:
            self._writer.indices.delete(index=index, ignore_unavailable=True)
        except (ApiError, TransportError) as error:
            logger.warning("The index %s could not be removed: %s", index, error)

    @property
    def locks(self) -> str:
        """The index of locks."""
        return f"{self._alias}-locks"

    @property
    def client(self) -> Elasticsearch:
        """The client, for locks and tests."""
        return self._client


def shape() -> str:
    """What an index that is built now is made of and how; another one in an index means that it is out of date."""
    return _shape(analysis_state(), json.dumps(mapping(), sort_keys=True))


@lru_cache(maxsize=4)
def _shape(_analysis: str, described: str) -> str:
    return shape_of([described, to_source(analyse_document(sample()))])


def _hit(hit: Mapping[str, Any], query: EngineQuery) -> EngineHit:
    source, place = hit["_source"], hit["_source"].get("place")
    near = distance_km(query.near, (place["lat"], place["lon"])) if query.near and place else None
    score = float(hit.get("_score") or 0.0) if query.sort in {"relevance", "distance"} else 0.0
    return EngineHit(hit["_id"], score, json.loads(source["row"]), near)


def _facets(answer: Any, query: EngineQuery) -> Mapping[str, Mapping[str, int]]:
    found = answer.to_dict().get("aggregations", {})
    return {
        facet: {bucket["key"]: bucket["doc_count"] for bucket in found[facet]["values"]["buckets"]}
        for facet in query.facets
    }
