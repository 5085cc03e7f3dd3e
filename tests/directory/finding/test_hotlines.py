"""Nationwide lines: how to reach them without a voice, and who answers at night."""

from __future__ import annotations

from datetime import datetime

import pytest

from directory.finding.hotlines import is_sensitive, line_at_night, named_lines, shown_lines, ways_without_voice
from directory.hours.rules import TOKYO, in_office_hours
from directory.models import NationalLine

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("FAX 03-3868-3811（2021年）、IP電話等 050-3655-0279（2021年）。番号2=外国語", "FAX 03-3868-3811（2021年）"),
        ("チャット（日による。childline.or.jp/chat）", "チャット（日による。childline.or.jp/chat）"),
        ("聞こえない・話せないときは「NET119」（登録が必要）", "「NET119」（登録が必要）"),
        ("一部のIP電話は不可", ""),
        ("ナビダイヤル 0570-783-556（10時〜22時）", ""),
        ("", ""),
    ],
)
def test_should_tell_ways_without_voice_from_remarks(text: str, ways: str) -> None:
    assert ways_without_voice(NationalLine(other_channels=text)) == ways


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-25 08:29", False),
        ("2026-11-25 08:30", True),
        ("2026-11-25 17:14", True),
        ("2026-11-25 17:15", False),
        ("2026-11-28 11:00", False),
        ("2026-11-23 11:00", False),
        ("2026-12-28 11:00", True),
        ("2026-12-29 11:00", False),
        ("2027-01-04 11:00", True),
        ("2028-01-03 11:00", False),
    ],
)
def test_should_know_when_a_town_hall_is_open(moment: str, is_open: bool) -> None:
    assert in_office_hours(datetime.fromisoformat(moment).replace(tzinfo=TOKYO)) is is_open


def test_should_name_a_line_for_anybody_at_night(time_machine: object) -> None:
    time_machine.move_to("2026-11-24 03:00+09:00")
    assert line_at_night().name == "よりそいホットライン"


def test_should_find_lines_by_what_they_are_called_and_no_others() -> None:
    assert [line.number for line in named_lines("シャープ8000")] == ["#8000"]
    assert named_lines("") == named_lines("電話") == []


def test_should_know_which_lines_somebody_must_be_able_to_leave_quickly() -> None:
    sensitive = {line.number for line in shown_lines() if is_sensitive(line)}
    assert {"110", "119", "189", "#8008", "#8891", "0120-279-338"} <= sensitive
    assert not {"188", "#8000", "0570-078374"} & sensitive
