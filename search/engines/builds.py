"""Where an embedded index lies: one folder for each build, a pointer to the current one, and locks between processes.

<root>/CURRENT                the name of the build that answers, replaced atomically
<root>/<build>/index/         the engine's files
<root>/<build>/built          the shape of its documents (`TantivyEngine.is_outdated`); its age is the build's
<root>/<build>/cursor.json    how far the build has followed the changes: inside it, so both are swapped at once
"""

import fcntl
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ..files import replace_text
from .base import Cursor, EngineBusy, EngineUnavailable, IndexBroken

POLL_SECONDS = 0.02
# Longer than any name that a file system allows.
LONGEST_NAME = 1_000


class FileLock:
    """One holder at a time across threads and processes; its thread may enter again."""

    def __init__(self, path: Path, wait: float) -> None:
        """`wait` is in seconds."""
        self._path = path
        self._wait = wait
        self._threads = threading.RLock()
        self._depth = 0
        self._descriptor = -1

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the lock. Raises EngineBusy when it does not come free in time."""
        deadline = time.monotonic() + self._wait
        if not self._threads.acquire(timeout=self._wait):
            raise EngineBusy(f"Another thread is writing to {self._path.parent}")
        try:
            if self._depth == 0:
                self._descriptor = self._open(deadline)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    # Closing lets the kernel's lock go, as does the end of a process that crashed.
                    os.close(self._descriptor)
        finally:
            self._threads.release()

    def _open(self, deadline: float) -> int:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise EngineUnavailable(f"Nobody can write to {self._path.parent}: {error}") from error
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    raise EngineBusy(f"Another process is writing to {self._path.parent}") from None
                time.sleep(POLL_SECONDS)


class Builds:
    """The folders of one index."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = root / "CURRENT"
        self._pointer_name = os.fspath(self._pointer)

    def current(self) -> Path:
        """The build that answers now. Raises IndexBroken when there is none."""
        try:
            # Each search asks: a text file opened by `pathlib` costs ten times as much.
            descriptor = os.open(self._pointer_name, os.O_RDONLY | os.O_CLOEXEC)
            try:
                name = os.read(descriptor, LONGEST_NAME).decode().strip()
            finally:
                os.close(descriptor)
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError) as error:
            raise IndexBroken(f"No index in {self.root}: run `manage.py rebuild_index`") from error
        except OSError as error:
            raise EngineUnavailable(f"{self._pointer} cannot be read: {error}") from error
        build = self.root / name
        if not name or not build.is_dir():
            raise IndexBroken(f"{self._pointer} names a build that is gone: run `manage.py rebuild_index`")
        return build

    def create(self) -> Path:
        """A new folder for a build, with its index folder in it."""
        self.root.mkdir(parents=True, exist_ok=True)
        build = Path(tempfile.mkdtemp(prefix=datetime.now(UTC).strftime("%Y%m%dT%H%M%S-"), dir=self.root))
        # mkdtemp keeps others out; web server and command line may be two users of one group.
        build.chmod(0o755)
        (build / "index").mkdir()
        return build

    def activate(self, build: Path) -> None:
        """Point to `build`, and remove all others except the one before, whose readers may still be at work."""
        try:
            previous = self._pointer.read_text().strip()
        except (OSError, UnicodeDecodeError):
            previous = ""
        replace_text(self._pointer, build.name)
        for folder in self.root.iterdir():
            if folder.is_dir() and folder.name not in {build.name, previous}:
                self.discard(folder)

    def discard(self, build: Path) -> None:
        """Remove a build; files that are still open elsewhere go when they are closed."""
        shutil.rmtree(build, ignore_errors=True)


def read_cursor(build: Path) -> Cursor:
    """The cursor of a build; an unreadable one stands nowhere (`change_log.is_continued`)."""
    try:
        data = json.loads((build / "cursor.json").read_text())
        gaps = {int(change): float(at) for change, at in data["gaps"].items()}
        return Cursor(int(data["change"]), gaps, str(data.get("mark", "")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Cursor()


def write_cursor(build: Path, cursor: Cursor) -> None:
    """Keep the cursor of a build."""
    kept = {"change": cursor.change, "gaps": dict(cursor.gaps), "mark": cursor.mark}
    replace_text(build / "cursor.json", json.dumps(kept))
