"""Asking a server for pages as fast as it answers: with `wrk` where there is one, else with two processes of Python.

A client in Python takes as long over an answer as nginx over thirty, so what it measures of nginx is itself.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CLIENTS = 2
# wrk answers for all of its connections in one thread; a site of two workers has four threads each.
CONNECTIONS = 8
ACCEPTED = "br, gzip"
WARM_UP_SECONDS = 1.0
_TICKS = os.sysconf("SC_CLK_TCK")
# What wrk is told: the paths in turn. At the end it says what it found in a line of its own.
_SCRIPT = """
local paths = {{{paths}}}
local asked, number = {{}}, 0
init = function()
    for place, path in ipairs(paths) do
        asked[place] = wrk.format("GET", path, {{["Accept-Encoding"] = "{accepted}"}})
    end
end
request = function()
    number = number + 1
    return asked[number % #asked + 1]
end
done = function(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format("found %d %d %d %d %d\\n", summary.requests, summary.duration, failed,
        latency:percentile(50), latency:percentile(95)))
end
"""


@dataclass(frozen=True)
class Rate:
    """What a client saw, and what the server's processes took of the processors for each answer."""

    client: str
    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float | None

    def as_row(self) -> dict[str, object]:
        """For JSON."""
        return {name: value for name, value in vars(self).items() if value is not None}


def program() -> str | None:
    """Where wrk is, if it is installed (Debian: `apt-get install wrk`)."""
    return shutil.which("wrk")


def rate(port: int, paths: tuple[str, ...], seconds: float, serving: Iterable[int] = ()) -> Rate:
    """Ask for the paths in turn. `serving` are the processes whose time is measured. Raises SystemExit for any other answer
    than a page.
    """
    ask = _ask_with_wrk if program() else _ask_with_python
    ask(port, paths, WARM_UP_SECONDS)
    processes = list(serving)
    with _measured(processes) as took:
        answers, took_seconds, p50, p95 = ask(port, paths, seconds)
    cpu = took[0] * 1000 / answers if processes else None
    return Rate("wrk" if program() else "Python", answers / took_seconds, p50, p95, cpu)


def workers_of(process: int) -> list[int]:
    """The processes that a server has started, and that answer for it. nginx listens a moment before it starts them."""
    children = Path(f"/proc/{process}/task/{process}/children")
    deadline = time.monotonic() + 10
    while not (found := children.read_text().split()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [int(child) for child in found]


@contextmanager
def _measured(processes: list[int]) -> Iterator[list[float]]:
    """The seconds of processor time that these processes take meanwhile, in a list of one."""
    found = [0.0]
    before = sum(map(_seconds_of, processes))
    yield found
    found[0] = sum(map(_seconds_of, processes)) - before


def _seconds_of(process: int) -> float:
    # After the name in brackets; user and system are the 14th and 15th of all columns.
    columns = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(columns[11]) + int(columns[12])) / _TICKS


def _ask_with_wrk(port: int, paths: tuple[str, ...], seconds: float) -> tuple[int, float, float, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        quoted = ", ".join(f'"{path}"' for path in paths)
        script.write(_SCRIPT.format(paths=quoted, accepted=ACCEPTED))
        script.flush()
        address = f"http://127.0.0.1:{port}/"
        command = [
            str(program()),
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{max(round(seconds), 1)}s",
            "-s",
            script.name,
            address,
        ]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"^found (\d+) (\d+) (\d+) (\d+) (\d+)$", said, re.MULTILINE)
    if found is None or int(found[3]) or not int(found[1]):
        raise SystemExit(f"{paths} were not all answered:\n{said}")
    return int(found[1]), int(found[2]) / 1e6, int(found[4]) / 1000, int(found[5]) / 1000


def _ask_with_python(port: int, paths: tuple[str, ...], seconds: float) -> tuple[int, float, float, float]:
    with ProcessPoolExecutor(CLIENTS) as clients:
        found = list(clients.map(_ask_on_one, [port] * CLIENTS, [paths] * CLIENTS, [seconds] * CLIENTS))
    times = sorted(time for one in found for time in one)
    return len(times), seconds, statistics.median(times), times[int(len(times) * 0.95)]


def _ask_on_one(port: int, paths: tuple[str, ...], seconds: float) -> list[float]:
    """Ask for the paths in turn on one connection; milliseconds of each answer."""
    measured: list[float] = []
    requests = [
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: {ACCEPTED}\r\n\r\n".encode()
        for path in paths
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        file = connection.makefile("rb")
        until, number = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            started = time.perf_counter()
            connection.sendall(requests[number % len(requests)])
            status, length = file.readline(), 0
            if b" 200 " not in status:
                raise SystemExit(f"{paths[number % len(paths)]} answered {status!r}")
            while (line := file.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            file.read(length)
            measured.append((time.perf_counter() - started) * 1000)
            number += 1
    return measured
