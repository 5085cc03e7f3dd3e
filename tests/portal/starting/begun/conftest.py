"""The example city has begun: once for all of these tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directory.fixtures import FIXTURES
from tests.portal.starting.conftest import commit, emptied, starting_with


@pytest.fixture(scope="package")
def beginning(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What the command printed."""
    folder = tmp_path_factory.mktemp("begun")
    files = Path(shutil.copytree(FIXTURES / "starting" / "example", folder / "files"))
    with emptied(django_db_blocker, folder):
        yield starting_with(files)()


@pytest.fixture
def begun(beginning: str, own_index: Path) -> str:
    """The same, for a test that may change the city."""
    commit()
    return beginning
