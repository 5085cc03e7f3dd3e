"""Sentences about opening times: right, or a note; never wrong."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from directory.exchange.tables.reading.opening.words import Hours, Rule, read_hours
from directory.hours.rules import OpeningRule

FOLDER = Path(__file__).parent
DAYS = "月火水木金土日"


def sentences(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(rule: Rule) -> str:
    """A rule as the tables of sentences write it: 土(2・4) 13:00-16:00 closed 2026-04-01/2027-03-31."""
    days = "".join(DAYS[day] for day in rule.weekdays) or "祝"
    nth = f"({'・'.join(map(str, rule.nth))})" if rule.nth else ""
    period = f" {rule.valid_from or ''}/{rule.valid_to or ''}" if rule.valid_from or rule.valid_to else ""
    return f"{days}{nth} {rule.opens}-{rule.closes} {rule.holidays}{period}"


def closed_days(hours: Hours) -> set[str]:
    return {f"{one.first[0]}/{one.first[1]}-{one.last[0]}/{one.last[1]}" for one in hours.closures}


def expected(text: str) -> set[str]:
    return {part.strip() for part in text.split(";") if part.strip()}


# The second and third were written after the reader, and read by it for the first time when they were done.
ROWS = [row for end in ("", "_2", "_3") for row in sentences(f"opening_sentences{end}.csv")]


@pytest.mark.parametrize("row", ROWS, ids=[row["sentence"] for row in ROWS])
def test_should_read_a_sentence_or_leave_it_a_note(row: dict[str, str]) -> None:
    hours = read_hours(row["sentence"])
    assert {written(rule) for rule in hours.rules} == expected(row["rules"]), hours.unread
    if row["rules"]:
        assert closed_days(hours) == expected(row["closed"])
        assert not hours.unread
    else:
        assert hours.unread
        assert hours.note == row["sentence"]


def test_should_hold_all_sentences_once() -> None:
    assert len(ROWS) >= 220
    assert len({row["sentence"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", [row for row in ROWS if row["rules"]], ids=lambda row: row["sentence"])
def test_should_make_rules_that_the_register_takes(row: dict[str, str]) -> None:
    for rule in read_hours(row["sentence"]).rules:
        OpeningRule(
            weekdays=rule.weekdays,
            nth=rule.nth,
            opens=rule.opens,
            closes=rule.closes,
            holidays=rule.holidays,
            valid_from=rule.valid_from,
            valid_to=rule.valid_to,
        )


def test_should_keep_what_is_no_rule_as_a_note() -> None:
    hours = read_hours("平日8時30分～17時15分（12/29～1/3を除く）（要予約）")
    assert hours.rules
    assert "12月29日〜1月3日は休み" in hours.note
    assert "要予約" in hours.note


def test_should_say_whether_holidays_were_said() -> None:
    assert not read_hours("月〜金 9:00〜17:00").says_holidays
    assert read_hours("月〜金 9:00〜17:00（祝日除く）").says_holidays
    assert read_hours("毎日 9:00〜17:00").says_holidays


@pytest.mark.parametrize(
    "unknown", ["会議のある週は休み", "変更あり9時", "ただし第5週は休館", "8月は休み", "13時〜", "水曜は午後のみ"]
)
@pytest.mark.parametrize("known", ["月〜金 9:00〜17:00", "第2・4土曜 13:00〜16:00", "毎日 10:00〜18:00"])
def test_should_read_nothing_where_a_part_may_change_the_rest(known: str, unknown: str) -> None:
    """One part that cannot be read may be the exception that makes all others wrong."""
    for text in (f"{known}（{unknown}）", f"{known}、{unknown}", f"{known}\n{unknown}"):
        hours = read_hours(text)
        assert not hours.rules, text
        assert hours.note == text


@pytest.mark.parametrize("whole", ["9:00〜16:30（水・日・祝日休み）", "毎日（祝日を除く）10:00〜12:00"])
def test_should_read_nothing_of_a_cell_that_was_cut_off_in_a_bracket(whole: str) -> None:
    assert read_hours(whole).rules
    for end in range(whole.index("（") + 1, whole.index("）")):
        assert not read_hours(whole[:end]).rules


def test_should_give_times_behind_closed_days_to_nobody() -> None:
    assert not read_hours("月〜金 9時〜12時、土曜休み 13時〜15時").rules


def test_should_read_any_text_without_failing() -> None:
    signs = "月火水木金土日祝曜第2・4~〜から9時:00-17（）、。休館日除く翌午後正午毎週年末年始12/29 \n"
    for size in range(1, len(signs)):
        for start in range(0, len(signs) - size, 3):
            text = signs[start : start + size][:: 1 if size % 2 else -1]
            hours = read_hours(text)
            assert hours.rules or hours.note == text.strip()
            assert all(re.fullmatch(r"\d\d:\d\d", clock) for rule in hours.rules for clock in (rule.opens, rule.closes))


def test_should_read_a_long_text_in_a_moment() -> None:
    assert read_hours("月、" * 5_000).unread
    assert read_hours("(" * 900).unread
    assert read_hours("9:00〜" * 150).unread
