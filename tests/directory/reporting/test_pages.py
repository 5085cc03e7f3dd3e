"""The report and what was not found, as the city's people see them."""

from __future__ import annotations

import io
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from directory.admin.reports import FEW_TIMES
from directory.models import CoverageSnapshot, Field, GatheringPlace, MissingResource, SynonymGroup
from search.models import Miss
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db
PAGE, FILE, MISSES = "/admin/reports/coverage/", "/admin/reports/coverage.xlsx", "/admin/misses/"


def get(client: Client, address: str, **parameters: str) -> BeautifulSoup:
    response = client.get(address, parameters)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def numbers(soup: BeautifulSoup) -> dict[str, list[int]]:
    """The first table by its row headings."""
    rows = soup.select_one("table.report-table").select("tbody tr")
    return {
        row.th.get_text(strip=True): [int(cell.get_text(strip=True).partition("（")[0]) for cell in row.select("td")]
        for row in rows
    }


def test_should_show_the_numbers_to_editors_and_approvers(editor_client: Client, approver_client: Client) -> None:
    for client in (editor_client, approver_client):
        table = numbers(get(client, PAGE))
        assert len(table) == Field.objects.filter(retired=False).count() + 1
        assert table["すべての分野"][0] > 100
    menu = editor_client.get("/admin/").content.decode()
    assert PAGE in menu


@pytest.mark.parametrize("address", [PAGE, FILE, MISSES])
def test_should_show_reports_to_staff_only(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]


def test_should_count_one_more_when_one_more_is_published(editor_client: Client) -> None:
    name = Field.objects.get(code="community").name
    before = numbers(get(editor_client, PAGE, kind="place"))[name]
    PlaceFactory(fields=["community"], areas=["tobu"])
    PlaceFactory(fields=["community"], areas=["tobu"], live=False)
    after = numbers(get(editor_client, PAGE, kind="place"))[name]
    assert [one - other for one, other in zip(after, before, strict=True)] == [1, 0, 1, 0, 0, 0]


def test_should_say_the_same_in_picture_and_table(editor_client: Client) -> None:
    soup = get(editor_client, PAGE, layer="小学校区", kind="work")
    table = numbers(soup)
    del table["すべての分野"]
    said = [group.find("text").get_text() for group in soup.select("svg g")]
    assert [int(text) for text in said] == [count for row in table.values() for count in row[1:]]
    picture = soup.select_one(".report svg")
    assert picture["role"] == "img"
    assert picture.find("title").get_text(strip=True)


@pytest.mark.parametrize(
    "asked", [{"layer": "海の底"}, {"kind": "castle"}, {"layer": "\x00", "kind": "place' OR 1=1"}, {"kind": "x" * 5000}]
)
def test_should_answer_what_does_not_exist(editor_client: Client, asked: dict[str, str]) -> None:
    soup = get(editor_client, PAGE, **asked)
    assert "見つかりません" in soup.select_one("[role=alert]").get_text()
    assert editor_client.get(FILE, asked).status_code == 200


def test_should_not_ask_more_for_more_records(editor_client: Client) -> None:
    editor_client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        editor_client.get(PAGE)
    for _number in range(4):
        PlaceFactory(fields=["community", "elderly"], areas=["tobu", "seibu"])
    editor_client.get(PAGE)
    with CaptureQueriesContext(connection) as many:
        editor_client.get(PAGE)
    assert len(many) <= len(few)


def test_should_note_a_gap_by_one_click(editor_client: Client) -> None:
    link = next(
        a for a in get(editor_client, PAGE, layer="小学校区").select("main a") if "missingresource" in a["href"]
    )
    form = get(editor_client, link["href"])
    assert form.select_one("[name=words]")["value"]
    chosen = {name: form.select_one(f"[name={name}]")["value"] for name in ("field", "area")}
    assert all(chosen.values())
    sent = {"words": form.select_one("[name=words]")["value"], **chosen, "since": "2026-11-01", "note": ""}
    assert editor_client.post(link["href"], sent).status_code == 302
    kept = MissingResource.objects.get()
    assert (str(kept.field_id), str(kept.area_id)) == (chosen["field"], chosen["area"])
    assert kept.words in get(editor_client, PAGE).select_one("main").get_text()
    assert "もうここにあります" in editor_client.post(link["href"], sent).content.decode()
    assert MissingResource.objects.count() == 1


@pytest.fixture
def searched() -> str:
    """Words that came on three days, and others that one person may have asked."""
    for day in (1, 2, 3):
        Miss.objects.create(words="夜 温泉", day=date(2026, 11, day), times=1)
        Miss.objects.create(words="馬車", day=date(2026, 11, day), times=FEW_TIMES, results=2)
    Miss.objects.create(words="山田太郎", day=date(2026, 11, 3), times=50)
    return "夜 温泉"


