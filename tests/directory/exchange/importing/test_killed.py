"""A worker that is killed in the middle leaves nothing half done, and whoever comes next goes on."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.directory.exchange.importing.conftest import label, read_rows, write_rows
from tests.template import DATABASE, ROOT, copy_site

# Small batches, so that there is a middle.
WORKER = (
    "import sys, django; django.setup(); from directory.exchange.importing import applying, runs; applying.BATCH = 15; "
    "from django.core.management import call_command; call_command(*sys.argv[1:])"
)


class Site:
    """A site of its own on SQLite, run by real processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "YOROZU_ENV": "demo",
            "YOROZU_VAR": str(folder),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        self.environment.pop("DATABASE_URL", None)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WORKER, *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *arguments: str) -> None:
        process = self.start(*arguments)
        _out, error = process.communicate(timeout=240)
        assert process.returncode == 0, error.decode()

    def ask(self, question: str) -> list[tuple]:
        with closing(sqlite3.connect(self.folder / DATABASE, timeout=30)) as database:
            return database.execute(question).fetchall()

    def do(self, statement: str) -> None:
        with closing(sqlite3.connect(self.folder / DATABASE, timeout=30)) as database, database:
            database.execute(statement)


@pytest.mark.server
def test_should_go_on_where_a_killed_worker_stopped(tmp_path: Path) -> None:
    site_folder, out = tmp_path / "site", tmp_path / "out"
    site_folder.mkdir()
    if not copy_site(site_folder):
        pytest.skip("a run on PostgreSQL has no file to copy")
    site = Site(site_folder)
    site.run("export_register", str(out))
    rows = read_rows(out / "resources.csv")
    for row in rows:
        row[label("resources", "summary")] = f"{row[label('resources', 'summary')][:100]}（改）"
    write_rows(out / "resources.csv", rows)
    worker = site.start("import_register", str(out))
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline and worker.poll() is None:
        if len(site.ask("SELECT 1 FROM directory_importchange")) >= 30:
            break
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    changed = {pk for (pk,) in site.ask("SELECT id FROM directory_resource WHERE summary LIKE '%（改）'")}
    assert 0 < len(changed) < len(rows), "it was not in the middle"
    lines = site.ask("SELECT key FROM directory_importchange")
    assert len(lines) == len(changed), "the journal says what stands"
    shown = site.ask(
        "SELECT resource_id FROM directory_publicrecord WHERE json_extract(data, '$.summary') LIKE '%（改）'"
    )
    assert {pk for (pk,) in shown} == changed, "what the public sees is what stands"
    revised = site.ask(
        "SELECT r.id FROM directory_resource r JOIN wagtailcore_revision v ON v.id = r.latest_revision_id "
        "WHERE json_extract(v.content, '$.summary') LIKE '%（改）'"
    )
    assert {pk for (pk,) in revised} == changed, "what an editor opens is what stands"
    assert site.ask("SELECT state FROM directory_importrun") == [("applying",)]
    # Nobody has heard of the worker for a minute.
    site.do("UPDATE directory_importrun SET beat_at = '2026-01-01 00:00:00'")
    site.run("run_imports", "--once")
    assert site.ask("SELECT state FROM directory_importrun") == [("done",)]
    again = tmp_path / "again"
    site.run("export_register", str(again))
    assert {path.name: path.read_bytes() for path in again.iterdir() if path.name != "resources.csv"} == {
        path.name: path.read_bytes() for path in out.iterdir() if path.name != "resources.csv"
    }
    assert read_rows(again / "resources.csv") == rows
