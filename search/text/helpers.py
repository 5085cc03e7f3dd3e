"""Processes that analyse texts beside the one that builds an index: Sudachi's work is most of a first rebuild.

A helper is a fresh interpreter that loads the dictionary and nothing of the site: no database, no settings but where the
dictionary lies, no thread that a fork would cut in two. It reads texts from a socket until that is closed, so it ends with
whoever started it, however that ends. What a helper does not do, for whatever reason, is done by who asked.
"""

from __future__ import annotations

import logging
import marshal
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from .analysis import Words, analysis_state, words_of

logger = logging.getLogger("search")

# One process reads records and fills the index; three keep it busy.
MOST = 3
# So many questions lie with a helper: it never waits for the next one.
ASKED_AT_ONCE = 3
# A helper that says nothing for so long is given up.
PATIENCE_SECONDS = 60.0
KINDNESS = 5

_LENGTH = struct.Struct("<I")
_ROOT = Path(__file__).resolve().parent.parent.parent
_START = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from search.text.helpers import main; main()"

# Texts with whether n-grams are wanted.
Asked = Sequence[tuple[str, bool]]


class Helper:
    """One process, asked in order and answering in order; nothing here waits but `answer`."""

    def __init__(self) -> None:
        """Raises OSError where no process can be started."""
        self._socket, theirs = socket.socketpair()
        try:
            with theirs:
                command = [sys.executable, "-c", _START]
                self._process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, cwd=_ROOT)  # noqa: S603
        except BaseException:
            self._socket.close()
            raise
        self._socket.setblocking(False)
        self._sending, self._received = bytearray(), bytearray()
        self._answers: deque[Any] = deque()
        self._waiting = 0
        self.is_ready = self.is_lost = False
        self._send((str(settings.SEARCH_DICTIONARY_DIR),))

    @property
    def is_free(self) -> bool:
        """Whether it would take another question."""
        return self.is_ready and not self.is_lost and self._waiting < ASKED_AT_ONCE

    @property
    def has_answer(self) -> bool:
        """Whether `answer` would not wait."""
        return bool(self._answers) or self.is_lost

    def ask(self, texts: Asked, limit: int) -> None:
        """Let it analyse texts; `limit` as for `words_of`."""
        self._waiting += 1
        self._send((list(map(tuple, texts)), limit))

    def answer(self, state: str) -> list[Words] | None:
        """What it made of the question that was asked first; None when it is lost, or read with another dictionary."""
        last = time.monotonic()
        while not self.has_answer:
            if self.exchange(1.0):
                last = time.monotonic()
            elif time.monotonic() - last > PATIENCE_SECONDS:
                self._lose("it says nothing")
        self._waiting -= 1
        if not self._answers:
            return None
        read_by, words = self._answers.popleft()
        return [Words(*pair) for pair in words] if read_by == state else None

    def exchange(self, seconds: float = 0.0) -> bool:
        """Send and receive what goes, waiting at most so long for something; whether anything went."""
        if self.is_lost:
            return False
        poll = select.poll()
        poll.register(self._socket, select.POLLIN | (select.POLLOUT if self._sending else 0))
        events = poll.poll(seconds * 1000)
        try:
            for _file, event in events:
                if event & select.POLLOUT:
                    del self._sending[: self._socket.send(self._sending)]
                if event & ~select.POLLOUT:
                    received = self._socket.recv(1 << 18)
                    if not received:
                        raise ConnectionError("it ended")
                    self._received += received
                    self._take_answers()
        except BlockingIOError:
            return False
        except (OSError, ValueError, EOFError, TypeError) as error:
            self._lose(str(error))
        return bool(events)

    def close(self) -> None:
        """End the process."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _send(self, message: Any) -> None:
        content = marshal.dumps(message)
        self._sending += _LENGTH.pack(len(content)) + content
        self.exchange()

    def _take_answers(self) -> None:
        while len(self._received) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._received)[0]
            if len(self._received) < end:
                return
            answer = marshal.loads(memoryview(self._received)[_LENGTH.size : end])  # noqa: S302 - our own process
            del self._received[:end]
            if self.is_ready:
                self._answers.append(answer)
            self.is_ready = True

    def _lose(self, reason: str) -> None:
        self.is_lost = True
        logger.warning("A process that helped to analyse texts is lost, the others go on: %s", reason)


class Helpers:
    """The helpers of one rebuild; none on a machine with one core."""

    def __init__(self) -> None:
        self._all: list[Helper] = []

    def start(self) -> None:
        """As many as there are cores beside this process's own."""
        try:
            while len(self._all) < min(cores() - 1, MOST):
                self._all.append(Helper())
        except OSError as error:
            logger.warning("No process can be started to help analysing texts: %s", error)

    def free(self) -> Helper | None:
        """One that takes a question now."""
        for helper in self._all:
            helper.exchange()
            if helper.is_free:
                return helper
        return None

    def close(self) -> None:
        """End them all."""
        for helper in self._all:
            helper.close()


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    """What a helper does: it reads texts from its standard input, a socket, and answers there."""
    # Ctrl-C is for who started it, and brings the end of the socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        os.nice(KINDNESS)
    with socket.socket(fileno=os.dup(0)) as other:
        (folder,) = _received(other)
        settings.configure(SEARCH_DICTIONARY_DIR=folder)
        words_of("ここにある辞書を読む。", limit=100)
        _answer(other, ())
        while message := _received(other):
            texts, limit = message
            state = analysis_state()
            words = [tuple(words_of(text, limit=limit, with_grams=with_grams)) for text, with_grams in texts]
            # Read with two dictionaries, they are nobody's.
            _answer(other, (state if state == analysis_state() else "", words))


def _received(other: socket.socket) -> Any:
    """The next message, None at the end."""
    with other.makefile("rb", buffering=0) as stream:
        beginning = _exactly(stream, _LENGTH.size)
        if len(beginning) < _LENGTH.size:
            return None
        return marshal.loads(_exactly(stream, _LENGTH.unpack(beginning)[0]))  # noqa: S302 - of who started this process


def _exactly(stream: Any, size: int) -> bytes:
    content = bytearray()
    while len(content) < size and (more := stream.read(size - len(content))):
        content += more
    return bytes(content)


def _answer(other: socket.socket, message: Any) -> None:
    content = marshal.dumps(message)
    try:
        other.sendall(_LENGTH.pack(len(content)) + content)
    except OSError:
        # Nobody listens any more.
        raise SystemExit(0) from None
