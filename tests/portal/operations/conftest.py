"""A real Redis of this test's own, that can be killed, frozen and started again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import caches

from portal.operations.cache import PatientRedisCache
from tests.ports import free_port


class Redis:
    """`redis-server` on a port of its own, without a disk."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = free_port()
        self.program, self.folder, self.process = program, folder, None
        self.start()

    @property
    def address(self) -> str:
        """What REDIS_URL says."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it (again, and empty)."""
        options = ["--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.process = subprocess.Popen([self.program, "--bind", "127.0.0.1", *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("redis-server did not start")

    def kill(self) -> None:
        """As a machine that loses its power."""
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait(10)

    def freeze(self) -> None:
        """It takes connections and says nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture
def redis(tmp_path: Path, settings: object) -> Iterator[Redis]:
    """The cache of the site lies in it. A laptop may skip; CI may not."""
    program = shutil.which("redis-server")
    if program is None:
        reason = "redis-server is missing: apt-get install redis-server"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    server = Redis(program, tmp_path)
    settings.REDIS_URL = server.address
    settings.CACHES = {"default": {"BACKEND": "portal.operations.cache.PatientRedisCache", "LOCATION": server.address}}
    PatientRedisCache._rests_until.clear()
    yield server
    caches["default"].close()
    for pool in caches["default"]._cache._pools.values():
        pool.disconnect()
    server.kill()
    PatientRedisCache._rests_until.clear()
