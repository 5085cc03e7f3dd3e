"""Notices of bad days over rules and exceptions: what is open, when it opens next, in which words, and how long that holds."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from directory.hours import rules, text
from directory.hours.schedule import TOKYO, DayNotice, OpeningException, OpeningRule, Schedule

WEEKDAYS = (OpeningRule(weekdays=(0, 1, 2, 3, 4), opens=time(9), closes=time(17)),)
THURSDAY = date(2026, 11, 26)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of November 2026; the 26th is a Thursday, the 28th a Saturday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=TOKYO)


def closing(since: datetime, until: datetime | None, reason: str = "大雨") -> DayNotice:
    return DayNotice(kind="closed", since=since, until=until, reason=reason)


def other_hours(since: datetime, until: datetime, opens: int, closes: int, **more: Any) -> DayNotice:
    return DayNotice(kind="hours", since=since, until=until, opens=time(opens), closes=time(closes), **more)


def schedule(*notices: DayNotice, **more: Any) -> Schedule:
    return Schedule(rules=WEEKDAYS, notices=notices, **more)


def test_should_cut_an_opening_in_the_middle_of_a_day() -> None:
    cut = schedule(closing(at(26, 13), at(26, 15)))
    assert rules.status(cut, at(26, 12)).closes_at == at(26, 13)
    during = rules.status(cut, at(26, 13))
    assert (during.state, during.opens_at, during.reason, during.day_off) == ("closed", at(26, 15), "大雨", True)
    assert rules.status(cut, at(26, 15)).closes_at == at(26, 17)


def test_should_end_by_itself_on_its_day_and_hour() -> None:
    shut = schedule(closing(at(26), at(27, 12)))
    assert rules.status(shut, at(27, 11, 59)).opens_at == at(27, 12)
    assert rules.status(shut, at(27, 12)).state == "open"


def test_should_know_of_no_opening_until_further_notice_and_not_search_a_year_for_one() -> None:
    shut = schedule(closing(at(26, 13), None))
    assert rules.status(shut, at(26, 12)).state == "open"
    later = rules.status(shut, at(27, 10))
    assert (later.state, later.opens_at, later.day_off) == ("closed", None, True)
    assert text.describe_status(later, at(27, 10)) == "大雨のためお休みです。次に開く日は分かっていません"


def test_should_close_what_an_exception_had_opened() -> None:
    special = OpeningException(
        start=date(2026, 11, 28), end=date(2026, 11, 28), closed=False, opens="10:00", closes="12:00"
    )
    assert rules.status(schedule(exceptions=(special,)), at(28, 11)).state == "open"
    assert rules.status(schedule(closing(at(28), at(29)), exceptions=(special,)), at(28, 11)).state == "closed"


@pytest.mark.parametrize(("daily", "state"), [(False, "closed"), (True, "open")])
def test_should_change_hours_of_days_off_only_where_it_says_so(daily: bool, state: str) -> None:
    changed = schedule(other_hours(at(26), at(30), 10, 12, opens_daily=daily))
    assert [item[:2] for item in rules.intervals(changed, THURSDAY)] == [(at(26, 10), at(26, 12))]
    assert rules.status(changed, at(28, 11)).state == state


def test_should_let_the_later_in_their_order_win() -> None:
    wide, narrow = closing(at(23), at(30)), other_hours(at(26), at(27), 10, 12)
    assert rules.status(schedule(wide, narrow), at(26, 11)).state == "open"
    assert rules.status(schedule(wide, narrow), at(27, 11)).state == "closed"
    # A short closing over a week of other hours.
    assert (
        rules.status(schedule(other_hours(at(23), at(30), 8, 20), closing(at(26), at(27))), at(26, 11)).state
        == "closed"
    )


def test_should_turn_at_both_ends_also_where_nothing_opens_or_closes() -> None:
    told = DayNotice(kind="words", since=at(28, 10), until=at(28, 14), reason="1階だけ使えます")
    with rules.noting_turns() as turns:
        rules.status(schedule(told), at(28, 9))
    assert {at(28, 10), at(28, 14)} <= set(turns)
    assert text.describe_words(schedule(told), at(28, 10)) == ["1階だけ使えます"]
    assert text.describe_words(schedule(told), at(28, 14)) == []
    assert rules.status(schedule(told), at(26, 10)).state == "open", "words change no hours"


def test_should_forget_a_status_where_only_the_notices_differ() -> None:
    plain = schedule()
    assert rules.status(plain, at(26, 10)).state == "open"
    laid = plain.model_copy(update={"notices": (closing(at(26), at(27)),)})
    assert rules.status(laid, at(26, 10)).state == "closed"
    assert rules.status(plain, at(26, 10)).state == "open"


def test_should_never_write_a_notice_into_a_record() -> None:
    assert "notices" not in schedule(closing(at(26), None)).model_dump()
    assert "notices" not in Schedule.model_json_schema()["properties"]


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (at(26), at(27), "11月26日（木）"),
        (at(26), at(29), "11月26日（木）〜11月28日（土）"),
        (at(26, 13), at(27, 9, 30), "11月26日（木） 13:00〜11月27日（金） 9:30"),
        (at(26, 13), at(26, 15), "11月26日（木） 13:00〜15:00"),
        (at(26, 13), at(27), "11月26日（木） 13:00〜24:00"),
        (at(26), at(26, 12), "11月26日（木） 0:00〜12:00"),
        (at(26), None, "11月26日（木）から、しばらくのあいだ"),
    ],
    ids=range(7),
)
def test_should_say_when_in_words(since: datetime, until: datetime | None, words: str) -> None:
    assert text.describe_span(since, until, THURSDAY) == words
    assert text.describe_exceptions(schedule(closing(since, until)), THURSDAY) == [f"{words} お休み（大雨）"]


def test_should_say_of_what_is_over_nothing() -> None:
    past = schedule(closing(at(20), at(26)))
    assert text.describe_exceptions(past, THURSDAY) == []
    assert text.describe_exceptions(past, THURSDAY - timedelta(days=1)) == [
        "11月20日（金）〜11月25日（水） お休み（大雨）"
    ]
