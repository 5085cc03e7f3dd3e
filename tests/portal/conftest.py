"""Tests of answers stand in office hours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.moments import in_office_hours
from tests.storms import storm, told  # noqa: F401 (fixtures)


@pytest.fixture(autouse=True)
def by_day() -> Iterator[None]:
    """A test that means another moment names it."""
    with in_office_hours():
        yield
