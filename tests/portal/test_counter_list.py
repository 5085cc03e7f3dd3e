"""The list for the counter: collected without an account, kept in the browser only, handed over by a link."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client, override_settings

from directory.models import InstitutionType, PublicRecord
from portal.counter_list import MOST, added, moved_up, parse, removed
from tests.factories import DeskFactory, OrganisationFactory, PlaceFactory

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]
NOBODY = "0000000000"


def ids_of(kind: str = "desk", count: int = 3) -> list[str]:
    return list(PublicRecord.objects.filter(kind=kind).order_by("pk").values_list("short_id", flat=True)[:count])


def change(client: Client, do: str, ids: str = "", **more: str) -> HttpResponse:
    headers = more.pop("headers", {})
    return client.post("/list/change/", {"do": do, "ids": ids, **more}, headers=headers)


def kept(client: Client) -> list[str]:
    cookie = client.cookies.get("list")
    return [piece for piece in cookie.value.split(".") if piece] if cookie else []


def shown(soup: BeautifulSoup) -> list[str]:
    return [entry["id"] for entry in soup.select(".list-entry")]


def test_should_set_no_cookie_before_somebody_puts_something_in(client: Client) -> None:
    for address in ("/list/", f"/resources/{ids_of()[0]}/", f"/list/?ids={'.'.join(ids_of())}"):
        assert not client.get(address).cookies, address
    for do in ("clear", "remove", "up", "take", "add", "nonsense", ""):
        assert not change(client, do, NOBODY).cookies, do


def test_should_put_in_from_the_page_of_a_resource_and_come_back_to_it(client: Client, page: Page) -> None:
    short_id = ids_of()[0]
    soup = page(f"/resources/{short_id}/")
    form = soup.select_one(".contact .list-form form")
    assert form["method"] == "post"
    button = form.button
    assert button.get_text(strip=True) == "リストに入れる"
    fields = {item["name"]: item["value"] for item in [*form.find_all("input"), button]}
    assert "csrfmiddlewaretoken" not in fields

    response = client.post(form["action"], fields)

    assert response.status_code == 303
    assert urlsplit(response["Location"]).path == f"/resources/{short_id}/"
    soup = page(f"/resources/{short_id}/")
    assert soup.select_one(".list-form button").get_text(strip=True) == "リストから外す"
    assert soup.select_one(".list-form a[href='/list/']").get_text(strip=True) == "リストを見る（1件）"
    assert shown(page("/list/")) == [short_id]


def test_should_keep_the_list_in_a_cookie_of_this_session_that_no_script_reads(client: Client) -> None:
    cookie = change(client, "add", ids_of()[0]).cookies["list"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == cookie["expires"] == ""
    assert not cookie["secure"]
    with override_settings(SESSION_COOKIE_SECURE=True):
        assert change(client, "add", ids_of()[1]).cookies["list"]["secure"]


def test_should_take_out_move_up_and_clear(client: Client, page: Page) -> None:
    first, second, third = ids_of()
    for short_id in (first, second, third):
        change(client, "add", short_id)
    change(client, "up", third)
    assert shown(page("/list/")) == [first, third, second]
    change(client, "up", first)
    assert shown(page("/list/")) == [first, third, second]
    change(client, "remove", third)
    assert shown(page("/list/")) == [first, second]
    response = change(client, "clear")
    assert response["Location"] == "/list/"
    assert not kept(client)
    assert not shown(page("/list/"))


def test_should_offer_every_action_on_the_own_list_and_none_on_that_of_a_link(client: Client, page: Page) -> None:
    ids = ids_of()
    for short_id in ids:
        change(client, "add", short_id)
    own = page("/list/")
    assert [button["value"] for button in own.select(".list-entry button")] == ["remove", *["up", "remove"] * 2]
    assert "すべて消す" in own.get_text()
    assert "ブラウザを閉じて" in own.get_text()
    linked = page(f"/list/?ids={'.'.join(ids)}")
    assert shown(linked) == ids
    assert not linked.select("main form"), "the same list is the visitor's own already"
    other = page(f"/list/?ids={'.'.join(reversed(ids))}")
    assert [button["value"] for button in other.select("main form button")] == ["take"]
    assert "自分のリストにする" in other.select_one("main form").get_text()


def test_should_take_over_the_list_of_a_link(client: Client, page: Page) -> None:
    change(client, "add", ids_of("place")[0])
    ids = ids_of()
    form = page(f"/list/?ids={'.'.join(ids)}").select_one("main form")
    client.post("/list/change/", {"do": "take", "ids": form.find("input")["value"]})
    assert shown(page("/list/")) == kept(client) == ids


def test_should_show_how_to_reach_each_entry(page: Page) -> None:
    record = PublicRecord.objects.filter(kind="place", data__place__isnull=False).order_by("pk").first()
    entry = page(f"/list/?ids={record.short_id}").select_one(".list-entry")
    text = entry.get_text()
    assert entry.h3.a["href"] == f"/resources/{record.short_id}/"
    assert record.data["name"] in text
    assert record.data["summary"] in text
    assert "居場所" in text
    assert record.data["place"]["address"] in text
    for channel in record.data["channels"]:
        if channel["kind"] == "phone":
            assert channel["value"] in entry.select_one(".channels").get_text()


def test_should_give_a_link_with_public_ids_only_and_its_qr_code(client: Client, page: Page) -> None:
    ids = ids_of()
    client.cookies["list"] = ".".join([NOBODY, *ids, "<script>"])
    soup = page("/list/")
    link = soup.select_one("input#share-link")
    assert link.has_attr("readonly")
    assert link["value"] == f"http://testserver/list/?ids={'.'.join(ids)}"
    assert set(parse_qs(urlsplit(link["value"]).query)) == {"ids"}
    image = soup.select_one("img.qr")
    assert image["src"].startswith("data:image/svg+xml")
    assert image["alt"]
    assert int(image["width"]) == int(image["height"]) > 100


def test_should_stop_at_twenty(client: Client, page: Page) -> None:
    ids = ids_of(count=MOST + 5)
    for short_id in ids:
        change(client, "add", short_id)
    assert kept(client) == ids[:MOST]
    soup = page(f"/resources/{ids[-1]}/")
    assert not soup.select(".list-form form")
    assert "いっぱい" in soup.select_one(".list-form").get_text()
    assert len(shown(page(f"/list/?ids={'.'.join(ids)}"))) == MOST


def test_should_leave_out_what_is_not_public(client: Client, page: Page) -> None:
    place, draft = PlaceFactory(), PlaceFactory(live=False)
    for short_id in (place.short_id, draft.short_id, NOBODY):
        change(client, "add", short_id)
    assert kept(client) == [place.short_id]
    client.cookies["list"] = f"{place.short_id}.{draft.short_id}"
    assert shown(page("/list/")) == [place.short_id]
    assert draft.name not in page(f"/list/?ids={draft.short_id}").get_text()
    place.unpublish()
    assert not shown(page("/list/"))
    assert place.name not in page("/list/").get_text()


def test_should_leave_out_what_is_of_a_staff_only_type(client: Client, page: Page) -> None:
    place_type = InstitutionType.objects.create(code="trial", name="試験の種類")
    place = PlaceFactory(organisation=OrganisationFactory(type=place_type))
    assert PublicRecord.objects.filter(short_id=place.short_id).exists()
    place_type.surface = "staff"
    place_type.save()
    assert not PublicRecord.objects.filter(short_id=place.short_id).exists()
    change(client, "add", place.short_id)
    assert not kept(client)
    assert place.name not in page(f"/list/?ids={place.short_id}").get_text()


def test_should_lead_an_empty_list_to_the_search_and_still_end_with_the_desk(page: Page) -> None:
    for address in ("/list/", "/list/?ids=", f"/list/?ids={NOBODY}"):
        soup = page(address)
        links = {link["href"] for link in soup.select("main .empty a")}
        assert {"/search/", "/find/"} <= links
        assert soup.select_one(".ending .desk"), address
        assert len(soup.find_all("h1")) == 1
        assert not soup.select("img.qr")


def test_should_be_in_no_cache_and_in_no_search_engine(client: Client) -> None:
    response = client.get(f"/list/?ids={ids_of()[0]}")
    assert response["Cache-Control"] == "no-store"
    assert "noindex" in response["X-Robots-Tag"]
    assert BeautifulSoup(response.content, "lxml").find("meta", attrs={"name": "robots", "content": "noindex"})
    assert response["Referrer-Policy"] == "same-origin"
    assert "Cookie" in client.get(f"/resources/{ids_of()[0]}/")["Vary"]


def test_should_betray_nothing_by_the_title_and_let_one_leave_quickly(page: Page) -> None:
    sensitive = PublicRecord.objects.filter(resource__fields__code="violence").first().short_id
    soup = page(f"/list/?ids={sensitive}")
    assert soup.select_one(".leave a")
    assert soup.title.get_text(strip=True) == soup.h1.get_text(strip=True) == "リスト"
    assert soup.select_one(".counter-quiet")
    harmless = PublicRecord.objects.exclude(resource__fields__code="violence").first()
    soup = page(f"/list/?ids={harmless.short_id}")
    assert not soup.select_one(".leave")
    assert soup.title.get_text(strip=True) == "リスト", "one title for all, so that it says nothing"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://[broken"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
def test_should_refuse_what_another_site_sends(client: Client, headers: dict[str, str]) -> None:
    response = change(client, "add", ids_of()[0], headers=headers)
    assert response.status_code == 403
    assert not response.cookies
    soup = BeautifulSoup(response.content, "lxml")
    assert soup.select_one(".ending")
    assert "開けません" in soup.h1.get_text()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://TESTSERVER"},
    ],
)
def test_should_take_what_this_site_sends_without_any_token(headers: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    response = change(client, "add", ids_of()[0], headers=headers)
    assert response.status_code == 303
    assert set(response.cookies) == {"list"}


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example/",
        "javascript:alert(1)",
        "elsewhere",
        "/list/\x00",
        "/list/\r\nSet-Cookie: a=b",
        "/" + "a" * 3000,
        "",
    ],
)
def test_should_go_on_to_no_other_site(client: Client, target: str) -> None:
    response = change(client, "add", ids_of()[0], next=target)
    assert response.status_code == 303
    assert response["Location"] == "/list/"


def test_should_change_nothing_by_a_link(client: Client) -> None:
    response = client.get(f"/list/change/?do=add&ids={ids_of()[0]}")
    assert response.status_code == 405
    assert not response.cookies
    assert client.post("/list/").status_code == 405


BAD = [
    "\x00",
    "." * 9_000,
    ".".join(f"{number:010d}" for number in range(5_000)),
    "' OR 1=1 --",
    "../../etc/passwd",
    "🏠" * 400,
    "０１２３４５６７８９",
    "<b>x</b>",
    "%00%FF",
]


@pytest.mark.parametrize("bad", BAD)
def test_should_bear_any_input(client: Client, bad: str) -> None:
    good = ids_of()[0]
    assert client.get("/list/", {"ids": bad}).status_code == 200
    assert client.get("/list/", {"ids": f"{good}.{bad}"}).status_code == 200
    for do in ("add", "remove", "up", "take", bad):
        assert change(client, do, bad, next=bad).status_code == 303
    assert not kept(client)
    if bad.isascii() and bad.isprintable() and len(bad) < 4_000:
        client.cookies["list"] = bad
    else:
        client.cookies["list"] = ".".join([good] * 300)
    assert client.get("/list/").status_code == 200
    assert client.get(f"/resources/{good}/").status_code == 200


def test_should_bear_a_body_that_is_no_form(client: Client) -> None:
    response = client.post("/list/change/", data=b"\xff\xfe\x00", content_type="multipart/form-data; boundary=x")
    assert response.status_code < 500
    response = client.post("/list/change/", data="{", content_type="application/json")
    assert response.status_code == 303


def test_should_need_at_most_eight_queries(client: Client, django_assert_max_num_queries: Callable) -> None:
    ids = ids_of(count=MOST)
    for short_id in ids:
        change(client, "add", short_id)
    others = ".".join(ids_of("place", MOST))
    for address in ("/list/", f"/list/?ids={others}", f"/resources/{ids[0]}/", "/list/?ids="):
        client.get(address)
        with django_assert_max_num_queries(8, info=address):
            client.get(address)
    # One of them whether the site is open.
    with django_assert_max_num_queries(4):
        change(client, "add", ids_of("place", 1)[0])


def test_should_ask_no_other_host_and_hold_no_script_of_its_own(page: Page) -> None:
    soup = page(f"/list/?ids={'.'.join(ids_of())}")
    scripts = [tag["src"] for tag in soup.find_all("script")]
    assert scripts == ["/static/portal/suggest.js", "/static/portal/menu.js"]
    assert not soup.find_all(style=True)
    assert all(form["action"].startswith("/") for form in soup.find_all("form"))
    found = [element["id"] for element in soup.find_all(id=True)]
    assert len(found) == len(set(found))
    for field in soup.select("main input[type=text]"):
        assert soup.find("label", attrs={"for": field["id"]})


def test_should_understand_typed_ids() -> None:
    assert parse("ABCDEFGH0O.abcdefgh00") == ("abcdefgh00",)
    assert parse("abc.def..") == ()
    assert len(parse(".".join(f"{number:010d}" for number in range(5_000)))) == 100


def test_should_change_lists_without_changing_their_rest() -> None:
    assert added(("a",), "b") == ("a", "b")
    assert added(("a", "b"), "a") == ("a", "b")
    assert removed(("a", "b"), "a") == ("b",)
    assert removed((), "a") == ()
    assert moved_up(("a", "b", "c"), "b") == ("b", "a", "c")
    assert moved_up(("a", "b", "c"), "c") == ("a", "c", "b")
    assert moved_up(("a", "b"), "a") == moved_up(("a", "b"), "x") == ("a", "b")


def test_should_show_no_form_in_the_preview_of_an_editor(rf: object) -> None:
    desk = DeskFactory(organisation=OrganisationFactory())
    response = desk.make_preview_request(original_request=rf.get("/admin/"))
    html = response.rendered_content if hasattr(response, "rendered_content") else response.content.decode()
    assert desk.name in html
    assert not re.search(r'class="list-form', html)
