"""What a partner receives: the page of its notice, and the same as files."""

from __future__ import annotations

import csv
import io
import random

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from directory.fixtures import FixtureError
from directory.partners.choices import Act, Format, Role
from directory.partners.exchange.reference import load_packs
from directory.partners.models import ContactList, ContactPoint, Delivery, Partner, SharingPack, TrailLine
from directory.partners.packs import contents, current_contacts, partners_of
from portal.filters import jdate
from tests.factories import ContactPointFactory, OrganisationFactory

pytestmark = pytest.mark.django_db
PACK = "/partners/packs/hellowork/"
NOTICES = ("hikikomori", "suicide", "children", "hellowork", "silver", "lifelong")
# What spreadsheets take for a formula, plain and wide.
FORMULAS = ('=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠SUM(A1)")


def workbook(client: Client) -> dict[str, Worksheet]:
    """The Excel file of the pack, read back."""
    response = client.get(f"{PACK}excel/")
    assert response.status_code == 200
    assert response["Content-Disposition"].endswith('.xlsx"')
    return {sheet.title: sheet for sheet in load_workbook(io.BytesIO(response.content)).worksheets}


def table(client: Client, part: str) -> list[dict[str, str]]:
    """A CSV file of the pack, read back."""
    response = client.get(f"{PACK}{part}.csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    text = response.content.decode("utf-8-sig")
    assert "\r\n" in text
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("code", NOTICES)
def test_should_ship_a_pack_for_each_of_the_six_notices(administrator: Client, code: str) -> None:
    pack = SharingPack.objects.get(code=code)
    today = contents(pack)
    assert pack.number.startswith("別添")
    assert pack.issued_on.isoformat() == "2021-03-29"
    assert today.contact_count > 3
    assert today.resource_count > 20
    assert partners_of(pack).exists(), "the demo has a partner for every notice"
    for part in (*today.contacts, *today.resources):
        assert part.list.reason
        assert part.list.section.startswith(("別添", "別紙"))
    directions = set(pack.duties.values_list("direction", flat=True))
    assert {"we_send", "you_send", "call", "together"} == directions
    page = BeautifulSoup(administrator.get(f"/partners/packs/{code}/").content, "lxml")
    text = page.get_text()
    for words in (
        "市からお渡しするもの",
        "そちらからいただきたいもの",
        "だれに、いつ連絡するか",
        "連絡先を最後に確かめた日",
    ):
        assert words in text
    assert pack.document in text


def test_should_load_packs_once_and_leave_alone_what_a_city_changed() -> None:
    SharingPack.objects.filter(code="silver").update(title="うちの題")
    assert load_packs() == 0
    assert SharingPack.objects.get(code="silver").title == "うちの題"
    SharingPack.objects.get(code="lifelong").delete()
    assert load_packs() == 1
    with pytest.raises(FixtureError):
        load_packs({"packs": [{"code": "x"}]})


def test_should_hold_what_its_lists_ask_for() -> None:
    pack = SharingPack.objects.get(code="hellowork")
    for part in contents(pack).contacts:
        for contact in part.contacts:
            codes = set(contact.roles.values_list("code", flat=True))
            assert codes & set(part.list.roles) or (part.list.wide_area and contact.is_wide_area)
    assert contents(pack).contacts[0].contacts or contents(pack).contacts[1].contacts


def test_should_hold_only_the_own_city_in_public_lists() -> None:
    today = contents(SharingPack.objects.get(code="hellowork"), whole=True)
    towns = {resource.organisation.municipality for part in today.resources for resource in part.resources}
    assert towns <= {"よろず市", ""}
    for part in today.resources:
        assert part.total == len(part.resources)
        assert {resource.kind.value for resource in part.resources} == {part.list.kind}


def test_should_have_a_new_version_exactly_when_something_changes() -> None:
    pack = SharingPack.objects.get(code="hellowork")
    before = contents(pack).version
    assert contents(pack).version == before
    ContactPointFactory(unit="よその係")
    assert contents(pack).version == before
    contact = current_contacts().with_roles(["5"]).first()
    contact.hours = "いつでも"
    contact.save_revision()
    assert contents(pack).version == before, "a draft is nobody's business"
    contact.latest_revision.publish()
    assert contents(pack).version != before


def test_should_open_as_an_excel_file_with_a_sheet_for_each_list(member_client: Client) -> None:
    sheets = workbook(member_client)
    today = contents(SharingPack.objects.get(code="hellowork"))
    assert len(sheets) == 1 + len(today.contacts) + len(today.resources)
    first = next(iter(sheets.values()))
    assert first["A1"].value == "ハローワークとの連携"
    assert today.version in [cell.value for row in first.iter_rows() for cell in row]
    sheet = list(sheets.values())[1]
    assert sheet.freeze_panes == "B2"
    header = [cell.value for cell in sheet[1]]
    column = header.index("直通電話") + 1
    for row in range(2, sheet.max_row + 1):
        cell = sheet.cell(row=row, column=column)
        assert cell.value.startswith("0000-")
        assert cell.data_type == "s"
        assert cell.number_format == "@"
    for sheet in sheets.values():
        assert len(sheet.title) <= 31


def test_should_open_as_csv_with_readable_japanese_and_whole_numbers(member_client: Client) -> None:
    rows = table(member_client, "contacts")
    assert any(row["直通電話"] == "0000-90-1001" and row["連絡調整担当"] == "○" for row in rows)
    assert all(row["一覧"] and row["機関"] for row in rows)
    public = table(member_client, "resources")
    assert len(public) == contents(SharingPack.objects.get(code="hellowork")).resource_count
    assert all(row["このサイトのページ"].startswith("http://testserver/resources/") for row in public)


@pytest.mark.parametrize("formula", FORMULAS)
def test_should_never_export_a_formula(member_client: Client, formula: str) -> None:
    organisation = OrganisationFactory(name=formula[:120], reading=formula)
    texts = dict.fromkeys(("unit", "duty", "person", "hours", "when_to_call", "what_to_say", "confirmed_with"), formula)
    ContactPointFactory(organisation=organisation, roles=["5"], direct_line="=0000+1", extension="=1", **texts)
    found = 0
    for sheet in workbook(member_client).values():
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                found += cell.value == formula
    assert found >= 5, "the text itself is whole"
    for row in table(member_client, "contacts"):
        for value in row.values():
            assert not value.startswith(tuple("=+-@＝＋－＠\t\r")), value


def test_should_survive_texts_that_excel_cannot_hold(member_client: Client) -> None:
    contact = ContactPointFactory(roles=["5"], unit="x")
    ContactPoint.objects.filter(pk=contact.pk).update(unit="a\x0bb", when_to_call="あ" * 40_000, hours="\ufffe")
    SharingPack.objects.get(code="hellowork").contact_lists.update(
        title="とても長い題: [角かっこ]/スラッシュ?*" + "あ" * 30
    )
    sheets = workbook(member_client)
    assert len({name.lower() for name in sheets}) == len(sheets)


def test_should_print_a_list_with_every_number(member_client: Client) -> None:
    page = BeautifulSoup(member_client.get(f"{PACK}print/").content, "lxml")
    today = contents(SharingPack.objects.get(code="hellowork"), whole=True)
    numbers = {tag.get_text() for tag in page.select(".number")}
    assert numbers == {c.direct_line for part in today.contacts for c in part.contacts if c.direct_line}
    assert len(page.select("tbody tr")) >= today.contact_count + today.resource_count


def test_should_lead_to_the_public_forms_only_with_public_things_in_the_address(member_client: Client) -> None:
    page = BeautifulSoup(member_client.get(PACK).content, "lxml")
    links = [link["href"] for link in page.select("#republish-title ~ .buttons a")]
    assert len(links) == 5
    anybody = Client()
    for link in links:
        assert link.startswith("/share/")
        response = anybody.get(link)
        assert response.status_code == 200, link
        assert "0000-90-" not in response.getvalue().decode(), "direct lines of staff begin with this"


def test_should_record_deliveries_from_sending_to_confirmation(
    member_client: Client, approver: Client, hellowork: Partner
) -> None:
    pack = SharingPack.objects.get(code="hellowork")
    approver.post("/partners/office/packs/hellowork/send/")
    delivery = Delivery.objects.get(partner=hellowork)
    assert (delivery.format, delivery.version) == (Format.SENT, contents(pack).version)
    assert delivery.opened_at is None
    page = BeautifulSoup(member_client.get(PACK).content, "lxml")
    assert page.select_one(f"form[action='{PACK}received/']")
    delivery.refresh_from_db()
    assert delivery.opened_at
    member_client.post(f"{PACK}received/")
    delivery.refresh_from_db()
    assert delivery.confirmed_at
    assert "受け取りを確認済み" in member_client.get(PACK).content.decode()
    member_client.get(f"{PACK}excel/")
    assert Delivery.objects.filter(partner=hellowork, format=Format.EXCEL, to__contains="@").count() == 1
    acts = TrailLine.objects.filter(target=str(pack)).exclude(act=Act.CHANGED).values_list("act", flat=True)
    assert set(acts) == {Act.DELIVERED, Act.VIEWED, Act.RECEIVED, Act.EXPORTED}
    office = BeautifulSoup(approver.get("/partners/office/").content, "lxml")
    box = next(box for box in office.select(".pack-duties") if "ハローワークとの連携" in box.get_text())
    facts = dict(
        zip([one.get_text() for one in box.select("dt")], [one.get_text() for one in box.select("dd")], strict=True)
    )
    assert facts["最後に届けた日"] == jdate(timezone.localdate())
    assert facts["開いた・受け取りを確認した"] == "1・1"
    assert facts["届けてから変わった連絡先"] == "0"


def test_should_not_count_the_city_looking_on_as_a_delivery(approver: Client, hellowork: Partner) -> None:
    approver.post("/partners/office/look-as/", {"partner": hellowork.pk})
    page = approver.get(PACK)
    assert "見えるとおりに表示しています" in page.content.decode()
    assert not Delivery.objects.filter(partner=hellowork).exists()
    assert approver.get("/partners/packs/silver/").status_code == 404, "as that partner sees it"
    approver.post("/partners/office/look-as/", {"partner": ""})
    assert approver.get("/partners/packs/silver/").status_code == 200
    assert approver.post("/partners/office/look-as/", {"partner": "x"}).status_code == 302


def test_should_put_the_numbers_to_call_beside_the_reason(member_client: Client, silver_client: Client) -> None:
    page = BeautifulSoup(member_client.get(PACK).content, "lxml")
    calls = page.select("section[aria-labelledby=calls-title] .duties > li")
    overlapping = next(one for one in calls if "困りごとが重なっている人" in one.get_text())
    first = overlapping.select_one(".calls > li")
    assert "連絡調整担当" in first.get_text(), "the one who coordinates first"
    assert first.select_one("a[href='tel:0000901001']")
    companies = next(one for one in calls if "会社から" in one.get_text())
    assert len(companies.select(".calls > li > a[href^='/partners/contacts/']")) == 4, (
        "three of them, and the way to the others"
    )
    more = companies.select_one("a.more")["href"]
    found = BeautifulSoup(member_client.get(more).content, "lxml")
    assert len(found.select(".contact-card")) == 5
    assert found.select_one("#id_role option[selected]").get_text() == "第1号イ・第1号ロ・第1号ハ・第1号ニ"
    # The city calls them: there is nobody whom they should call.
    assert not next(one for one in calls if "そちらへつなぎ" in one.get_text()).select(".calls")
    # What a pack does not hold is not shown by its duties either.
    pack = SharingPack.objects.get(code="silver")
    pack.contact_lists.filter(title="訪ねて関係をつくる担当").delete()
    text = silver_client.get("/partners/packs/silver/").content.decode()
    assert "0000-90-1101" not in text
    assert "0000-90-1001" in text


def test_should_be_changed_in_the_admin(approver: Client) -> None:
    pack = SharingPack.objects.get(code="silver")
    page = BeautifulSoup(approver.get(f"/admin/snippets/partners/sharingpack/edit/{pack.pk}/").content, "lxml")
    form = page.select_one("form[data-edit-form]") or page.select_one("main form")
    data: dict[str, list[str]] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        if field.get("type") in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        if field.name == "select":
            data.setdefault(field["name"], []).extend(o["value"] for o in field.select("option[selected]"))
        else:
            data.setdefault(field["name"], []).append(
                field.get("value", "") if field.name == "input" else field.get_text().lstrip("\n")
            )
    data = {name: values for name, values in data.items() if "__prefix__" not in name}
    data["title"] = ["シルバーとの新しい連携"]
    lists, duties = pack.contact_lists.count(), pack.duties.count()
    response = approver.post(f"/admin/snippets/partners/sharingpack/edit/{pack.pk}/", data)
    assert response.status_code == 302, BeautifulSoup(response.content, "lxml").select(".error-message")
    pack = SharingPack.objects.get(pk=pack.pk)
    assert pack.title == "シルバーとの新しい連携"
    assert (pack.contact_lists.count(), pack.duties.count()) == (lists, duties)
    assert TrailLine.objects.filter(act=Act.CHANGED, detail__kind="sharingpack", user="city-approver").exists()


def test_should_hold_the_same_contact_points_in_python_and_in_the_database() -> None:
    """Who sees a contact point is one rule in two languages."""
    dice = random.Random(7)
    codes = sorted(Role.values)
    contacts = [(contact, {role.code for role in contact.roles.all()}) for contact in current_contacts()]
    assert any(contact.is_wide_area for contact, _roles in contacts)
    for _time in range(40):
        lists = [
            ContactList(roles=dice.sample(codes, dice.randint(0, 3)), wide_area=dice.random() < 0.3)
            for _list in range(dice.randint(0, 3))
        ]
        held = {c.pk for c, roles in contacts if any(one.holds(roles, c.is_wide_area) for one in lists)}
        assert held == set(current_contacts().filter(ContactList.held_by_any(lists)).values_list("pk", flat=True))
