"""The cluster's engine: several web hosts ask one Elasticsearch, with the same terms and the same order as the embedded one.

<prefix>                                     the alias that answers
<prefix>-20261121t093000-3f2a9c              an index behind it; the one before is kept for `rollback`
<prefix>-locks                               who writes or rebuilds at present, on any host

An index's cursor stands in its mapping's `_meta`, so that both are swapped at once. Only what the core of Elasticsearch has is
used: no scripts, no plugins, no analysis but whitespace.
"""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from elastic_transport import TransportError
from elasticsearch import ApiError, ConflictError, Elasticsearch, NotFoundError
from elasticsearch.dsl import Search
from elasticsearch.helpers import BulkIndexError, scan, streaming_bulk

from search.documents import ORDER_LIMIT, SearchDocument, analyse_document, clean_value
from search.engines.base import (
    Cursor,
    Engine,
    EngineBusy,
    EngineHit,
    EngineQuery,
    EngineResult,
    EngineStatus,
    EngineUnavailable,
    Filters,
    Hits,
    distance_km,
)
from search.engines.elasticsearch_query import MAPPING, ask, suggesting, to_source

logger = logging.getLogger("search")

WRITE_WAIT_SECONDS = 10.0
POLL_SECONDS = 0.1
# A writer that died lets its lock go after this; a rebuild renews its own while it goes on.
LOCK_SECONDS = 120.0
BULK = 500
PROGRESS_EVERY = 1_000
# Elasticsearch ranks so many hits before a page without being asked to; beyond, the total is looked at first.
DEEP = 10_000
DEEPEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """How the cluster is reached. Times in seconds; `replicas` of each index."""

    hosts: tuple[str, ...]
    prefix: str = "yorozu"
    api_key: str = ""
    username: str = ""
    password: str = ""
    ca_certs: str = ""
    verify: bool = True
    timeout: float = 2.0
    write_timeout: float = 60.0
    replicas: int = 0
    write_wait: float = WRITE_WAIT_SECONDS


def connect(options: ClusterOptions) -> Elasticsearch:
    """A client of all nodes: short timeouts, and another node when one does not answer."""
    secure = any(host.startswith("https:") for host in options.hosts)
    tls: dict[str, Any] = {}
    if secure:
        tls["verify_certs"] = options.verify
        if options.ca_certs:
            tls["ca_certs"] = options.ca_certs
        if not options.verify:
            tls["ssl_show_warn"] = False
    login = (options.username, options.password) if options.username and not options.api_key else None
    return Elasticsearch(
        list(options.hosts),
        api_key=options.api_key or None,
        basic_auth=login,
        request_timeout=options.timeout,
        max_retries=3,
        retry_on_status=(502, 503, 504),
        retry_on_timeout=len(options.hosts) > 1,
        **tls,
    )


