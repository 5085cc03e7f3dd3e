"""Every call that ships holds: what somebody types in trouble brings the band, the line and the desk that are right."""

from __future__ import annotations

import pytest
import time_machine

from directory.choices import TopicRole
from directory.fixtures import read_csv
from directory.judging.calls import broken_calls


def test_should_have_a_call_for_every_topic_of_danger_that_ships() -> None:
    # An ear that has read nothing of a topic overrules its words without a sound; the call is what says so.
    called = {topic for call in read_csv("vocabulary/calls.csv") for topic in call["topics"].split("|")}
    topics = {row["code"] for row in read_csv("vocabulary/danger_topics.csv") if row["role"] != TopicRole.CALM}
    assert not topics - called, f"fixtures/vocabulary/calls.csv: {topics - called}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        "2026-11-26T14:00:00+09:00",
        "2026-11-26T17:30:00+09:00",
        "2026-11-28T03:00:00+09:00",
        "2026-12-31T11:00:00+09:00",
    ],
)
def test_should_hold_every_call_that_ships(now: str) -> None:
    """Whenever somebody looks: they are judged for a morning on which desks are open."""
    with time_machine.travel(now, tick=False):
        assert [str(problem) for problem in broken_calls()] == []
