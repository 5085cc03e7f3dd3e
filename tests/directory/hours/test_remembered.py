"""What a schedule remembers of its status is what would be found anew, at every moment and in any order."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from directory.hours import rules, text
from directory.hours.rules import OpeningException, OpeningRule, Schedule

TOKYO = ZoneInfo("Asia/Tokyo")
BEGIN = datetime(2026, 12, 26, tzinfo=TOKYO)
DAYS = 12
OFFICE = OpeningRule(weekdays=(0, 1, 2, 3, 4), opens=time(8, 30), closes=time(17, 15))
NIGHTS = OpeningRule(weekdays=(4, 5, 6), opens=time(21), closes=time(5), holidays="open", note="電話だけ")
ALWAYS = OpeningRule(weekdays=tuple(range(7)), opens=time(0), closes=time(0), holidays="open")
NEW_YEAR = OpeningException(start=date(2026, 12, 29), end=date(2027, 1, 3), closed=True, reason="年末年始")
SPECIAL = OpeningException(
    start=date(2026, 12, 30), end=date(2026, 12, 30), closed=False, opens=time(10), closes=time(15), reason="相談会"
)
# Always open, and closed for a day: fifteen days before it nobody names an end, thirteen days before somebody does.
PAUSE = OpeningException(start=date(2027, 1, 14), end=date(2027, 1, 14), closed=True)
HALF_DAY = OpeningException(
    start=date(2027, 1, 12), end=date(2027, 1, 12), closed=False, opens=time(0), closes=time(17)
)
LATER = OpeningRule(weekdays=(2,), opens=time(9), closes=time(12), valid_from=date(2027, 6, 26))

SCHEDULES = {
    "office": Schedule(rules=(OFFICE,), exceptions=(NEW_YEAR, SPECIAL)),
    "nights": Schedule(rules=(OFFICE, NIGHTS)),
    "always": Schedule(rules=(ALWAYS,)),
    "always, with a pause": Schedule(rules=(ALWAYS,), exceptions=(PAUSE, HALF_DAY)),
    "next summer": Schedule(rules=(LATER,)),
    "only what is special": Schedule(exceptions=(SPECIAL,)),
    "unknown": Schedule(),
}


def anew(schedule: Schedule) -> Schedule:
    return Schedule(rules=schedule.rules, exceptions=schedule.exceptions)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("is_shuffled", [False, True])
def test_should_say_what_would_be_found_anew(name: str, is_shuffled: bool) -> None:
    schedule = SCHEDULES[name]
    moments = [BEGIN + timedelta(minutes=15 * number) for number in range(DAYS * 24 * 4)]
    if is_shuffled:
        random.Random(1).shuffle(moments)
    for moment in moments:
        fresh = anew(schedule)
        with rules.noting_turns() as expected:
            status = rules.status(fresh, moment)
        with rules.noting_turns() as noted:
            assert rules.status(schedule, moment) == status
        assert noted == expected
        assert text.describe_status(rules.status(schedule, moment), moment) == text._in_words.__wrapped__(
            status, moment.date(), text._is_far(status, moment), "ja"
        )


def test_should_find_little_anew_within_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []
    find = rules._known
    monkeypatch.setattr(rules, "_known", lambda schedule, at: asked.append(at) or find(schedule, at))
    schedule = anew(SCHEDULES["office"])
    for minute in range(24 * 60):
        rules.status(schedule, BEGIN + timedelta(days=2, minutes=minute))
    # Midnight, opening, closing.
    assert len(asked) == 3


def test_should_remember_nothing_in_a_copy_with_other_rules_or_in_what_is_written() -> None:
    schedule, moment = anew(SCHEDULES["office"]), BEGIN + timedelta(days=2, hours=10)
    assert rules.status(schedule, moment).state == "open"
    assert rules.status(schedule.model_copy(update={"rules": ()}), moment).state == "unknown"
    assert rules.status(schedule.model_copy(update={"exceptions": (PAUSE,)}), moment).state == "open"
    fresh = anew(schedule)
    assert schedule == fresh
    assert hash(schedule) == hash(fresh)
    assert schedule.model_dump_json() == fresh.model_dump_json()
    assert schedule.model_dump() == fresh.model_dump()