class ElasticsearchEngine(Engine):
    """One alias of a cluster; any number of engine objects, processes and hosts may share it."""

    name = "elasticsearch"

    def __init__(self, options: ClusterOptions) -> None:
        self._options = options
        self._client = connect(options)
        self._writer = self._client.options(request_timeout=options.write_timeout)
        self._alias = options.prefix
        self._write_lock = _ClusterLock(self, "write", options.write_wait)
        self._rebuild_lock = _ClusterLock(self, "rebuild", min(options.write_wait, 1.0))

    # -- reading --

    def search(self, query: EngineQuery) -> EngineResult:
        """See Engine."""
        with _reachable():
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
        with _reachable():
            found = suggesting(Search(using=self._client, index=self._alias), prefix, limit, filters or {}, on)
            answer = found.execute().to_dict()["hits"]["hits"]
            return tuple(_hit(hit, EngineQuery(sort="reading")) for hit in answer)

    def fingerprints(self) -> dict[str, str]:
        """See Engine."""
        with _reachable():
            found = scan(self._writer, index=self._alias, query={"_source": ["fingerprint"]}, size=2_000)
            return {hit["_id"]: hit["_source"]["fingerprint"] for hit in found}

    def status(self) -> EngineStatus:
        """See Engine."""
        try:
            with _reachable():
                index = self._current()
                created = self._client.indices.get_settings(index=index)[index]["settings"]["index"]["creation_date"]
                count = self._client.count(index=index)["count"]
                health = self._client.cluster.health(index=index)["status"]
        except EngineUnavailable as error:
            return EngineStatus(False, 0, None, str(error))
        built_at = datetime.fromtimestamp(int(created) / 1000, UTC)
        return EngineStatus(health != "red", count, built_at, f"{index} {health}")

    @property
    def cursor(self) -> Cursor:
        """See Engine."""
        with _reachable():
            index = self._current()
            kept = self._client.indices.get_mapping(index=index)[index]["mappings"].get("_meta", {}).get("cursor", {})
        return Cursor(int(kept.get("change", 0)), {int(gap): float(at) for gap, at in kept.get("gaps", {}).items()})

    @cursor.setter
    def cursor(self, cursor: Cursor) -> None:
        with self.exclusive(), _reachable():
            self._write_cursor(self._current(), cursor)

    def _write_cursor(self, index: str, cursor: Cursor) -> None:
        gaps = {str(gap): at for gap, at in cursor.gaps.items()}
        self._writer.indices.put_mapping(index=index, meta={"cursor": {"change": cursor.change, "gaps": gaps}})

    def _current(self) -> str:
        """The index behind the alias."""
        try:
            return sorted(self._client.indices.get_alias(name=self._alias))[-1]
        except NotFoundError as error:
            raise EngineUnavailable(f"No index {self._alias}: run `manage.py rebuild_index`") from error

    # -- writing --

    def exclusive(self) -> AbstractContextManager[None]:
        """See Engine."""
        return self._write_lock()

    def apply(self, upserts: Iterable[SearchDocument], deletes: Iterable[str]) -> None:
        """See Engine. What is analysed without error is sent as one bulk; sent again, it does no harm."""
        with self.exclusive(), _reachable():
            index = self._current()
            # The last one of a key wins, as if they had come one by one.
            documents = {document.key: to_source(analyse_document(document)) for document in upserts}
            actions: list[dict[str, Any]] = [
                {"_op_type": "delete", "_index": index, "_id": key} for key in deletes if key not in documents
            ]
            actions += [{"_index": index, "_id": key, "_source": source} for key, source in documents.items()]
            if actions:
                self._send(actions)
                self._writer.indices.refresh(index=index)

    def _send(self, actions: Iterable[dict[str, Any]], progress: Callable[[], None] | None = None) -> None:
        for is_done, answer in streaming_bulk(
            self._writer, actions, chunk_size=BULK, raise_on_error=False, max_retries=3, initial_backoff=1
        ):
            result = next(iter(answer.values()))
            # Deleting what is not there is what was wanted.
            if not is_done and result.get("status") != 404:
                raise EngineUnavailable(f"The cluster refused {result.get('_id')}: {result.get('error')}")
            if progress:
                progress()

    def rebuild(
        self,
        documents: Iterable[SearchDocument],
        *,
        cursor: Cursor | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """See Engine."""
        with self._rebuild_lock():
            stamp = datetime.now(UTC).strftime("%Y%m%dt%H%M%S%f")
            index = f"{self._alias}-{stamp}-{secrets.token_hex(3)}"
            try:
                with _reachable():
                    return self._fill(index, documents, cursor or Cursor(), progress)
            except BaseException:
                self._discard(index)
                raise

    def _fill(
        self,
        index: str,
        documents: Iterable[SearchDocument],
        cursor: Cursor,
        progress: Callable[[int], None] | None,
    ) -> int:
        loading = {"refresh_interval": "-1", "number_of_replicas": 0}
        settings = {"number_of_shards": 1, "max_result_window": DEEPEST, **loading}
        self._writer.indices.create(index=index, mappings=MAPPING, settings=settings)
        seen: set[str] = set()

        def actions() -> Iterator[dict[str, Any]]:
            for document in documents:
                seen.add(document.key)
                if len(seen) % PROGRESS_EVERY == 0:
                    self._rebuild_lock.renew()
                    if progress:
                        progress(len(seen))
                yield {"_index": index, "_id": document.key, "_source": to_source(analyse_document(document))}

        self._send(actions())
        self._write_cursor(index, cursor)
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
        with self.exclusive(), _reachable():
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


class _ClusterLock:
    """One holder at a time over all hosts: a document that only one can create. Its thread may enter again."""

    def __init__(self, engine: ElasticsearchEngine, name: str, wait: float) -> None:
        self._engine = engine
        self._name = name
        self._wait = wait
        self._threads = threading.RLock()
        self._depth = 0
        self._owner = secrets.token_hex(8)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the lock. Raises EngineBusy when it does not come free in time, EngineUnavailable without a cluster."""
        deadline = time.monotonic() + self._wait
        if not self._threads.acquire(timeout=self._wait):
            raise EngineBusy(f"Another thread holds the lock {self._name}")
        try:
            if self._depth == 0:
                self._take(deadline)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._let_go()
        finally:
            self._threads.release()

    def renew(self) -> None:
        """Hold it for longer."""
        self._engine.client.index(index=self._engine.locks, id=self._name, document=self._claim())

    def _claim(self) -> dict[str, Any]:
        return {"owner": self._owner, "until": time.time() + LOCK_SECONDS}

    def _take(self, deadline: float) -> None:
        while True:
            with _reachable():
                if self._try():
                    return
            if time.monotonic() >= deadline:
                raise EngineBusy(f"Somebody else holds the lock {self._name}")
            time.sleep(POLL_SECONDS)

    def _try(self) -> bool:
        client, place = self._engine.client, {"index": self._engine.locks, "id": self._name}
        try:
            client.create(**place, document=self._claim())
            return True
        except ConflictError:
            pass
        try:
            held = client.get(**place)
            # What this object could not let go while the cluster was away is its own still.
            if held["_source"]["owner"] != self._owner and held["_source"]["until"] > time.time():
                return False
            # Its holder died: whoever is first to replace exactly this state has it.
            version = {"if_seq_no": held["_seq_no"], "if_primary_term": held["_primary_term"]}
            client.index(**place, document=self._claim(), **version)
            return True
        except (NotFoundError, ConflictError):
            return False

    def _let_go(self) -> None:
        client, place = self._engine.client, {"index": self._engine.locks, "id": self._name}
        try:
            held = client.get(**place)
            if held["_source"]["owner"] == self._owner:
                version = {"if_seq_no": held["_seq_no"], "if_primary_term": held["_primary_term"]}
                client.delete(**place, **version)
        except (ApiError, TransportError) as error:
            logger.warning("The lock %s will go by itself after %s s: %s", self._name, LOCK_SECONDS, error)


@contextmanager
def _reachable() -> Iterator[None]:
    """Tell whatever the cluster cannot do as EngineUnavailable."""
    try:
        yield
    except (ApiError, TransportError, BulkIndexError) as error:
        raise EngineUnavailable(f"Elasticsearch: {str(error)[:500]}") from error


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


def public_options(options: ClusterOptions) -> dict[str, Any]:
    """The options without secrets, for logs."""
    return {name: value for name, value in asdict(options).items() if name not in {"api_key", "password"}}
