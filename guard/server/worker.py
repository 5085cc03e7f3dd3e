"""The worker class of gunicorn that reads a request to its end before it gives it a thread (`gunicorn.conf.py`).

gunicorn keeps the processes alive; waitress reads, answers and writes. Between them stand limits of time, size and number
(`connections`, `reading`), so that nobody who sends slowly, much or never takes the site away from others.
"""

from __future__ import annotations

import logging
import os
import resource
import selectors
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from django.conf import settings
from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import BaseWSGIServer, TcpWSGIServer, UnixWSGIServer
from waitress.task import ThreadedTaskDispatcher

from .. import policy
from ..network import network_of
from .connections import Channel, Crowd

TICK = 1.0
# A worker that leaves listens a moment for requests that are on the way, and longer for bodies that have begun.
SECONDS_FOR_LATECOMERS = 1.0
SECONDS_FOR_HALF_BODIES = 10.0
# A connection may need three files: itself, and what it sent and gets.
FILES = 3 * policy.CONNECTIONS + 500
OTHER_FILES = 100


class Watched(dict[int, Any]):
    """The map of a loop. Asks only those again what they wait for who did something: 1,000 idle ones cost nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.selector = selectors.DefaultSelector()
        self.events: dict[int, int] = {}
        self.touched: deque[Any] = deque()

    def __setitem__(self, number: int, channel: Any) -> None:
        super().__setitem__(number, channel)
        self.touched.append(channel)

    def __delitem__(self, number: int) -> None:
        super().__delitem__(number)
        if self.events.pop(number, 0):
            self.selector.unregister(number)

    def turn(self, timeout: float) -> None:
        """Wait until something happens, and let it happen."""
        while self.touched:
            self._ask(self.touched.popleft())
        for key, events in self.selector.select(timeout):
            channel = key.data
            if channel is None:
                with suppress(OSError):
                    os.read(key.fd, 4_096)
            elif self.get(key.fd) is channel:
                self._happen(channel, events)
                self._ask(channel)

    def _ask(self, channel: Any) -> None:
        number = channel._fileno
        if number is None or number not in self or self[number] is not channel:
            return
        wanted = selectors.EVENT_READ if channel.readable() else 0
        if channel.writable() and not channel.accepting:
            wanted |= selectors.EVENT_WRITE
        known = self.events.get(number, 0)
        if wanted == known:
            return
        if not known:
            self.selector.register(number, wanted, channel)
        elif wanted:
            self.selector.modify(number, wanted, channel)
        else:
            self.selector.unregister(number)
        self.events[number] = wanted

    @staticmethod
    def _happen(channel: Any, events: int) -> None:
        try:
            if events & selectors.EVENT_READ:
                channel.handle_read_event()
            if events & selectors.EVENT_WRITE and channel._fileno is not None:
                channel.handle_write_event()
        except Exception:
            channel.handle_error()


class Door(BaseWSGIServer):
    """What one listening socket does beyond waitress' own."""

    channel_class = Channel
    leaving = False

    def __init__(
        self, worker: BufferedWorker, crowd: Crowd, watched: Watched, sock: socket.socket, **others: Any
    ) -> None:
        self.crowd, self.watched, self.worker, self.serving = crowd, watched, worker, threading.local()
        super().__init__(
            worker.wsgi,
            map=watched,
            _sock=sock,
            sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
            bind_socket=False,
            **others,
        )

    def readable(self) -> bool:
        """Newcomers are always let in: who makes room for them is decided when they come."""
        return self.accepting

    def handle_accept(self) -> None:
        """Somebody comes. Another worker may have been quicker."""
        try:
            accepted = self.accept()
        except OSError:
            # No more files: somebody who only waits has to go.
            if not self.crowd.make_room():
                time.sleep(0.01)
            return
        if accepted is None:
            return
        sock, address = accepted[0], self.fix_addr(accepted[1])
        try:
            if self.crowd.has_room_for(network_of(str(address[0]))):
                self.set_socket_options(sock)
                self.channel_class(self, sock, address, self.adj, map=self._map)
                return
        except OSError:
            # Gone again.
            pass
        sock.close()

    def ask_again(self, channel: Any) -> None:
        """What this channel waits for has changed outside of the loop."""
        self.watched.touched.append(channel)

    def pull_trigger(self) -> None:
        """Wake the loop; called by threads that answer."""
        if channel := getattr(self.serving, "channel", None):
            self.ask_again(channel)
        super().pull_trigger()

    def count_request(self) -> None:
        """One more was answered."""
        self.worker.count_request()

    def leave(self) -> None:
        """Take in nobody any more."""
        self.leaving = True
        wasyncore.dispatcher.close(self)


