"""Opening hours: what a visitor is told at a given moment. Most of this plays on Friday, 20 November 2026."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from pydantic import ValidationError

from directory.hours import rules
from directory.hours import text as hours_text
from directory.hours.rules import OpeningException, OpeningRule, Schedule

TOKYO = ZoneInfo("Asia/Tokyo")
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
WORKDAYS = (MON, TUE, WED, THU, FRI)
EVERY_DAY = (*WORKDAYS, SAT, SUN)


@pytest.fixture(autouse=True)
def _in_japanese():
    with translation.override("ja"):
        yield


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def rule(weekdays=WORKDAYS, opens="08:30", closes="17:15", **more) -> OpeningRule:
    return OpeningRule(weekdays=weekdays, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes), **more)


def closed(start: str, end: str = "", reason: str = "") -> OpeningException:
    first = date.fromisoformat(start)
    return OpeningException(start=first, end=date.fromisoformat(end) if end else first, closed=True, reason=reason)


def special(start: str, opens: str, closes: str, end: str = "", reason: str = "") -> OpeningException:
    return OpeningException(
        start=date.fromisoformat(start),
        end=date.fromisoformat(end or start),
        closed=False,
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
        reason=reason,
    )


def schedule(*parts: OpeningRule | OpeningException) -> Schedule:
    return Schedule(
        rules=tuple(part for part in parts if isinstance(part, OpeningRule)),
        exceptions=tuple(part for part in parts if isinstance(part, OpeningException)),
    )


def is_open(plan: Schedule, moment: str) -> bool:
    return rules.status(plan, at(moment)).state == "open"


def next_opening(plan: Schedule, moment: str) -> datetime | None:
    return rules.status(plan, at(moment)).opens_at


def sentence(plan: Schedule, moment: str) -> str:
    return hours_text.describe_status(rules.status(plan, at(moment)), at(moment))


OFFICE = schedule(rule())


class TestWeekly:
    def test_should_be_open_until_closing_time(self):
        state = rules.status(OFFICE, at("2026-11-20 10:00"))
        assert (state.state, state.closes_at, state.opens_at) == ("open", at("2026-11-20 17:15"), None)

    def test_should_count_the_first_moment_and_not_the_last(self):
        assert is_open(OFFICE, "2026-11-20 08:30")
        assert not is_open(OFFICE, "2026-11-20 08:29")
        assert not is_open(OFFICE, "2026-11-20 17:15")

    def test_should_name_the_opening_later_today(self):
        assert next_opening(OFFICE, "2026-11-20 07:00") == at("2026-11-20 08:30")

    def test_should_be_closed_in_the_lunch_break(self):
        plan = schedule(rule(closes="12:00"), rule(opens="13:00"))
        state = rules.status(plan, at("2026-11-20 12:30"))
        assert (state.state, state.opens_at) == ("closed", at("2026-11-20 13:00"))

    def test_should_take_moments_of_other_time_zones(self):
        state = rules.status(OFFICE, datetime(2026, 11, 20, 0, 0, tzinfo=UTC))
        assert state.state == "open"
        assert state.closes_at == at("2026-11-20 17:15")
        assert state.closes_at.utcoffset().total_seconds() == 9 * 3600

    def test_should_refuse_naive_datetimes(self):
        with pytest.raises(ValueError, match="aware"):
            rules.status(OFFICE, datetime(2026, 11, 20, 10, 0))

    def test_should_carry_the_note_of_the_rule_in_force(self):
        plan = schedule(rule(note="電話だけ"), rule((SAT,), note="窓口だけ"))
        assert rules.status(plan, at("2026-11-20 10:00")).note == "電話だけ"
        assert rules.status(plan, at("2026-11-20 20:00")).note == ""


class TestNthWeekday:
    plan = schedule(rule((SAT,), "10:00", "12:00", nth=(1, 3)))

    def test_should_open_on_the_named_ones_only(self):
        days = [day for day in range(1, 31) if is_open(self.plan, f"2026-11-{day:02} 11:00")]
        assert days == [7, 21]

    def test_should_name_the_next_one(self):
        assert next_opening(self.plan, "2026-11-21 12:00") == at("2026-12-05 10:00")

    def test_should_count_a_first_one_on_the_first_and_on_the_seventh(self):
        first_tuesday = schedule(rule((TUE,), "10:00", "12:00", nth=(1,)))
        assert is_open(first_tuesday, "2026-12-01 11:00")
        assert not is_open(first_tuesday, "2026-12-08 11:00")

    def test_should_pass_over_months_without_a_fifth_one(self):
        fifth_sunday = schedule(rule((SUN,), "10:00", "12:00", nth=(5,)))
        assert next_opening(fifth_sunday, "2026-11-29 12:00") == at("2027-01-31 10:00")

    def test_should_take_the_last_whether_fourth_or_fifth(self):
        last_sunday = schedule(rule((SUN,), "10:00", "12:00", nth=(-1,)))
        days = [str(day) for day in _days(2026, 11, 2027, 2) if rules.intervals(last_sunday, day)]
        assert days == ["2026-11-29", "2026-12-27", "2027-01-31", "2027-02-28"]


class TestEveryOtherWeek:
    plan = schedule(rule((WED,), every_other_week_from=date(2026, 12, 2)))

    def test_should_go_on_over_the_turn_of_the_year(self):
        # 2026 has 53 ISO weeks: with even and odd week numbers 30 December and 6 January would both be odd.
        days = [str(day) for day in _days(2026, 12, 2027, 1) if rules.intervals(self.plan, day)]
        assert days == ["2026-12-02", "2026-12-16", "2026-12-30", "2027-01-13", "2027-01-27"]

    def test_should_count_from_the_week_and_not_from_the_day(self):
        from_friday = schedule(rule((WED, SUN), every_other_week_from=date(2026, 12, 4)))
        assert is_open(from_friday, "2026-12-02 10:00")
        assert is_open(from_friday, "2026-12-06 10:00")
        assert not is_open(from_friday, "2026-12-09 10:00")

    def test_should_alternate_before_the_anchor_as_well(self):
        assert not is_open(self.plan, "2026-11-25 10:00")
        assert is_open(self.plan, "2026-11-18 10:00")


class TestPeriod:
    plan = schedule(rule(EVERY_DAY, valid_from=date(2026, 7, 1), valid_to=date(2026, 8, 31)))

    @pytest.mark.parametrize(
        ("day", "expected"), [("06-30", False), ("07-01", True), ("08-31", True), ("09-01", False)]
    )
    def test_should_include_both_ends(self, day, expected):
        assert is_open(self.plan, f"2026-{day} 10:00") is expected

    def test_should_wait_for_the_beginning(self):
        assert next_opening(self.plan, "2026-04-01 10:00") == at("2026-07-01 08:30")

    def test_should_be_closed_without_next_opening_when_all_is_over(self):
        state = rules.status(self.plan, at("2026-11-20 10:00"))
        assert (state.state, state.opens_at) == ("closed", None)

    def test_should_let_the_last_night_end(self):
        nights = schedule(rule(EVERY_DAY, "20:00", "02:00", valid_to=date(2026, 8, 31)))
        assert is_open(nights, "2026-09-01 01:59")
        assert not is_open(nights, "2026-09-01 20:30")


class TestNationalHolidays:
    """Monday, 23 November 2026 is 勤労感謝の日; Monday, 24 November 2025 its 振替休日."""

    def test_should_be_closed_by_default(self):
        state = rules.status(OFFICE, at("2026-11-23 10:00"))
        assert (state.state, state.opens_at) == ("closed", at("2026-11-24 08:30"))

    def test_should_be_open_when_the_rule_says_so(self):
        assert is_open(schedule(rule(holidays="open")), "2026-11-23 10:00")

    def test_should_not_open_on_a_holiday_that_is_not_its_weekday(self):
        assert not is_open(schedule(rule((TUE,), holidays="open")), "2026-11-23 10:00")

    def test_should_know_substitute_holidays(self):
        assert not is_open(OFFICE, "2025-11-24 10:00")
        assert is_open(schedule(rule(holidays="open")), "2025-11-24 10:00")

    def test_should_know_days_between_two_holidays(self):
        assert not is_open(OFFICE, "2026-09-22 10:00")

    def test_should_open_on_holidays_only_whatever_the_weekday(self):
        plan = schedule(rule((), "10:00", "15:00", holidays="only"))
        assert is_open(plan, "2026-11-23 11:00")
        assert not is_open(plan, "2026-11-24 11:00")
        assert next_opening(plan, "2026-11-23 15:00") == at("2027-01-01 10:00")

    def test_should_not_count_weekdays_of_a_rule_for_holidays_only(self):
        plan = schedule(rule((SUN,), "10:00", "15:00", holidays="only", nth=(1,)))
        assert is_open(plan, "2026-11-23 11:00")
        assert not is_open(plan, "2026-12-06 11:00")

    def test_should_let_a_night_end_on_a_holiday(self):
        nights = schedule(rule((SUN,), "20:00", "02:00"))
        assert is_open(nights, "2026-11-23 01:00")


class TestPastMidnight:
    plan = schedule(rule((FRI,), "18:00", "00:30"))

    def test_should_be_open_before_and_after_midnight(self):
        for moment in ("2026-11-20 23:00", "2026-11-21 00:00", "2026-11-21 00:29"):
            state = rules.status(self.plan, at(moment))
            assert (state.state, state.closes_at) == ("open", at("2026-11-21 00:30")), moment

    def test_should_end(self):
        assert not is_open(self.plan, "2026-11-21 00:30")

    def test_should_not_begin_on_the_day_into_which_it_runs(self):
        assert not is_open(self.plan, "2026-11-20 00:15")
        assert rules.intervals(self.plan, date(2026, 11, 21)) == []

    def test_should_run_into_the_next_month_and_year(self):
        nights = schedule(rule((THU,), "22:00", "06:00"))
        assert rules.status(nights, at("2026-12-31 23:30")).closes_at == at("2027-01-01 06:00")
        assert is_open(nights, "2027-01-01 05:59")

    def test_should_run_a_whole_day_when_both_times_are_equal(self):
        watch = schedule(rule((SAT,), "09:00", "09:00"))
        assert rules.status(watch, at("2026-11-22 08:59")).closes_at == at("2026-11-22 09:00")
        assert not is_open(watch, "2026-11-22 09:00")

    def test_should_end_at_midnight(self):
        evening = schedule(rule((FRI,), "18:00", "00:00"))
        assert rules.status(evening, at("2026-11-20 23:59")).closes_at == at("2026-11-21 00:00")
        assert not is_open(evening, "2026-11-21 00:00")


class TestJoined:
    def test_should_join_adjacent_openings(self):
        plan = schedule(rule((FRI,), "12:00", "15:00"), rule((FRI,), "10:00", "12:00"))
        assert rules.status(plan, at("2026-11-20 10:30")).closes_at == at("2026-11-20 15:00")

    def test_should_join_overlapping_openings(self):
        plan = schedule(rule((FRI,), "10:00", "13:00", note="電話"), rule((FRI,), "12:00", "15:00", note="窓口"))
        state = rules.status(plan, at("2026-11-20 12:30"))
        assert (state.closes_at, state.note) == (at("2026-11-20 15:00"), "電話・窓口")

    def test_should_not_join_over_a_gap(self):
        plan = schedule(rule((FRI,), "10:00", "12:00"), rule((FRI,), "12:01", "15:00"))
        assert rules.status(plan, at("2026-11-20 10:30")).closes_at == at("2026-11-20 12:00")

    def test_should_join_over_midnight(self):
        plan = schedule(rule((FRI,), "18:00", "00:00"), rule((SAT,), "00:00", "05:00"))
        assert rules.status(plan, at("2026-11-20 20:00")).closes_at == at("2026-11-21 05:00")

    def test_should_join_nights_to_days(self):
        plan = schedule(rule((FRI,), "20:00", "08:00"), rule((SAT,), "08:00", "12:00"))
        assert rules.status(plan, at("2026-11-21 07:00")).closes_at == at("2026-11-21 12:00")

    def test_should_end_after_days_and_nights(self):
        plan = schedule(rule((TUE, WED, THU), "00:00", "00:00"))
        assert rules.status(plan, at("2026-11-24 10:00")).closes_at == at("2026-11-27 00:00")

    def test_should_have_no_end_round_the_clock(self):
        plan = schedule(rule(EVERY_DAY, "00:00", "00:00", holidays="open"))
        state = rules.status(plan, at("2026-11-20 10:00"))
        assert (state.state, state.closes_at) == ("open", None)

    def test_should_end_round_the_clock_where_an_exception_begins(self):
        plan = schedule(rule(EVERY_DAY, "00:00", "00:00"), closed("2026-11-22"))
        assert rules.status(plan, at("2026-11-20 10:00")).closes_at == at("2026-11-22 00:00")


class TestExceptions:
    new_year = closed("2026-12-29", "2027-01-03", "年末年始")
    party = special("2026-12-20", "10:00", "16:00", reason="クリスマス会")

    def test_should_close_all_its_days_and_say_why(self):
        plan = schedule(rule(), self.new_year)
        for day in ("2026-12-29", "2026-12-31", "2027-01-03"):
            state = rules.status(plan, at(f"{day} 10:00"))
            assert (state.state, state.reason, state.day_off) == ("closed", "年末年始", True)
        assert is_open(plan, "2026-12-28 10:00")

    def test_should_find_the_next_opening_behind_it(self):
        assert next_opening(schedule(rule(), self.new_year), "2026-12-28 17:15") == at("2027-01-04 08:30")

    def test_should_say_nothing_of_an_exception_that_is_not_in_force(self):
        assert rules.status(schedule(rule(), self.new_year), at("2026-12-28 20:00")).reason == ""

    def test_should_open_at_special_hours_on_a_day_without_rule(self):
        plan = schedule(rule(), self.party)
        state = rules.status(plan, at("2026-12-20 11:00"))
        assert (state.state, state.closes_at, state.reason) == ("open", at("2026-12-20 16:00"), "クリスマス会")
        assert next_opening(plan, "2026-12-19 12:00") == at("2026-12-20 10:00")

    def test_should_replace_the_rules_of_its_day(self):
        plan = schedule(rule(), special("2026-12-28", "08:30", "12:00", reason="仕事納め"))
        state = rules.status(plan, at("2026-12-28 15:00"))
        assert (state.state, state.reason, state.day_off) == ("closed", "仕事納め", False)

    def test_should_add_up_special_openings_of_one_day(self):
        plan = schedule(special("2026-12-20", "10:00", "12:00"), special("2026-12-20", "13:00", "15:00"))
        assert is_open(plan, "2026-12-20 11:00")
        assert next_opening(plan, "2026-12-20 12:00") == at("2026-12-20 13:00")

    def test_should_stay_closed_when_the_same_day_is_also_special(self):
        plan = schedule(rule(), self.party, closed("2026-12-20", reason="大雪"))
        state = rules.status(plan, at("2026-12-20 11:00"))
        assert (state.state, state.reason) == ("closed", "大雪")

    def test_should_let_a_special_day_break_longer_closed_days(self):
        plan = schedule(rule(), self.new_year, special("2026-12-30", "10:00", "15:00", reason="年末の相談会"))
        state = rules.status(plan, at("2026-12-30 11:00"))
        assert (state.state, state.reason) == ("open", "年末の相談会")
        assert next_opening(plan, "2026-12-29 11:00") == at("2026-12-30 10:00")
        assert rules.status(plan, at("2026-12-30 16:00")).reason == "年末の相談会"

    def test_should_let_closed_days_break_longer_special_hours(self):
        summer = special("2026-08-01", "09:00", "12:00", end="2026-08-31", reason="夏の時間")
        plan = schedule(rule(), summer, closed("2026-08-13", "2026-08-15", "お盆"))
        assert rules.status(plan, at("2026-08-13 10:00")).reason == "お盆"
        assert is_open(plan, "2026-08-12 10:00")

    def test_should_let_the_night_before_a_closed_day_end(self):
        nights = schedule(rule(EVERY_DAY, "20:00", "02:00"), self.new_year)
        state = rules.status(nights, at("2026-12-29 01:00"))
        assert (state.state, state.closes_at, state.reason) == ("open", at("2026-12-29 02:00"), "")
        assert rules.status(nights, at("2026-12-29 02:00")).reason == "年末年始"

    def test_should_let_the_night_before_special_hours_end(self):
        nights = schedule(rule(EVERY_DAY, "20:00", "02:00"), self.party)
        assert is_open(nights, "2026-12-20 01:00")

    def test_should_not_open_the_night_that_would_begin_on_a_closed_day(self):
        nights = schedule(rule(EVERY_DAY, "20:00", "02:00"), self.new_year)
        assert not is_open(nights, "2027-01-04 01:00")
        assert next_opening(nights, "2027-01-04 01:00") == at("2027-01-04 20:00")

    def test_should_let_special_hours_run_past_midnight(self):
        plan = schedule(rule(), special("2026-12-31", "22:00", "02:00", reason="年越し"))
        assert rules.status(plan, at("2027-01-01 01:00")).reason == "年越し"

    def test_should_open_on_a_holiday_by_special_hours(self):
        assert is_open(schedule(rule(), special("2026-11-23", "10:00", "12:00")), "2026-11-23 11:00")


class TestUnknown:
    def test_should_not_guess_without_rules(self):
        state = rules.status(Schedule(), at("2026-11-20 10:00"))
        assert (state.state, state.closes_at, state.opens_at) == ("unknown", None, None)

    def test_should_know_the_days_of_exceptions(self):
        plan = schedule(special("2026-12-20", "10:00", "16:00"), closed("2026-12-21", reason="片付け"))
        assert rules.status(plan, at("2026-12-20 11:00")).state == "open"
        assert rules.status(plan, at("2026-12-20 17:00")).state == "closed"
        assert rules.status(plan, at("2026-12-21 11:00")).state == "closed"
        assert rules.status(plan, at("2026-12-22 11:00")).state == "unknown"

    def test_should_name_the_special_opening_that_is_known(self):
        plan = schedule(special("2026-12-20", "10:00", "16:00"))
        assert next_opening(plan, "2026-11-20 11:00") == at("2026-12-20 10:00")

    def test_should_have_no_next_opening_more_than_a_year_away(self):
        plan = schedule(rule(valid_from=date(2028, 4, 1)))
        assert next_opening(plan, "2026-11-20 10:00") is None

    def test_should_have_no_next_opening_when_closed_for_good(self):
        plan = schedule(rule(), closed("2026-10-01", "2030-03-31", "改修工事"))
        state = rules.status(plan, at("2026-11-20 10:00"))
        assert (state.opens_at, state.reason) == (None, "改修工事")


class TestSearchFacets:
    def test_should_list_the_days_once_and_in_order(self):
        assert rules.open_days(schedule(rule((SAT, MON)), rule((MON, WED), nth=(2,)))) == (MON, WED, SAT)

    def test_should_keep_rules_for_holidays_out_of_the_days(self):
        plan = schedule(rule((SUN,), holidays="only"))
        assert rules.open_days(plan) == ()
        assert rules.opens_on_holidays(plan)

    def test_should_know_whether_it_opens_on_holidays(self):
        assert rules.opens_on_holidays(schedule(rule(), rule((SAT,), holidays="open")))
        assert not rules.opens_on_holidays(OFFICE)
        assert not rules.opens_on_holidays(Schedule())

    @pytest.mark.parametrize(
        ("opens", "closes", "expected"),
        [
            ("10:00", "18:00", False),
            ("10:00", "18:30", True),
            ("18:00", "20:00", True),
            ("22:00", "06:00", True),
            ("18:00", "00:00", True),
            ("00:00", "00:00", True),
            ("00:00", "05:00", False),
        ],
    )
    def test_should_know_whether_it_opens_in_the_evening(self, opens, closes, expected):
        assert rules.opens_in_evening(schedule(rule((FRI,), opens, closes))) is expected


class TestIntervals:
    def test_should_list_the_openings_that_begin_on_the_day(self):
        noon, night = rule((FRI,), "12:00", "13:00"), rule((FRI,), "20:00", "02:00")
        assert rules.intervals(schedule(night, noon), date(2026, 11, 20)) == [
            (at("2026-11-20 12:00"), at("2026-11-20 13:00"), noon),
            (at("2026-11-20 20:00"), at("2026-11-21 02:00"), night),
        ]

    def test_should_name_the_exception_it_comes_from(self):
        party = special("2026-11-20", "10:00", "16:00")
        assert [item.source for item in rules.intervals(schedule(rule(), party), date(2026, 11, 20))] == [party]


class TestRecord:
    """The schedule is stored as JSON inside the public record."""

    def test_should_come_back_unchanged(self):
        plan = schedule(
            rule((SAT,), nth=(1, -1), holidays="open", every_other_week_from=date(2026, 4, 6), note="電話だけ"),
            closed("2026-12-29", "2027-01-03", "年末年始"),
        )
        assert Schedule.model_validate_json(plan.model_dump_json()) == plan
        assert Schedule.model_validate(plan.model_dump(mode="json")) == plan

    @pytest.mark.parametrize("wrong", [{"weekdays": (7,)}, {"weekdays": ()}, {"nth": (6,)}, {"holidays": "maybe"}])
    def test_should_refuse_rules_that_mean_nothing(self, wrong):
        with pytest.raises(ValidationError):
            rule(**wrong)

    def test_should_refuse_an_exception_that_ends_before_it_starts(self):
        with pytest.raises(ValidationError, match="before it starts"):
            closed("2026-12-29", "2026-12-28")

    def test_should_refuse_special_hours_without_times(self):
        with pytest.raises(ValidationError, match="both times"):
            OpeningException(start=date(2026, 12, 20), end=date(2026, 12, 20), closed=False)


class TestWordsForRules:
    @pytest.mark.parametrize(
        ("words", "described"),
        [
            ("月〜金 8:30〜17:15", rule()),
            ("水曜 8:30〜17:15", rule((WED,))),
            ("土・日 8:30〜17:15", rule((SUN, SAT))),
            ("月〜水・金 8:30〜17:15", rule((MON, TUE, WED, FRI))),
            ("火・木・土 8:30〜17:15", rule((TUE, THU, SAT))),
            ("毎日 24時間", rule(EVERY_DAY, "00:00", "00:00")),
            ("金曜 18:00〜翌0:30", rule((FRI,), "18:00", "00:30")),
            ("金曜 18:00〜24:00", rule((FRI,), "18:00", "00:00")),
            ("金曜 9:00〜翌9:00", rule((FRI,), "09:00", "09:00")),
            ("第1・第3土曜 10:00〜12:00", rule((SAT,), "10:00", "12:00", nth=(3, 1))),
            ("第2の火曜・木曜 10:00〜12:00", rule((TUE, THU), "10:00", "12:00", nth=(2,))),
            ("毎月最終の日曜 10:00〜12:00", rule((SUN,), "10:00", "12:00", nth=(-1,))),
            ("第1・最終の日曜 10:00〜12:00", rule((SUN,), "10:00", "12:00", nth=(-1, 1))),
            ("1週おきの水曜 8:30〜17:15", rule((WED,), every_other_week_from=date(2026, 4, 6))),
            ("祝日 10:00〜15:00", rule((), "10:00", "15:00", holidays="only")),
            ("月〜金 8:30〜17:15（祝日も開いています）", rule(holidays="open")),
            ("月〜金 8:30〜17:15（電話だけ）", rule(note="電話だけ")),
        ],
    )
    def test_should_say_a_rule_as_on_a_door(self, words, described):
        assert hours_text.describe_rule(described) == words

    @pytest.mark.parametrize(
        ("words", "start", "end"),
        [
            ("7月1日〜8月31日だけ", "2026-07-01", "2026-08-31"),
            ("2026年12月1日〜2027年2月28日だけ", "2026-12-01", "2027-02-28"),
            ("2027年4月1日から", "2027-04-01", None),
            ("2027年3月31日まで", None, "2027-03-31"),
        ],
    )
    def test_should_say_the_period(self, words, start, end):
        assert hours_text.describe_rule(rule(valid_from=start, valid_to=end)) == f"月〜金 8:30〜17:15（{words}）"

    @pytest.mark.parametrize(
        ("words", "start", "end"),
        [
            ("（12月1日から）", "2026-12-01", None),
            ("", "2020-04-01", None),
            ("（12月25日まで）", None, "2026-12-25"),
            ("（2027年7月1日〜2027年8月31日だけ）", "2027-07-01", "2027-08-31"),
        ],
    )
    def test_should_say_the_period_as_seen_from_today(self, words, start, end):
        line = hours_text.describe_rule(rule(valid_from=start, valid_to=end), date(2026, 11, 20))
        assert line == f"月〜金 8:30〜17:15{words}"

    def test_should_say_all_details_in_one_bracket(self):
        line = hours_text.describe_rule(rule((SAT,), valid_to=date(2027, 3, 31), holidays="open", note="要予約"))
        assert line == "土曜 8:30〜17:15（2027年3月31日まで、祝日も開いています、要予約）"


class TestWordsForSchedules:
    def test_should_have_no_lines_when_nothing_is_known(self):
        assert hours_text.describe_schedule(Schedule()) == []

    def test_should_say_that_it_is_closed_on_holidays(self):
        plan = schedule(rule(), rule((SAT,), "10:00", "12:00"))
        assert hours_text.describe_schedule(plan) == ["月〜金 8:30〜17:15", "土曜 10:00〜12:00", "祝日は休みです"]

    def test_should_say_once_that_it_is_open_on_holidays(self):
        plan = schedule(rule(holidays="open"), rule((SAT,), "10:00", "12:00", holidays="open"))
        assert hours_text.describe_schedule(plan) == ["月〜金 8:30〜17:15", "土曜 10:00〜12:00", "祝日も開いています"]

    def test_should_say_on_each_line_what_holds_on_holidays_when_they_differ(self):
        plan = schedule(rule(), rule((SAT,), "10:00", "12:00", holidays="open"))
        assert hours_text.describe_schedule(plan) == [
            "月〜金 8:30〜17:15（祝日は休み）",
            "土曜 10:00〜12:00（祝日も開いています）",
        ]

    def test_should_let_a_line_for_holidays_speak_for_itself(self):
        plan = schedule(rule(), rule((), "10:00", "12:00", holidays="only"))
        assert hours_text.describe_schedule(plan) == ["月〜金 8:30〜17:15", "祝日 10:00〜12:00"]

    def test_should_put_both_sides_of_the_lunch_break_in_one_line(self):
        plan = schedule(rule(opens="13:00"), rule(closes="12:00"))
        assert hours_text.describe_schedule(plan)[0] == "月〜金 8:30〜12:00、13:00〜17:15"

    def test_should_leave_out_what_is_over(self):
        plan = schedule(rule((SAT,), valid_to=date(2026, 8, 31)))
        assert hours_text.describe_schedule(plan, date(2026, 8, 31))
        assert hours_text.describe_schedule(plan, date(2026, 9, 1)) == []

    def test_should_list_exceptions_that_are_not_over(self):
        plan = schedule(
            closed("2026-12-29", "2027-01-03", "年末年始"),
            special("2026-12-20", "10:00", "16:00", reason="クリスマス会"),
            closed("2026-11-19"),
            closed("2026-11-20"),
        )
        assert hours_text.describe_exceptions(plan, date(2026, 11, 20)) == [
            "11月20日（金） お休み",
            "12月20日（日） 10:00〜16:00（クリスマス会）",
            "12月29日（火）〜1月3日（日） お休み（年末年始）",
        ]

    def test_should_say_the_year_of_exceptions_that_are_far_away(self):
        plan = schedule(closed("2026-10-01", "2028-03-31", "改修工事"), closed("2027-08-13"))
        assert hours_text.describe_exceptions(plan, date(2026, 11, 20)) == [
            "10月1日（木）〜2028年3月31日（金） お休み（改修工事）",
            "2027年8月13日（金） お休み",
        ]


class TestWordsForNow:
    @pytest.mark.parametrize(
        ("moment", "words"),
        [
            ("2026-11-20 10:00", "いま開いています（17:15まで）"),
            ("2026-11-20 07:00", "今日 8:30 から開きます"),
            ("2026-11-19 20:00", "いまは閉まっています。明日 8:30 から開きます"),
            ("2026-11-20 20:00", "いまは閉まっています。次は 11月24日（火）8:30 から"),
        ],
    )
    def test_should_say_what_a_visitor_needs_next(self, moment, words):
        assert sentence(OFFICE, moment) == words

    def test_should_say_where_the_time_is_not_known(self):
        assert sentence(Schedule(), "2026-11-20 10:00") == "時間は分かっていません。行く前に確かめてください"

    def test_should_say_the_special_opening_where_only_that_is_known(self):
        plan = schedule(special("2026-12-20", "10:00", "16:00"))
        assert sentence(plan, "2026-11-20 10:00") == ("ふだんの時間は分かっていません。次は 12月20日（日）10:00 から")

    def test_should_say_why_it_is_closed(self):
        plan = schedule(rule(), closed("2026-12-29", "2027-01-03", "年末年始"))
        assert sentence(plan, "2026-12-31 10:00") == "年末年始のためお休みです。次は 1月4日（月）8:30 から"
        assert sentence(plan, "2027-01-03 10:00") == "年末年始のためお休みです。明日 8:30 から開きます"

    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            ("お盆", "お盆のためお休みです"),
            ("夏休み", "お休みです（夏休み）"),
            ("年末のため休み", "お休みです（年末のため休み）"),
            ("工事で部屋が使えません", "お休みです（工事で部屋が使えません）"),
            ("年末年始（電話は当番が出ます）", "お休みです（年末年始、電話は当番が出ます）"),
        ],
    )
    def test_should_keep_a_sentence_around_whatever_the_editor_wrote(self, reason, words):
        plan = schedule(rule(), closed("2026-11-19", reason=reason))
        assert sentence(plan, "2026-11-19 10:00") == f"{words}。明日 8:30 から開きます"

    def test_should_say_a_closed_day_without_reason(self):
        plan = schedule(rule(), closed("2026-11-19"))
        assert sentence(plan, "2026-11-19 10:00") == "臨時のお休みです。明日 8:30 から開きます"

    def test_should_say_when_no_next_opening_is_known(self):
        plan = schedule(rule(valid_to=date(2026, 3, 31)))
        assert sentence(plan, "2026-11-20 10:00") == "いまは閉まっています。次に開く日は分かっていません"

    def test_should_say_the_year_of_an_opening_that_is_far_away(self):
        plan = schedule(rule(EVERY_DAY, valid_from=date(2027, 11, 1)))
        assert sentence(plan, "2026-11-20 10:00") == "いまは閉まっています。次は 2027年11月1日（月）8:30 から"

    def test_should_say_the_reason_of_special_hours_before_during_and_after(self):
        plan = schedule(rule(), special("2026-12-20", "10:00", "16:00", reason="クリスマス会"))
        assert sentence(plan, "2026-12-20 09:00") == "今日 10:00 から開きます（クリスマス会）"
        assert sentence(plan, "2026-12-20 11:00") == "いま開いています（16:00まで、クリスマス会）"
        assert sentence(plan, "2026-12-20 17:00") == "いまは閉まっています（クリスマス会）。明日 8:30 から開きます"

    def test_should_say_the_note_while_open(self):
        plan = schedule(rule(note="電話だけ"))
        assert sentence(plan, "2026-11-20 10:00") == "いま開いています（17:15まで、電話だけ）"

    @pytest.mark.parametrize(
        ("moment", "words"),
        [("2026-11-20 23:00", "いま開いています（翌0:30まで）"), ("2026-11-21 00:10", "いま開いています（0:30まで）")],
    )
    def test_should_say_the_end_after_midnight(self, moment, words):
        assert sentence(schedule(rule((FRI,), "18:00", "00:30")), moment) == words

    def test_should_call_midnight_the_end_of_the_day(self):
        assert sentence(schedule(rule((FRI,), "18:00", "00:00")), "2026-11-20 19:00") == (
            "いま開いています（24:00まで）"
        )

    def test_should_say_the_day_of_an_end_that_is_not_near(self):
        plan = schedule(rule((TUE, WED, THU), "00:00", "00:00"))
        assert sentence(plan, "2026-11-24 10:00") == "いま開いています（11月26日24:00まで）"
        assert sentence(plan, "2026-11-25 10:00") == "いま開いています（11月26日24:00まで）"

    def test_should_say_round_the_clock(self):
        plan = schedule(rule(EVERY_DAY, "00:00", "00:00", holidays="open"))
        assert sentence(plan, "2026-11-20 10:00") == "いま開いています（24時間）"

    def test_should_take_moments_of_other_time_zones(self):
        moment = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
        assert hours_text.describe_status(rules.status(OFFICE, moment), moment) == "今日 8:30 から開きます"


def _days(year: int, month: int, last_year: int, last_month: int) -> list[date]:
    """All days from the first of a month to the 28th of another."""
    first, last = date(year, month, 1).toordinal(), date(last_year, last_month, 28).toordinal()
    return [date.fromordinal(number) for number in range(first, last + 1)]
