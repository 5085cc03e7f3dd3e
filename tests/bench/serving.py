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

from tests.elasticsearch.node import free_port

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
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: br\r\n\r\n".encode() for path in paths
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


@contextmanager
def nginx(folder: Path, port: int, content: bytes) -> Iterator[bool]:
    """The same bytes as a file behind nginx; False where it is not installed."""
    program = shutil.which("nginx")
    if not program:
        yield False
        return
    (folder / "page.html").write_bytes(content)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log /dev/null; user root;\n"
        "events { worker_connections 256; }\n"
        f"http {{ access_log off; keepalive_requests 10000000; server {{ listen 127.0.0.1:{port}; root {folder};\n"
        "location / { try_files /page.html =404; default_type text/html; } } }\n"
    )
    server = subprocess.Popen([program, "-c", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield True
    finally:
        server.terminate()
        server.wait(10)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            time.sleep(1)
            return
        except OSError:
            time.sleep(0.2)
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
        beside = free_port()
        with nginx(folder, beside, b"x" * 7_300) as is_there:
            found["nginx, a file of the same size"] = rate(beside, ("/",)) if is_there else "not installed"
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(), indent=1) + "\n")
