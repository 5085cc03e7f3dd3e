"""How many kept and how many newly made pages a site gives a second, over HTTP; with nginx beside it where there is one.

`python -m tests.bench.serving`: a demo on two workers, asked by two processes with kept-alive connections from this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from tests.elasticsearch.node import free_port
from tests.nginx import program, running, shipped

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
CLIENTS, WORKERS = 2, 2
KEPT = ("/", "/browse/desk/", "/find/")
MADE = tuple(
    f"/search/?q={quote(words)}" for words in ("居場所 東部", "こども食堂", "相談", "家賃払えん", "職安 紹介状")
)


def ask(port: int, paths: tuple[str, ...], seconds: float) -> list[float]:
    """Ask for the paths in turn on one connection; milliseconds of each answer."""
    measured: list[float] = []
    requests = [
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: br, gzip\r\n\r\n".encode() for path in paths
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


def rate(port: int, paths: tuple[str, ...]) -> dict[str, float]:
    """Answers a second of all clients together, and how long one takes."""
    with ProcessPoolExecutor(CLIENTS) as clients:
        list(clients.map(ask, [port] * CLIENTS, [paths] * CLIENTS, [1.0] * CLIENTS))
        found = list(clients.map(ask, [port] * CLIENTS, [paths] * CLIENTS, [SECONDS] * CLIENTS))
    times = sorted(time for one in found for time in one)
    return {
        "per_second": len(times) / SECONDS,
        "p50_ms": statistics.median(times),
        "p95_ms": times[int(len(times) * 0.95)],
    }


@contextmanager
def served(folder: Path, port: int) -> Iterator[None]:
    """A demo in a folder of its own."""
    environment = {
        **os.environ,
        "YOROZU_ENV": "demo",
        "YOROZU_VAR": str(folder),
        "PORT": str(port),
        "RATE_LIMITS": "false",
        "KEPT_PAGES": "true",
    }
    for command in (["migrate"], ["collectstatic", "--noinput"], ["demo_data"]):
        subprocess.run(
            [sys.executable, "manage.py", *command, "--verbosity", "0"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait(port)
        yield
    finally:
        server.terminate()
        server.wait(30)


def _wait(port: int) -> None:
    """Until every worker answers: they read their words before, and a connection waits for the one that takes it."""
    deadline, quick = time.monotonic() + 180, 0
    while time.monotonic() < deadline:
        started = time.perf_counter()
        try:
            with urlopen(f"http://127.0.0.1:{port}/find/", timeout=60) as answer:
                answer.read()
        except OSError:
            time.sleep(0.2)
            continue
        quick = quick + 1 if time.perf_counter() - started < 0.1 else 0
        if quick == 10 * WORKERS:
            return
    raise SystemExit("the server did not start")


def main() -> dict[str, object]:
    """Measure, one after the other."""
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="yorozu-bench-") as temporary:
        folder, port = Path(temporary), free_port()
        (folder / "site").mkdir()
        with served(folder / "site", port):
            found["kept"] = rate(port, KEPT)
            found["made"] = rate(port, MADE)
            if program():
                beside = free_port()
                with running(folder, beside, shipped(beside, port, folder / "site")):
                    found["kept, from the disk"] = rate(beside, KEPT)
                found["nginx, the same files"] = _files_of_nginx(folder)
    return found


def _files_of_nginx(folder: Path) -> dict[str, float]:
    """The same pages as the same files, by nginx with no rule and no header of ours."""
    port, files = free_port(), folder / "files"
    lie = next((folder / "site" / "kept" / "current" / "http").iterdir())
    for path in KEPT:
        (files / path[1:]).mkdir(parents=True, exist_ok=True)
        for ending in ("", ".gz"):
            shutil.copy(lie / path[1:] / f"_.html{ending}", files / path[1:] / f"index.html{ending}")
    content = f"server {{ listen 127.0.0.1:{port}; root {files}; gzip_static on; }}"
    with running(folder, port, content):
        return rate(port, KEPT)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(), indent=1) + "\n")
