"""What the form asks for while somebody writes, and the page beside it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from directory.admin.forms.bringing import reading_of
from directory.choices import ChannelKind
from directory.models import Area, Channel, GatheringPlace, InstitutionType, Office, PostalCode, Town, kind_tables
from tests.directory.admin.forms.written import fields_of, page_of
from tests.factories import DeskFactory, OrganisationFactory, PlaceFactory

pytestmark = pytest.mark.django_db

TABLES = [table._meta.model_name for table in kind_tables().values()]


def added(table: str) -> str:
    return f"/admin/snippets/directory/{table}/add/"


def looked(client: Client, table: str, pk: int | None = None, **fields: object) -> dict[str, BeautifulSoup]:
    address = f"/admin/entries/look/{table}/" + (f"{pk}/" if pk else "")
    response = client.post(address, fields)
    assert response.status_code == 200
    return {name: BeautifulSoup(html, "lxml") for name, html in response.json().items()}


# as it stands


@pytest.mark.parametrize("table", TABLES)
def test_should_say_what_is_missing_of_a_new_entry_as_it_grows(editor_client: Client, table: str) -> None:
    fields = fields_of(page_of(editor_client, added(table)))
    empty = looked(editor_client, table, **fields)["filled"]
    assert {"name", "summary", "organisation"} <= {link["data-goto"] for link in empty.select("a")}
    named = looked(editor_client, table, **fields | {"name": "新しいところ"})["filled"]
    assert "name" not in {link["data-goto"] for link in named.select("a")}
    assert int(named.progress["value"]) == int(empty.progress["value"]) + 1


def test_should_count_what_is_right_although_something_is_wrong(editor_client: Client) -> None:
    place = PlaceFactory(live=False)
    fields = fields_of(page_of(editor_client, f"/admin/snippets/directory/gatheringplace/edit/{place.pk}/"))
    changes = {"name": "", "lat": "北", "body": "くわしい話", "channels-0-kind": "mail", "channels-0-value": "違う"}
    filled = looked(editor_client, "gatheringplace", place.pk, **fields | changes)["filled"]
    missing = [link["data-goto"] for link in filled.select("a")]
    assert missing[0] == "name" and "body" not in missing
    assert missing.count("channels") == 2, "a channel that cannot be used is none"
    assert GatheringPlace.objects.get(pk=place.pk).name == place.name


def test_should_show_the_hours_of_rows_that_are_not_saved(editor_client: Client) -> None:
    fields = fields_of(page_of(editor_client, added("gatheringplace")))
    row = {"weekdays": ["1"], "opens": "10:00", "closes": "12:00", "holidays": "closed", "id": "", "ORDER": "1"}
    rows = {f"opening_rules-0-{name}": value for name, value in row.items()} | {"opening_rules-TOTAL_FORMS": "1"}
    shown = looked(editor_client, "gatheringplace", **fields | rows)["hours"]
    assert [item.get_text() for item in shown.select("li")] == ["火曜 10:00〜12:00", "祝日は休みです"]
    assert len(shown.select(".hours-next span")) == 4
    gone = looked(editor_client, "gatheringplace", **fields | rows | {"opening_rules-0-DELETE": "1"})["hours"]
    assert not gone.select("li")


def test_should_look_at_nothing_that_is_not_theirs(client: Client) -> None:
    place = PlaceFactory(live=False, owner=Office.objects.create(name="よその係"))
    user = get_user_model().objects.create_user("only-sees", password="a-long-password-1")
    codenames = ("access_admin", "view_gatheringplace", "change_consultationdesk")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    for address in ("gatheringplace/", f"gatheringplace/{place.pk}/"):
        assert client.post(f"/admin/entries/look/{address}").status_code in {302, 403}
    assert client.post("/admin/entries/look/nothing/").status_code == 404
    user.user_permissions.add(*Permission.objects.filter(codename="change_gatheringplace"))
    Office.objects.create(name="自分の係").people.add(user)
    assert client.post(f"/admin/entries/look/gatheringplace/{place.pk}/").status_code in {302, 403}


# proposals


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("ひがし公園の花の世話", "ひがしこうえんのはなのせわ"),
        ("カフェ・オレンジ", "かふぇ おれんじ"),
        ("", ""),
        ("あ" * 5000, "あ" * 120),
    ],
    ids=["plain", "katakana", "nothing", "long"],
)
def test_should_propose_a_reading(editor_client: Client, name: str, reading: str) -> None:
    answer = editor_client.get("/admin/entries/reading/", {"name": name}).json()
    assert answer["reading"].replace(" ", "") == reading.replace(" ", "")
    assert reading_of(name) == answer["reading"]


def test_should_bring_areas_and_the_one_postal_code_of_a_town(editor_client: Client) -> None:
    town = next(town for town in Town.objects.all() if town.postal_codes.count() == 1 and town.areas.exists())
    answer = editor_client.get("/admin/entries/town/", {"town": town.pk}).json()
    assert set(answer["areas"]) == set(town.areas.values_list("pk", flat=True))
    assert answer["postal_code"] == str(town.postal_codes.get())
    PostalCode.objects.create(town=town, code="9999999")
    assert editor_client.get("/admin/entries/town/", {"town": town.pk}).json()["postal_code"] == ""
    for strange in ("", "x", "9" * 30, "0"):
        assert editor_client.get("/admin/entries/town/", {"town": strange}).status_code == 404


def test_should_bring_what_the_newest_entry_of_an_organisation_says(editor_client: Client) -> None:
    organisation = OrganisationFactory()
    older = PlaceFactory(organisation=organisation, place_name="古い会館")
    newer = PlaceFactory(organisation=organisation, place_name="新しい会館", address="2-2", access_note="駅前")
    PlaceFactory(organisation=organisation, place_name="下書きの会館", live=False)
    address = "/admin/entries/bring/"
    found = editor_client.get(address, {"organisation": organisation.pk}).json()
    assert found["source"] == f"「{newer.name}」"
    assert found["fields"] == {
        "type": newer.type_id, "place_name": "新しい会館", "address": "2-2", "access_note": "駅前"
    }  # fmt: skip
    assert found["channels"] == [{"kind": "phone", "value": "0000-99-0001", "note": "", "hours": ""}]
    assert found["areas"] == [area.pk for area in newer.areas.all()]
    other = editor_client.get(address, {"organisation": organisation.pk, "entry": newer.pk}).json()
    assert other["fields"]["place_name"] == older.place_name


def test_should_bring_what_the_organisation_says_of_itself(editor_client: Client) -> None:
    organisation = OrganisationFactory(website="https://example.jp/")
    found = editor_client.get("/admin/entries/bring/", {"organisation": organisation.pk}).json()
    assert found["areas"] == [Area.objects.get(slug="yorozu").pk]
    assert [channel["value"] for channel in found["channels"]] == ["https://example.jp/"]
    assert found["fields"] == {"type": organisation.type_id}


def test_should_bring_no_place_of_what_hides_it(editor_client: Client) -> None:
    organisation = OrganisationFactory(type=InstitutionType.objects.get(code="dv"))
    desk = DeskFactory(organisation=organisation)
    type(desk).objects.filter(pk=desk.pk).update(address="ひみつ1-1", place_name="ひみつの家")
    answer = editor_client.get("/admin/entries/bring/", {"organisation": organisation.pk})
    assert "ひみつ" not in answer.content.decode()
    assert answer.json()["fields"] == {"type": desk.type_id}


@pytest.mark.parametrize("address", ["reading/?name=a", "town/?town=1", "bring/?organisation=1"])
def test_should_propose_to_writers_only(client: Client, address: str) -> None:
    user = get_user_model().objects.create_user("reads", password="a-long-password-1")
    codenames = ("access_admin", "view_gatheringplace")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    assert client.get(f"/admin/entries/{address}").status_code in {302, 403}


# the page beside the form


@pytest.mark.parametrize("table", TABLES)
def test_should_show_the_page_of_an_entry_with_a_name_alone(editor_client: Client, table: str) -> None:
    fields = fields_of(page_of(editor_client, added(table))) | {"name": "名前だけの場"}
    address = f"/admin/snippets/directory/{table}/preview/"
    assert editor_client.post(address, fields).json() == {"is_valid": True, "is_available": True}
    page = page_of(editor_client, f"{address}?in_preview_panel=true")
    assert page.h1.get_text() == "名前だけの場"
    assert "まだ選んでいません" in page.get_text()


def test_should_not_show_what_nobody_has_chosen_yet(editor_client: Client) -> None:
    table = "employmentpathway"
    fields = fields_of(page_of(editor_client, added(table))) | {"name": "名前だけの仕事"}
    address = f"/admin/snippets/directory/{table}/preview/"
    editor_client.post(address, fields)
    heading = page_of(editor_client, address).find("h2", string="働き方")
    assert heading is None or "種類" not in heading.parent.get_text()


def test_should_go_on_showing_the_page_while_a_field_is_wrong(editor_client: Client) -> None:
    place = PlaceFactory(live=False)
    place.channels.add(Channel(kind=ChannelKind.MAIL, value="a@example.jp"))
    place.save_revision()
    edit = f"/admin/snippets/directory/gatheringplace/edit/{place.pk}/"
    fields = fields_of(page_of(editor_client, edit)) | {"lat": "北", "summary": "新しいひとこと"}
    address = f"/admin/snippets/directory/gatheringplace/preview/{place.pk}/"
    assert editor_client.post(address, fields).json()["is_valid"]
    page = page_of(editor_client, address)
    assert page.select_one(".lead").get_text() == "新しいひとこと"
    assert "a@example.jp" in page.get_text()
    assert GatheringPlace.objects.get(pk=place.pk).get_latest_revision_as_object().summary == place.summary
