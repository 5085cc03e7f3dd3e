"""Every call that ships holds: what somebody types in trouble brings the band, the line and the desk that are right."""

from __future__ import annotations

import pytest

from portal.calls import broken_calls


@pytest.mark.django_db
def test_should_hold_every_call_that_ships() -> None:
    assert [str(problem) for problem in broken_calls()] == []
