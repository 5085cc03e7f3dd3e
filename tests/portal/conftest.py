"""Answers are made for the moment: what is closed stands behind what answers. Tests of answers stand in office hours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone

from directory.hours.rules import in_office_hours, next_office_morning


@pytest.fixture(autouse=True)
def by_day() -> Iterator[None]:
    """In the evening and on Sundays the next working morning; a test that means another moment names it."""
    now = timezone.localtime()
    if in_office_hours(now):
        yield
        return
    with time_machine.travel(next_office_morning(now), tick=True):
        yield
