"""How many kept and how many newly made pages a site gives a second, over HTTP, and what each takes of the processors; with
nginx beside it where there is one.

`python -m tests.bench.serving`: a demo on two workers, asked from this machine (`asking`). The client and the server share its
processors, so pages a second are of a machine that does nothing else; `cpu_ms` says what a page costs also where others work.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from tests.bench.asking import rate, workers_of
from tests.nginx import SHIPPED, program, running, shipped
from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
WORKERS = 2
KEPT = ("/", "/browse/desk/", "/find/")
# Behind `?` stands what no view knows: such an address is never kept, and the page is made anew.
ANEW = "?anew=1"
MADE = tuple(
    f"/search/?q={quote(words)}" for words in ("居場所 東部", "こども食堂", "相談", "家賃払えん", "職安 紹介状")
)


@contextmanager
def served(folder: Path, port: int) -> Iterator[list[int]]:
    """A demo in a folder of its own; the processes that answer."""
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
        yield workers_of(server.pid)
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
        with served(folder / "site", port) as workers:
            detail = f"{_first_of(port, '/browse/desk/', '/resources/')}{ANEW}"
            asked = {
                "kept": KEPT,
                "results, made anew": MADE,
                "home, made anew": (f"/{ANEW}",),
                "an entry, made anew": (detail,),
            }
            for name, paths in asked.items():
                found[name] = rate(port, paths, SECONDS, workers).as_row()
            if program():
                beside = free_port()
                with running(folder, beside, shipped(beside, port, folder / "site")) as nginx:
                    # Before the first answer the pages lie nowhere.
                    found["kept, from the disk"] = rate(beside, KEPT, SECONDS, workers_of(nginx)).as_row()
                for name, more in (("with our headers", _headers()), ("with no rule of ours", "")):
                    found[f"nginx, the same files {name}"] = _files_of_nginx(folder, more)
    return found


def _first_of(port: int, page: str, beginning: str) -> str:
    """The first address on a page that begins so."""
    with urlopen(f"http://127.0.0.1:{port}{page}", timeout=60) as answer:
        text = answer.read().decode()
    start = text.index(f'href="{beginning}') + len('href="')
    return text[start : text.index('"', start)]


def _headers() -> str:
    """The headers that a kept page has by the rules that are shipped, whatever gives it out."""
    lines = (line.strip() for line in SHIPPED.read_text().partition("try_files $yorozu_kept")[2].splitlines())
    return " ".join(line for line in takewhile(lambda line: line != "}", lines) if line.startswith("add_header"))


def _files_of_nginx(folder: Path, more: str) -> dict[str, object]:
    """The same pages as the same files, by nginx with no rule of ours but `more`."""
    port, files = free_port(), folder / "files"
    lie = next((folder / "site" / "kept" / "current" / "http").iterdir())
    for path in KEPT:
        (files / path[1:]).mkdir(parents=True, exist_ok=True)
        for ending in ("", ".gz"):
            shutil.copy(lie / path[1:] / f"_.html{ending}", files / path[1:] / f"index.html{ending}")
    content = f"server {{ listen 127.0.0.1:{port}; root {files}; gzip_static on; {more} }}"
    with running(folder, port, content) as nginx:
        return rate(port, KEPT, SECONDS, workers_of(nginx)).as_row()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()) + "\n")
