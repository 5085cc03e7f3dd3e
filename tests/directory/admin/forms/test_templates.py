"""Entries made like others, and templates that stay linked."""

from __future__ import annotations

from datetime import date, time

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from directory.admin.forms.linking import offers
from directory.choices import ChannelKind, Cost
from directory.models import Channel, GatheringPlace, Need, OpeningRule, PublicRecord
from directory.public.projection import project
from directory.public.store import refresh_outdated, refresh_public_records
from tests.directory.admin.forms.written import fields_of, page_of
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/snippets/directory/gatheringplace"


@pytest.fixture
def original() -> GatheringPlace:
    place = PlaceFactory(
        live=False,
        name="もとの場",
        body="くわしい話",
        staff_note="内緒",
        verified_on=date(2026, 10, 1),
        verified_by="phone",
        needs=[Need.objects.first().code],
    )
    place.channels.add(Channel(kind=ChannelKind.MAIL, value="a@example.jp"))
    place.opening_rules.add(OpeningRule(weekdays=[1], opens=time(9), closes=time(10)))
    place.save()
    place.save_revision()
    return place


@pytest.fixture
def template(original: GatheringPlace) -> GatheringPlace:
    original.is_template = True
    original.save()
    original.save_revision()
    return original


def made(client: Client, page: BeautifulSoup, **changes: object) -> GatheringPlace:
    """Send the form on a page that makes a new entry."""
    before = set(GatheringPlace.objects.values_list("pk", flat=True))
    response = client.post(page.select_one("form[data-edit-form]")["action"], fields_of(page) | changes)
    assert response.status_code == 302, BeautifulSoup(response.content, "lxml").select(".error-message")
    return GatheringPlace.objects.exclude(pk__in=before).get()


def test_should_copy_what_residents_read_and_nothing_else(editor_client: Client, original: GatheringPlace) -> None:
    edit = page_of(editor_client, f"{LIST}/edit/{original.pk}/")
    assert edit.select_one(f"a[href='{LIST}/copy/{original.pk}/']"), "it can be reached"
    copy = made(editor_client, page_of(editor_client, f"{LIST}/copy/{original.pk}/"))
    draft = copy.get_latest_revision_as_object()
    assert (draft.name, draft.body) == ("もとの場（写し）", "くわしい話")
    assert [channel.value for channel in draft.channels.all()] == ["0000-99-0001", "a@example.jp"]
    assert [rule.weekdays for rule in draft.opening_rules.all()] == [[1]]
    assert list(draft.areas.all()) == list(original.areas.all())
    assert list(draft.needs.all()) == list(original.needs.all())
    assert (draft.staff_note, draft.verified_on, draft.live, draft.template_id) == ("", None, False, None)
    assert (draft.uuid, draft.short_id) != (original.uuid, original.short_id)
    assert draft.short_id != original.short_id
    olds = {row.uuid for part in (original.channels, original.opening_rules) for row in part.all()}
    news = {row.uuid for part in (draft.channels, draft.opening_rules) for row in part.all()}
    assert len(news) == 3 and not olds & news
    assert len(original.channels.all()) == 2, "the other one stays as it is"


def test_should_copy_the_draft_rather_than_what_is_live(editor_client: Client, original: GatheringPlace) -> None:
    original.summary = "下書きの文"
    original.save_revision()
    page = page_of(editor_client, f"{LIST}/copy/{original.pk}/")
    assert page.select_one("#id_summary").get_text(strip=True) == "下書きの文"


def test_should_offer_templates_where_something_new_begins(editor_client: Client, template: GatheringPlace) -> None:
    page = page_of(editor_client, f"{LIST}/add/")
    assert [link["href"] for link in page.select(".templates a")] == [f"{LIST}/copy/{template.pk}/"]
    entry = made(editor_client, page_of(editor_client, f"{LIST}/copy/{template.pk}/"), name="新しい場")
    assert entry.template_id == template.pk
    assert entry.template_said["body"] == "くわしい話"
    assert not entry.is_template
    assert offers(entry.get_latest_revision_as_object()) == []


def test_should_ask_for_the_name_that_the_template_cannot_know(editor_client: Client, template: GatheringPlace) -> None:
    page = page_of(editor_client, f"{LIST}/copy/{template.pk}/")
    assert page.select_one("#id_name").get("value", "") == ""
    address = page.select_one("form[data-edit-form]")["action"]
    refused = editor_client.post(address, fields_of(page))
    again = BeautifulSoup(refused.content, "lxml")
    assert refused.status_code == 200
    assert again.select_one("form[data-edit-form]")["action"] == address, "the template is not forgotten"


