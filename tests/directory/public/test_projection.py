"""One door to the public: what goes through it, what never does."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pydantic import ValidationError

from directory.choices import ChannelKind
from directory.finding.documents import ResourceSource
from directory.models import Area, Channel, Field, Need, Organisation, PublicRecord, Resource
from directory.public.projection import project, read
from directory.public.record import PublicResource
from directory.public.store import refresh_public_records
from tests.factories import DeskFactory, OrganisationFactory, PlaceFactory

pytestmark = pytest.mark.django_db

SECRET = "もれてはいけない印Q7X"
# Every column of the register is on one of two lists. A new one fails here until somebody has decided where it belongs.
STAFF_ONLY = {
    Resource: {
        "staff_note", "acceptance_note", "fits_participation_support", "owner", "check_every", "no_check_reason",
        "is_template", "template", "template_said",
    },
    Organisation: {"staff_note", "quote", "confirm_by", "confirm_mail"},
}  # fmt: skip
INTERNAL = {
    "id", "origin", "live", "has_unpublished_changes", "first_published_at", "last_published_at", "go_live_at", "expire_at",
    "expired", "latest_revision", "live_revision", "locked", "locked_at", "locked_by", "created_at", "updated_at",
}  # fmt: skip
PUBLIC = {
    Resource: {
        "uuid", "short_id", "kind", "name", "reading", "summary", "body", "easy", "organisation", "type", "fields", "needs",
        "areas", "place_name", "postal_code", "town", "address", "lat", "lon", "access_note", "eligibility", "audiences",
        "eligibility_note", "cost", "cost_note", "languages", "accessibility", "can_observe", "can_come_alone",
        "companion_welcome", "booking", "first_visit_note", "hours_note", "photo", "photo_alt", "verified_on", "verified_by",
        "source", "ends_on", "succeeded_by",
    },
    Organisation: {
        "uuid", "name", "reading", "type", "municipality", "prefecture", "locality", "operator", "website", "active_from",
        "active_to", "source",
    },
}  # fmt: skip


@pytest.mark.parametrize("model", [Resource, Organisation])
def test_should_have_decided_for_every_column_who_may_see_it(model: type) -> None:
    columns = {field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    decided = PUBLIC[model] | STAFF_ONLY[model] | (INTERNAL & columns)
    assert columns == decided, f"PUBLIC or STAFF_ONLY? {columns ^ decided}"


@pytest.fixture
def planted() -> Resource:
    """A published place with a secret in every staff-only field, of its own and of its organisation."""
    organisation = OrganisationFactory(staff_note=SECRET, quote=SECRET)
    return PlaceFactory(
        organisation=organisation, staff_note=SECRET, acceptance_note=SECRET, fits_participation_support=True
    )


def test_should_keep_planted_secrets_inside(planted: Resource, client: Any) -> None:
    public = project(Resource.objects.get(pk=planted.pk))
    assert SECRET not in public.model_dump_json()
    record = PublicRecord.objects.get(resource=planted)
    assert SECRET not in json.dumps(record.data, ensure_ascii=False)
    documents = list(ResourceSource().documents([f"resource:{planted.short_id}"]))
    assert len(documents) == 1
    assert SECRET not in repr(documents)
    page = client.get(f"/resources/{planted.short_id}/").content.decode()
    assert planted.name in page
    assert SECRET not in page
    for word in ("staff_note", "acceptance", "participation"):
        assert word not in public.model_dump_json()


def test_should_keep_secrets_inside_of_drafts_too(planted: Resource) -> None:
    planted.name = SECRET
    planted.save_revision()
    assert SECRET not in json.dumps(PublicRecord.objects.get(resource=planted).data, ensure_ascii=False)


def test_should_refuse_what_is_not_published() -> None:
    draft = PlaceFactory(live=False)
    with pytest.raises(ValueError, match="not published"):
        project(draft)
    assert project(draft, draft=True).name == draft.name
    refresh_public_records(resource_ids=[draft.pk])
    assert not PublicRecord.objects.filter(resource=draft).exists()


def test_should_not_let_a_location_of_a_hidden_type_through_even_if_it_stands_in_the_table() -> None:
    from directory.models import InstitutionType

    desk = DeskFactory(organisation=OrganisationFactory(type=InstitutionType.objects.get(code="dv")))
    Resource.objects.filter(pk=desk.pk).update(address=SECRET, place_name=SECRET, lat=35.0, lon=142.0)
    refresh_public_records(resource_ids=[desk.pk])
    assert PublicRecord.objects.get(resource=desk).data["place"] is None


def test_should_come_back_from_storage_unchanged_and_unchangeable() -> None:
    place = PlaceFactory(verified=True, audiences=["elderly"], languages=["ja", "sign"])
    public = project(Resource.objects.get(pk=place.pk))
    stored = read(PublicRecord.objects.get(resource=place))
    assert stored == public
    with pytest.raises(ValidationError):
        stored.name = "ほかの名前"
    with pytest.raises(ValidationError):
        PublicResource.model_validate({**public.model_dump(), "staff_note": SECRET})


def test_should_write_a_public_record_for_every_live_resource_of_the_demo() -> None:
    live = Resource.objects.filter(live=True).values_list("pk", flat=True)
    # What has ended is written as well: it may be put off.
    assert set(PublicRecord.written.values_list("resource_id", flat=True)) == set(live)


def test_should_project_many_in_a_fixed_number_of_queries() -> None:
    ids = list(Resource.objects.filter(live=True).order_by("pk").values_list("pk", flat=True)[:100])
    counts = []
    for amount in (50, 100):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            refresh_public_records(resource_ids=ids[:amount], index=False)
        counts.append(len(queries))
    # One more at most: a related table that none of the first fifty uses.
    assert counts[1] <= counts[0] + 1


def test_should_say_the_same_of_many_as_of_each() -> None:
    desk = DeskFactory()
    for relation, words in ((desk.needs, Need), (desk.fields, Field), (desk.areas, Area)):
        relation.set(words.objects.order_by("-pk")[:4])
    desk.save_revision().publish()
    resources = Resource.objects.filter(live=True)
    refresh_public_records(resource_ids=list(resources.values_list("pk", flat=True)), index=False)
    for resource in resources:
        stored = PublicRecord.written.get(resource=resource).data
        assert PublicResource.model_validate(stored) == project(resource), resource.name


def test_should_follow_a_renamed_word_of_the_register() -> None:
    place = PlaceFactory()
    for record, attribute, path in (
        (place.fields.first(), "name", ("fields", 0, "name")),
        (place.areas.first(), "name", ("areas", 0, "name")),
        (place.organisation, "name", ("organisation", "name")),
        (place.type, "name", ("type", "name")),
    ):
        setattr(record, attribute, "改めた名前")
        record.save()
        found: Any = PublicRecord.objects.get(resource=place).data
        for step in path:
            found = found[step]
        assert found == "改めた名前", path


def test_should_drop_a_next_step_that_is_no_longer_public() -> None:
    from directory.models import NextStep

    target, start = PlaceFactory(name="つぎの場"), PlaceFactory()
    start.next_steps = [NextStep(target=Resource.objects.get(pk=target.pk))]
    start.save_revision().publish()
    assert [step["name"] for step in PublicRecord.objects.get(resource=start).data["next_steps"]] == ["つぎの場"]
    type(target).objects.get(pk=target.pk).unpublish()
    assert PublicRecord.objects.get(resource=start).data["next_steps"] == []


def test_should_offer_links_only_for_what_can_be_followed() -> None:
    place = PlaceFactory()
    place.channels = [
        Channel(kind=ChannelKind.PHONE, value="0000-99-0001（代表）"),
        Channel(kind=ChannelKind.MAIL, value="a@example.jp"),
        Channel(kind=ChannelKind.VISIT, value=""),
    ]
    place.save_revision().publish()
    public = read(PublicRecord.objects.get(resource=place))
    assert [channel.href for channel in public.channels] == ["tel:0000990001", "mailto:a@example.jp", ""]
    assert [channel.kind.value for channel in public.channels_without_voice] == ["mail", "visit"]


def test_should_say_when_it_was_verified() -> None:
    place = PlaceFactory(verified=True)
    assert read(PublicRecord.objects.get(resource=place)).verified_on == date(2026, 10, 1)
