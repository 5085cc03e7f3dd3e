"""The server as it is started in the demo and in production, with the small site behind it, and a bare client."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 30


@dataclass(frozen=True)
class Answer:
    """What came back until the other side closed, or until the first answer was whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """What the small site tells."""
        return json.loads(self.body)


class Server:
    """gunicorn with this project's `gunicorn.conf.py`."""

    def __init__(self, *options: str, **environment: str) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "tests.guard.small_site", "--bind", f"127.0.0.1:{self.port}", *options],
            cwd=ROOT,
            env={**os.environ, **environment},
            stderr=subprocess.PIPE,
        )
        self.wait()

    def wait(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.ask(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the server did not start")

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        """A connection of a visitor."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE, source_address=(source, 0))

    def ask(self, raw: bytes, source: str = "127.0.0.1") -> Answer:
        """Send these bytes on a connection of their own."""
        with self.connect(source) as sock:
            sock.sendall(raw)
            return read_answer(sock)

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(child) for child in children.split()]

    def stop(self, sign: int = signal.SIGTERM) -> str:
        """End it. Returns what it wrote to its log."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
        return self.process.communicate(timeout=PATIENCE)[1].decode()


def read_answer(sock: socket.socket, *, to_head: bool = False) -> Answer:
    """Read one answer."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        if not (more := sock.recv(65_536)):
            raise ConnectionError("closed without an answer")
        raw += more
    head, _end, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    while not to_head and len(body) < int(headers.get("content-length", 0)) and (more := sock.recv(65_536)):
        body += more
    return Answer(int(first.split()[1]), headers, body)


def is_closed(sock: socket.socket) -> bool:
    """Whether the other side ends the connection, with whatever it still says."""
    try:
        while sock.recv(65_536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True
