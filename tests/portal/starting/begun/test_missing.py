"""What is still missing, where it is done, and that it goes once it is done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.blocks import StreamValue

from directory.choices import ChannelKind
from directory.models import Area, ConsultationDesk, Field
from directory.partners.models import ContactPoint
from portal.models import GuidanceIndexPage, GuidancePage, PortalSettings, StandardPage
from portal.starting.missing import missing, placeholders
from tests.portal.starting.conftest import panel, texts, told

pytestmark = pytest.mark.django_db


def test_should_say_what_a_new_site_lacks_and_lead_there(begun: str, client: Client) -> None:
    client.force_login(get_user_model().objects.get(username="kanri"))
    for words in (
        "まだ1件です",
        "「アクセシビリティ方針」のページに、書くところが3つ",
        "「承認者」",
        "「編集者」",
        "夜間・休日の案内",
    ):
        assert told(words), words
        assert words in begun
    shown = panel(client)
    links = {link["href"] for link in shown.select("a")}
    assert len(shown.select("li")) == len(missing())
    for address in links:
        assert client.get(address).status_code == 200, address
    assert "/admin/opening/" in links


def test_should_show_an_editor_the_way_only_where_they_may_go(begun: str, client: Client) -> None:
    editor = get_user_model().objects.create_user("hen", password="a-long-password-1")
    editor.groups.add(Group.objects.get(name="編集者"))
    client.force_login(editor)
    shown = panel(client)
    links = [link["href"] for link in shown.select("a")]
    assert links
    assert all(client.get(address).status_code == 200 for address in links)
    assert "/admin/users/" not in links
    assert "公開できるのは、承認者です" in shown.get_text()


def test_should_tell_of_a_desk_that_cannot_be_reached_without_a_voice(begun: str) -> None:
    desk = ConsultationDesk.objects.get()
    assert not told("電話でない連絡方法がありません")
    desk.channels.exclude(kind=ChannelKind.PHONE).delete()
    desk.opening_rules.all().delete()
    assert told(f"{desk.name}に、電話でない連絡方法がありません")
    assert told(f"{desk.name}の、開いている時間がありません")


def test_should_name_the_areas_without_a_desk_for_everything(begun: str) -> None:
    assert not told("決まっていません")
    desk = ConsultationDesk.objects.get()
    desk.default_for = [Area.objects.get(slug="tobu")]
    desk.save_revision().publish()
    (text,) = (text for text in texts() if "決まっていません" in text)
    assert "西部圏域" in text
    assert "東部圏域" not in text


def test_should_tell_of_a_desk_that_waits_to_be_published(begun: str) -> None:
    ConsultationDesk.objects.get().unpublish()
    assert told("まだ公開されていません")


def test_should_tell_of_each_field_without_an_entry(begun: str) -> None:
    (text,) = (text for text in texts() if "載っていない分野" in text)
    assert all(field.name in text for field in Field.objects.filter(retired=False))
    desk = ConsultationDesk.objects.get()
    desk.default_for = []
    desk.save_revision().publish()
    assert not told("載っていない分野"), "it is a desk like any other now"


def test_should_tell_what_a_page_leaves_open_until_it_is_written(begun: str) -> None:
    page = StandardPage.objects.get(slug="プライバシー")
    assert len(placeholders(page)) == 2
    page.body = StreamValue(page.body.stream_block, [("text", "<p>福祉課 0000-00-0000</p>")], is_lazy=False)
    page.save_revision().publish()
    assert not told("「プライバシー」のページ")


def test_should_show_a_list_of_pages_in_the_menu_once_there_is_one(
    begun: str, client: Client, django_capture_on_commit_callbacks: Callable
) -> None:
    client.force_login(get_user_model().objects.get(username="kanri"))

    def menu() -> str:
        return BeautifulSoup(client.get("/").content, "html.parser").select_one(".menu-list").get_text()

    assert told("「くらしの案内」のページが、まだありません")
    assert "くらしの案内" not in menu()
    index = GuidanceIndexPage.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        index.add_child(instance=GuidancePage(title="はじめての相談", slug="hajimete")).save_revision().publish()
    assert not told("「くらしの案内」のページが、まだありません")
    assert "くらしの案内" in menu()


def test_should_tell_whether_partners_know_whom_to_call(begun: str) -> None:
    assert not told("連絡調整担当")
    ContactPoint.objects.all().delete()
    assert told("連絡調整担当の連絡先がありません")


def test_should_tell_what_the_server_lacks_in_production(begun: str, settings: object) -> None:
    assert not told("メールの差出人")
    settings.ENVIRONMENT, settings.STAFF_SECOND_FACTOR = "production", True
    assert told("MAIL_FROM")
    assert told("SECURITY_CONTACT")
    assert told("二段階の確認をまだ登録していない職員が1人")
    settings.DEFAULT_FROM_EMAIL, settings.SECURITY_CONTACT = "yorozu@city.example.jp", "mailto:a@city.example.jp"
    assert not told("MAIL_FROM")
    assert not told("SECURITY_CONTACT")


def test_should_be_shown_beside_the_button(begun: str, client: Client) -> None:
    client.force_login(get_user_model().objects.get(username="kanri"))
    soup = BeautifulSoup(client.get("/admin/opening/").content, "html.parser")
    headings = [heading.get_text() for heading in soup.select("h2")]
    assert headings == ["公開する前に", "あると、もっとよいもの"]
    assert PortalSettings.objects.get(opened_at=None)
