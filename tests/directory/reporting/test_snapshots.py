"""Month against month."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.management import call_command

from directory.areas.index import area_index
from directory.models import CoverageSnapshot
from directory.reporting.coverage import ALL, cover
from directory.reporting.snapshots import KEEP_MONTHS, before, drop_old, keep
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db


def home() -> object:
    return area_index().by_slug["yorozu"]


def rows() -> dict[tuple, int]:
    found = CoverageSnapshot.objects.values_list("month", "layer", "area", "field", "kind", "count")
    return {row[:-1]: row[-1] for row in found}


def test_should_keep_the_same_when_it_runs_again() -> None:
    day = date(2026, 11, 20)
    assert keep(home(), day) == len(rows()) > 100
    first = rows()
    keep(home(), day)
    assert rows() == first
    assert {row[0] for row in first} == {date(2026, 11, 1)}
    layers = {row[1] for row in first if row[2] == "asahi"}
    assert layers == {"小学校区"}


def test_should_write_the_running_month_anew_and_leave_the_others() -> None:
    keep(home(), date(2026, 10, 31))
    october = rows()
    keep(home(), date(2026, 11, 1))
    PlaceFactory(fields=["community"], areas=["tobu"])
    keep(home(), date(2026, 11, 30))
    assert {key: count for key, count in rows().items() if key[0].month == 10} == october
    month, counts = before(date(2026, 12, 1))
    assert month == date(2026, 11, 1)
    assert counts == dict(cover(home(), date(2026, 11, 30)).counts)
    month, counts = before(date(2026, 11, 30))
    assert month == date(2026, 10, 1)
    assert counts[ALL, ALL, "place"] == october[date(2026, 10, 1), "", ALL, ALL, "place"]
    assert before(date(2026, 10, 5)) is None


def test_should_take_away_what_is_old_but_for_the_end_of_each_business_year() -> None:
    for year in range(2010, 2027):
        for month in range(1, 13):
            CoverageSnapshot.objects.create(month=date(year, month, 1), area=ALL, field=ALL, kind="desk", count=1)
    drop_old(date(2026, 12, 24))
    months = set(CoverageSnapshot.objects.values_list("month", flat=True))
    late = sorted(month for month in months if month >= date(2024, 12, 1))
    assert len(late) == KEEP_MONTHS
    assert sorted(months - set(late)) == [date(year, 3, 1) for year in range(2015, 2025)]


def test_should_be_kept_by_the_command_of_every_day(capsys: pytest.CaptureFixture) -> None:
    with time_machine.travel("2026-11-26T09:00:00+09:00"):
        call_command("keep_coverage")
        call_command("keep_coverage")
    assert "2026年11月" in capsys.readouterr().out
    assert {row[0] for row in rows()} == {date(2026, 11, 1)}


def test_should_leave_the_month_as_it_was_when_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(home(), date(2026, 11, 20))
    first = rows()

    def fails(*args: object, **kwargs: object) -> None:
        raise OSError

    monkeypatch.setattr(CoverageSnapshot.objects, "bulk_create", fails)
    with pytest.raises(OSError):
        keep(home(), date(2026, 11, 21))
    assert rows() == first
