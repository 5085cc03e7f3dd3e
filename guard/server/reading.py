"""Reads requests off the line: stops as soon as one is too large or malformed, and never takes long over a byte.

Waitress' parser is correct, but some of its expressions need time that grows with the square of a line (a header of
250,000 spaces: minutes, in the thread that serves everybody). What it gets from here, it reads in one go.
"""

from __future__ import annotations

import re
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest, Error

from .. import policy
from ..sizes import brings_cookie, largest_body
from . import refusals

END_OF_HEADERS = b"\r\n\r\n"
VERSIONS = frozenset({b"HTTP/1.0", b"HTTP/1.1"})
CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
FOLDED = re.compile(rb"\r\n[ \t]")
SPACE_BEFORE_VALUE = re.compile(rb"(\r\n[^:\r\n]*:)[ \t]+")
NOT_ASCII = re.compile(rb"[\x80-\xff]")
# The size of a chunk with its extensions, and what may follow the last one: nobody sends more than a few bytes.
LONGEST_CHUNK_LINE = 1_024
LONGEST_TRAILER = 8_192


class Refused(Error):
    """A request that the server answers itself."""

    def __init__(self, code: int) -> None:
        super().__init__("")
        self.code, self.reason = code, refusals.REASONS[code]


class CarefulParser(HTTPRequestParser):
    """One request as it arrives. `adj` is `worker.adjustments()`."""

    largest = policy.LARGEST_BODY
    completed: bool

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.head = bytearray()

    def received(self, data: bytes) -> int:
        """Take in what arrived. Returns how much of it belongs to this request."""
        if self.completed:
            return 0
        taken = self._received_body(data) if self.headers_finished else self._received_head(data)
        if self.error:
            self.completed, self.expect_continue = True, False
            # What follows is the rest of what was refused, and no next request.
            return len(data)
        return taken

    def _received_head(self, data: bytes) -> int:
        before = len(self.head)
        self.head += data
        end = self.head.find(END_OF_HEADERS, max(0, before - len(END_OF_HEADERS) + 1))
        if end < 0 and len(self.head) < policy.LARGEST_HEADERS:
            return len(data)
        size = end + len(END_OF_HEADERS) if end >= 0 else len(self.head)
        head, self.head = bytes(self.head[:size]), bytearray()
        if size >= policy.LARGEST_HEADERS:
            self.error = Refused(431 if b"\r\n" in head.strip() else 414)
        elif head.count(b"\r\n") > policy.MOST_HEADERS:
            self.error = Refused(431)
        else:
            super().received(head)
            if not self.error and not self.empty:
                self._measure()
        return size - before

    def _received_body(self, data: bytes) -> int:
        taken = super().received(data)
        if self.chunked and not self.error:
            self._measure()
            receiver = self.body_rcv
            if len(receiver.control_line) > LONGEST_CHUNK_LINE or len(receiver.trailer) > LONGEST_TRAILER:
                self.error = BadRequest("chunks are malformed")
        return taken

    def _measure(self) -> None:
        size = max(self.content_length, self.body_bytes_received)
        if size > self.largest:
            self.error = Refused(413)
        elif size > policy.LARGEST_BODY and self not in self.adj.large_bodies:
            if len(self.adj.large_bodies) >= policy.LARGE_BODIES_AT_ONCE:
                self.error = Refused(503)
            else:
                self.adj.large_bodies.add(self)

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of the request; refuse what two servers could understand differently."""
        first, _line, rest = header_plus.partition(b"\r\n")
        parts = first.split(b" ")
        if len(parts) != 3 or parts[2] not in VERSIONS:
            raise ParsingError("Start line is invalid")
        # People and programs paste addresses with Japanese letters in them.
        parts[1] = NOT_ASCII.sub(lambda letter: b"%%%02X" % letter[0][0], parts[1])
        first, rest = b" ".join(parts), b"\r\n" + rest
        if CONTROL.search(first) or CONTROL.search(rest.replace(b"\r\n", b"")) or FOLDED.search(rest):
            raise ParsingError("Header is invalid")
        try:
            super().parse_header(first + SPACE_BEFORE_VALUE.sub(rb"\1 ", rest))
        except ValueError as error:
            raise ParsingError("Address or length is invalid") from error
        if (self.chunked and "CONTENT_LENGTH" in self.headers) or "TRANSFER_ENCODING" in self.headers:
            raise ParsingError("Length is told twice")
        has_session = brings_cookie(self.headers.get("COOKIE", ""), self.adj.session_cookie)
        self.largest = largest_body(self.path, self.command, has_session=has_session)

    def close(self) -> None:
        """Let go of the body."""
        self.adj.large_bodies.discard(self)
        super().close()
