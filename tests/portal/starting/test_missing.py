"""What is still missing, where it is done, and that it goes once it is done."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.starting.missing import missing
from tests.portal.starting.conftest import Run, panel, told

pytestmark = pytest.mark.django_db


def test_should_miss_nothing_of_the_demo(approver_client: Client) -> None:
    assert missing() == []
    assert panel(approver_client) is None


def test_should_tell_that_the_demo_is_still_there(beside: Run) -> None:
    beside()
    assert told("demo_data --remove")
