"""Kept pages as files, for a web server in front that gives them out without asking the site (`deploy/nginx.conf`).

All pages of one state lie in one folder, and a link names the folder that is true now. Who commits a change takes the link
away; so does a thread of each worker at the first opening or closing that any page of the folder shows, when other hosts
changed something, and when the database does not say whether they did. Without the link every page is asked of the site.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from directory import cache

from . import database
from .store import Key, Page

log = logging.getLogger(__name__)

LINK, STATE, LOCK = "current", "state.json", "lock"
LOOK_SECONDS = 0.5
# A folder goes before its first page is old: looking takes time.
MARGIN = timedelta(seconds=3)
MOST_PAGES, MOST_BYTES = 5_000, 256 * 1024 * 1024
# Addresses that file names and the web server's rules write alike; all others are asked of the site.
SIMPLE_PATH = re.compile(r"/(?:(?:[A-Za-z0-9_-]|%[0-9A-F]{2}){1,240}/){0,6}")
SIMPLE_QUERY = re.compile(r"[a-z0-9=&_-]{0,150}")
SIMPLE_HOST = re.compile(r"[a-z0-9.-]{1,100}(?::[0-9]{1,5})?")


def folder() -> Path | None:
    """Where the pages lie; None when no web server was said to read them (settings.KEPT_PAGES)."""
    return settings.KEPT_PAGES


def put(key: Key, page: Page) -> None:
    """Write a page for the web server, unless its address is not a simple one. A disk that refuses costs speed only."""
    root, name = folder(), _name(key)
    if root is None or name is None:
        return
    if (root / LINK / name).exists():
        # Whoever asks the site all the same has a reason (a cookie, another spelling of the address).
        return
    try:
        with _alone(root):
            chosen = _current(root, page.generation)
            if chosen is not None and _has_room(chosen, page):
                # The web server makes an ETag of size and time: two pages of one second must not have the same.
                stamp = int(blake2b(page.body, digest_size=4).hexdigest(), 16) // 2
                _write(chosen / f"{name}.gz", page.coded("gzip"), stamp)
                # The web server looks for this one.
                _write(chosen / name, page.body, stamp)
    except (OSError, ValueError) as error:
        log.warning("A page could not be kept on the disk: %s", type(error).__name__)


def drop() -> None:
    """Take the link away: from now on every page is asked of the site."""
    if root := folder():
        try:
            with _alone(root):
                (root / LINK).unlink(missing_ok=True)
        except FileNotFoundError:
            # No folder yet: nothing was ever laid down.
            return
        except OSError as error:
            log.error("Kept pages could not be taken from the disk: %s", type(error).__name__)


def listen() -> None:
    """Drop after every commit that changes what pages show."""
    cache.when_forgotten(cache.ALL, drop)


def start_watching() -> threading.Event | None:
    """Begin to watch, in a process that serves; None where no pages lie on the disk. Setting the event ends it."""
    root = folder()
    if root is None:
        return None
    try:
        root.mkdir(exist_ok=True)
        root.chmod(0o755)
    except OSError as error:
        log.error("Kept pages have no folder on the disk: %s", error)
    # Made by templates and settings of before.
    drop()
    ended = threading.Event()
    threading.Thread(target=_watch, args=(ended,), name="watch-kept", daemon=True).start()
    return ended


def look() -> None:
    """Drop what is not true any more, and clear away what was dropped."""
    root = folder()
    if root is None:
        return
    chosen = _linked(root)
    if chosen is not None and not _is_true(chosen):
        drop()
    for old in root.glob("pages-*"):
        # One that has just been dropped may still be written.
        if old != _linked(root) and time.time() - old.stat().st_mtime > 10:
            shutil.rmtree(old, ignore_errors=True)


def _watch(ended: threading.Event) -> None:
    while not ended.wait(LOOK_SECONDS):
        try:
            close_old_connections()
            look()
        except Exception:
            # Whatever it was: unseen pages are not left standing.
            log.exception("Kept pages could not be watched")
            drop()


def _is_true(chosen: Path) -> bool:
    try:
        state = _state(chosen)
        generation = database.generations()[cache.ALL]
    except (DatabaseError, OSError, ValueError):
        return False
    return state["generation"] == _digest(generation) and time.time() < state["until"]


def _current(root: Path, generation: str) -> Path | None:
    """The folder for pages of this generation, made and linked if the generation is the one of now. Raises OSError."""
    chosen, digest = _linked(root), _digest(generation)
    try:
        if chosen is not None and _state(chosen)["generation"] == digest:
            return chosen
        if database.generations()[cache.ALL] != generation:
            return None
    except (DatabaseError, ValueError):
        return None
    made = Path(tempfile.mkdtemp(prefix="pages-", dir=root))
    made.chmod(0o755)
    _write(made / STATE, json.dumps({"generation": digest, "until": 1e12, "pages": 0, "bytes": 0}).encode())
    # Replaced in one step; `symlink_to` alone refuses where a link stands.
    link = root / f"{made.name}.link"
    link.symlink_to(made.name)
    link.replace(root / LINK)
    return made


def _has_room(chosen: Path, page: Page) -> bool:
    """Count the page in and note until when the folder is true. Raises OSError."""
    state, until = _state(chosen), (page.until - MARGIN).timestamp()
    if until <= time.time() or state["pages"] >= MOST_PAGES or state["bytes"] + len(page.body) > MOST_BYTES:
        return False
    state |= {
        "until": min(state["until"], until),
        "pages": state["pages"] + 1,
        "bytes": state["bytes"] + len(page.body) * 5 // 4,
    }
    _write(chosen / STATE, json.dumps(state).encode())
    return True


def _name(key: Key) -> str | None:
    """The file of a page below its folder: scheme, host and path, and the query in the last part."""
    scheme, host, path, query = key
    path = quote(path.encode("latin-1"))
    # Behind a proxy the scheme of the site's own connection stands before the visitor's.
    scheme = "https" if scheme.endswith("https") else "http"
    if SIMPLE_HOST.fullmatch(host) and SIMPLE_PATH.fullmatch(path) and SIMPLE_QUERY.fullmatch(query):
        return f"{scheme}/{host}{path}_{query}.html"
    return None


def _linked(root: Path) -> Path | None:
    try:
        return root / os.readlink(root / LINK)
    except OSError:
        return None


def _state(chosen: Path) -> dict[str, Any]:
    return json.loads((chosen / STATE).read_text())


def _digest(generation: str) -> str:
    # Workers of one server have one parent; those of the next may have other templates.
    return blake2b(f"{os.getppid()} {generation}".encode(), digest_size=16).hexdigest()


def _write(path: Path, content: bytes, stamp: int | None = None) -> None:
    """Whole or not at all, for everybody to read; with a time of its own. Raises OSError."""
    for parent in reversed(path.parents):
        if not parent.exists():
            parent.mkdir(exist_ok=True)
            parent.chmod(0o755)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.chmod(name, 0o644)
    if stamp is not None:
        os.utime(name, (stamp, stamp))
    os.replace(name, path)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """No other process or thread writes here meanwhile. Raises OSError."""
    with (root / LOCK).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
