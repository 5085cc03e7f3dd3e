"""A database without the demo, and a folder with the files that a city hands over."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from wagtail.models import Page, Site, Workflow

from directory.cache import forget_all
from directory.fixtures import FIXTURES
from directory.models import Area, AreaLayer, Field, Organisation, PublicRecord, Resource, Town
from directory.partners.models import ContactPoint
from portal.demo import city
from portal.starting.missing import missing
from search import indexing
from search.modelsearch.renewal import waiting_for_renewal
from tests.directory.partners.conftest import hellowork, silver, world  # noqa: F401 (fixtures)
from tests.portal.kept.conftest import ask  # noqa: F401 (a fixture)
from tests.standing import standing

Run = Callable[..., str]


class Terminal(StringIO):
    """Answers that somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def without_demo(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[set[str]]:
    """For a module of which all tests begin with nothing. The addresses that the demo had."""
    with emptied(django_db_blocker, tmp_path_factory.mktemp("empty")) as gone:
        yield gone


@contextmanager
def emptied(blocker: Any, folder: Path) -> Iterator[set[str]]:
    """As after `migrate` and `load_reference`: the demo was never there. The addresses that it had."""
    with standing(blocker, folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr(city, "STAMP", folder / "demo.json")
        gone = set(PublicRecord.objects.values_list("short_id", flat=True))
        with indexing.waiting_for_rebuild(), waiting_for_renewal():
            city.take_away()
        yield gone


@pytest.fixture
def empty(without_demo: set[str], own_index: Path) -> None:
    """A database without the demo."""
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
    return starting_with(files)


def starting_with(files: Path) -> Run:
    """The same for these files."""

    def run(*arguments: str, **options: Any) -> str:
        out = StringIO()
        given = arguments or (str(files / "start.yaml"),)
        call_command("start_municipality", *given, stdout=out, stderr=out, **{"asks": False, **options})
        return out.getvalue()

    return run


@pytest.fixture
def beside(own_index: Path, start: Run, files: Path) -> Run:
    """The same beside the demo, which nobody has to take away first: for runs that write nothing."""
    areas = (files / "areas.csv").read_text().replace(",tobu,", ",,").replace(",seibu,", ",,")
    (files / "areas.csv").write_text(areas)
    return lambda *arguments, **options: start(*(arguments or (str(files / "start.yaml"),)), "--beside-demo", **options)


def counts() -> dict[str, int]:
    """How much there is of everything."""
    tables = (
        Area,
        AreaLayer,
        Town,
        Field,
        Organisation,
        Resource,
        ContactPoint,
        Page,
        Group,
        Workflow,
        Site,
    )
    return {table.__name__: table._default_manager.count() for table in tables} | {
        "users": get_user_model().objects.count()
    }


def texts() -> list[str]:
    return [item.text for item in missing()]


def told(words: str) -> bool:
    return any(words in text for text in texts())


def panel(client: Client) -> BeautifulSoup | None:
    soup = BeautifulSoup(client.get("/admin/").content, "html.parser")
    return soup.select_one("section[aria-labelledby=beginning-panel]")