class TcpDoor(Door, TcpWSGIServer):
    """A port."""


class UnixDoor(Door, UnixWSGIServer):
    """A socket in the file system."""


def adjustments(cfg: Any) -> Adjustments:
    """Waitress' settings, with what the parser and the channels ask for beside them."""
    made = Adjustments(
        threads=cfg.threads,
        backlog=cfg.backlog,
        # The site decides itself whom it believes, and tells nobody what it runs on.
        clear_untrusted_proxy_headers=False,
        ident="",
        expose_tracebacks=False,
        log_socket_errors=False,
        recv_bytes=65_536,
        max_request_header_size=policy.LARGEST_HEADERS + 1,
        max_request_body_size=policy.LARGEST_OF_ALL + policy.MEGABYTE,
        server_name="localhost",
    )
    made.keepalive = cfg.keepalive
    made.session_cookie = settings.SESSION_COOKIE_NAME
    made.large_bodies = WeakSet()
    return made


class BufferedWorker(Worker):
    """A process that reads asynchronously and answers in `--threads` threads."""

    alive: bool

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Called by the arbiter before anything starts."""
        if cfg.is_ssl:
            raise RuntimeError("This worker speaks plain HTTP: TLS ends at the server in front (docs/deployment.md)")

    def init_process(self) -> None:
        """Begin; the last line of it runs."""
        # Otherwise the first connection beyond 1,024 files would end in an error.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < FILES:
            ceiling = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (ceiling, hard))
        # It warns whenever all threads are busy.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        super().init_process()

    def run(self) -> None:
        """Serve until told to stop."""
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        together = policy.CONNECTIONS if files >= FILES or files < 0 else max((files - OTHER_FILES) // 3, 10)
        crowd = Crowd(None if settings.PROXIES else policy.CONNECTIONS_OF_NETWORK, together)
        watched, dispatcher, adj = Watched(), ThreadedTaskDispatcher(), adjustments(self.cfg)
        dispatcher.set_thread_count(self.cfg.threads)
        doors = [
            (UnixDoor if sock.family == socket.AF_UNIX else TcpDoor)(
                self, crowd, watched, getattr(sock, "sock", sock), dispatcher=dispatcher, adj=adj
            )
            for sock in self.sockets
        ]
        watched.selector.register(self.PIPE[0], selectors.EVENT_READ, None)
        ticked = 0.0
        while self.alive and self.ppid == os.getppid():
            watched.turn(TICK)
            if time.monotonic() - ticked >= TICK:
                ticked = time.monotonic()
                self.notify()
                crowd.tick()
        self._leave(doors, crowd, watched)
        dispatcher.shutdown(timeout=1)

    def count_request(self) -> None:
        """One more was answered; after `--max-requests` of them the worker makes place for a fresh one."""
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("Autorestarting worker after current request.")
            self.alive = False

    def _leave(self, doors: list[Any], crowd: Crowd, watched: Watched) -> None:
        for door in doors:
            door.leave()
        began = time.monotonic()
        while crowd.channels and (waited := time.monotonic() - began) < self.cfg.graceful_timeout:
            self.notify()
            watched.turn(0.1)
            crowd.tick()
            if waited > SECONDS_FOR_LATECOMERS:
                half_bodies_too = waited > SECONDS_FOR_HALF_BODIES
                crowd.close(
                    lambda channel, too=half_bodies_too: not channel.is_sending and (too or channel.place[0] < 2)
                )
        crowd.close()
