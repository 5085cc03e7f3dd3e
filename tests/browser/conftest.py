"""A real site for a real browser: the demo as `make demo` serves it, in a folder and a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import template
from tests.nginx import program
from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STARTING_SECONDS = 60


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is. A laptop may skip; CI may not."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        reason = "Chromium is missing: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def nginx() -> str:
    """Where nginx is. A laptop may skip; CI may not."""
    found = program()
    if not found:
        reason = "nginx is missing: apt-get install nginx"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def site_environment(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a demo that is loaded and ready to be served; on SQLite, whatever the run is on."""
    folder, port = tmp_path_factory.mktemp("site"), str(free_port())
    environment = {**os.environ, "YOROZU_ENV": "demo", "YOROZU_VAR": str(folder), "PORT": port, "KEPT_PAGES": "true"}
    environment.pop("DATABASE_URL", None)
    if not template.copy_site(folder):
        manage(environment, "migrate", "--verbosity", "0")
        manage(environment, "demo_data", "--verbosity", "0")
    manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    return environment


def manage(environment: dict[str, str], *command: str) -> str:
    """Run a command beside the site. Returns what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


@contextmanager
def served(environment: dict[str, str]) -> Iterator[str]:
    """The address of a site that runs in this environment as `make demo` starts it, in one worker."""
    address = f"http://127.0.0.1:{environment['PORT']}"
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{environment['PORT']}", "--workers", "1"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="session")
def site(site_environment: dict[str, str]) -> Iterator[str]:
    """The address of a running demo."""
    with served(site_environment) as address:
        yield address


def _wait(address: str, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("the demo did not start")


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests here, gone with them: Django refuses its database beside Playwright's loop. Each test opens a
    context of its own."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()
