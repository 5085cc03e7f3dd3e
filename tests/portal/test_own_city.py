"""A site shows its own municipality and what serves it; others only when they are named or asked for."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from directory.areas.index import EVERYWHERE, area_index, home_area
from directory.finding.documents import document
from directory.models import Area, AreaLayer, PublicRecord
from directory.public.selectors import public_resource, records_at_home
from tests.factories import DeskFactory, PlaceFactory

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]
OTHERS = ("鶴岡市", "豊川市")


def api(client: Client, q: str, **parameters: str) -> dict:
    return client.get("/api/search", {"q": q, **parameters}).json()


def answers(found: dict) -> list[dict]:
    return ([found["desk"]] if found["desk"] else []) + found["hits"]


def of_others(rows: list[dict]) -> list[str]:
    return [row["title"] for row in rows if set(row.get("areas", ())) & set(OTHERS)]


@pytest.mark.parametrize(
    "asked",
    [
        "そうだんまどぐち",
        "まどぐち",
        "相談窓口",
        "地域包括支援センター",
        "困窮の相談",
        "子育ての相談",
        "障害の相談",
        "ひきこもり",
        "居場所",
        "生活支援コーディネーター",
        "くらしステーション",
        "子育て支援センター",
    ],
)
def test_should_show_only_its_own_city_where_no_other_was_named(client: Client, asked: str) -> None:
    found = api(client, asked)
    assert answers(found)
    assert of_others(answers(found)) == []


@pytest.mark.parametrize(
    "asked", ["そうだんまどぐち", "まどぐち", "相談先", "相談窓口はどこ", "どこにそうだんすればいいの"]
)
def test_should_lead_with_the_home_desk_for_everything(client: Client, asked: str) -> None:
    assert api(client, asked)["desk"]["title"].startswith("福祉まるごと相談窓口")


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("豊川市の子育て", "豊川市"),
        ("豊川 地域包括", "豊川市"),
        ("鶴岡市 地域包括支援センター", "鶴岡市"),
        ("鶴岡 くらしステーション", "鶴岡市"),
        ("とよかわし 障害", "豊川市"),
    ],
)
def test_should_show_another_city_when_it_is_named(client: Client, asked: str, name: str) -> None:
    first = answers(api(client, asked))[0]
    assert name in first["areas"]


def test_should_show_another_city_when_its_area_is_chosen(page: Page, client: Client) -> None:
    found = api(client, "相談", area="toyokawa")
    assert of_others(answers(found))
    soup = page("/search/", {"q": "相談", "area": "toyokawa"})
    assert any("豊川市" in option.get_text() for option in soup.select(".facets a"))


def test_should_take_a_full_name_for_naming(client: Client) -> None:
    for record in PublicRecord.objects.filter(resource__areas__slug__in=["tsuruoka", "toyokawa"]):
        titles = [row["title"] for row in answers(api(client, record.data["name"]))[:3]]
        assert record.data["name"] in titles


@pytest.mark.parametrize("address", ["/search/?q=相談", "/search/?kind=desk", "/browse/desk/", "/browse/place/"])
def test_should_offer_only_our_own_areas_to_choose_from(page: Page, address: str) -> None:
    links = {link["href"] for link in page(address).select("main a[href]")}
    assert not any("area=tsuruoka" in link or "area=toyokawa" in link for link in links)


def test_should_list_and_count_our_own(page: Page, client: Client) -> None:
    home = home_area()
    for kind in ("desk", "place", "volunteer", "work"):
        own = records_at_home(home).filter(kind=kind).count()
        assert f"{own}" in page(f"/browse/{kind}/").get_text()
        assert client.get("/api/search", {"kind": kind}).json()["total"] == own
    everything = client.get("/api/search").json()
    assert everything["total"] > records_at_home(home).count(), "pages of guidance belong to no place and stay"
    assert records_at_home(home).count() < PublicRecord.objects.count()


def test_should_share_files_of_our_own(page: Page, client: Client) -> None:
    items = json.loads(client.get("/share/list.json").getvalue())["items"]
    assert items
    assert not any(area["name"] in OTHERS for item in items for area in item["areas"])
    others = json.loads(client.get("/share/list.json?area=toyokawa").getvalue())["items"]
    assert {area["name"] for item in others for area in item["areas"]} == {"豊川市"}
    table = client.get("/share/list.csv").getvalue().decode("utf-8-sig")
    assert "豊川市 " not in table
    assert "豊川市" not in page("/share/leaflet/").main.get_text()


def test_should_suggest_our_own(client: Client) -> None:
    def suggestions(q: str) -> list[str]:
        return client.get("/api/suggest", {"q": q}).json()["suggestions"]

    assert suggestions("つるおか") == []
    assert suggestions("豊川") == []
    assert "東部圏域" in suggestions("とうぶ")


def test_should_find_desks_of_our_own_in_the_finder(page: Page) -> None:
    text = page("/find/?about=care&about=money").select_one("main").get_text()
    assert not any(name in text for name in OTHERS)


def test_should_keep_what_serves_the_city_from_around_it(client: Client, own_index: object) -> None:
    layer = AreaLayer.objects.create(name="県", order=0)
    prefecture = Area.objects.create(name="よろず県", slug="yorozu-ken", layer=layer)
    Area.objects.filter(slug="yorozu").update(parent=prefecture)
    home = Area.objects.get(slug="yorozu")
    home.save()
    whole = DeskFactory(name="県のはしわたし窓口", areas=["yorozu-ken"])
    nation = PlaceFactory(name="どこからでもつながる広場", areas=[])
    assert home.slug in document(public_resource(whole.short_id), area_index()).facets["area"]
    assert document(public_resource(nation.short_id), area_index()).facets["area"] == (EVERYWHERE,)
    own = set(records_at_home(area_index().by_slug["yorozu"]).values_list("short_id", flat=True))
    assert {whole.short_id, nation.short_id} <= own
