"""The demo as tests find it: loaded once by a process of its own, and copied for every process and site of a run.

At the desk it is kept under `var/tests/` for the next run, while the day and all that it was made of are the same. CI makes
it anew; so does every run on PostgreSQL, as the database `yorozu_tests`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from tests.environment import RUN, WORKER
from tests.load_demo import EMPTY

ROOT = Path(__file__).resolve().parent.parent
# Beside the modules that it imports: what it reads, and migrations, of which a new one is imported by nobody yet.
READ = ("fixtures/**/*.*", "search/data/*", "*/migrations/*.py", "*/*/migrations/*.py", "requirements-test.lock")
DATABASE, MADE_OF, DAY = "db.sqlite3", "made-of.json", "day"
# What a process has of its own already.
OWN = (DATABASE, EMPTY, MADE_OF, "secret_key", "static")
ON_SERVER = "yorozu_tests"


@contextmanager
def loaded_demo() -> Iterator[Path]:
    """The folder (YOROZU_VAR) of the loaded demo, made by whoever comes first; nobody changes it inside."""
    is_kept = connection.vendor == "sqlite" and not os.environ.get("CI")
    folder = ROOT / "var" / "tests" / "demo" if is_kept else Path(os.environ[RUN]) / "demo"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _stands(folder):
            _load(folder)
        yield folder


def load_meanwhile() -> None:
    """Begin to make it, if need be, while tests run that need none."""

    def make() -> None:
        # Whoever needs it waits for the lock, and tries again if this failed.
        with suppress(subprocess.CalledProcessError), loaded_demo():
            pass

    threading.Thread(target=make, daemon=True).start()


def copy_files(demo: Path, folder: Path) -> None:
    """Index, dictionary, pictures ... of the demo, for a process or a site that has the database from elsewhere."""
    shutil.copytree(demo, folder, ignore=shutil.ignore_patterns(*OWN), dirs_exist_ok=True)


def copy_site(folder: Path) -> bool:
    """All of it as the folder of a site on SQLite; whether that could be done (a run on PostgreSQL has no file to copy)."""
    with loaded_demo() as demo:
        if not (demo / DATABASE).exists():
            return False
        shutil.copy(demo / DATABASE, folder / DATABASE)
        copy_files(demo, folder)
        return True


def copy_empty(folder: Path) -> bool:
    """The database of a site right after `migrate`; whether that could be done, as above."""
    with loaded_demo() as demo:
        if not (demo / EMPTY).exists():
            return False
        shutil.copy(demo / EMPTY, folder / DATABASE)
        return True


def stand_on_copy() -> None:
    """Let this process have a database, an index and a dictionary of its own."""
    with loaded_demo() as demo:
        copy_files(demo, settings.VAR_DIR)
        if connection.vendor == "sqlite":
            # In memory, as Django's own test runner has it.
            connection.settings_dict["NAME"] = connection.creation._get_test_db_name()
            connection.ensure_connection()
            with closing(sqlite3.connect(demo / DATABASE)) as source:
                source.backup(connection.connection)
        else:
            name = f"{ON_SERVER}_{WORKER}"
            _on_server(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} TEMPLATE {ON_SERVER}")
            connection.settings_dict["NAME"] = name


def leave_copy() -> None:
    """After the last test of this process."""
    connection.close()
    if connection.vendor != "sqlite":
        _on_server(f"DROP DATABASE {connection.settings_dict['NAME']}")


def _on_server(*statements: str) -> None:
    import psycopg

    connection.close()
    own = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    given = {name: settings.DATABASES["default"][key] for name, key in own.items()}
    with psycopg.connect(**{k: v for k, v in given.items() if v}, dbname="postgres", autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


def _load(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    started = time.time()
    environment = {**os.environ, "YOROZU_VAR": str(folder)}
    if connection.vendor != "sqlite":
        _on_server(f"DROP DATABASE IF EXISTS {ON_SERVER}", f"CREATE DATABASE {ON_SERVER}")
        url = urlsplit(os.environ["DATABASE_URL"])
        environment["DATABASE_URL"] = url._replace(path=f"{url.path.rpartition('/')[0]}/{ON_SERVER}").geturl()
    done = subprocess.run(
        [sys.executable, "-m", "tests.load_demo"],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    modules = [*json.loads(done.stdout), str(Path(__file__).relative_to(ROOT))]
    made_of = _made_of(modules)
    # Whoever edits meanwhile has it made anew next time.
    made_of |= {name: "" for name in made_of if name != DAY and (ROOT / name).stat().st_mtime > started}
    (folder / MADE_OF).write_text(json.dumps(made_of))


def _stands(folder: Path) -> bool:
    try:
        kept = json.loads((folder / MADE_OF).read_text())
    except (OSError, ValueError):
        return False
    return kept == _made_of(kept)


def _made_of(modules: Iterable[str]) -> dict[str, str]:
    """A digest of each of these files and of all that is read, and the day: some records begin or end in some days."""
    names = {str(file.relative_to(ROOT)) for pattern in READ for file in ROOT.glob(pattern)}
    # Views make pages of records, and no records.
    names |= {name for name in modules if (ROOT / name).is_file() and "/views/" not in name}
    return {
        DAY: date.today().isoformat(),
        **{name: hashlib.blake2b((ROOT / name).read_bytes()).hexdigest() for name in sorted(names)},
    }
