"""The map on which an entry is placed: what it draws, what it leaves out, and what its buttons lead to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from directory.admin.forms.map import ACROSS, View, draw, far, point_of
from directory.areas.index import home_area
from directory.models import InstitutionType, Town
from tests.directory.admin.forms.written import page_of
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db

# In the sea east of the demo: nothing of it is near.
LAT, LON = 35.5, 143.5
MIDDLE = f"{LAT},{LON}"
ADDRESS = "/admin/entries/map/"


def drawn(client: Client, **asked: object) -> BeautifulSoup:
    response = client.get(ADDRESS, {name: str(each) for name, each in asked.items()})
    assert response.status_code == 200
    return BeautifulSoup(response.json()["html"], "lxml")


def hall(lat: float = LAT, lon: float = LON, **more: object) -> None:
    PlaceFactory(lat=lat, lon=lon, **{"place_name": "沖の会館", **more})


# what it draws


def test_should_show_the_whole_city_where_nothing_is_chosen_yet(editor_client: Client) -> None:
    page = drawn(editor_client)
    assert len(page.select("circle")) > 5
    names = {text.get_text() for text in page.select(".town-map__town")}
    assert names & set(Town.objects.values_list("name", flat=True))
    assert page.select_one(".town-map__mark") is None


def test_should_begin_at_the_town_that_was_chosen(editor_client: Client) -> None:
    town = Town.objects.filter(municipality=home_area().pk).exclude(resources=None).first()
    picture = drawn(editor_client, town=town.pk).svg
    whole = drawn(editor_client).svg
    assert picture["data-at"] != whole["data-at"] and int(picture["data-wide"]) < int(whole["data-wide"])


@pytest.mark.usefixtures("own_index")
def test_should_draw_buildings_once_with_their_name(editor_client: Client) -> None:
    hall(name="お茶の会")
    hall(name="歌の会")
    hall(lat=LAT + 0.001, place_name="灯台のホール", name="読書の会")
    page = drawn(editor_client, at=MIDDLE, wide=1_000)
    assert [button.get_text() for button in page.select(".town-map__buildings button")] == ["沖の会館", "灯台のホール"]
    assert {text.get_text() for text in page.select(".town-map__name")} == {"沖の会館", "灯台のホール"}
    assert len(page.select("circle")) == 2


@pytest.mark.usefixtures("own_index")
def test_should_draw_nothing_of_what_hides_its_address_or_is_no_longer_public(editor_client: Client) -> None:
    hall(place_name="かくした家")
    hall(ends_on=date(2020, 1, 1), place_name="終わった家")
    PlaceFactory(lat=LAT, lon=LON, place_name="下書きの家", live=False)
    # What is registered under such a type has no point; but a type may become one.
    InstitutionType.objects.filter(resources__place_name="かくした家").update(hides_address=True)
    page = drawn(editor_client, at=MIDDLE, wide=1_000)
    assert not page.select("circle") and "家" not in page.get_text()


@pytest.mark.usefixtures("own_index")
def test_should_say_in_words_where_the_mark_is(editor_client: Client) -> None:
    hall()
    said = {
        (LAT, LON): "「沖の会館」と同じところ",
        (LAT + 0.00135, LON): "「沖の会館」から北へ約150メートル",
        (LAT, LON - 0.00166): "「沖の会館」から西へ約150メートル",
        (LAT - 0.001, LON + 0.00123): "「沖の会館」から南東へ約160メートル",
    }
    for (lat, lon), words in said.items():
        page = drawn(editor_client, lat=lat, lon=lon)
        assert words in page.select_one("[data-map-words]").get_text()
        assert page.select_one(".town-map__mark")


def test_should_say_how_far_as_one_says_it() -> None:
    assert [far(metres) for metres in (0.4, 3, 12, 994, 1_000, 2_345)] == [
        "1メートル", "3メートル", "10メートル", "990メートル", "1キロメートル", "2.3キロメートル",
    ]  # fmt: skip


def test_should_let_no_names_touch_in_a_crowd() -> None:
    picture = draw(home_area(), timezone.localdate())
    assert picture is not None
    ends = [(label.x, label.x + 22 * len(label.text), label.y) for label in picture.labels]
    for number, (start, end, y) in enumerate(ends):
        assert start >= -ACROSS / 2 and end <= ACROSS / 2
        assert all(abs(y - other) >= 28 or end < begin or stop < start for begin, stop, other in ends[:number])


# its buttons


def test_should_turn_and_come_back(editor_client: Client) -> None:
    page = drawn(editor_client, at=MIDDLE, wide=1_000)
    turns = {button["data-map-turn"]: button for button in page.select("[data-map-turn]")}
    assert turns["put"]["data-put"] == "35.50000,143.50000"
    assert (int(turns["wider"]["data-wide"]), int(turns["closer"]["data-wide"])) == (2_000, 500)
    north = drawn(editor_client, at=turns["north"]["data-at"], wide=turns["north"]["data-wide"])
    back = north.select_one("[data-map-turn=south]")["data-at"].split(",")
    assert [float(figure) for figure in back] == pytest.approx([LAT, LON], abs=1e-4)
    assert float(turns["east"]["data-at"].split(",")[1]) > LON > float(turns["west"]["data-at"].split(",")[1])


def test_should_end_at_the_widest_and_the_closest(editor_client: Client) -> None:
    for wide, name in ((1, "closer"), (10**9, "wider")):
        assert drawn(editor_client, at=MIDDLE, wide=wide).select_one(f"[data-map-turn={name}]").has_attr("disabled")


def test_should_find_a_point_of_the_picture_again() -> None:
    view = View((LAT, LON), 4_000)
    for x, y in ((0, 0), (120, -200), (-320, 240)):
        assert view.placed(view.point(x, y)) == pytest.approx((x, y), abs=0.3)


# what cannot be drawn


@pytest.mark.parametrize("text", ["", "北", "nan", "inf", "-inf", "91", "1e400", "35,5", "３５．５度", "\0"])
def test_should_take_nothing_that_is_no_point(editor_client: Client, text: str) -> None:
    assert point_of(text, "135") is None and point_of("35", text if text != "91" else "181") is None
    page = drawn(editor_client, lat=text, lon=text, at=f"{text},{text}", wide=text, town=text)
    assert page.svg and page.select_one(".town-map__mark") is None


def test_should_say_that_nothing_is_known_where_no_point_is() -> None:
    Town.objects.all().delete()
    assert draw(None, timezone.localdate()) is None


def test_should_ask_for_towns_and_for_entries_once(django_assert_num_queries: Callable) -> None:
    home, today = home_area(), timezone.localdate()
    draw(home, today)
    with django_assert_num_queries(2):
        draw(home, today, town=1, width=64_000)


def test_should_stand_in_the_form_with_the_figures(editor_client: Client) -> None:
    page = page_of(editor_client, "/admin/snippets/directory/gatheringplace/add/")
    tool = page.select_one("[data-map]")
    assert tool["data-url"] == ADDRESS and tool.has_attr("hidden")
    assert tool.find_parent("section").select_one("#id_lat")
