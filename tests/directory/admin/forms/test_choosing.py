"""Choosing out of many, of one's own city only."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client

from directory.models import Area, Field, GatheringPlace, Need, Town
from tests.directory.admin.forms.written import fields_of, page_of
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db

ADD = "/admin/snippets/directory/gatheringplace/add/"


def names(list_: Tag) -> set[str]:
    return {option.get_text(strip=True) for option in list_.select("option[value]") if option["value"]}


def edit(place: GatheringPlace) -> str:
    return f"/admin/snippets/directory/gatheringplace/edit/{place.pk}/"


@pytest.fixture
def elsewhere() -> Area:
    """An area of another city of the register."""
    return Area.objects.filter(layer__is_municipality=True).exclude(slug="yorozu").first()


def test_should_offer_areas_of_this_city_under_their_layers(editor_client: Client, elsewhere: Area) -> None:
    areas = page_of(editor_client, ADD).select_one("#id_areas")
    assert areas.has_attr("multiple") and areas.has_attr("data-chips")
    assert [group["label"] for group in areas.select("optgroup")] == ["市町村", "日常生活圏域", "小学校区"]
    assert {"よろず市", "東部圏域"} <= names(areas)
    assert elsewhere.name not in names(areas)


def test_should_keep_an_area_of_another_city_that_was_chosen_once(editor_client: Client, elsewhere: Area) -> None:
    place = PlaceFactory(live=False, areas=["tobu", elsewhere.slug])
    page = page_of(editor_client, edit(place))
    assert elsewhere.name in names(page.select_one("#id_areas"))
    assert editor_client.post(edit(place), fields_of(page)).status_code == 302
    draft = GatheringPlace.objects.get(pk=place.pk).get_latest_revision_as_object()
    assert elsewhere in draft.areas.all()


def test_should_refuse_an_area_of_another_city_in_words(editor_client: Client, elsewhere: Area) -> None:
    place = PlaceFactory(live=False)
    fields = fields_of(page_of(editor_client, edit(place))) | {"areas": [str(elsewhere.pk)]}
    response = editor_client.post(edit(place), fields)
    assert response.status_code == 200
    assert "このまちの中から選んでください" in BeautifulSoup(response.content, "lxml").get_text()


def test_should_take_what_a_report_asked_for(editor_client: Client, elsewhere: Area) -> None:
    page = page_of(editor_client, f"{ADD}?areas={elsewhere.pk}")
    assert [option.get_text(strip=True) for option in page.select("#id_areas option[selected]")] == [elsewhere.name]


def test_should_find_needs_by_reading_and_by_what_people_say(editor_client: Client) -> None:
    need = Need.objects.exclude(reading="").first()
    option = page_of(editor_client, ADD).select_one(f"#id_needs option[value='{need.pk}']")
    assert need.reading in option["data-words"] and need.plain in option["data-words"]


def test_should_offer_no_word_that_the_city_has_given_up(editor_client: Client) -> None:
    need, field = Need.objects.first(), Field.objects.get(code="community")
    Need.objects.filter(pk=need.pk).update(retired=True)
    Field.objects.filter(pk=field.pk).update(retired=True)
    page = page_of(editor_client, ADD)
    assert need.name not in names(page.select_one("#id_needs"))
    assert not page.select(f"#id_fields input[value='{field.pk}']")
    place = PlaceFactory(live=False, needs=[need.code])
    page = page_of(editor_client, edit(place))
    assert need.name in names(page.select_one("#id_needs"))
    assert page.select_one(f"#id_fields input[value='{field.pk}'][checked]")


def test_should_offer_towns_of_this_city(editor_client: Client) -> None:
    shown = names(page_of(editor_client, ADD).select_one("#id_town"))
    own = set(Town.objects.filter(municipality__slug="yorozu").values_list("name", flat=True))
    assert shown == own


def test_should_offer_all_where_nobody_has_said_whose_register_it_is(
    editor_client: Client, elsewhere: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("directory.admin.forms.choosing.home_area", lambda: None)
    assert elsewhere.name in names(page_of(editor_client, ADD).select_one("#id_areas"))


@pytest.mark.parametrize("address", [ADD, "/admin/snippets/directory/consultationdesk/add/"])
def test_should_make_the_form_in_a_bounded_number_of_questions(
    editor_client: Client, address: str, django_assert_max_num_queries: object
) -> None:
    page_of(editor_client, address)
    with django_assert_max_num_queries(45):
        page_of(editor_client, address)
