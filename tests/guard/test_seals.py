"""What tells a robot's form from a person's."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import signing

from guard.policy import HOURS_FOR_A_FORM, SECONDS_TO_FILL_IN
from guard.seals import Flaw, flaw_of, new_seal, number_of

START = datetime.fromisoformat("2027-01-04T10:00:00+09:00")


@pytest.mark.parametrize(
    ("after", "flaw"),
    [
        (timedelta(), Flaw.SOON),
        (timedelta(seconds=SECONDS_TO_FILL_IN - 1), Flaw.SOON),
        (timedelta(seconds=SECONDS_TO_FILL_IN), None),
        (timedelta(hours=HOURS_FOR_A_FORM), None),
        (timedelta(hours=HOURS_FOR_A_FORM, seconds=1), Flaw.OLD),
    ],
)
def test_should_take_a_form_neither_at_once_nor_the_next_day(after: timedelta, flaw: Flaw | None) -> None:
    with time_machine.travel(START, tick=False):
        seal = new_seal()
    with time_machine.travel(START + after, tick=False):
        assert flaw_of(seal) is flaw
        assert flaw_of(seal, "https://spam.example/") is Flaw.TRAPPED


@pytest.mark.parametrize(
    "made",
    ["", "x", "x" * 10_000, signing.dumps(1), signing.dumps(["x", "y"], salt="guard.seals"), "\x00"],
    # What is signed has another name each second, and two processes must know a test by one.
    ids=["nothing", "short", "long", "of another seal", "of no moment", "hidden"],
)
def test_should_take_no_form_that_nobody_sealed(made: str) -> None:
    assert flaw_of(made) is Flaw.OLD


def test_should_give_each_form_a_number_of_its_own() -> None:
    assert number_of(new_seal()) != number_of(new_seal())
