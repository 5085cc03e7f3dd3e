"""Files of our own format, made of the register, changed as people change them, and taken in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from directory.exchange.importing import runs
from directory.exchange.importing.plan import Item, Options, Plan
from directory.exchange.importing.planning import items, make_plan
from directory.exchange.importing.spool import Spool
from directory.exchange.tables.own import tables
from directory.exchange.tables.own_reading import read_own
from directory.exchange.tables.writing import export_register
from directory.models import Area, AreaLayer, ImportRun, Organisation, Resource, RunState, Town
from directory.partners.models import Member, Partner

Rows = list[dict[str, str]]


def read_rows(path: Path) -> Rows:
    """A CSV file by its headers."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def write_rows(path: Path, rows: Iterable[Mapping[str, str]], header: Iterable[str] = ()) -> Path:
    """A CSV file; without a header that of the first row."""
    rows = list(rows)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(header) or list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def label(table: str, column: str) -> str:
    """The header of a column."""
    return str(tables()[table].by_name[column].label)


def labelled(table: str, values: Mapping[str, str]) -> dict[str, str]:
    """A row by names of columns, as a row by headers."""
    return {label(table, name): text for name, text in values.items()}


def dry_run(path: Path, options: Options | None = None) -> tuple[Plan, list[Item]]:
    """What a file would do, with every record that it decides of."""
    with Spool("test", "import") as spool:
        plan = make_plan(spool, read_own(path), options or Options())
        return plan, list(items(spool, most=1_000_000))


def take_in(path: Path, options: Options | None = None, *, good_only: bool = False, user: Any = None) -> ImportRun:
    """Import a file, as a worker does."""
    name, content = runs.packed(path)
    run = runs.begin(name, content, options=options, good_only=good_only, user=user, state=RunState.APPLYING)
    claimed = runs.claim(run)
    assert claimed is not None
    return runs.work(claimed)


def take_back(run: ImportRun) -> ImportRun:
    """Undo an import, as a worker does."""
    assert runs.ask_undo(run)
    claimed = runs.claim(run)
    assert claimed is not None
    return runs.work(claimed)


def exported(folder: Path, format: str = "csv") -> dict[str, bytes]:
    """The register as files by name."""
    return {path.name: path.read_bytes() for path in export_register(folder, format)}


def empty_register() -> None:
    """Take away all that the demo city is made of; what every installation has stays."""
    Member.objects.all().delete()
    Partner.objects.all().delete()
    Resource.objects.all().delete()
    Organisation.objects.all().delete()
    Town.objects.all().delete()
    for layer in AreaLayer.objects.order_by("-order"):
        Area.objects.filter(layer=layer).delete()
    AreaLayer.objects.all().delete()


@pytest.fixture
def register(tmp_path: Path, db: None) -> Callable[[], Path]:
    """The register as a folder of CSV files, made anew at each call."""
    count = 0

    def make() -> Path:
        nonlocal count
        count += 1
        export_register(tmp_path / f"register{count}")
        return tmp_path / f"register{count}"

    return make
