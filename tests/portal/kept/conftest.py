"""Pages asked for as a server asks: through the whole application, the kept pages before it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from portal.kept import database
from portal.kept.front import Front, store


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    was_made: bool

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode()


Ask = Callable[..., Reply]


@pytest.fixture
def ask(db: None) -> Iterator[Ask]:
    """Ask for an address; `was_made` says whether the site was asked, or the page was kept. Headers as in an environment."""
    site, made = WSGIHandler(), []

    def counted(environ: dict[str, Any], start_response: Any) -> Any:
        made.append(environ["PATH_INFO"])
        return site(environ, start_response)

    front = Front(counted)

    def get(address: str, method: str = "GET", **headers: str) -> Reply:
        path, _mark, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote(path).encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "HTTP_HOST": "testserver",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.7",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": BytesIO(),
            **headers,
        }
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        made.clear()
        body = front(environ, lambda status, headers, exc_info=None: begun.append((status, headers)))
        content = b"".join(body)
        if close := getattr(body, "close", None):
            close()
        status, sent = begun[0]
        return Reply(int(status[:3]), dict(sent), content, bool(made))

    # Requests close connections; a test is a transaction of one that stays open.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "close", lambda: None)
        yield get
    store.clear()
    database._resting_until = 0.0


@pytest.fixture
def fuzz_edits() -> int:
    """How many edits and reads at random; FUZZ_EDITS=5000 for a night's worth."""
    return int(os.environ.get("FUZZ_EDITS", "60"))
