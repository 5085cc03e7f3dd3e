"""A site of three addresses behind the real server, so that its tests need neither a database nor patience."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

import django

from guard import policy

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

policy.SECONDS_FOR_HEADERS = 1
policy.SECONDS_FOR_REQUEST = 2
policy.CONNECTIONS_OF_NETWORK = 20
policy.LARGE_BODIES_AT_ONCE = 1
TOLD = ("REMOTE_ADDR", "PATH_INFO", "QUERY_STRING", "CONTENT_LENGTH", "SERVER_SOFTWARE", "wsgi.url_scheme")


def application(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
    """Tell what arrived."""
    if environ["PATH_INFO"] == "/slow/":
        time.sleep(2)
    if environ["PATH_INFO"] == "/broken/":
        raise RuntimeError("a view that fails")
    told = {name: str(value) for name, value in environ.items() if name in TOLD or name.startswith("HTTP_")}
    body = json.dumps({**told, "method": environ["REQUEST_METHOD"], "read": len(environ["wsgi.input"].read()),
                       "process": os.getpid()}).encode()  # fmt: skip
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
