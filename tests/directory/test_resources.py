"""What a record of the register refuses, and what happens between draft and publication."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from wagtail.actions.publish_revision import PublishPermissionError

from directory.choices import ChannelKind, Eligibility
from directory.models import (
    Channel,
    Field,
    GatheringPlace,
    InstitutionType,
    NationalLine,
    NextStep,
    OpeningException,
    OpeningRule,
    PublicRecord,
    Resource,
)
from tests.factories import DeskFactory, OrganisationFactory, PlaceFactory, VolunteerFactory, WorkFactory

pytestmark = pytest.mark.django_db


def problems(record: Resource) -> set[str]:
    """The fields that `full_clean` complains about."""
    with pytest.raises(ValidationError) as caught:
        record.full_clean()
    return set(caught.value.message_dict)


def test_should_know_its_kind_from_its_class() -> None:
    made = [factory().kind for factory in (DeskFactory, PlaceFactory, VolunteerFactory, WorkFactory)]
    assert made == ["desk", "place", "volunteer", "work"]
    assert [Resource.objects.get(pk=PlaceFactory().pk).specific.__class__] == [GatheringPlace]


@pytest.mark.parametrize(
    "field,value", [("address", "1-2"), ("place_name", "会館"), ("lat", 35.0), ("access_note", "駅の前")]
)
def test_should_refuse_any_location_of_a_type_that_hides_its_address(field: str, value: object) -> None:
    desk = DeskFactory(organisation=OrganisationFactory(type=InstitutionType.objects.get(code="dv")))
    setattr(desk, field, value)
    if field == "lat":
        desk.lon = 142.0
    assert field in problems(desk)


def test_should_refuse_a_type_that_only_staff_may_see() -> None:
    desk = DeskFactory()
    desk.type = InstitutionType.objects.get(code="takikan")
    assert "type" in problems(desk)


@pytest.mark.parametrize(
    "changes,field",
    [
        ({"lat": 35.0, "lon": None}, "lat"),
        ({"lat": 95.0, "lon": 142.0}, "lat"),
        ({"eligibility": Eligibility.ONLY, "audiences": []}, "audiences"),
        ({"audiences": ["martians"]}, "audiences"),
        ({"audiences": "elderly"}, "audiences"),
        ({"verified_on": date(2026, 10, 1), "verified_by": ""}, "verified_by"),
        ({"summary": ""}, "summary"),
    ],
)
def test_should_name_the_field_to_mend(changes: dict, field: str) -> None:
    place = PlaceFactory()
    for name, value in changes.items():
        setattr(place, name, value)
    assert field in problems(place)


def test_should_refuse_a_verification_in_the_future() -> None:
    place = PlaceFactory(verified=True)
    place.verified_on = timezone.localdate() + timedelta(days=1)
    assert problems(place) == {"verified_on"}


def test_should_ask_for_words_with_a_photo(demo_image: object) -> None:
    place = PlaceFactory()
    place.photo = demo_image
    assert problems(place) == {"photo_alt"}
    place.photo_alt = "木の下の長いす"
    place.full_clean()


@pytest.fixture
def demo_image() -> object:
    from portal.demo.pictures import picture

    return picture("bench", "test")


@pytest.mark.parametrize(
    "part",
    [
        Channel(kind=ChannelKind.PHONE, value=""),
        Channel(kind=ChannelKind.PHONE, value="市役所の代表"),
        Channel(kind=ChannelKind.MAIL, value="@@"),
        Channel(kind=ChannelKind.WEB, value="javascript:alert(1)"),
        OpeningRule(weekdays=[], opens="10:00", closes="12:00"),
        OpeningRule(weekdays=[9], opens="10:00", closes="12:00"),
        OpeningRule(
            weekdays=[0], opens="10:00", closes="12:00", valid_from=date(2026, 5, 1), valid_to=date(2026, 4, 1)
        ),
        OpeningException(start=date(2026, 5, 2), end=date(2026, 5, 1)),
        OpeningException(start=date(2026, 5, 2), closed=False),
    ],
)
def test_should_refuse_a_part_that_makes_no_sense(part: object) -> None:
    with pytest.raises(ValidationError):
        part.full_clean(exclude=["resource"])


def test_should_refuse_a_next_step_to_itself() -> None:
    place = PlaceFactory()
    with pytest.raises(ValidationError):
        NextStep(resource=place, target=place).clean()


def test_should_keep_a_draft_from_the_public_until_it_is_published() -> None:
    place = PlaceFactory(name="前の名前")
    place.name = "新しい名前"
    place.channels = [Channel(kind=ChannelKind.MAIL, value="new@example.jp")]
    draft = place.save_revision()
    record = PublicRecord.objects.get(resource=place)
    assert record.data["name"] == "前の名前"
    assert [channel["kind"] for channel in record.data["channels"]] == ["phone"]
    draft.publish()
    record.refresh_from_db()
    assert record.data["name"] == "新しい名前"
    # Children and many-to-many relations are those of this publication, not of the one before.
    assert [channel["value"] for channel in record.data["channels"]] == ["new@example.jp"]


def test_should_leave_the_public_with_an_unpublished_record() -> None:
    place = PlaceFactory()
    assert PublicRecord.objects.filter(resource=place).exists()
    place.unpublish()
    assert not PublicRecord.objects.filter(resource=place).exists()
    assert GatheringPlace.objects.filter(pk=place.pk).exists()
    assert not Resource.objects.filter(live=True, pk=place.pk).exists()


def test_should_keep_the_uuid_of_a_child_when_its_key_changes() -> None:
    place = PlaceFactory()
    before = place.channels.get()
    GatheringPlace.objects.get(pk=place.pk).save_revision().publish()
    place = GatheringPlace.objects.get(pk=place.pk)
    place.channels = [Channel(uuid=before.uuid, kind=before.kind, value=before.value)]
    place.save_revision().publish()
    after = GatheringPlace.objects.get(pk=place.pk).channels.get()
    assert after.uuid == before.uuid


@pytest.mark.django_db(transaction=False)
def test_should_change_nothing_when_a_child_fails_at_publication() -> None:
    place = PlaceFactory(name="そのまま")
    place.name = "半分だけ"
    place.opening_rules = [OpeningRule(weekdays=[0], opens=None, closes=None)]
    draft = place.save_revision(clean=False)
    with pytest.raises(PublishPermissionError, match="書きかけの時間"), transaction.atomic():
        draft.publish()
    place = GatheringPlace.objects.get(pk=place.pk)
    assert (place.name, place.channels.count()) == ("そのまま", 1)
    assert PublicRecord.objects.get(resource=place).data["name"] == "そのまま"
    assert settings.DATABASES["default"]["ATOMIC_REQUESTS"], "an editor's click must be one transaction"


def test_should_survive_the_deletion_of_a_term_that_only_a_draft_uses() -> None:
    place = PlaceFactory()
    field = Field.objects.create(code="short-lived", name="すぐ消える分野")
    place.fields = [*place.fields.all(), field]
    draft = place.save_revision()
    field.delete()
    restored = draft.as_object()
    assert [item.code for item in restored.fields.all()] == ["community"]


def test_should_give_every_resource_a_short_id_of_its_own() -> None:
    ids = list(Resource.objects.values_list("short_id", flat=True))
    assert len(set(ids)) == len(ids)
    assert all((len(short_id) == 10 and short_id.islower()) or short_id.isdigit() for short_id in ids)


def test_should_show_only_national_lines_that_may_be_shown_today() -> None:
    line = NationalLine.objects.published().first()
    today = timezone.localdate()
    for changes in (
        {"show": False},
        {"show": True, "show_until": today - timedelta(days=1)},
        {"show_until": None, "show_from": today + timedelta(days=1)},
    ):
        NationalLine.objects.filter(pk=line.pk).update(**changes)
        assert not NationalLine.objects.published().filter(pk=line.pk).exists(), changes
    names = set(NationalLine.objects.published().values_list("name", flat=True))
    assert "孤独・孤立相談ダイヤル" not in names, "a trial for limited periods is not shown"
