"""The one search box of the admin: pages and register, drafts too, and of each only what somebody may see."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from directory.models import Channel
from portal.models import NewsIndexPage, NewsPage
from tests.factories import ContactPointFactory, OrganisationFactory, PlaceFactory

pytestmark = pytest.mark.django_db
PLACE = "/admin/snippets/directory/gatheringplace/edit/{}/"


def found(client: Client, words: str) -> dict[str, dict[str, str]]:
    """By the heading of each group, the names in it with what they lead to."""
    response = client.get("/admin/find/", {"q": words})
    assert response.status_code == 200
    soup = BeautifulSoup(response.content, "lxml")
    return {
        section.h2.find(string=True, recursive=False).strip(): {
            row.find("a").get_text() if row.find("a") else row.find(string=True).strip(): row.find("a")["href"]
            if row.find("a")
            else ""
            for row in section.select("li")
        }
        for section in soup.select(".found section")
    }


@pytest.mark.parametrize("words", ["木漏れ日の間", "こもれびのま", "れび", "0000-12-3456", "0000123456", "short id"])
def test_should_find_an_entry_by_all_that_it_is_known_by(editor_client: Client, words: str) -> None:
    place = PlaceFactory(name="木もれ日の間 ゆずりは", reading="こもれびのま ゆずりは", live=False)
    place.channels = [*place.channels.all(), Channel(kind="phone", value="0000-12-3456")]
    place.save_revision()
    place.save()
    asked = place.short_id if words == "short id" else words
    assert found(editor_client, asked)["居場所"]["木もれ日の間 ゆずりは"] == PLACE.format(place.pk)


def test_should_find_what_is_only_a_draft_and_say_so(editor_client: Client) -> None:
    PlaceFactory(name="まだ出ていない広場", live=False).save_revision()
    page = NewsPage(title="まだ出ていない広場の日", slug="hiroba", live=False)
    NewsIndexPage.objects.first().add_child(instance=page)
    page.save_revision()
    groups = found(editor_client, "まだ出ていない広場")
    assert set(groups) == {"居場所", "ページ"}
    assert groups["ページ"]["まだ出ていない広場の日"] == f"/admin/pages/{page.pk}/edit/"
    text = BeautifulSoup(editor_client.get("/admin/find/", {"q": "まだ出ていない広場"}).content, "lxml")
    assert [status.get_text() for status in text.select(".w-status")] == ["下書き", "下書き"]


def test_should_show_contact_points_only_to_those_who_may_see_them(editor_client: Client, client: Client) -> None:
    organisation = OrganisationFactory(name="しずく見守りセンター")
    ContactPointFactory(organisation=organisation, unit="生活の係", person="山田はな子")
    assert found(editor_client, "しずく見守り")["連絡先"] != {}
    assert "連絡先" not in found(editor_client, "山田はな子"), "names of people are not looked up in an address"
    reader = get_user_model().objects.create_user("reader", password="a-long-password-1")
    group = Group.objects.create(name="案内だけ")
    group.permissions.add(
        *Group.objects.get(name="編集者").permissions.filter(
            codename__in=("access_admin", "view_organisation", "view_gatheringplace")
        )
    )
    reader.groups.add(group)
    client.force_login(reader)
    PlaceFactory(name="しずく見守りの場")
    assert found(client, "しずく見守り") == {
        "居場所": {"しずく見守りの場": ""},
        "機関・団体": {"しずく見守りセンター": ""},
    }


def test_should_lead_from_a_long_group_to_its_list(editor_client: Client) -> None:
    for number in range(8):
        PlaceFactory(name=f"ひだまり菜園その{number}", summary="畑")
    soup = BeautifulSoup(editor_client.get("/admin/find/", {"q": "ひだまり菜園"}).content, "lxml")
    section = soup.select_one(".found section")
    assert len(section.select("li")) == 6
    (more,) = section.select("p a")
    assert "8件" in more.get_text()
    assert "ひだまり菜園その0" in editor_client.get(more["href"]).content.decode()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "10文字の番号でさがせます"),
        ("   ", "10文字の番号でさがせます"),
        ("潜水艦の操縦", "見つかりませんでした"),
        ("\x0b\x00", "10文字の番号でさがせます"),
        ('"""<潜水艦の操縦> -', "見つかりませんでした"),
        ("長" * 5_000, "見つかりませんでした"),
    ],
    ids=["nothing", "blanks", "unknown", "control", "quotes", "long"],
)
def test_should_say_what_to_do_where_nothing_is_found(editor_client: Client, words: str, said: str) -> None:
    response = editor_client.get("/admin/find/", {"q": words})
    assert response.status_code == 200
    assert said in BeautifulSoup(response.content, "lxml").get_text()


def test_should_be_what_the_boxes_of_the_admin_ask(editor_client: Client) -> None:
    page = BeautifulSoup(editor_client.get("/admin/").content, "lxml")
    assert page.select_one(".start__search")["action"] == "/admin/find/"
    # The menu is drawn by Wagtail's script out of this.
    assert "/admin/find/" in page.select_one("#wagtail-sidebar-props").get_text()


def test_should_ask_a_fixed_number_of_questions(editor_client: Client) -> None:
    def asked(more: int) -> int:
        for number in range(more):
            PlaceFactory(name=f"ひだまり菜園{number}", organisation=OrganisationFactory())
        editor_client.get("/admin/find/", {"q": "ひだまり菜園"})
        with CaptureQueriesContext(connection) as queries:
            editor_client.get("/admin/find/", {"q": "ひだまり菜園"})
        return len(queries)

    assert asked(1) == asked(4) <= 45
