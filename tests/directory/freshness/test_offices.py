"""Offices: never nobody, and in April all at once."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from openpyxl import load_workbook

from directory.exchange.shared import safe_cell
from directory.freshness.handover import as_excel, columns, hand_over, sheet
from directory.models import Field, GatheringPlace, Office, Organisation, PhoneCheck, Resource
from tests.factories import PlaceFactory

from .conftest import START, at, entry

pytestmark = pytest.mark.django_db


def test_should_always_have_somebody_who_answers() -> None:
    place = PlaceFactory()
    assert place.owner is None
    assert place.effective_owner.name == "担当係（未設定）"
    Office.objects.all().delete()
    assert Resource.objects.get(pk=place.pk).effective_owner.is_default


def test_should_have_one_default() -> None:
    new = Office(name="地域福祉係", is_default=True)
    new.full_clean()
    new.save()
    assert [office.name for office in Office.objects.filter(is_default=True)] == ["地域福祉係"]
    new.is_default = False
    with pytest.raises(ValidationError):
        new.full_clean()


def test_should_need_a_reason_for_never() -> None:
    place = PlaceFactory()
    place.check_every = 0
    with pytest.raises(ValidationError) as refused:
        place.full_clean()
    assert set(refused.value.message_dict) == {"no_check_reason"}
    place.no_check_reason = "国の電話で、市が変えることはない"
    place.full_clean()


def test_should_hand_over_everything_at_once(organisation: Organisation) -> None:
    old, new = Office.objects.create(name="福祉係"), Office.objects.create(name="くらし係")
    with at(START):
        live = entry(organisation, owner=old)
        draft = entry(organisation, owner=old)
        draft.name = "下書き"
        draft.save_revision()
        other = entry(organisation)
        PhoneCheck.objects.create(resource_id=live.pk, opened_on=START, taken_by=old)
    assert hand_over(old, new, retire=True) == 2
    assert set(new.resources.values_list("pk", flat=True)) == {live.pk, draft.pk}
    assert Resource.objects.get(pk=other.pk).owner is None
    # What is published later does not bring the old one back.
    GatheringPlace.objects.get(pk=draft.pk).latest_revision.publish()
    row = GatheringPlace.objects.get(pk=draft.pk)
    assert (row.name, row.owner) == ("下書き", new)
    assert PhoneCheck.objects.get(resource_id=live.pk).taken_by == new
    old.refresh_from_db()
    assert old.retired


@pytest.mark.parametrize(("options", "moves"), [({}, False), ({"people": True}, True), ({"retire": True}, True)])
def test_should_hand_over_fields_and_log_ins(options: dict[str, bool], moves: bool) -> None:
    old, new = Office.objects.create(name="福祉係"), Office.objects.create(name="くらし係")
    one, other = (get_user_model().objects.create_user(name) for name in ("of-the-old", "of-the-new"))
    old.people.add(one)
    new.people.add(other)
    old.fields.add(Field.objects.get(code="mental"))
    hand_over(old, new, **options)
    assert [field.code for field in new.fields.all()] == ["mental"]
    assert not old.fields.exists()
    assert set(new.people.all()) == ({one, other} if moves else {other})
    assert set(old.people.all()) == (set() if moves else {one})


def test_should_hand_over_the_default_too(organisation: Organisation) -> None:
    old, new = Office.default(), Office.objects.create(name="くらし係")
    with at(START):
        place = entry(organisation)
    hand_over(old, new, retire=True)
    assert Resource.objects.get(pk=place.pk).effective_owner == new
    assert Office.default() == new


@pytest.mark.parametrize("new", ["same", "retired"])
def test_should_refuse_to_hand_over_to_nobody(new: str) -> None:
    old, gone = Office.objects.create(name="福祉係"), Office.objects.create(name="なくなった係", retired=True)
    with pytest.raises(ValidationError):
        hand_over(old, old if new == "same" else gone)


def test_should_write_the_sheet_for_excel(
    organisation: Organisation, django_assert_max_num_queries: Callable[..., object]
) -> None:
    office = Office.objects.create(name="福祉係")
    with at(START):
        for number in range(5):
            entry(organisation, owner=office, name=f"=会{number}")
    with django_assert_max_num_queries(3):
        lines = sheet(office)
    page = load_workbook(io.BytesIO(as_excel(lines, safe_cell))).active
    rows = list(page.iter_rows(values_only=True))
    assert list(rows[0]) == columns()
    assert len(rows) == 6
    assert rows[1][0].startswith("'=会"), "no spreadsheet runs it"
    assert lines[0].due_on == date(2027, 6, 1)


def test_should_not_leave_anything_with_an_office_that_is_no_more(organisation: Organisation) -> None:
    gone = Office.objects.create(name="なくなった係", mail="gone@example.jp", retired=True)
    with at(START):
        place = entry(organisation)
        Resource.objects.filter(pk=place.pk).update(owner=gone)
    assert Resource.objects.get(pk=place.pk).effective_owner == Office.default()
    assert place.pk in {line.resource.pk for line in sheet(Office.default())}
