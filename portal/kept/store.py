"""The pages that this process keeps, within bounds."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

import brotli

MOST_BYTES = 64 * 1024 * 1024
BIGGEST_PAGE = 2 * 1024 * 1024
# What a page takes beside its text.
OVERHEAD = 2_000
# Of a page that is kept, which is coded once; and of one that is sent once, where a sixth less to send would take three times as
# long to make.
KEPT_LEVELS = {"br": 5, "gzip": 6}
SENT_LEVELS = {"br": 3, "gzip": 4}

Headers = tuple[tuple[str, str], ...]
Key = tuple[str, ...]


@dataclass(slots=True)
class Page:
    """A page as it was made: headers, text, of which generation it is (`directory.cache`), and until when it is true."""

    headers: Headers
    body: bytes
    generation: str
    made_at: datetime
    until: datetime
    etag: str = ""
    _coded: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.etag = f'W/"{blake2b(self.body, digest_size=12).hexdigest()}"'

    def coded(self, coding: str) -> bytes:
        """The text in a content coding ("br", "gzip", "" for none), made when it is first asked for."""
        if not coding:
            return self.body
        if coding not in self._coded:
            self._coded[coding] = encode(self.body, coding, KEPT_LEVELS[coding])
        return self._coded[coding]


def encode(body: bytes, coding: str, level: int) -> bytes:
    """Bytes in a content coding ("br" or "gzip") at one of its levels."""
    if coding == "br":
        return brotli.compress(body, mode=brotli.MODE_TEXT, quality=level)
    return gzip.compress(body, level, mtime=0)


def coding_for(accepted: str) -> str:
    """The content coding that an Accept-Encoding names and that is smallest; "" where it names none of ours."""
    offered = {}
    for item in accepted.lower().split(","):
        name, _semicolon, parameters = item.partition(";")
        offered[name.strip()] = parameters.replace(" ", "")
    for coding in ("br", "gzip"):
        if coding in offered and not offered[coding].startswith(("q=0.0", "q=0;")) and offered[coding] != "q=0":
            return coding
    return ""


class Store:
    """Pages by key; the ones that nobody asked for the longest go first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._bytes = 0
        self._most_bytes = most_bytes
        self._lock = threading.Lock()

    def get(self, key: Key) -> Page | None:
        """The page, whether or not it is still true."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Page) -> None:
        """Keep a page in place of the one before; one that is too big is not kept."""
        if len(page.body) > BIGGEST_PAGE:
            return
        with self._lock:
            self._drop(key)
            self._pages[key] = page
            self._bytes += _size(page)
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._pages)))

    def drop(self, key: Key) -> None:
        """Forget one page."""
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._pages)

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self._bytes -= _size(page)


def _size(page: Page) -> int:
    # Counted with its codings, which are made later: together about half of the text again.
    return len(page.body) * 3 // 2 + OVERHEAD