def test_should_lead_from_what_was_not_found_to_what_can_be_done(editor_client: Client, searched: str) -> None:
    soup = get(editor_client, MISSES)
    rows = {row.th.get_text(strip=True): row for row in soup.select("tbody tr")}
    assert set(rows) == {"夜 温泉", "馬車"}
    few, often = ([cell.get_text(strip=True) for cell in rows[name].select("td")] for name in ("夜 温泉", "馬車"))
    assert few[:3] == ["何もない", "3", f"{FEW_TIMES}回より少ない"], "a small count is not told"
    assert often[:3] == ["合うものがない", "3", str(3 * FEW_TIMES)]
    links = [link["href"] for link in rows[searched].select("a")]
    assert len(links) == 6
    for link, name in zip(links, ["words", "name", "name", "name", "name", "words"], strict=True):
        field = get(editor_client, link).select_one(f"[name={name}]")
        assert (field.get("value") or field.get_text().strip()) == searched, link


def test_should_say_which_words_are_noted_already(editor_client: Client, searched: str) -> None:
    MissingResource.objects.create(words=searched)
    row = next(row for row in get(editor_client, MISSES).select("tbody tr") if searched in row.th.get_text())
    assert "残しました" in row.th.get_text()


def test_should_leave_it_to_approvers_to_delete_what_is_missing(editor_client: Client, approver_client: Client) -> None:
    kept = MissingResource.objects.create(words="夜の居場所")
    address = reverse(MissingResource.snippet_viewset.get_url_name("delete"), args=[kept.pk])
    assert editor_client.post(address).status_code == 302
    assert MissingResource.objects.filter(pk=kept.pk).exists()
    assert approver_client.post(address).status_code == 302
    assert not MissingResource.objects.filter(pk=kept.pk).exists()


def test_should_take_nothing_else_from_an_address(editor_client: Client) -> None:
    address = reverse(SynonymGroup.snippet_viewset.get_url_name("add"))
    form = get(editor_client, address, words="車／くるま", note="あやしい文", layer="name")
    assert form.select_one("[name=words]").get_text().strip() == "車／くるま"
    assert not form.select_one("[name=note]").get("value")
    assert not SynonymGroup.objects.filter(words="車／くるま").exists()


@pytest.mark.parametrize("value", ["abc", "999999", "9" * 40, "-1", "\x00", "١"])
def test_should_begin_empty_where_an_address_names_what_does_not_exist(editor_client: Client, value: str) -> None:
    missing = reverse(MissingResource.snippet_viewset.get_url_name("add"))
    form = get(editor_client, missing, field=value, area=value, words=value)
    assert not form.select_one("[name=field]").get("value")
    place = reverse(GatheringPlace.snippet_viewset.get_url_name("add"))
    assert not get(editor_client, place, fields=value, areas=value).select("main [name=fields][checked]")


def test_should_begin_a_new_entry_where_it_is_needed(editor_client: Client) -> None:
    field = Field.objects.get(code="community")
    address = reverse(GatheringPlace.snippet_viewset.get_url_name("add"))
    form = get(editor_client, address, name="夜の居場所", fields=str(field.pk))
    assert form.select_one("[name=name]")["value"] == "夜の居場所"
    chosen = form.select("main [name=fields][checked], main [name=fields] option[selected]")
    assert [option["value"] for option in chosen] == [str(field.pk)]


def test_should_give_the_numbers_as_excel_with_their_meaning_and_day(editor_client: Client) -> None:
    # A name that looks like a formula stays a name.
    Field.objects.filter(code="community").update(name="=1+1")
    response = editor_client.get(FILE, {"kind": "place"})
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    book = load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == [
        "定義", "分野×圏域", "種類", "分野", "曜日・時間帯", "分野×時間帯", "不足", "居場所から遠い町", "前の月との差",
    ]  # fmt: skip
    told = [str(cell.value) for row in book["定義"].iter_rows() for cell in row]
    assert "居場所" in told
    assert any("年" in text and "日" in text for text in told)
    sheet = {row[0]: list(row[1:]) for row in book["分野×圏域"].iter_rows(values_only=True)}
    table = numbers(get(editor_client, PAGE, kind="place"))
    assert {name: row for name, row in sheet.items() if name in table} == table
    assert "=1+1" in table
    assert all(cell.data_type != "f" for one in book for row in one.iter_rows() for cell in row)
    assert "差はまだ出せません" in book["前の月との差"]["A1"].value


def test_should_compare_with_the_month_before(editor_client: Client) -> None:
    name = Field.objects.get(code="community").name
    now = numbers(get(editor_client, PAGE, kind="place"))[name]
    CoverageSnapshot.objects.create(
        month=date(2001, 5, 1), area="tobu", field="community", kind="place", count=now[2] + 3
    )
    soup = get(editor_client, PAGE, kind="place")
    assert "2001年5月" in soup.select_one("table.report-table caption").get_text()
    row = next(row for row in soup.select("table.report-table")[0].select("tbody tr") if name in row.th.get_text())
    assert "（-3）" in row.select("td")[2].get_text()
    book = load_workbook(io.BytesIO(editor_client.get(FILE, {"kind": "place"}).content))
    changes = {row[0]: list(row[1:]) for row in book["前の月との差"].iter_rows(values_only=True)}
    assert changes[name][2] == -3
