"""Answers are made for the moment: what is closed stands behind what answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import time_machine
from django.utils import timezone

from directory.hours import rules


@contextmanager
def in_office_hours() -> Iterator[None]:
    """In the evening and on Sundays the next working morning."""
    now = timezone.localtime()
    if rules.in_office_hours(now):
        yield
        return
    with time_machine.travel(rules.next_office_morning(now), tick=True):
        yield
