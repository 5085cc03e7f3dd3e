"""How a cluster is reached, and who of its hosts may write: the client, its errors, and locks that all hosts share."""

import logging
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from elastic_transport import TransportError
from elasticsearch import ApiError, ConflictError, Elasticsearch, NotFoundError
from elasticsearch.helpers import BulkIndexError

from .base import EngineBusy, EngineUnavailable

logger = logging.getLogger("search")

WRITE_WAIT_SECONDS = 10.0
POLL_SECONDS = 0.1
# A writer that died lets its lock go after this; a rebuild renews its own while it goes on.
LOCK_SECONDS = 120.0


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


def public_options(options: ClusterOptions) -> dict[str, Any]:
    """The options without secrets, for logs."""
    return {name: value for name, value in asdict(options).items() if name not in {"api_key", "password"}}


@contextmanager
def reachable() -> Iterator[None]:
    """Tell whatever the cluster cannot do as EngineUnavailable."""
    try:
        yield
    except (ApiError, TransportError, BulkIndexError) as error:
        raise EngineUnavailable(f"Elasticsearch: {str(error)[:500]}") from error


class ClusterLock:
    """One holder at a time over all hosts: a document that only one can create. Its thread may enter again."""

    def __init__(self, client: Elasticsearch, index: str, name: str, wait: float) -> None:
        """`index` holds all locks of a site; `wait` is in seconds."""
        self._client = client
        self._index = index
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
        self._client.index(index=self._index, id=self._name, document=self._claim())

    def _claim(self) -> dict[str, Any]:
        return {"owner": self._owner, "until": time.time() + LOCK_SECONDS}

    def _take(self, deadline: float) -> None:
        while True:
            with reachable():
                if self._try():
                    return
            if time.monotonic() >= deadline:
                raise EngineBusy(f"Somebody else holds the lock {self._name}")
            time.sleep(POLL_SECONDS)

    def _try(self) -> bool:
        client, index = self._client, self._index
        try:
            client.create(index=index, id=self._name, document=self._claim())
            return True
        except ConflictError:
            pass
        try:
            held = client.get(index=index, id=self._name)
            # What this object could not let go while the cluster was away is its own still.
            if held["_source"]["owner"] != self._owner and held["_source"]["until"] > time.time():
                return False
            # Its holder died: whoever is first to replace exactly this state has it.
            version = {"if_seq_no": held["_seq_no"], "if_primary_term": held["_primary_term"]}
            client.index(index=index, id=self._name, document=self._claim(), **version)
            return True
        except (NotFoundError, ConflictError):
            return False

    def _let_go(self) -> None:
        client, index = self._client, self._index
        try:
            held = client.get(index=index, id=self._name)
            if held["_source"]["owner"] == self._owner:
                version = {"if_seq_no": held["_seq_no"], "if_primary_term": held["_primary_term"]}
                client.delete(index=index, id=self._name, **version)
        except (ApiError, TransportError) as error:
            logger.warning("The lock %s will go by itself after %s s: %s", self._name, LOCK_SECONDS, error)
