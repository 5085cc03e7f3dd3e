"""A real Elasticsearch node for tests, from the jars on Maven Central: started, killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.ports import free_port

STARTER = Path(__file__).with_name("start")
# The first start fetches about 45 MB.
STARTING_SECONDS = 300
# Jars are kept between runs beside other downloads of this user.
JARS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "yorozu-elasticsearch"


class MissingTools(Exception):
    """No server can be started; the message says what to install."""


class Node:
    """One node on loopback; `kill` is `kill -9`."""

    def __init__(self, folder: Path, port: int, settings: tuple[str, ...] = ()) -> None:
        self.folder, self.port, self._settings = folder, port, settings
        self.url = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Node:
        """Start, or start again on the same data; returns when its HTTP port answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(STARTER), str(self.folder), str(self.port), *self._settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "ES_JARS": str(JARS)},
                start_new_session=True,
            )
        return self

    def wait(self, path: str = "/_cluster/health?wait_for_status=yellow&timeout=5s") -> Node:
        """Until the node answers whole."""
        deadline = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.url + path, timeout=10) as answer:  # noqa: S310 - loopback
                    if answer.status == 200:
                        return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        log = (self.folder.parent / f"{self.folder.name}.log").read_text(errors="replace")[-2_000:]
        raise RuntimeError(f"Elasticsearch did not start:\n{log}")

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """As a power cut would."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Cleanly."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self.is_running:
            os.killpg(self._process.pid, number)
            self._process.wait(timeout=60)
        self._process = None

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def start_node(folder: Path, port: int = 0, settings: tuple[str, ...] = ()) -> Node:
    """A node that answers. Raises MissingTools."""
    check_tools()
    return Node(folder, port or free_port(), settings).start().wait()


def check_tools() -> None:
    """Raises MissingTools unless Java and Maven are there."""
    missing = [name for name in ("java", "mvn") if not shutil.which(name)]
    if missing:
        raise MissingTools(
            f"{' and '.join(missing)} missing for a real Elasticsearch: apt-get install openjdk-17-jdk-headless maven,"
            " or set ELASTICSEARCH_URL"
        )
