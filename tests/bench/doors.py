"""Who sends slowly must not take the site from others: a demo as it is served, slow connections, and a visitor beside them.

Half of the slow connections never end their headers, half drip a body; what is closed comes again at once. Fails when a
visitor from another network waits longer than PROMISE at the 95th percentile, or when a request is lost while workers change.
"""

from __future__ import annotations

import http.client
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROMISE = 1.0
SECONDS = float(os.environ.get("DRILL_SECONDS", "30"))
QUESTIONS = (
    "居場所 東部",
    "家賃払えん",
    "息子が部屋から出てこない",
    "ボランティア",
    "母の介護に疲れた",
    "仕事をさがしたい",
)
ADDRESSES = ["/", *(f"/search/?q={urllib.parse.quote(question)}" for question in QUESTIONS)]
VISITOR = "127.0.0.2"
HEADERS = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BODY = b"POST /search/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n"


class Slow:
    """Connections that send a byte a second and come again when they are closed."""

    def __init__(self, port: int, number: int, networks: int) -> None:
        self.port, self.number, self.networks = port, number, networks
        self.ended, self.opened, self.alive = threading.Event(), 0, 0
        self.selector = selectors.DefaultSelector()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self) -> Slow:
        self.thread.start()
        deadline = time.monotonic() + 30
        while self.opened < self.number and time.monotonic() < deadline:
            time.sleep(0.05)
        return self

    def __exit__(self, *_exception: object) -> None:
        self.ended.set()
        self.thread.join()

    def _open(self, place: int) -> None:
        sock = socket.socket()
        sock.setblocking(False)
        network = place % self.networks
        sock.bind((f"127.0.{10 + network // 250}.{1 + network % 250}", 0))
        sock.connect_ex(("127.0.0.1", self.port))
        self.selector.register(sock, selectors.EVENT_READ, place)
        self.opened += 1

    def _run(self) -> None:
        for place in range(self.number):
            self._open(place)
        begun: set[int] = set()
        while not self.ended.is_set():
            turn = time.monotonic()
            for key in list(self.selector.get_map().values()):
                first = key.fd not in begun
                with suppress(OSError):
                    key.fileobj.send((BODY if key.data % 2 else HEADERS) if first else b"x")
                    begun.add(key.fd)
            closed = 0
            for key, _events in self.selector.select(0):
                with suppress(OSError):
                    if key.fileobj.recv(65_536):
                        continue
                begun.discard(key.fd)
                self.selector.unregister(key.fileobj)
                key.fileobj.close()
                self._open(key.data)
                closed += 1
            self.alive = len(self.selector.get_map()) - closed
            self.ended.wait(max(0.0, 1.0 - (time.monotonic() - turn)))
        for key in list(self.selector.get_map().values()):
            self.selector.unregister(key.fileobj)
            key.fileobj.close()


def ask(port: int, address: str, source: str = VISITOR) -> float:
    """Seconds until an answer of 200 has arrived whole."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    try:
        connection.request("GET", address)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise ConnectionError(f"{address} answered {response.status}")
    finally:
        connection.close()
    return time.perf_counter() - began


def visit(port: int, seconds: float, what: str, more: str = "") -> float:
    """Ask one address after the other and print how long it took. Returns the 95th percentile."""
    times: list[float] = []
    ends, number, lost = time.monotonic() + seconds, 0, 0
    while time.monotonic() < ends:
        try:
            times.append(ask(port, ADDRESSES[number % len(ADDRESSES)]))
        except OSError:
            lost += 1
        number += 1
    times.sort()
    p50, p95, longest = (
        (times[len(times) // 2], times[int(len(times) * 0.95)], times[-1]) if times else (seconds, seconds, seconds)
    )
    _say(f"| {what} | {len(times)} | {lost} | {p50 * 1000:.0f} | {p95 * 1000:.0f} | {longest * 1000:.0f} | {more} |")
    return seconds if lost else p95


@contextmanager
def served() -> Iterator[subprocess.Popen]:
    """A demo of its own, served as `make demo` does."""
    with tempfile.TemporaryDirectory(prefix="yorozu-drill-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {"YOROZU_VAR": folder, **os.environ, "YOROZU_ENV": "demo", "PORT": str(port)}
        for command in (["migrate"], ["collectstatic", "--noinput"], ["demo_data"]):
            subprocess.run(
                [sys.executable, "manage.py", *command, "--verbosity", "0"], cwd=ROOT, env=environment, check=True,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        process.port = port
        try:
            _until_ready(port)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(60)


def _until_ready(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            # Both workers load their dictionaries with the first search.
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda address: ask(port, address), ADDRESSES * 3))
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _memory(process: subprocess.Popen) -> str:
    found = []
    for child in _workers(process):
        lines = Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
        found.append(next(int(line.split()[1]) // 1024 for line in lines if line.startswith("Pss:")))
    return " + ".join(f"{size} MB" for size in found)


def _workers(process: subprocess.Popen) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def _crowded(process: subprocess.Popen, number: int, networks: int) -> float:
    with Slow(process.port, number, networks) as slow:
        time.sleep(2)
        what = f"{number:,} slow connections from {networks} network{'s' if networks > 1 else ''}"
        p95 = visit(process.port, SECONDS, what)
        _say(f"  (opened {slow.opened:,} times, {slow.alive:,} open at last)")
    return p95


def _changing(process: subprocess.Popen, sign: int, what: str) -> int:
    """Eight visitors while the workers change. Returns how many requests were lost."""
    lost, asked, ended = [], [], threading.Event()

    def go(number: int) -> None:
        while not ended.is_set():
            asked.append(number)
            try:
                ask(process.port, ADDRESSES[number % len(ADDRESSES)], f"127.0.0.{10 + number}")
            except ConnectionRefusedError:
                # The port is closed: this request never began.
                return
            except OSError as error:
                lost.append(repr(error))

    with ThreadPoolExecutor(8) as pool:
        going = [pool.submit(go, number) for number in range(8)]
        time.sleep(1)
        before = set(_workers(process))
        process.send_signal(sign)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None and before & set(_workers_or_none(process)):
            time.sleep(0.1)
        time.sleep(1)
        ended.set()
        for one in going:
            one.result()
    _say(f"{what}: {len(asked)} requests of 8 visitors, {len(lost)} lost {' '.join(lost[:3])}")
    return len(lost)


def _workers_or_none(process: subprocess.Popen) -> list[int]:
    with suppress(OSError):
        return _workers(process)
    return []


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run all of it. 0 when the promise was kept."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8_192) if hard > 0 else 8_192, hard))
    kept = True
    with served() as process:
        _say("| beside the visitor | asked | lost | p50 ms | p95 ms | max ms | |\n|---|---|---|---|---|---|---|")
        visit(process.port, SECONDS / 3, "nobody", _memory(process))
        for number, networks in ((200, 100), (200, 1), (1_000, 100), (3_000, 400)):
            kept &= _crowded(process, number, networks) <= PROMISE
        visit(process.port, SECONDS / 3, "nobody again", _memory(process))
        kept &= not _changing(process, signal.SIGHUP, "Workers change (HUP)")
        os.kill(_workers(process)[0], signal.SIGKILL)
        visit(process.port, 5, "after a worker was killed")
        kept &= len(_workers(process)) == 2
        kept &= not _changing(process, signal.SIGTERM, "The site stops (TERM)")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
