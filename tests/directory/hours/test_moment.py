"""The moment for which an answer is made."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine

from directory.hours.rules import at, moment, next_office_morning


def read(text: str) -> datetime:
    """A moment in Japan."""
    return datetime.fromisoformat(f"{text}:00+09:00")


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-11-26T09:59", "2026-11-26T10:00"),
        ("2026-11-26T10:00", "2026-11-26T10:00"),
        ("2026-11-26T10:01", "2026-11-27T10:00"),
        # A Friday evening; a Sunday before a holiday; the turn of the year.
        ("2026-11-27T17:30", "2026-11-30T10:00"),
        ("2026-11-22T12:00", "2026-11-24T10:00"),
        ("2026-12-28T18:00", "2027-01-04T10:00"),
    ],
)
def test_should_know_the_next_morning_on_which_desks_are_open(now: str, morning: str) -> None:
    assert next_office_morning(read(now)) == read(morning)


def test_should_be_now_unless_somebody_asks_for_another_moment() -> None:
    with time_machine.travel(read("2026-11-26T03:00"), tick=False):
        assert moment() == read("2026-11-26T03:00")
        with at(read("2026-12-24T10:00")):
            assert moment() == read("2026-12-24T10:00")
        assert moment() == read("2026-11-26T03:00")
