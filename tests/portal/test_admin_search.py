"""Editors search too: every list and chooser of the admin finds words in sentences, other spellings, readings and halves."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.test import Client
from django.urls import reverse
from modelsearch.conf import get_app_config
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from directory.models import Area, Channel, GatheringPlace, NationalLine, Need, Organisation, Resource
from portal.demo.pictures import draw
from portal.models import NewsIndexPage, NewsPage
from tests.factories import OrganisationFactory, PlaceFactory

pytestmark = pytest.mark.django_db

SENTENCE = "学校に行けない人や、長くひきこもりのつづく人が、認知症の人ともお茶を飲みます。"
FOUND = ["ひきこもり", "引籠り", "ヒキコモリ", "にんちしょう", "認知症 お茶"]


@pytest.fixture
def shown(editor_client: Client) -> Callable[..., str]:
    """The text that a list of the admin shows for what is typed; `name` is that of its address."""

    def ask(name: str, words: str, *arguments: object, **parameters: str) -> str:
        response = editor_client.get(reverse(name, args=arguments), {"q": words, **parameters})
        assert response.status_code == 200, f"{name} {words!r} answered {response.status_code}"
        text = response.json()["html"] if response["Content-Type"].startswith("application/json") else None
        soup = BeautifulSoup(text or response.content, "lxml")
        # What was typed stands in the form again, and is no result.
        for form in soup.select("form[role=search], [data-chooser-modal-search], input, nav"):
            form.decompose()
        return soup.get_text(" ")

    return ask


@pytest.fixture
def news() -> NewsPage:
    """A page that nobody has published."""
    page = NewsPage(
        title="お茶の日のお知らせ", slug="tea", intro="はじめの文", live=False, body=[("text", f"<p>{SENTENCE}</p>")]
    )
    NewsIndexPage.objects.first().add_child(instance=page)
    page.save_revision()
    return page


@pytest.mark.parametrize("words", [*FOUND, "おちゃのひ", "茶の日", "お知ら"])
def test_should_find_pages(shown: Callable[..., str], news: NewsPage, words: str) -> None:
    assert "お茶の日のお知らせ" in shown("wagtailadmin_pages:search", words)
    assert "お茶の日のお知らせ" in shown("wagtailadmin_pages:search_results", words)
    assert "お茶の日のお知らせ" in shown("wagtailadmin_explore", words, news.get_parent().pk)
    assert "お茶の日のお知らせ" in shown("wagtailadmin_choose_page_search", words)


def test_should_sort_and_filter_pages_while_searching(shown: Callable[..., str], news: NewsPage) -> None:
    for ordering in ("title", "-latest_revision_created_at", "live"):
        assert "お茶の日のお知らせ" in shown("wagtailadmin_pages:search", "ひきこもり", ordering=ordering)
        assert "お茶の日のお知らせ" in shown("wagtailadmin_explore", "認知症", news.get_parent().pk, ordering=ordering)
    assert "お茶の日のお知らせ" not in shown("wagtailadmin_pages:search", "認知症 published:yes")
    assert "お茶の日のお知らせ" in shown("wagtailadmin_pages:search", '"認知症の人" live:no')
    assert "お茶の日のお知らせ" in shown("wagtailadmin_pages:search", "認知症", content_type="portal.newspage")


def test_should_find_the_demos_pages_by_their_blocks(shown: Callable[..., str]) -> None:
    assert "部屋から出られない、何年も家にいる" in shown("wagtailadmin_pages:search", "引籠り")
    assert "居場所をさがす" in shown("wagtailadmin_pages:search", "いばしょ")


@pytest.mark.parametrize("words", [*FOUND, "こもれびのま", "木漏れ日の間", "れび", "0000-12-3456", "内々の約束"])
def test_should_find_resources(shown: Callable[..., str], words: str) -> None:
    place = PlaceFactory(
        name="木もれ日の間 ゆずりは", reading="こもれびのま ゆずりは", body=SENTENCE * 8, staff_note="内々の約束ごと"
    )
    place.channels = [*place.channels.all(), Channel(kind="phone", value="0000-12-3456")]
    place.save_revision().publish()
    assert "ゆずりは" in shown("wagtailsnippets_directory_gatheringplace:list", words)
    assert "ゆずりは" in shown("wagtailsnippets_directory_gatheringplace:list_results", words)
    assert "ゆずりは" in shown("wagtailsnippetchoosers_directory_gatheringplace:choose_results", words)


def test_should_filter_and_sort_resources_while_searching(shown: Callable[..., str]) -> None:
    place = PlaceFactory(name="木もれ日の間 ゆずりは", areas=["tobu"], fields=["community"])
    names = {"tobu": True, "seibu": False}
    for slug, expected in names.items():
        area = str(Area.objects.get(slug=slug).pk)
        text = shown("wagtailsnippets_directory_gatheringplace:list", "ゆずりは", areas=area, live="true")
        assert ("木もれ日" in text) is expected, slug
    for ordering in ("name", "-name", "verified_on", "-live"):
        assert "木もれ日" in shown("wagtailsnippets_directory_gatheringplace:list", "ゆずりは", ordering=ordering)
    assert place.live


@pytest.mark.parametrize("words", [*FOUND, "しずくのかい", "雫の会", "くの会"])
def test_should_find_organisations(shown: Callable[..., str], words: str) -> None:
    OrganisationFactory(name="しずくの会", reading="しずくのかい", quote=SENTENCE, operator="雫の会")
    assert "しずくの会" in shown("wagtailsnippets_directory_organisation:list", words)
    assert "しずくの会" in shown("wagtailsnippetchoosers_directory_organisation:choose_results", words)


@pytest.mark.parametrize(
    ("table", "words", "name"),
    [
        ("nationalline", "ぎゃくたい", "児童相談所"),
        ("nationalline", "189", "児童相談所"),
        ("need", "引籠り", "ひきこもり"),
        ("need", "にんちしょう", "認知症"),
        ("area", "とうぶ", "東部"),
        ("area", "tobu", "東部"),
        ("town", "ひので", "日の出"),
        ("field", "しょうがい", "障害"),
    ],
)
def test_should_find_the_registers_own_words(admin_client: Client, table: str, words: str, name: str) -> None:
    response = admin_client.get(reverse(f"wagtailsnippets_directory_{table}:list_results"), {"q": words})
    assert name in BeautifulSoup(response.content, "lxml").select_one("table.listing").get_text()


@pytest.mark.parametrize("words", ["ひなた", "日向", "ひなたぼっこ", "縁側", "えんがわ", "ぼっこ"])
def test_should_find_pictures(shown: Callable[..., str], words: str) -> None:
    buffer = BytesIO()
    draw("tea").save(buffer, "PNG")
    get_image_model().objects.create(
        title="日向ぼっこの絵",
        description="縁側でお茶を飲む人たち",
        file=ImageFile(BytesIO(buffer.getvalue()), name="hinata.png"),
    )
    assert "日向ぼっこの絵" in shown("wagtailimages:index", words)
    assert "日向ぼっこの絵" in shown("wagtailimages_chooser:choose_results", words)


@pytest.mark.parametrize("words", ["申込書", "もうしこみしょ", "申し込み", "ひきこもり", "込書"])
def test_should_find_documents(shown: Callable[..., str], words: str) -> None:
    get_document_model().objects.create(title="ひきこもり教室の申込書", file=ContentFile(b"a form", name="form.txt"))
    assert "ひきこもり教室の申込書" in shown("wagtaildocs:index", words)
    assert "ひきこもり教室の申込書" in shown("wagtaildocs_chooser:choose_results", words)


def test_should_show_a_draft_to_editors_only(shown: Callable[..., str], client: Client) -> None:
    place = PlaceFactory(name="まだ秘密のぽかぽか広場", live=False, staff_note="大家さんに確認中")
    assert place.name in shown("wagtailsnippets_directory_gatheringplace:list", "ぽかぽか広場")
    assert place.name in shown("wagtailsnippets_directory_gatheringplace:list", "大家")
    for words in ("ぽかぽか広場", "大家さんに確認中"):
        assert place.name not in client.get("/search/", {"q": words}).content.decode()


def test_should_find_what_was_changed_and_not_yet_published(shown: Callable[..., str], client: Client) -> None:
    place = PlaceFactory(name="むかしの広場", reading="むかしのひろば")
    place.name, place.reading = "あたらしい縁台", "あたらしいえんだい"
    place.save_revision()
    for words in ("縁台", "むかし"):
        assert "むかしの広場" in shown("wagtailsnippets_directory_gatheringplace:list", words)
    place.get_latest_revision().publish()
    assert "あたらしい縁台" in shown("wagtailsnippets_directory_gatheringplace:list", "えんだい")
    assert "あたらしい縁台" not in shown("wagtailsnippets_directory_gatheringplace:list", "むかし")


def test_should_forget_what_is_deleted(shown: Callable[..., str], news: NewsPage) -> None:
    place = PlaceFactory(name="すぐなくなる広場")
    entries = get_app_config().get_model("IndexEntry").objects
    keys = {str(place.pk): "gatheringplace", str(news.pk): "newspage"}
    assert all(entries.filter(object_id=key, content_type__model=model).exists() for key, model in keys.items())
    Resource.objects.filter(pk=place.pk).delete()
    Page.objects.get(pk=news.pk).delete()
    assert not any(entries.filter(object_id=key, content_type__model=model).exists() for key, model in keys.items())
    assert "すぐなくなる広場" not in shown("wagtailsnippets_directory_gatheringplace:list", "すぐなくなる")


def test_should_hold_every_record_of_the_demo_once() -> None:
    entries = get_app_config().get_model("IndexEntry").objects
    for model in (Organisation, NationalLine, Need, Area, GatheringPlace):
        kept = entries.filter(content_type__app_label="directory", content_type__model=model._meta.model_name)
        assert set(kept.values_list("object_id", flat=True)) == {
            str(pk) for pk in model.objects.values_list("pk", flat=True)
        }
    assert not entries.filter(content_type__app_label="directory", content_type__model="resource").exists()


@pytest.mark.parametrize(
    "words",
    [
        "!!",
        "😀",
        "\x00",
        '"',
        "'",
        '"相談',
        "AND",
        "NEAR(",
        "相談*",
        "title:相談",
        "live:",
        "\\",
        "%",
        "あ" * 20_000,
        '"a" ' * 9_000,
    ],
)
def test_should_answer_whatever_is_typed(editor_client: Client, words: str) -> None:
    for name in (
        "wagtailadmin_pages:search",
        "wagtailadmin_choose_page_search",
        "wagtailsnippets_directory_gatheringplace:list",
        "wagtailsnippetchoosers_directory_consultationdesk:choose_results",
        "wagtailimages:index",
        "wagtaildocs:index",
    ):
        assert editor_client.get(reverse(name), {"q": words}).status_code == 200, name


def test_should_refuse_a_megabyte_without_an_error(editor_client: Client) -> None:
    response = editor_client.get(reverse("wagtailadmin_pages:search"), {"q": "相談" * 500_000})
    assert response.status_code == 400
