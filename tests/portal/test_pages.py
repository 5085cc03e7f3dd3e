"""Every public page: it answers, ends with a desk, asks the database little, and tells nobody anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import get_resolver
from wagtail.models import Page as TreePage

from directory.models import Organisation, PublicRecord
from portal.models import GuidancePage, HomePage, NewsPage, SituationPage, StandardPage

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]

FIXED = [
    "/",
    "/search/",
    "/search/?q=居場所",
    "/find/",
    "/find/?about=dementia&area=tobu",
    "/browse/",
    "/browse/desk/",
    "/browse/place/?field=community&area=tobu",
    "/list/",
    "/share/leaflet/",
]


def public_addresses() -> list[str]:
    """Every page of the tree, one resource of each kind, and the fixed pages."""
    tree = [page.url for page in TreePage.objects.live().public().descendant_of(HomePage.objects.get())]
    resources = [
        f"/resources/{PublicRecord.objects.filter(kind=kind).order_by('pk').first().short_id}/"
        for kind in ("desk", "place", "volunteer", "work")
    ]
    return [*FIXED, *tree, *resources]


def test_should_answer_every_public_page_and_end_it_with_a_desk(client: Client) -> None:
    addresses = public_addresses()
    assert len(addresses) > 50
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        soup = BeautifulSoup(response.content, "lxml")
        assert len(soup.find_all("h1")) == 1, address
        assert soup.html["lang"] == "ja", address
        assert soup.select_one(".ending"), address
        assert "架空" in soup.get_text(), f"{address} must say that the city is fictional"
        assert soup.title.get_text(strip=True), address
        own = [tag["src"] for tag in soup.find_all("script")]
        expected = ["/static/portal/suggest.js", "/static/portal/menu.js"]
        # The page of a resource alone puts something into the list.
        expected += ["/static/portal/list.js"] if soup.find(id="my-list-said") else []
        assert own == expected, f"{address}: scripts of our own, and none in the page"
        for element in soup.find_all(["img", "link", "iframe", "source"]):
            target = element.get("src") or (element.get("href") if element.name == "link" else "") or ""
            assert not target.startswith(("http:", "https:", "//")) or element.get("rel") == ["canonical"], address
        for image in soup.find_all("img"):
            assert image.has_attr("alt"), address
            assert image.get("width"), address
            assert image.get("height"), address
        ids = [element["id"] for element in soup.find_all(id=True)]
        assert len(ids) == len(set(ids)), f"{address}: an id stands twice"


def test_should_need_at_most_nine_queries_on_any_public_page(
    client: Client, django_assert_max_num_queries: Callable
) -> None:
    addresses = public_addresses()
    for address in addresses:
        client.get(address)  # renditions and caches are made once
        with django_assert_max_num_queries(9, info=address):
            client.get(address)


def test_should_keep_every_internal_link_alive(client: Client) -> None:
    seen: set[str] = set()
    for address in public_addresses():
        soup = BeautifulSoup(client.get(address).content, "lxml")
        seen |= {link["href"].split("#")[0] for link in soup.find_all("a", href=True) if link["href"].startswith("/")}
    for address in sorted(seen - {""}):
        if not address.startswith("/search/"):
            response = client.get(address)
            assert response.status_code in (200, 301, 302), address
            if response.streaming:
                # A file is closed once it was read. Closing the answer itself would close the test's own connection (PostgreSQL).
                response.getvalue()


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere/",
        "/こんなとき/ない/",
        "/resources/0000000000/",
        "/resources/x/",
        "/browse/castle/",
        "/resources/" + "a" * 500 + "/",
        "/%FF%FE/",
        "/resources/%F0%9F%8F%A0/",
    ],
)
def test_should_answer_what_is_not_there_with_404_and_a_desk(client: Client, address: str) -> None:
    response = client.get(quote(address, safe="/%"))
    assert response.status_code == 404
    assert BeautifulSoup(response.content, "lxml").select_one(".ending")


@pytest.mark.parametrize("address", ["/%00", "/resources/%00/", "/find/%00/"])
def test_should_refuse_a_nul_in_an_address(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 400
    assert "相談" in response.content.decode()


def test_should_have_a_500_page_that_needs_nothing(django_assert_num_queries: Callable) -> None:
    from django.views.defaults import server_error

    with django_assert_num_queries(0):
        response = server_error(RequestFactory().get("/"))
    text = BeautifulSoup(response.content, "lxml").get_text()
    assert response.status_code == 500
    assert "相談" in text
    assert "119" in text


def test_should_understand_a_typed_id_with_capitals_and_look_alikes(client: Client) -> None:
    record = PublicRecord.objects.filter(short_id__contains="0").first()
    response = client.get(f"/resources/{record.short_id.upper().replace('0', 'O')}/")
    assert response.status_code == 301
    assert response["Location"].endswith(f"/resources/{record.short_id}/")


def test_should_show_an_unpublished_resource_to_nobody(client: Client) -> None:
    from tests.factories import PlaceFactory

    place = PlaceFactory()
    assert client.get(f"/resources/{place.short_id}/").status_code == 200
    place.unpublish()
    answer = client.get(f"/resources/{place.short_id}/")
    assert answer.status_code == 410
    assert place.name not in answer.content.decode()


def test_should_tell_when_and_how_a_resource_was_confirmed(page: Page) -> None:
    confirmed = PublicRecord.objects.exclude(data__verified_on=None).first()
    assert page(f"/resources/{confirmed.short_id}/").find("time", attrs={"datetime": confirmed.data["verified_on"]})
    never = PublicRecord.objects.filter(data__verified_on=None).first()
    assert "確認していません" in page(f"/resources/{never.short_id}/").get_text()


def test_should_show_for_every_national_line_from_when_its_source_is(page: Page) -> None:
    address = next(p.url for p in StandardPage.objects.live() if "全国" in p.title)
    lines = page(address).select(".line")
    assert len(lines) > 20
    for line in lines:
        assert "確認" in line.get_text(), line.get_text()
    assert "#9999" not in page(address).get_text(), "a trial that ended is not shown"


def test_should_show_the_lifelong_bodies_as_ended(page: Page) -> None:
    address = next(p.url for p in StandardPage.objects.live() if "生涯現役" in p.title)
    soup = page(address)
    rows = soup.select("details.fold li")
    assert len(rows) == Organisation.objects.filter(type__code="shogai_geneki", origin="reference").count() == 95
    assert "よろず市" not in " ".join(row.get_text() for row in rows), "a council that works is the partners' business"
    assert all("終了" in row.get_text() for row in rows)


def test_should_show_a_lifelong_body_of_which_nobody_wrote_when_it_began(page: Page) -> None:
    address = next(p.url for p in StandardPage.objects.live() if "生涯現役" in p.title)
    body = Organisation.objects.filter(type__code="shogai_geneki", origin="reference").earliest("pk")
    body.name, body.active_from = "はじまりを書かなかった協議会", None
    body.save()
    (row,) = (row for row in page(address).select("details.fold li") if body.name in row.get_text())
    assert f"〜{body.active_to:%Y年%-m月}" in row.get_text()


@pytest.mark.parametrize("city,name", [("鶴岡市", "くらしステーション"), ("豊川市", "地域包括支援センター")])
def test_should_show_who_does_what_in_the_real_cities(page: Page, city: str, name: str) -> None:
    address = next(p.url for p in StandardPage.objects.live() if city in p.title)
    text = page(address).get_text()
    assert "第1号" in text
    assert name in text
    assert not re.search(
        r"\b0\d{1,3}-\d{2,4}-\d{4}\b", page(address).select_one("main").get_text().split("まるごと")[0]
    )


def test_should_end_every_situation_page_in_desks(page: Page) -> None:
    pages = SituationPage.objects.live()
    assert pages.count() >= 20
    for situation in pages:
        soup = page(situation.url)
        assert soup.select(".desk-list .desk, .desk-list .area-desks li"), situation.title
        if situation.danger:
            assert soup.select(".line"), f"{situation.title}: national lines come first on pages on danger"


def test_should_have_a_quick_exit_on_pages_about_violence(page: Page) -> None:
    for record in PublicRecord.objects.filter(resource__fields__code="violence"):
        assert page(f"/resources/{record.short_id}/").select_one(".leave a"), record.data["name"]
    for situation in SituationPage.objects.live().filter(danger=True):
        assert page(situation.url).select_one(".leave a"), situation.title


@pytest.mark.parametrize("type_code", ["dv", "seibouryoku", "jiso", "kokoro", "crisis", "korei_gyakutai"])
def test_should_have_a_quick_exit_on_desks_for_somebody_in_danger(page: Page, type_code: str) -> None:
    records = PublicRecord.objects.filter(type=type_code)
    assert records
    for record in records:
        assert page(f"/resources/{record.short_id}/").select_one(".leave a"), record.data["name"]


def test_should_have_a_quick_exit_on_pages_of_lines_for_somebody_in_danger(page: Page) -> None:
    lines = next(p.url for p in StandardPage.objects.live() if "全国" in p.title)
    assert page(lines).select_one(".leave a")
    other = next(p.url for p in StandardPage.objects.live() if "生涯現役" in p.title)
    assert not page(other).select_one(".leave")


def test_should_give_guidance_pictures_words_and_widths(page: Page) -> None:
    with_photo = GuidancePage.objects.live().exclude(photo=None)
    assert with_photo.exists()
    image = page(with_photo.first().url).select_one("main img")
    assert image["alt"]
    assert ".webp" in image["src"]
    assert image["srcset"].count("w") >= 2


def test_should_list_every_page_and_resource_in_the_sitemap(client: Client) -> None:
    index = client.get("/sitemap.xml")
    assert index.status_code == 200
    found: set[str] = set()
    for address in re.findall(r"<loc>http://[^/]+(/[^<]+)</loc>", index.content.decode()):
        found |= set(
            re.findall(r"<loc>http://[^/]+(/[^<]*)</loc>", client.get(address.replace("&amp;", "&")).content.decode())
        )
    assert {f"/resources/{short_id}/" for short_id in PublicRecord.objects.values_list("short_id", flat=True)} <= found
    assert {"/find/", "/browse/"} <= found
    assert HomePage.objects.get().url in found
    assert NewsPage.objects.live().first().url in found or quote(NewsPage.objects.live().first().url) in found


def test_should_tell_that_it_is_well(client: Client) -> None:
    state = client.get("/healthz").json()
    assert state["status"] == "ok"
    index = state["indexes"]["tantivy"]
    assert index["documents"] >= PublicRecord.objects.count()
    assert index["pending"] == 0
    assert client.get("/readyz").json() == {"ready": True}


def test_should_have_no_public_address_that_this_file_does_not_know() -> None:
    # The doors of the admin stand among them, before those that Wagtail brings.
    patterns = [one for one in get_resolver().url_patterns if not str(one.pattern).startswith("admin/")]
    names = {pattern.name for pattern in patterns if getattr(pattern, "name", None)}
    assert names == {
        "search",
        "find",
        "browse",
        "browse_kind",
        "resource",
        "api_search",
        "api_suggest",
        "counter_list",
        "counter_list_change",
        "confirm_code",
        "confirm_link",
        "offer",
        "offer_sent",
        "offer_link",
        "freshness_figures",
        "now",
        "share_ended",
        "share_leaflet",
        "share_csv",
        "share_json",
        "healthz",
        "readyz",
        "sitemap",
        "robots",
        "favicon",
        "security",
        "wagtail_serve",
    }


def test_should_pass_the_system_checks() -> None:
    call_command("check", fail_level="WARNING")
