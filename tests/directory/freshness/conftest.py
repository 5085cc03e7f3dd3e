"""Entries of an organisation that can be asked by mail, in a register that holds nothing else that is due."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import time_machine

from directory.choices import CheckEvery
from directory.hours.rules import TOKYO
from directory.models import GatheringPlace, Office, Organisation, PublicRecord, Resource
from tests.factories import OrganisationFactory, PlaceFactory

START = date(2026, 12, 1)
MAIL = "kai@example.jp"


def at(day: date) -> time_machine.travel:
    """The morning of a day."""
    return time_machine.travel(datetime(day.year, day.month, day.day, 6, 30, tzinfo=TOKYO), tick=False)


@pytest.fixture
def quiet(db: None) -> None:
    """Nothing of the demo is ever due, and nothing of it ends."""
    Resource.objects.update(check_every=CheckEvery.NEVER)
    PublicRecord.written.update(due_on=None, until=None)


@pytest.fixture
def organisation(quiet: None) -> Organisation:
    """Somebody who reads mail."""
    return OrganisationFactory(name="ひだまりの会", confirm_mail=MAIL)


@pytest.fixture
def office(quiet: None) -> Office:
    """The default office, with a mail of its own."""
    office = Office.default()
    office.mail = "kakari@example.jp"
    office.save()
    return office


def entry(organisation: Organisation, **columns: object) -> GatheringPlace:
    """A public place of the organisation, confirmed on the first day of the story."""
    return PlaceFactory(
        **{"organisation": organisation, "verified_on": START, "verified_by": "phone", "check_every": 6, **columns}
    )
