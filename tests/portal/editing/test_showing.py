"""Pages say which entries they show, entries say on which pages they are, and whose page shows what ended is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.models import PublicRecord
from portal.models import GuidanceIndexPage, GuidancePage
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(editor_client: Client) -> Any:
    return get_user_model().objects.get(username="test-editor")


def page_with(*places: Any, owner: Any = None, title: str = "ひだまり案内") -> GuidancePage:
    """A live page that shows places."""
    page = GuidancePage(
        title=title, slug=f"p-{GuidancePage.objects.count()}", owner=owner,
        body=[("heading", "行ってみる"), *(("place", {"place": place}) for place in places)],
    )  # fmt: skip
    GuidanceIndexPage.objects.first().add_child(instance=page)
    page.save_revision().publish()
    return page


def soup(client: Client, address: str) -> Tag:
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def edit(place: Any) -> str:
    return f"/admin/snippets/directory/{place._meta.model_name}/edit/{place.pk}/"


def waits(client: Client) -> dict[str, str]:
    links = soup(client, "/admin/").select(".desk__waits a")
    return {link.span.get_text(): link.b.get_text() for link in links}


def test_should_say_on_an_entry_which_pages_show_it(editor_client: Client) -> None:
    place = PlaceFactory()
    page = page_with(place)
    panel = soup(editor_client, edit(place)).select_one(".shown")
    assert [link["href"] for link in panel.select("a")] == [f"/admin/pages/{page.pk}/edit/"]
    assert "ひだまり案内" in panel.get_text()
    other = soup(editor_client, edit(PlaceFactory())).select_one(".shown")
    assert "選んで載せているページはありません" in other.get_text()


def test_should_say_on_a_page_which_entries_it_shows(editor_client: Client) -> None:
    place, ended = PlaceFactory(name="ひだまりの場"), PlaceFactory(name="おわった場")
    page = page_with(place, ended)
    ended.unpublish()
    form = soup(editor_client, f"/admin/pages/{page.pk}/edit/")
    rows = {row.find("a").get_text(): row for row in form.select(".found__list li")}
    assert rows["ひだまりの場"].find("a")["href"] == edit(place)
    assert "公開されていません" not in rows["ひだまりの場"].get_text()
    assert "公開されていません" in rows["おわった場"].get_text()
    assert not soup(editor_client, f"/admin/pages/{page_with().pk}/edit/").select(".found__list")


@pytest.mark.parametrize("how", ["ended", "unpublished", "deleted"])
def test_should_tell_the_owner_of_a_page_when_an_entry_goes(editor_client: Client, editor: Any, how: str) -> None:
    place = PlaceFactory(name="おわった場")
    page = page_with(place, owner=editor)
    assert "終わった案内が出ているページ" not in waits(editor_client)
    match how:
        case "ended":
            PublicRecord.objects.filter(pk=place.pk).update(until=timezone.localdate() - timedelta(days=1))
        case "unpublished":
            place.unpublish()
        case "deleted":
            place.delete()
    assert waits(editor_client)["終わった案内が出ているページ"] == "1"
    listed = soup(editor_client, "/admin/shown/").select_one(".found__list li")
    assert listed.a["href"] == f"/admin/pages/{page.pk}/edit/"
    assert ("おわった場（削除されました）" if how == "deleted" else "おわった場") in listed.get_text()
    assert soup(editor_client, f"/admin/pages/{page.pk}/history/")
    page.body = [("heading", "行ってみる"), ("place", {"place": PlaceFactory()})]
    page.save_revision().publish()
    assert "終わった案内が出ているページ" not in waits(editor_client)


def test_should_tell_somebody_when_the_owner_is_gone_and_nobody_else_while_they_are_here(
    editor_client: Client, editor: Any, approver_client: Client
) -> None:
    place = PlaceFactory()
    page = page_with(place, owner=editor)
    place.unpublish()
    assert "終わった案内が出ているページ" not in waits(approver_client)
    editor.is_active = False
    editor.save()
    assert waits(approver_client)["終わった案内が出ているページ"] == "1"
    page.unpublish()
    assert "終わった案内が出ているページ" not in waits(approver_client), "nobody sees it"


def test_should_ask_a_fixed_number_of_questions(editor_client: Client, editor: Any) -> None:
    def asked(more: int) -> int:
        for number in range(more):
            place = PlaceFactory()
            page_with(place, owner=editor, title=f"案内{number}")
            place.unpublish()
        editor_client.get("/admin/shown/")
        with CaptureQueriesContext(connection) as queries:
            editor_client.get("/admin/shown/")
        return len(queries)

    assert asked(1) == asked(4)
