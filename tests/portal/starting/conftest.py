"""A database without the demo, and a folder with the files that a city hands over."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from directory.cache import forget_all
from directory.fixtures import FIXTURES
from portal.demo import city
from search import indexing
from search.modelsearch.renewal import waiting_for_renewal
from tests.directory.partners.conftest import hellowork, silver, world  # noqa: F401 (fixtures)
from tests.portal.kept.conftest import ask  # noqa: F401 (a fixture)

Run = Callable[..., str]


class Terminal(StringIO):
    """Answers that somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def empty(own_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `migrate` and `load_reference`: the demo was never there."""
    monkeypatch.setattr(city, "STAMP", tmp_path / "demo.json")
    with indexing.waiting_for_rebuild(), waiting_for_renewal():
        city.take_away()
    commit()


def commit() -> None:
    """What a test made before it looks was committed for whoever asks now: a test is one transaction, and marks stand once in it."""
    forget_all()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The example, to be changed."""
    return Path(shutil.copytree(FIXTURES / "starting" / "example", tmp_path / "files"))


@pytest.fixture
def start(files: Path) -> Run:
    """Run the command on the example (or on other arguments); returns what it printed."""

    def run(*arguments: str, **options: Any) -> str:
        out = StringIO()
        given = arguments or (str(files / "start.yaml"),)
        call_command("start_municipality", *given, stdout=out, stderr=out, **{"asks": False, **options})
        return out.getvalue()

    return run


@pytest.fixture
def begun(empty: None, start: Run) -> str:
    """The example city has begun; what was printed."""
    printed = start()
    commit()
    return printed


@pytest.fixture
def beside(own_index: Path, start: Run, files: Path) -> Run:
    """The same beside the demo, which nobody has to take away first: for runs that write nothing."""
    areas = (files / "areas.csv").read_text().replace(",tobu,", ",,").replace(",seibu,", ",,")
    (files / "areas.csv").write_text(areas)
    return lambda *arguments, **options: start(*(arguments or (str(files / "start.yaml"),)), "--beside-demo", **options)
