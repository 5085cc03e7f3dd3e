"""Connections as one worker holds them: which may stay, which have waited too long, which make room for a new one."""

from __future__ import annotations

import socket
import time
from heapq import nsmallest
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

from .. import policy
from ..network import network_of
from . import refusals
from .reading import CarefulParser

# Who was refused goes on sending for a while; a connection that is cut meanwhile shows no answer.
SECONDS_TO_HEAR_A_REFUSAL = 20
READ_AWAY = 65_536
# Looking for who has waited longest takes a millisecond, and in a rush there is no millisecond for each newcomer.
GOING_AT_ONCE = policy.CONNECTIONS // 25


class ErrorPage(ErrorTask):
    """The answer to what no view could answer."""

    def execute(self) -> None:
        """Send the page that stands for the code."""
        code = self.request.error.code if self.request.error.code in refusals.REASONS else 500
        body = refusals.page(code)
        self.status = refusals.status_line(code)
        self.response_headers.extend(refusals.HEADERS)
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(b"" if getattr(self.request, "command", "") == "HEAD" else body)


class Task(WSGITask):
    """One request that the site answers."""

    @property
    def is_head(self) -> bool:
        """Whether only headers are asked for: Django leaves it to the server to keep the body back."""
        return self.request.command == "HEAD"

    def get_environment(self) -> dict[str, Any]:
        """What the application is told."""
        environ = super().get_environment()
        if self.is_head:
            environ.pop("wsgi.file_wrapper", None)
        return environ

    def build_response_header(self) -> bytes:
        """The head of the answer; of a worker that leaves, nobody expects another one."""
        if self.channel.server.leaving:
            self.set_close_on_finish()
        return super().build_response_header()

    def write(self, data: bytes) -> None:
        """Send a part of the body."""
        super().write(b"" if self.is_head else data)
        if self.is_head:
            self.chunked_response = False


class Channel(HTTPChannel):
    """One connection. It costs no thread until a request is whole."""

    task_class = Task
    error_task_class = ErrorPage
    parser_class = CarefulParser
    # What arrives just now.
    request: Any
    # Whether more of what was refused may still arrive, and since when it is read and thrown away.
    unread = False
    lingering = False

    def __init__(self, server: Any, sock: socket.socket, addr: Any, adj: Any, map: Any = None) -> None:
        self.network = network_of(str(addr[0]))
        # Begin of what is waited for; and whether that is just anything, after an answer.
        self.since, self.answered = time.monotonic(), False
        super().__init__(server, sock, addr, adj, map=map)
        server.crowd.join(self)

    def del_channel(self, map: Any = None) -> None:
        """Called once when the connection ends."""
        self.server.crowd.leave(self)
        super().del_channel(map)
        if self.request is not None:
            self.request.close()

    # What it is doing

    @property
    def is_busy(self) -> bool:
        """Whether a whole request is being answered."""
        return bool(self.requests)

    @property
    def is_sending(self) -> bool:
        """Whether an answer is made or on its way."""
        return bool(self.requests or self.total_outbufs_len or self.close_when_flushed)

    @property
    def is_idle(self) -> bool:
        """Whether it was answered and asks nothing."""
        return not self.is_sending and (self.lingering or (self.answered and self.request is None))

    @property
    def place(self) -> tuple[int, float]:
        """Who goes before whom, when somebody must: idle ones, half headers, half bodies, slow readers; oldest first."""
        if self.is_idle:
            return 0, self.since
        if self.is_sending:
            return 3, self.since
        return (2 if self.request is not None and self.request.headers_finished else 1), self.since

    def tick(self, now: float) -> None:
        """Called every second: end what has taken too long."""
        if self.total_outbufs_len:
            if time.time() - self.last_activity > policy.SECONDS_FOR_STILL_READER:
                self.handle_close()
        elif not self.is_sending and now - self.since > self._patience():
            if self.request is not None and not self.lingering:
                self._refuse(408)
            else:
                self.handle_close()

    def _patience(self) -> float:
        if self.lingering:
            return SECONDS_TO_HEAR_A_REFUSAL
        if self.request is None:
            return self.adj.keepalive if self.answered else policy.SECONDS_FOR_HEADERS
        return policy.SECONDS_FOR_REQUEST if self.request.headers_finished else policy.SECONDS_FOR_HEADERS

    def _refuse(self, code: int) -> None:
        answer = refusals.whole_answer(code)
        with self.outbuf_lock:
            self.outbufs[-1].append(answer)
            self.total_outbufs_len += len(answer)
        self.request.close()
        self.request = None
        self.unread = self.close_when_flushed = True
        self.server.ask_again(self)

    # What arrives and leaves

    def received(self, data: bytes) -> bool:
        """Take in what arrived."""
        if self.answered and self.request is None:
            self.since, self.answered = time.monotonic(), False
        taken = super().received(data)
        if self.requests:
            self.answered = True
        return taken

    def service(self) -> None:
        """Answer one request; runs in a thread of the pool."""
        self.unread = self.requests[0].error is not None
        self.server.serving.channel = self
        self.since = time.monotonic()
        super().service()
        self.since = time.monotonic()
        self.server.count_request()

    def readable(self) -> bool:
        """Whether anything is wanted from the other side."""
        return self.lingering or super().readable()

    def handle_read(self) -> None:
        """Something has arrived."""
        if not self.lingering:
            super().handle_read()
        else:
            try:
                self.recv(READ_AWAY)
            except OSError:
                self.handle_close()

    def handle_write(self) -> None:
        """The other side takes more."""
        if not (self.unread and self.close_when_flushed) or self.will_close:
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.connected and not self.total_outbufs_len and not self.will_close:
            self.close_when_flushed, self.lingering, self.since = False, True, time.monotonic()
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                self.handle_close()
        elif self.will_close:
            self.handle_close()


class Crowd:
    """All connections of one worker."""

    def __init__(self, of_network: int | None, together: int = policy.CONNECTIONS) -> None:
        self.of_network, self.together = of_network, together
        self.channels: set[Channel] = set()
        self.networks: dict[str, set[Channel]] = {}

    def join(self, channel: Channel) -> None:
        """Somebody came."""
        self.channels.add(channel)
        self.networks.setdefault(channel.network, set()).add(channel)

    def leave(self, channel: Channel) -> None:
        """Somebody went."""
        self.channels.discard(channel)
        if neighbours := self.networks.get(channel.network):
            neighbours.discard(channel)
            if not neighbours:
                del self.networks[channel.network]

    def tick(self) -> None:
        """Called every second."""
        now = time.monotonic()
        for channel in list(self.channels):
            channel.tick(now)

    def has_room_for(self, network: str) -> bool:
        """Whether one more may come from this network; somebody who only waits may have to go for it."""
        neighbours = self.networks.get(network, ())
        if self.of_network is not None and len(neighbours) >= self.of_network:
            idle = [channel for channel in neighbours if channel.is_idle]
            if not idle:
                return False
            min(idle, key=lambda channel: channel.since).handle_close()
        if len(self.channels) >= self.together:
            return self.make_room()
        return True

    def make_room(self) -> bool:
        """Let go of some that have waited longest. False when everybody is being answered."""
        waiting = [channel for channel in self.channels if not channel.is_busy]
        for channel in nsmallest(GOING_AT_ONCE, waiting, key=lambda channel: channel.place):
            channel.handle_close()
        return bool(waiting)

    def close(self, chosen: Any = lambda channel: True) -> None:
        """Close all connections that are chosen."""
        for channel in list(self.channels):
            if chosen(channel):
                channel.handle_close()
