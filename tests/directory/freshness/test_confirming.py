"""Who confirmed what, and the day that the public sees."""

from __future__ import annotations

from datetime import date

import pytest

from directory.choices import Confirmer, FactGroup, VerifiedBy
from directory.freshness.confirming import ALL_GROUPS, confirm
from directory.models import GatheringPlace, Organisation, PhoneCheck, PublicRecord, Resource, Verification

from .conftest import START, at, entry

pytestmark = pytest.mark.django_db


def shown(place: GatheringPlace) -> tuple[str, str]:
    """The day and the means as the public copy has them."""
    data = PublicRecord.objects.get(resource=place.pk).data
    return data["verified_on"], data["verified_by"]


def test_should_show_the_day_when_all_of_it_was_confirmed(organisation: Organisation) -> None:
    with at(START):
        place = entry(organisation)
    with at(date(2027, 2, 1)):
        assert confirm([place.pk], role=Confirmer.ORGANISATION) == 1
    assert shown(place) == ("2027-02-01", VerifiedBy.SELF)
    assert PublicRecord.objects.get(resource=place.pk).due_on == date(2027, 8, 1)
    proof = Verification.objects.filter(resource=place.pk, on=date(2027, 2, 1))
    assert {(one.group, one.role) for one in proof} == {(group, Confirmer.ORGANISATION) for group in FactGroup}


def test_should_show_the_oldest_of_its_groups(organisation: Organisation) -> None:
    with at(START):
        place = entry(organisation)
    first, *others = ALL_GROUPS
    with at(date(2027, 2, 1)):
        confirm([place.pk], role=Confirmer.PHONE, groups=[first])
    assert shown(place)[0] == START.isoformat(), "one group says nothing of the others"
    with at(date(2027, 3, 1)):
        confirm([place.pk], role=Confirmer.SITE, groups=others)
    assert shown(place) == ("2027-02-01", VerifiedBy.PHONE)


def test_should_never_go_back(organisation: Organisation) -> None:
    with at(date(2027, 5, 1)):
        place = entry(organisation, verified_on=date(2027, 5, 1))
        confirm([place.pk], role=Confirmer.FAX, on=date(2027, 4, 1))
    assert shown(place)[0] == "2027-05-01"


def test_should_leave_a_draft_a_draft_and_keep_the_day_when_it_is_published(organisation: Organisation) -> None:
    with at(START):
        place = entry(organisation)
        place.name = "下書きの名前"
        waiting = place.save_revision()
    with at(date(2027, 2, 1)):
        confirm([place.pk], role=Confirmer.ORGANISATION)
        row = GatheringPlace.objects.get(pk=place.pk)
        assert row.has_unpublished_changes
        assert row.name != "下書きの名前"
        assert row.get_latest_revision_as_object().verified_on == date(2027, 2, 1)
    with at(date(2027, 2, 3)):
        waiting.refresh_from_db()
        waiting.publish()
    row = GatheringPlace.objects.get(pk=place.pk)
    assert (row.name, row.verified_on) == ("下書きの名前", date(2027, 2, 1))
    assert shown(place)[0] == "2027-02-01"


def test_should_keep_the_day_also_where_an_old_version_is_published(organisation: Organisation) -> None:
    with at(START):
        place = entry(organisation)
        old = place.latest_revision
    with at(date(2027, 2, 1)):
        confirm([place.pk], role=Confirmer.ORGANISATION)
        content = {**old.content, "verified_on": START.isoformat()}
        type(old).objects.filter(pk=old.pk).update(content=content)
        old.refresh_from_db()
        old.publish()
    assert shown(place)[0] == "2027-02-01"


def test_should_note_as_proof_what_an_editor_wrote(organisation: Organisation) -> None:
    with at(START):
        place = entry(organisation)
    assert Verification.objects.filter(resource=place.pk, on=START).count() == len(FactGroup)
    assert {one.role for one in Verification.objects.filter(resource=place.pk)} == {Confirmer.PHONE}


def test_should_close_calls_that_it_answers(organisation: Organisation) -> None:
    with at(START):
        place = entry(organisation)
        call = PhoneCheck.objects.create(resource=Resource.objects.get(pk=place.pk), opened_on=START)
        confirm([place.pk], role=Confirmer.PHONE, groups=[FactGroup.COST])
        call.refresh_from_db()
        assert call.closed_on is None
        confirm([place.pk], role=Confirmer.PHONE)
    call.refresh_from_db()
    assert (call.closed_on, call.was_right) == (START, True)


def test_should_need_no_call_after_an_editor_confirmed_but_for_the_months_draw(organisation: Organisation) -> None:
    with at(START):
        place = entry(organisation)
        for month in ("", "2026-12"):
            PhoneCheck.objects.create(resource_id=place.pk, opened_on=START, sample_month=month)
    with at(date(2027, 2, 1)):
        place.verified_on = date(2027, 2, 1)
        place.save_revision().publish()
    assert {one.sample_month: one.closed_on for one in PhoneCheck.objects.filter(resource_id=place.pk)} == {
        "": date(2027, 2, 1),
        "2026-12": None,
    }
