"""Measure taking a register in and print one line of JSON; called by `tests.bench`.

Two files: our own format (a resource with its children is about six rows), and one row a resource with a telephone number, as
lists of cities have them. `rows` are rows of the files. `cpu_ms` is what a row takes of a processor, which says something also
where others work on the machine.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import transaction

from directory.exchange.importing import runs
from directory.exchange.importing.plan import Options
from directory.exchange.importing.planning import make_plan
from directory.exchange.importing.spool import Spool
from directory.exchange.importing.storing import write_entries
from directory.exchange.tables.own import tables
from directory.exchange.tables.own_reading import Reading, read_own
from directory.exchange.tables.profiles import Profile, register_profile
from directory.exchange.tables.register_rows import ordered_keys
from directory.exchange.tables.rows import Cell, Place, Row
from directory.exchange.tables.writing import export_register
from directory.models import Organisation, Resource, RunState
from portal.demo import city


def memory() -> float:
    """What this process holds now, in MB; the highest mark begins anew from here."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def most() -> float:
    """The most that this process has held since `memory` was asked, in MB."""
    return _status("VmHWM")


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def flat(size: int) -> Reading:
    """Rows as a list of facilities gives them: one resource each, with its number."""
    organisation = str(Organisation.objects.order_by("pk").values_list("uuid", flat=True)[0])

    def rows() -> Iterator[Row]:
        for number in range(2, size + 2):
            place, key = Place("list", number), f"{number:06}"

            def cells(place: Place = place, **texts: str) -> dict[str, Cell]:
                return {name: Cell(text, Place(place.sheet, place.row, name)) for name, text in texts.items()}

            texts = {
                "kind": "居場所", "name": f"ためしの広間 第{number}", "reading": f"ためしのひろま だい{number}",
                "summary": "だれでも来てよい広間です。", "organisation": organisation, "type": "ibasho",
                "fields": "community", "areas": "tobu", "address": f"1丁目{number}", "lat": "35.1", "lon": "139.1",
            }  # fmt: skip
            yield Row("resources", place, cells(**texts), source_key=key)
            yield Row("channels", place, cells(resource=key, kind="電話", value=f"0000-{number:06}"))

    return Reading(rows(), frozenset())


def planned(reading: Reading) -> tuple[float, int]:
    """Seconds of a dry run, and how many rows it had."""
    start = time.perf_counter()
    with Spool("bench", "bench") as spool:
        plan = make_plan(spool, reading, Options(undecided="another"))
    assert plan.is_clean, plan.problems[:3]
    return time.perf_counter() - start, plan.rows


def main(size: int) -> None:
    """A register of so many resources out, and into a site that has none of them; then a list of so many rows."""
    city.load(1, size, None)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        export_register(Path(folder))
        exported = time.perf_counter() - start
        Resource.objects.all().delete()
        before = memory()
        own_seconds, own_rows = planned(read_own(Path(folder)))
        planning_mb = most() - before
        name, content = runs.packed(Path(folder))
        run = runs.begin(name, content, state=RunState.APPLYING)
        before = memory()
        start, busy = time.perf_counter(), time.process_time()
        claimed = runs.claim(run)
        assert claimed is not None
        run = runs.work(claimed)
        assert run.state == RunState.DONE, run.plan["problems"][:3]
        whole, busy = time.perf_counter() - start, time.process_time() - busy
        importing_mb = most() - before
    start = time.perf_counter()
    undone = runs.ask_undo(run) and runs.work(runs.claim() or run)
    undo_seconds = time.perf_counter() - start
    assert undone and undone.state == RunState.UNDONE
    flat_seconds, _rows = planned(flat(size))
    register_profile(Profile("bench", "bench", lambda path: flat(size)))
    run = runs.begin(
        "list.csv", b"bench", profile="bench", options=Options(undecided="another"), state=RunState.APPLYING
    )
    claimed = runs.claim(run)
    assert claimed is not None
    before = memory()
    start, flat_busy = time.perf_counter(), time.process_time()
    run = runs.work(claimed)
    assert run.state == RunState.DONE, run.plan["problems"][:3]
    flat_import, flat_busy = time.perf_counter() - start, time.process_time() - flat_busy
    flat_mb = most() - before
    # The register and the public have it before the admin's search has.
    followed = time.perf_counter()
    with transaction.atomic():
        write_entries(tables()["resources"], ordered_keys(tables()["resources"])[:500])
    entry = (time.perf_counter() - followed) / 500
    found = {
        "resources": size,
        "rows": own_rows,
        "export_seconds": exported,
        "planned_per_second": own_rows / own_seconds,
        "imported_per_second": own_rows / whole,
        "imported_cpu_ms": 1000 * busy / own_rows,
        "undo_seconds": undo_seconds,
        "flat_planned_per_second": size / flat_seconds,
        "flat_imported_per_second": size / flat_import,
        "flat_imported_cpu_ms": 1000 * flat_busy / size,
        "flat_written_per_second": size / max(flat_import - entry * size, 0.001),
        "planning_mb": planning_mb,
        "importing_mb": importing_mb,
        "flat_importing_mb": flat_mb,
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    main(int(sys.argv[1]))