@pytest.fixture
def linked(editor_client: Client, template: GatheringPlace) -> GatheringPlace:
    """An entry made from the template, which says something else afterwards."""
    entry = made(
        editor_client, page_of(editor_client, f"{LIST}/copy/{template.pk}/"), name="新しい場", summary="自分の文"
    )
    template.body, template.summary, template.cost = "新しい話", "新しいひとこと", Cost.FREE
    template.save_revision()
    return entry


def draft_of(entry: GatheringPlace) -> GatheringPlace:
    return GatheringPlace.objects.get(pk=entry.pk).get_latest_revision_as_object()


def answer(client: Client, entry: GatheringPlace, **changes: object) -> BeautifulSoup:
    address = f"{LIST}/edit/{entry.pk}/"
    response = client.post(address, fields_of(page_of(client, address)) | changes)
    assert response.status_code == 302
    return page_of(client, address)


def offered(page: BeautifulSoup) -> list[str]:
    return [legend.get_text() for legend in page.select(".offer legend")]


def test_should_offer_only_what_is_still_as_in_the_template(editor_client: Client, linked: GatheringPlace) -> None:
    page = page_of(editor_client, f"{LIST}/edit/{linked.pk}/")
    assert offered(page) == ["くわしく", "費用"]
    [body, cost] = page.select(".offer dl")
    assert [item.get_text() for item in body.select("dd")] == ["くわしい話", "新しい話"]
    assert [item.get_text() for item in cost.select("dd")] == [str(Cost.UNKNOWN.label), str(Cost.FREE.label)]


def test_should_change_nothing_until_somebody_says_so(editor_client: Client, linked: GatheringPlace) -> None:
    page = answer(editor_client, linked)
    assert (draft_of(linked).body, offered(page)) == ("くわしい話", ["くわしく", "費用"])


def test_should_take_and_keep_field_by_field(editor_client: Client, linked: GatheringPlace) -> None:
    page = answer(editor_client, linked, **{"template-body": "take", "template-cost": "keep"})
    draft = draft_of(linked)
    assert (draft.body, draft.cost, draft.summary) == ("新しい話", Cost.UNKNOWN, "自分の文")
    assert offered(page) == []
    template = draft.template.specific
    template.body, template.cost = "もっと新しい話", Cost.PAID
    template.save_revision()
    # What was kept otherwise is the entry's own from then on.
    assert offered(page_of(editor_client, f"{LIST}/edit/{linked.pk}/")) == ["くわしく"]


def test_should_not_write_over_what_somebody_writes_at_the_same_time(
    editor_client: Client, linked: GatheringPlace
) -> None:
    page = answer(editor_client, linked, body="自分で直した", **{"template-body": "take"})
    assert (draft_of(linked).body, offered(page)) == ("自分で直した", ["費用"])


def test_should_forget_a_template_that_is_gone(editor_client: Client, linked: GatheringPlace) -> None:
    GatheringPlace.objects.get(pk=linked.template_id).delete()
    page = page_of(editor_client, f"{LIST}/edit/{linked.pk}/")
    assert offered(page) == []
    assert GatheringPlace.objects.get(pk=linked.pk).template_id is None


# never public


def test_should_never_be_public(template: GatheringPlace, approver_client: Client, own_index: object) -> None:
    address = f"{LIST}/edit/{template.pk}/"
    page = page_of(approver_client, address)
    assert not page.select("[name=action-publish], [name=action-submit]")
    for action in ("action-publish", "action-submit"):
        response = approver_client.post(address, fields_of(page) | {action: "1"})
        assert response.status_code == 200
        assert "ひな型は公開されません" in response.content.decode()
    assert not GatheringPlace.objects.get(pk=template.pk).live


def test_should_stay_inside_even_if_its_row_says_that_it_is_live(template: GatheringPlace) -> None:
    GatheringPlace.objects.filter(pk=template.pk).update(live=True)
    with pytest.raises(ValueError, match="template"):
        project(GatheringPlace.objects.get(pk=template.pk))
    refresh_public_records(resource_ids=[template.pk], index=False)
    refresh_outdated()
    assert not PublicRecord.objects.filter(resource_id=template.pk).exists()


def test_should_not_make_a_template_of_what_is_public(approver_client: Client) -> None:
    place = PlaceFactory()
    address = f"{LIST}/edit/{place.pk}/"
    response = approver_client.post(address, fields_of(page_of(approver_client, address)) | {"is_template": "on"})
    assert "公開している案内は、ひな型にできません" in response.content.decode()
    assert PublicRecord.objects.filter(resource_id=place.pk).exists()


def test_should_list_in_a_bounded_number_of_questions(
    approver_client: Client, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(60) as few:
        page = page_of(approver_client, f"{LIST}/?p=1")
    assert "書いてあること" in page.get_text()
    for _number in range(3):
        PlaceFactory(live=False)
    with django_assert_max_num_queries(len(few)):
        page_of(approver_client, f"{LIST}/?p=1")
