"""Who sends slowly, or asks for everything, must not take the site from others: a demo as it is served, and a visitor beside.

Half of the slow connections never end their headers, half drip a body; what is closed comes again at once. Then one network
asks for every address of the site, searches, and tries log-ins. Fails when a visitor from another network waits longer than
PROMISE (beside a scan: SCAN_PROMISE) at the 95th percentile, when the scan meets a failure of the site or never a 429, or when a
request is lost while workers change.
"""

from __future__ import annotations

import http.client
import itertools
import os
import re
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
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
PROMISE = 1.0
SCAN_PROMISE = 0.3
SCANS_A_SECOND = 50
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
# Of a network of its own each time: one visitor who asked as fast as this would be told to wait.
VISITORS = itertools.cycle(f"127.0.{200 + number // 250}.{1 + number % 250}" for number in range(10_000))
SCANNER = "127.0.0.66"
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


def fetch(port: int, address: str, source: str, body: str | None = None, **headers: str) -> tuple[int, bytes, str]:
    """Status, body and cookie of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    try:
        connection.request("POST" if body else "GET", address, body, headers)
        response = connection.getresponse()
        return response.status, response.read(), response.headers.get("Set-Cookie", "")
    finally:
        connection.close()


def ask(port: int, address: str) -> float:
    """Seconds until an answer of 200 has arrived whole."""
    began = time.perf_counter()
    status, _body, _cookie = fetch(port, address, next(VISITORS))
    if status != 200:
        raise ConnectionError(f"{address} answered {status}")
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
    with tempfile.TemporaryDirectory(prefix="yorozu-drill-") as folder:
        port = free_port()
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


def _everything() -> list[str]:
    """One address of every pattern of the site."""
    os.environ.update(DJANGO_SETTINGS_MODULE="portal.settings", YOROZU_ENV="demo")
    import django

    django.setup()
    from tests.addresses import addresses

    found = []
    for address in addresses():
        path = address.path(
            lambda name, converter: "00000000-0000-4000-8000-000000000000" if converter == "uuid" else "1"
        )
        found.append(urllib.parse.quote(path))
    return found


def _beside(process: subprocess.Popen, what: str, asking: Callable[[int], int]) -> tuple[float, Counter[int]]:
    """One network asks SCANS_A_SECOND times a second; a visitor beside. Returns the visitor's p95 and the statuses."""
    found: Counter[int] = Counter()
    ends = time.monotonic() + SECONDS

    def scan() -> None:
        with ThreadPoolExecutor(SCANS_A_SECOND) as pool:
            for number in itertools.count():
                if time.monotonic() >= ends:
                    break
                pool.submit(lambda one=number: found.update([asking(one)]))
                time.sleep(1 / SCANS_A_SECOND)

    scanning = threading.Thread(target=scan)
    scanning.start()
    p95 = visit(process.port, SECONDS, what)
    scanning.join()
    _say(f"  (answers to the network: {dict(sorted(found.items()))})")
    return p95, found


def _scanned(process: subprocess.Popen) -> bool:
    """Every address, then only searches, then log-ins, from one network and from many. True when the promise was kept."""
    port, everything = process.port, _everything()
    p95, found = _beside(
        process,
        f"a scan of {len(everything)} addresses",
        lambda number: fetch(port, everything[number % len(everything)], SCANNER)[0],
    )
    kept = p95 <= SCAN_PROMISE and found[429] > 0 and not any(status >= 500 for status in found)
    searches = ADDRESSES[1:]
    p95, found = _beside(
        process, "searches", lambda number: fetch(port, searches[number % len(searches)], "127.0.0.67")[0]
    )
    kept &= p95 <= PROMISE and found[429] > 0
    _status, page, cookie = fetch(port, "/partners/login/", SCANNER.replace("66", "68"))
    token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)[1].decode()
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "password": "x", "username": ""})
    headers = {"Cookie": cookie.partition(";")[0], "Content-Type": "application/x-www-form-urlencoded"}
    p95, found = _beside(
        process,
        "log-ins from many networks",
        lambda number: fetch(
            port, "/partners/login/", f"127.1.{number // 250}.{1 + number % 250}", f"{form}nobody{number}", **headers
        )[0],
    )
    return kept and p95 <= PROMISE and not any(status >= 500 for status in found)


def _changing(process: subprocess.Popen, sign: int, what: str) -> int:
    """Eight visitors while the workers change. Returns how many requests were lost."""
    lost, asked, ended = [], [], threading.Event()

    def go(number: int) -> None:
        while not ended.is_set():
            asked.append(number)
            try:
                ask(process.port, ADDRESSES[number % len(ADDRESSES)])
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
        kept &= _scanned(process)
        visit(process.port, SECONDS / 3, "nobody again", _memory(process))
        kept &= not _changing(process, signal.SIGHUP, "Workers change (HUP)")
        os.kill(_workers(process)[0], signal.SIGKILL)
        visit(process.port, 5, "after a worker was killed")
        kept &= len(_workers(process)) == 2
        kept &= not _changing(process, signal.SIGTERM, "The site stops (TERM)")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
