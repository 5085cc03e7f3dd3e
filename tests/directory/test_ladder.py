"""The ladder, as two pure functions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from directory.choices import Step
from directory.ladder import Days, chase, days, demoted_until, is_labelled, next_on, step
from directory.models import FreshnessSettings

DUE = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("confirmed", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 5), 12, date(2027, 12, 5)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (None, 12, date(2020, 1, 1)),
        (date(2026, 1, 1), 0, None),
        (None, 0, None),
    ],
)
def test_should_reckon_the_next_day_by_months(confirmed: date | None, months: int, expected: date | None) -> None:
    assert next_on(confirmed, months, date(2020, 1, 1)) == expected


def test_should_climb_one_rung_after_the_other_and_never_down() -> None:
    seen: list[Step] = []
    for day in range(-30, 400):
        rung = step(DUE, DUE, DUE + timedelta(days=day), Days())
        if not seen or rung != seen[-1]:
            seen.append(rung)
    assert seen == list(Step)


@pytest.mark.parametrize(
    ("late", "asked", "expected"),
    [
        (-1, None, Step.FRESH),
        (0, None, Step.DUE),
        (13, 0, Step.DUE),
        (14, 0, Step.REMINDER),
        (27, 0, Step.REMINDER),
        (28, 0, Step.CALL),
        (59, 0, Step.CALL),
        (60, 0, Step.LABELLED),
        (119, 0, Step.LABELLED),
        (120, 0, Step.DEMOTED),
        (239, 0, Step.DEMOTED),
        (240, 0, Step.SUGGESTED),
        # Nobody is reminded of, or called about, a mail that they never got; of an earlier round neither.
        (50, None, Step.DUE),
        (50, -10, Step.DUE),
        (50, 45, Step.DUE),
        # What residents see does not wait for a mail.
        (60, None, Step.LABELLED),
        (240, 239, Step.SUGGESTED),
    ],
)
def test_should_stand_on_the_rung_of_its_day(late: int, asked: int | None, expected: Step) -> None:
    asked_on = None if asked is None else DUE + timedelta(days=asked)
    assert step(DUE, asked_on, DUE + timedelta(days=late), Days()) == expected


def test_should_go_on_asking_whatever_residents_see() -> None:
    assert chase(DUE, None, DUE + timedelta(days=300), Days()) == Step.DUE
    assert chase(DUE, DUE + timedelta(days=280), DUE + timedelta(days=300), Days()) == Step.REMINDER


def test_should_never_ask_about_what_is_never_checked() -> None:
    assert step(None, None, date(2099, 1, 1), Days()) == Step.FRESH


@pytest.mark.django_db
def test_should_take_the_days_of_the_city_at_once() -> None:
    today = DUE + timedelta(days=40)
    assert not is_labelled(DUE, today)
    assert demoted_until(today) == today - timedelta(days=120)
    FreshnessSettings.objects.create(label_after=30, demote_after=40, suggest_after=50)
    assert days() == Days(label_after=30, demote_after=40, suggest_after=50)
    assert is_labelled(DUE, today)
    assert demoted_until(today) == DUE


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"remind_after": 30, "call_after": 20}, "call_after"),
        ({"label_after": 200}, "demote_after"),
        ({"suggest_after": 100}, "suggest_after"),
        ({"label_after": 0}, "label_after"),
    ],
)
def test_should_refuse_days_in_the_wrong_order(wrong: dict[str, int], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        FreshnessSettings(**wrong).full_clean()
    assert field in refused.value.message_dict
