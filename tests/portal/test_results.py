"""The results page: what is asked, what is found, and what nobody should be able to break."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from directory.choices import Kind

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]


def titles(soup: BeautifulSoup) -> list[str]:
    """Titles of the hits in order."""
    return [item.get_text(strip=True) for item in soup.select(".hit-title")]


def total_of(soup: BeautifulSoup) -> int:
    """The number of hits that the page tells."""
    told = soup.select_one(".listing-head strong")
    return int(told.get_text(strip=True).removesuffix("件").replace(",", "")) if told else 0


@pytest.mark.parametrize(
    "query,word",
    [
        ("居場所 東部圏域", "居場所"),
        ("こども食堂", "食堂"),
        ("子供食堂", "食堂"),
        ("ｼﾙﾊﾞｰ人材センター", "シルバー人材センター"),
        ("相談", "まるごと"),
        ("鶴岡 くらしステーション", "くらしステーション"),
        ("豊川 地域包括", "地域包括支援センター"),
    ],
)
def test_should_bring_the_right_first_result(page: Page, query: str, word: str) -> None:
    soup = page("/search/", {"q": query})
    lead = [item.get_text(strip=True) for item in soup.select(".lead-desks .desk-name")]
    assert word in (lead + titles(soup))[0]


def test_should_bring_a_place_of_the_named_area_first(page: Page) -> None:
    first = page("/search/", {"q": "居場所 東部圏域"}).select_one(".hit")
    assert first["data-kind"] == Kind.PLACE
    assert "東部" in first.get_text()


@pytest.mark.parametrize("query", ["どこに聞いたらいいかわからん", "どこに相談したらいいかわからない", "相談"])
def test_should_answer_an_open_question_with_the_desk_for_everything(page: Page, query: str) -> None:
    lead = page("/search/", {"q": query}).select(".lead-desks .desk-name")
    assert "まるごと" in lead[0].get_text()


def test_should_find_the_same_for_both_spellings(page: Page) -> None:
    assert titles(page("/search/", {"q": "こども食堂"}))[:5] == titles(page("/search/", {"q": "子供食堂"}))[:5]


def test_should_end_an_empty_result_with_a_desk(page: Page) -> None:
    soup = page("/search/", {"q": "ggxyzzy"})
    assert titles(soup) == []
    assert "まるごと" in soup.select_one(".ending").get_text()


def test_should_end_with_the_desk_of_the_chosen_area(page: Page) -> None:
    assert "東部" in page("/search/", {"area": "tobu"}).select_one(".ending").get_text()


def test_should_narrow_by_every_facet_that_it_offers(page: Page) -> None:
    groups = page("/search/", {"q": "居場所"}).select(".facet")
    assert {group.h3.get_text(strip=True) for group in groups} == {"種類", "分野", "圏域", "曜日・時間", "対象", "費用"}
    for group in groups:
        link = group.select_one("a")
        count = int(link.select_one(".facet-count").find(string=True, recursive=False))
        assert total_of(page(link["href"])) == count, link["href"]


def test_should_offer_to_take_each_filter_away(page: Page) -> None:
    soup = page("/search/", {"q": "居場所", "kind": ["place"], "area": ["tobu"], "day": ["sat", "sun"]})
    removals = [link["href"] for link in soup.select(".active-filters a")]
    assert len(removals) >= 4
    for address in removals[:4]:
        assert parse_qs(urlsplit(address).query)["q"] == ["居場所"]


def test_should_page_through_all_results_without_repeating_one(page: Page) -> None:
    soup = page("/search/", {"kind": "place", "sort": "reading"})
    total = total_of(soup)
    seen: list[str] = []
    for number in range(1, -(-total // 20) + 1):
        soup = page("/search/", {"kind": "place", "sort": "reading", "page": number})
        seen += [item.select_one("a")["href"] for item in soup.select(".hit")]
    assert len(seen) == len(set(seen)) == total


def test_should_show_the_last_page_for_one_far_beyond(page: Page) -> None:
    assert page("/search/", {"kind": "place", "page": 10**9}).select(".hit")


def test_should_sort_by_distance_from_the_chosen_area(page: Page) -> None:
    soup = page("/search/", {"kind": "place", "area": "tobu", "sort": "distance"})
    distances = [float(found.group(1)) for found in re.finditer(r"約([\d.]+)km", soup.select_one(".hits").get_text())]
    assert len(distances) > 5
    assert distances == sorted(distances)


def test_should_sort_by_last_confirmation(page: Page) -> None:
    days = [item["datetime"] for item in page("/search/", {"kind": "place", "sort": "verified"}).select(".hit time")]
    assert len(days) > 5
    assert days == sorted(days, reverse=True)


HOSTILE = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "あ" * 10_000,
    "🏠👨‍👩‍👧",
    "%",
    "%FF",
    "' OR 1=1 --",
    'AND OR NOT ( " :*~^',
    "\u202e逆",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "-1",
    "1e9",
    "٣",
    "9" * 5000,
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    "name", ["q", "kind", "field", "area", "day", "who", "cost", "sort", "page", "near", "unknown"]
)
def test_should_answer_any_value_with_a_page(client: Client, name: str, value: str) -> None:
    response = client.get("/search/", {name: [value, value]})
    assert response.status_code == 200
    soup = BeautifulSoup(response.content, "lxml")
    assert soup.select_one(".ending")
    assert not soup.find("script", string=lambda text: text and "alert" in text)


@pytest.mark.parametrize(
    "raw",
    [
        "q=%FF%FE",
        "q=%E3%81",
        "page=0",
        "page=-1",
        "page=1000000000",
        "&&&",
        "=",
        "q",
        "q=%00",
        "kind=place&kind=place&kind=desk",
    ],
)
def test_should_answer_a_broken_query_string_with_a_page(client: Client, raw: str) -> None:
    assert client.get(f"/search/?{raw}").status_code == 200


def test_should_refuse_an_endless_address_in_its_own_look(client: Client) -> None:
    response = client.get("/search/?q=" + "a" * 300_000)
    assert response.status_code == 400
    assert "相談" in response.content.decode()


def test_should_answer_without_its_index(client: Client, own_index: Path) -> None:
    shutil.rmtree(own_index)
    for address in ("/search/?q=居場所", "/", "/browse/", "/browse/place/", "/find/?about=dementia"):
        response = client.get(address)
        assert response.status_code == 200, address
        assert BeautifulSoup(response.content, "lxml").select_one(".ending"), address
    assert client.get("/healthz").json()["status"] == "degraded"
    assert client.get("/readyz").status_code == 503


def test_should_need_few_queries(client: Client, django_assert_max_num_queries: Callable) -> None:
    client.get("/search/?q=居場所")
    with django_assert_max_num_queries(8):
        client.get("/search/", {"q": "居場所", "area": "tobu", "kind": "place"})


def test_should_set_no_cookie_and_ask_nobody_else(client: Client) -> None:
    response = client.get("/search/", {"q": "死にたい"})
    assert not response.cookies
    assert response["Referrer-Policy"] == "same-origin"
    assert "default-src 'none'" in response["Content-Security-Policy"]
