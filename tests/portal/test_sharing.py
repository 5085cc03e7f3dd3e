"""What is public, to be passed on: a table, JSON and a leaflet, and nothing that only staff know."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from directory.areas.index import home_area
from directory.choices import ChannelKind, Kind
from directory.exchange import shared as sharing
from directory.exchange.shared import safe_cell, shared_resources
from directory.models import Channel, Programme, PublicRecord, Resource
from directory.public.selectors import records_at_home
from tests.factories import ContactPointFactory, DeskFactory, PlaceFactory

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]
HEADER = [
    "名前",
    "よみ",
    "種類",
    "分野",
    "対象の地域",
    "電話",
    "FAX",
    "メール",
    "ホームページ",
    "受付・開いている日時",
    "場所",
    "費用",
    "確認した日",
    "このサイトのページ",
]
ADDRESSES = ("/share/leaflet/", "/share/list.csv", "/share/list.json")


def rows(client: Client, query: str = "") -> list[dict[str, str]]:
    text = client.get(f"/share/list.csv{query}").getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def items(client: Client, query: str = "") -> list[dict]:
    return json.loads(client.get(f"/share/list.json{query}").getvalue())["items"]


def test_should_write_a_table_that_spreadsheets_open(client: Client) -> None:
    response = client.get("/share/list.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment;")
    assert ".csv" in response["Content-Disposition"]
    content = response.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.replace(b"\r\n", b"").count(b"\r") == 0
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert table[0] == HEADER
    assert len(table) == records_at_home(home_area()).count() + 1
    assert {len(row) for row in table} == {len(HEADER)}


def test_should_write_the_facts_of_a_resource(client: Client) -> None:
    desk = DeskFactory(name="試験の窓口", verified=True)
    row = next(row for row in rows(client) if row["名前"] == "試験の窓口")
    assert row["種類"] == "相談窓口"
    assert row["電話"] == "0000-99-0001"
    assert row["対象の地域"] == "東部圏域"
    assert row["分野"] == "地域のつながり"
    assert row["確認した日"] == "2026-10-01"
    assert row["このサイトのページ"] == f"http://testserver/resources/{desk.short_id}/"


@pytest.mark.parametrize("start", list("=+-@\t\r＝＋－＠"))
def test_should_disarm_what_a_spreadsheet_would_run(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "0000-99-0001", "よろず市", " =1", "'", "〒000-0000"])
def test_should_leave_every_other_cell_alone(text: str) -> None:
    assert safe_cell(text) == text


def test_should_disarm_names_and_numbers_in_the_table(client: Client) -> None:
    place = PlaceFactory(name="=HYPERLINK(1)", reading="＝はいぱー")
    place.channels = [Channel(kind=ChannelKind.PHONE, value="+81-00-99-0001")]
    place.save_revision().publish()
    row = next(row for row in rows(client) if row["このサイトのページ"].endswith(f"/{place.short_id}/"))
    assert (row["名前"], row["よみ"], row["電話"]) == ("'=HYPERLINK(1)", "'＝はいぱー", "'+81-00-99-0001")


def test_should_answer_other_software(client: Client) -> None:
    response = client.get("/share/list.json?kind=place&area=tobu")
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "filename" in response["Content-Disposition"]
    content = response.getvalue()
    assert "よろず市".encode() in content
    data = json.loads(content)
    assert set(data) == {"municipality", "generated_at", "source", "ended", "items"}
    assert data["municipality"] == "よろず市"
    assert data["source"]["url"] == "http://testserver/"
    assert data["items"]
    for item in data["items"]:
        assert item["kind"] == "place"
        assert item["url"] == f"http://testserver/resources/{item['id']}/"
        assert isinstance(item["channels"], list)
        assert isinstance(item["hours"], list)


def test_should_stand_in_the_same_stable_order(client: Client) -> None:
    names = [row["名前"] for row in rows(client)]
    assert names == [item["name"] for item in items(client)] == [row["名前"] for row in rows(client)]
    records = {record.short_id: record.data for record in PublicRecord.objects.all()}
    found = [records[item["id"]] for item in items(client)]
    keys = [
        (not (data["desk"] or {}).get("default_for"), Kind.values.index(data["kind"]), data["reading"])
        for data in found
    ]
    assert keys == sorted(keys)


def test_should_narrow_by_kind_area_and_field(client: Client) -> None:
    assert {item["kind"] for item in items(client, "?kind=work&kind=volunteer")} == {"work", "volunteer"}
    for item in items(client, "?field=children"):
        assert "children" in {field["code"] for field in item["fields"]}
    here = {item["id"] for item in items(client, "?area=tobu")}
    seibu = PlaceFactory(areas=["seibu"])
    tobu = PlaceFactory(areas=["tobu"])
    assert {item["id"] for item in items(client, "?area=tobu")} - here == {tobu.short_id}
    assert seibu.short_id in {item["id"] for item in items(client, "?area=seibu&area=tobu")}


def test_should_narrow_desks_by_their_programme(client: Client) -> None:
    programme = Programme.objects.get(code="1-i")
    found = items(client, "?role=1-i")
    assert len(found) > 3
    assert {item["programme"] for item in found} == {str(programme)}
    both = items(client, "?role=1-i&role=1-ro")
    assert len(both) > len(found)
    with_places = items(client, "?role=1-i&kind=desk&kind=place")
    assert {item["kind"] for item in with_places} == {"desk", "place"}
    assert {item["programme"] for item in with_places if item["kind"] == "desk"} == {str(programme)}


@pytest.mark.parametrize(
    "query",
    ["?kind=castle", "?role=9-x", "?area=nowhere", "?field=%00", "?kind=%00&area=%FF%FE", "?type=staff", "?kind=guide"],
)
def test_should_drop_what_is_not_known(client: Client, query: str) -> None:
    assert len(items(client, query)) == records_at_home(home_area()).count()


@pytest.mark.parametrize("address", ADDRESSES)
def test_should_bear_any_input(client: Client, address: str) -> None:
    for name in ("kind", "role", "area", "field"):
        for bad in ("\x00", "' OR 1=1 --", "あ" * 2_000, "[]", "null"):
            assert client.get(address, {name: bad}).status_code == 200, (name, bad)
        assert client.get(address, {name: [str(number) for number in range(5_000)]}).status_code == 200
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_should_hold_only_what_is_public(client: Client, address: str) -> None:
    contact = ContactPointFactory(direct_line="0000-99-7777", roles=["1-i"])
    draft = DeskFactory(name="まだ出していない窓口", live=False)
    gone = DeskFactory(name="もう終わった窓口")
    gone.unpublish()
    desk = DeskFactory(name="=見える窓口", staff_note="係だけのメモ")
    for query in ("", "?role=1-i", "?kind=desk&area=tobu"):
        response = client.get(address + query)
        text = response.getvalue().decode()
        for secret in (contact.direct_line, contact.unit, draft.name, gone.name, "係だけのメモ", draft.short_id):
            assert secret not in text, secret
        assert not response.cookies
    assert desk.staff_note == "係だけのメモ"


def test_should_make_a_leaflet_with_the_desk_for_everything_and_a_few_others(page: Page) -> None:
    soup = page("/share/leaflet/")
    sheet = soup.select_one(".leaflet")
    assert len(soup.find_all("h1")) == 1
    assert sheet.h1.get_text(strip=True) == "困りごと、ひとりでかかえていませんか"
    main = sheet.select_one(".leaflet-main")
    assert soup.select_one(".ending .desk-name").get_text(strip=True) in main.get_text()
    assert main.select_one("a[href^='tel:'] .call-number")
    assert main.select_one(".leaflet-hours").get_text(strip=True)
    desks = sheet.select(".leaflet-desks li")
    assert len(desks) == 6
    names = [main.h2.get_text(strip=True), *(desk.h3.get_text(strip=True) for desk in desks)]
    assert len(set(names)) == 7
    assert all(desk.select_one(".leaflet-what").get_text(strip=True) for desk in desks)
    codes = sheet.select("img.qr")
    assert len(codes) == 2
    assert codes[0]["src"] != codes[1]["src"]
    assert all(code["src"].startswith("data:image/svg+xml") and code["alt"] and code["width"] for code in codes)
    end = sheet.select_one(".leaflet-end").get_text()
    assert "現在" in end
    assert "よろず市" in end
    assert soup.select_one(".ending"), "the page itself ends with the desk, as every page does"


def test_should_say_with_work_that_other_troubles_are_welcome(page: Page) -> None:
    for query in ("?kind=work", "?field=work", "?kind=work&role=1-i"):
        heading = page(f"/share/leaflet/{query}").h1.get_text(strip=True)
        assert heading == "仕事のことだけでなく、くらしの困りごとも相談できます"


def test_should_put_desks_for_any_trouble_first_on_a_leaflet(page: Page) -> None:
    for query in ("", "?role=1-i", "?role=1-ni&area=seibu", "?role=5", "?area=tobu"):
        links = page(f"/share/leaflet/{query}").select(".leaflet-desks h3 a")
        ids = [link["href"].split("/")[2] for link in links]
        records = {record.short_id: record.data["desk"] for record in PublicRecord.objects.filter(short_id__in=ids)}
        flags = [records[short_id]["any_attribute"] for short_id in ids]
        assert ids, query
        assert flags == sorted(flags, reverse=True), query


def test_should_show_the_desks_of_the_asked_programme_on_a_leaflet(page: Page) -> None:
    programme = str(Programme.objects.get(code="1-i"))
    links = page("/share/leaflet/?role=1-i").select(".leaflet-desks h3 a")
    records = PublicRecord.objects.filter(short_id__in=[link["href"].split("/")[2] for link in links])
    desks = [record.data["desk"] for record in records]
    assert sum(desk["programme"] == programme for desk in desks) >= 4
    assert all(desk["programme"] == programme or desk["any_attribute"] for desk in desks)


def test_should_lead_with_the_desk_of_the_named_area(page: Page) -> None:
    main = page("/share/leaflet/?area=seibu").select_one(".leaflet-main h2 a")["href"]
    record = PublicRecord.objects.get(short_id=main.split("/")[2])
    assert record.data["desk"]["default_for"] == ["seibu"]


def test_should_let_one_leave_a_leaflet_about_violence_quickly(page: Page) -> None:
    assert page("/share/leaflet/?field=violence").select_one(".leave a")
    assert not page("/share/leaflet/?role=1-i").select_one(".leave")


@pytest.mark.parametrize("query", ["", "?role=1-i&area=tobu&field=elderly&kind=desk"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_should_need_at_most_eight_queries(
    client: Client, django_assert_max_num_queries: Callable, address: str, query: str
) -> None:
    client.get(address + query)
    with django_assert_max_num_queries(8):
        client.get(address + query)


def test_should_find_by_types_and_nothing_by_codes_that_do_not_exist() -> None:
    assert {resource.type.code for resource in shared_resources(types=["houkatsu"])} == {"houkatsu"}
    assert shared_resources(roles=["nothing"]) == []
    assert shared_resources(area=["nowhere"]) == []
    assert len(shared_resources(most=5)) == 5


def crowd(count: int) -> None:
    """So many more places in the register, past the forms: copies of one that is public."""
    place = PublicRecord.objects.get(pk=PlaceFactory(name="ひな形").pk)
    pattern = Resource.objects.get(pk=place.pk)
    rows = []
    for number in range(count):
        row = Resource(**{field.attname: getattr(pattern, field.attname) for field in Resource._meta.concrete_fields})
        row.pk, row.uuid, row.short_id, row.translation_key = None, uuid4(), f"{number:010d}", uuid4()
        row.live_revision_id = row.latest_revision_id = None
        rows.append(row)
    Resource.objects.bulk_create(rows)
    copies = []
    for row in rows:
        data = {**place.data, "short_id": row.short_id, "id": row.pk, "uuid": str(row.uuid), "name": f"写し{row.pk}"}
        copies.append(
            PublicRecord(resource_id=row.pk, short_id=row.short_id, kind=Kind.PLACE, type="ibasho", data=data)
        )
    PublicRecord.objects.bulk_create(copies)


def test_should_hold_the_whole_register_and_not_its_beginning(client: Client) -> None:
    crowd(700)
    expected = set(records_at_home(home_area()).values_list("short_id", flat=True))
    assert len(expected) > 700
    assert {item["id"] for item in items(client)} == expected
    table = rows(client)
    assert {row["このサイトのページ"].split("/")[-2] for row in table} == expected
    assert len(table) == len(expected)


@pytest.mark.parametrize("address", ADDRESSES[1:])
def test_should_read_a_file_batch_by_batch(client: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many questions as there are batches, and none before somebody takes the next piece."""
    total = records_at_home(home_area()).count()
    monkeypatch.setattr(sharing, "BATCH", 50)
    client.get(address).getvalue()
    with CaptureQueriesContext(connection) as before:
        response = client.get(address)
    with CaptureQueriesContext(connection) as reading:
        pieces = list(response.streaming_content)
    assert len(before) <= 8
    assert len(reading) == -(-total // 50)
    assert len(pieces) > 1
    assert max(map(len, pieces)) < 200_000


def test_should_be_json_also_where_nothing_fits(client: Client) -> None:
    assert items(client, "?kind=work&role=2") == [] or items(client, "?kind=work&role=2")[0]["kind"] == "work"
    PublicRecord.objects.all().delete()
    assert items(client) == []


def test_should_leave_out_what_is_taken_back_while_a_file_is_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "BATCH", 10)
    response = client.get("/share/list.json")
    last = items(client)[-1]["id"]
    PublicRecord.objects.get(short_id=last).delete()
    assert last not in {item["id"] for item in json.loads(response.getvalue())["items"]}
