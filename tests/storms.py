"""A storm in よろず市, on a Thursday afternoon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest
import time_machine

from directory.days import notices
from directory.hours.schedule import TOKYO
from directory.models import DaysNotice, OpeningRule
from tests.factories import PlaceFactory

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=TOKYO)


@pytest.fixture
def storm(db: None) -> Any:
    """It is Thursday, 14:00; the traveller moves the clock on."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of this November."""
    return datetime(2026, 11, day, hour, minute, tzinfo=TOKYO)


def open_daily(**columns: Any) -> Any:
    """A public place that is open every day from 9 to 17."""
    place = PlaceFactory(**columns)
    place.opening_rules = [OpeningRule(weekdays=[0, 1, 2, 3, 4, 5, 6], opens=time(9), closes=time(17), holidays="open")]
    place.save()
    place.save_revision().publish()
    return type(place).objects.get(pk=place.pk)


@pytest.fixture
def told(storm: Any) -> Callable[..., DaysNotice]:
    """Make a notice that is shown at once."""

    def make(*places: Any, user: Any = None, at_once: bool = True, **columns: Any) -> DaysNotice:
        values = {"since": at(26), "until": at(28), "what": "closed", "reason": "大雨", "scope": "東部", **columns}
        made, _is_new = notices.make(DaysNotice(**values), [place.pk for place in places], user, at_once=at_once)
        return made

    return make
