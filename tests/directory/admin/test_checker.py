"""The checker in the admin: beside a form, after saving, on the page of a record, over the whole site, and in imports."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterator

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries
from wagtail.documents import get_document_model
from wagtail.models import Page

from directory.admin.checker.subjects import address_of
from directory.admin.imports import views as imports
from directory.checker import pdf, scan
from directory.checker.checking import RULES_BY_CODE, check
from directory.checker.rule import Role, Text
from directory.checker.world import world
from directory.choices import ChannelKind
from directory.exchange.importing import runs
from directory.models import Channel, GatheringPlace, HardWord, ImportRun, Office, Organisation, PublicRecord, RunState
from portal.models import GuidancePage, NewsPage
from tests.factories import OrganisationFactory, PlaceFactory
from tests.portal.test_admin import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
FAULTY = "１０時から、ｶﾌｪで話します。くわしくは担当：山田へ。"
GOOD = "10時から、カフェで話します。くわしくは担当：山田へ。"


@pytest.fixture(autouse=True)
def one_day(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # However busy the machine is.
    monkeypatch.setattr(scan, "SECONDS", 600)
    with time_machine.travel("2026-11-26 10:00:00+09:00", tick=False):
        yield


@pytest.fixture
def place() -> GatheringPlace:
    return PlaceFactory(name="点検の広場", summary=FAULTY)


def soup(response: object) -> BeautifulSoup:
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def edit_address(place: GatheringPlace) -> str:
    return f"/admin/snippets/directory/gatheringplace/edit/{place.pk}/"


def ask(client: Client, form: str, **data: str) -> object:
    return client.post(reverse("checker_check"), {"checker-form": form, **data})


# beside a form


def test_should_answer_a_form_that_is_being_written(editor_client: Client, place: GatheringPlace) -> None:
    answer = ask(
        editor_client, edit_address(place), summary=FAULTY, name="点検の広場", reading="てんけんのひろば"
    ).json()
    told = {(one["field"], one["found"], one["mend"], one["level"]) for one in answer["findings"]}
    assert told == {
        ("summary", "１０", "10", "mend"),
        ("summary", "ｶﾌｪ", "カフェ", "mend"),
        ("summary", "山田", None, "look"),
    }
    assert (answer["count"], answer["toMend"]) == (3, 2)
    for one in answer["findings"]:
        assert FAULTY[one["start"] : one["end"]] == one["found"]
        assert one["label"] == "ひとことで" and one["why"] and one["title"]
    assert ask(editor_client, edit_address(place), summary=GOOD.replace("山田", "会館")).json()["count"] == 0


@pytest.mark.parametrize(
    "form",
    [
        "/admin/snippets/directory/gatheringplace/add/",
        "/admin/snippets/directory/organisation/add/",
    ],
)
def test_should_answer_forms_of_what_is_new(editor_client: Client, form: str) -> None:
    answer = ask(editor_client, form, name="①の会", reading="")
    assert {one["field"] for one in answer.json()["findings"]} == {"name", "reading"}


def test_should_answer_forms_of_pages(editor_client: Client) -> None:
    page, parent = GuidancePage.objects.first(), GuidancePage.objects.first().get_parent()
    for form in (f"/admin/pages/{page.pk}/edit/", f"/admin/pages/add/portal/guidancepage/{parent.pk}/"):
        data = {"body-count": "1", "body-0-type": "heading", "body-0-value": "相 談"}
        (found,) = ask(editor_client, form, title="案内", **data).json()["findings"]
        assert (found["field"], found["mend"]) == ("body-0-value", "相談")


@pytest.mark.parametrize(
    "form",
    [
        "",
        "/",
        "nonsense",
        "/admin/",
        "/admin/snippets/directory/hardword/add/",
        "/admin/snippets/directory/gatheringplace/",
        "/admin/pages/999999/edit/",
        "/admin/pages/add/auth/user/1/",
        "/" * 3000,
    ],
)
def test_should_not_answer_other_addresses(approver_client: Client, form: str) -> None:
    assert ask(approver_client, form, summary=FAULTY).status_code == 404


def test_should_answer_only_those_who_may_use_the_form(
    editor_client: Client, client: Client, place: GatheringPlace
) -> None:
    editors = editor_client.get("/admin/").wsgi_request.user.groups.get()
    editors.permissions.remove(*editors.permissions.filter(codename="change_gatheringplace"))
    assert ask(editor_client, edit_address(place), summary=FAULTY).status_code == 302
    assert ask(client, edit_address(place), summary=FAULTY).headers["Location"].startswith("/admin/login/")
    assert editor_client.get(reverse("checker_check")).status_code == 405


def test_should_bear_a_form_of_strangers(editor_client: Client) -> None:
    data = {"summary": "１" * 100_000, "channels-TOTAL_FORMS": "9" * 40, "body-count": "9" * 40, "name": "\x00"}
    answer = ask(editor_client, "/admin/snippets/directory/gatheringplace/add/", **data)
    assert answer.status_code == 200 and len(answer.json()["findings"]) <= 100


@pytest.mark.parametrize("kind", ["gatheringplace", "organisation"])
def test_should_stand_beside_forms_and_not_beside_others(approver_client: Client, kind: str) -> None:
    page = soup(approver_client.get(f"/admin/snippets/directory/{kind}/add/"))
    panel = BeautifulSoup(page.select_one("#checker-panel").decode_contents(), "lxml")
    assert panel.select_one("[data-checker]")["data-url"] == reverse("checker_check")
    assert panel.select_one("[data-checker-said]")["role"] == "status"
    assert f"/admin/snippets/directory/{kind}/" in page.select_one("#checker-forms").get_text()
    assert not soup(approver_client.get("/admin/")).select("#checker-panel")


# after saving


def messages_of(response: object) -> str:
    return " ".join(soup(response).select_one(".messages").get_text(" ").split())


def test_should_tell_after_saving_and_refuse_nothing(editor_client: Client, place: GatheringPlace) -> None:
    address = edit_address(place)
    data = {**form_of(editor_client, address), "summary": FAULTY}
    response = editor_client.post(address, data, follow=True)
    assert "直したほうがよいところが2つ" in messages_of(response)
    (link,) = soup(response).select(f".messages a[href='{address_of(place)}']")
    assert editor_client.get(link["href"]).status_code == 200
    quiet = {**form_of(editor_client, address), "summary": GOOD}
    assert "直したほうがよい" not in messages_of(editor_client.post(address, quiet, follow=True))


def test_should_warn_and_publish_all_the_same(approver_client: Client, place: GatheringPlace) -> None:
    address = edit_address(place)
    data = {**form_of(approver_client, address), "summary": f"{FAULTY}①", "action-publish": "action-publish"}
    response = approver_client.post(address, data, follow=True)
    assert "出したあとでも直せます" in messages_of(response)
    assert soup(response).select(f".messages .warning a[href='{address_of(place)}']")
    place.refresh_from_db()
    assert place.live and place.summary.endswith("①")


def test_should_say_nothing_to_what_saves_itself(editor_client: Client, place: GatheringPlace) -> None:
    address = edit_address(place)
    data = {**form_of(editor_client, address), "summary": FAULTY}
    editor_client.post(address, data, headers={"accept": "application/json"})
    assert "直したほうがよい" not in editor_client.get("/admin/").content.decode()


# the page of a record


def version_in(client: Client, record: object) -> str:
    return soup(client.get(address_of(record))).select_one("input[name=version]")["value"]


def test_should_show_what_is_found_in_the_draft(editor_client: Client, place: GatheringPlace) -> None:
    place.summary = "㈱の広場です。"
    place.save_revision()
    page = soup(editor_client.get(address_of(place)))
    (item,) = page.select(".checker__item")
    assert "㈱" in item.get_text() and "株式会社" in item.get_text()
    assert item.a["href"] == f"{edit_address(place)}#checker=summary"


def test_should_mend_what_is_safe_as_a_new_draft(editor_client: Client, place: GatheringPlace) -> None:
    place.channels = [Channel(kind=ChannelKind.PHONE, value="０５３３－１２－３４５６", note="ｶﾌｪ直通")]
    place.save_revision().publish()
    before = place.revisions.count()
    version = version_in(editor_client, place)
    response = editor_client.post(address_of(place), {"version": version}, follow=True)
    assert "3つの項目を直して、下書きに保存しました" in messages_of(response)
    place.refresh_from_db()
    assert place.summary == FAULTY and place.revisions.count() == before + 1
    draft = place.get_latest_revision_as_object()
    assert draft.summary == GOOD
    (channel,) = draft.channels.all()
    assert (channel.value, channel.note) == ("0533-12-3456", "カフェ直通")
    assert [one.rule.code for one in check([Text("s", "s", Role.SENTENCE, draft.summary)], world())] == ["person"]


def test_should_mend_nothing_that_somebody_else_has_saved_meanwhile(
    editor_client: Client, place: GatheringPlace
) -> None:
    version = version_in(editor_client, place)
    place.summary = "ｻﾛﾝです。"
    place.save_revision()
    response = editor_client.post(address_of(place), {"version": version}, follow=True)
    assert "ほかの人が保存しました" in messages_of(response)
    assert place.get_latest_revision_as_object().summary == "ｻﾛﾝです。"
    assert "ほかの人が保存しました" in messages_of(editor_client.post(address_of(place), {}, follow=True))


def test_should_not_mend_what_would_grow_too_long(editor_client: Client, place: GatheringPlace) -> None:
    place.summary = "㈱" * 160
    place.save_revision()
    version = version_in(editor_client, place)
    response = editor_client.post(address_of(place), {"version": version}, follow=True)
    assert "一度に直せるところは、もうありません" in messages_of(response)
    assert place.get_latest_revision_as_object().summary == "㈱" * 160


def test_should_not_mend_what_is_locked_or_of_another_office(
    editor_client: Client, approver_client: Client, place: GatheringPlace
) -> None:
    version = version_in(editor_client, place)
    office, other = Office.objects.create(name="広場係"), Office.objects.create(name="ほかの係")
    other.people.add(editor_client.get("/admin/").wsgi_request.user)
    GatheringPlace.objects.filter(pk=place.pk).update(owner=office)
    response = editor_client.post(address_of(place), {"version": version}, follow=True)
    assert "広場係が受け持っています" in messages_of(response)
    other.people.clear()
    GatheringPlace.objects.filter(pk=place.pk).update(locked=True, locked_by=None)
    response = editor_client.post(address_of(place), {"version": version}, follow=True)
    assert "いまは" in messages_of(response)
    assert place.get_latest_revision_as_object().summary == FAULTY


def test_should_mend_an_organisation_at_once(editor_client: Client) -> None:
    organisation = OrganisationFactory(name="点検の会", operator="㈱よろず", reading="テンケンノカイ")
    page = soup(editor_client.get(address_of(organisation)))
    assert "すぐに反映されます" in page.get_text()
    version = page.select_one("input[name=version]")["value"]
    assert "2つの項目を直しました" in messages_of(
        editor_client.post(address_of(organisation), {"version": version}, follow=True)
    )
    organisation.refresh_from_db()
    assert (organisation.operator, organisation.reading) == ("株式会社よろず", "てんけんのかい")


def test_should_mend_the_body_of_a_page_and_leave_its_links(editor_client: Client) -> None:
    page = GuidancePage.objects.live().first()
    link = f'<a linktype="page" id="{page.get_parent().pk}">案内の一覧</a>'
    raw = [
        {"type": "text", "value": f"<p>１０時に{link}へ。</p>", "id": "a"},
        {"type": "steps", "id": "b", "value": [{"type": "item", "id": "c", "value": {"title": "①電話", "text": ""}}]},
    ]
    page.body = page._meta.get_field("body").stream_block.to_python(raw)
    page.save_revision()
    version = version_in(editor_client, page)
    response = editor_client.post(address_of(page), {"version": version}, follow=True)
    assert "2つの項目を直して" in messages_of(response)
    kept = Page.objects.get(pk=page.pk).get_latest_revision_as_object().body.get_prep_value()
    assert kept[0]["value"] == f"<p>10時に{link}へ。</p>"
    assert kept[1]["value"][0]["value"]["title"] == "（1）電話"


@pytest.mark.parametrize(
    "address", ["auth/user/1", "directory/hardword/1", "directory/gatheringplace/999999", "no/such/1"]
)
def test_should_show_nothing_of_what_is_not_looked_at(approver_client: Client, address: str) -> None:
    assert approver_client.get(f"/admin/checker/{address}/").status_code == 404


# the whole site


def test_should_count_by_rule_and_by_office_and_lead_to_the_field(
    approver_client: Client, place: GatheringPlace
) -> None:
    office = Office.objects.create(name="広場係")
    place.owner = office
    place.save_revision().publish()
    page = soup(approver_client.get(f"{reverse('checker_report')}?owner={office.pk}"))
    by_rule = {row.th.get_text(): row.select("td")[1].get_text() for row in page.select("table")[0].select("tbody tr")}
    assert by_rule == {"半角カナ": "1", "全角の英数字": "1", "人の名前": "1"}
    assert page.select("table")[1].select_one("tbody th").get_text() == "広場係"
    rows = page.select("table")[2].select("tbody tr")
    assert {row.select_one("td a")["href"] for row in rows} == {f"{edit_address(place)}#checker=summary"}
    one = soup(approver_client.get(f"{reverse('checker_report')}?owner={office.pk}&rule=half_kana&level=mend"))
    assert len(one.select("table")[2].select("tbody tr")) == 1


def test_should_give_the_same_as_a_file_that_no_spreadsheet_runs(approver_client: Client) -> None:
    PlaceFactory(name="=HYPERLINK(1)", summary=FAULTY)
    response = approver_client.get(f"{reverse('checker_report_csv')}?rule=half_kana")
    rows = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert rows[0][:3] == ["種類", "名前", "項目"] and len(rows) == 2
    assert rows[1][1].startswith("'=") and rows[1][5] == "ｶﾌｪ"


def test_should_bear_any_choice(approver_client: Client) -> None:
    for query in ("rule=x", "level=x", "owner=x", "p=x", "p=9999", "rule=%00"):
        assert approver_client.get(f"{reverse('checker_report')}?{query}").status_code == 200


def test_should_look_again_only_at_what_has_changed(place: GatheringPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    first = scan.scan()
    looked: list[str] = []
    lines = scan._lines
    monkeypatch.setattr(scan, "_lines", lambda record, *rest: looked.append(str(record)) or lines(record, *rest))
    assert sorted(scan.scan().lines) == sorted(first.lines)
    assert not [name for name in looked if not Organisation.objects.filter(name=name).exists()]
    looked.clear()
    place.summary = "㈱の広場です。"
    place.save_revision()
    scan.scan()
    assert "点検の広場" not in looked, "a draft is not what the public reads"
    with time_machine.travel("2026-11-26 10:05:00+09:00", tick=False):
        place.save_revision().publish()
        found = [line for line in scan.scan().lines if line.pk == place.pk and line.model == "directory.gatheringplace"]
    assert "点検の広場" in looked
    assert [line.rule for line in found] == ["machine_sign"]


def test_should_look_at_all_of_it_again_when_words_change() -> None:
    cache.clear()
    place = PlaceFactory(summary="ぽけっと制度の相談です。")
    assert not [line for line in scan.scan().lines if line.pk == place.pk and line.rule == "hard_word"]
    HardWord.objects.create(word="ぽけっと制度", plain="小づかいのしくみ")
    assert [line for line in scan.scan().lines if line.pk == place.pk and line.rule == "hard_word"]


def test_should_go_on_where_it_stopped_when_there_is_too_much_to_read(approver_client: Client) -> None:
    cache.clear()
    begun = scan.scan(seconds=-1)
    assert begun.unread > 500 and not begun.lines
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "SECONDS", -1)
        page = soup(approver_client.get(reverse("checker_report")))
        assert "まだ" in page.select_one("p[role=status]").get_text()
        response = approver_client.get(reverse("checker_report_csv"), follow=True)
        assert "読み終わってから" in messages_of(response)
    whole = scan.scan(seconds=60)
    assert not whole.unread and whole.lines
    assert scan.scan(seconds=-1) == whole


def test_should_leave_out_what_the_public_does_not_read() -> None:
    cache.clear()
    ended = PlaceFactory(summary=FAULTY, ends_on="2026-11-25")
    draft = PlaceFactory(summary=FAULTY, live=False)
    over = OrganisationFactory(name="①の会", active_to="2026-11-25")
    names = {(line.model, line.pk) for line in scan.scan().lines}
    for record in (ended, draft, over):
        assert (record._meta.label_lower, record.pk) not in names


def test_should_ask_the_database_a_bounded_number_of_times(
    django_assert_max_num_queries: DjangoAssertNumQueries, approver_client: Client
) -> None:
    for number in range(3):
        PlaceFactory(name=f"広場{number}", summary=FAULTY)
    cache.clear()
    with django_assert_max_num_queries(75):
        scan.scan()
    with django_assert_max_num_queries(40):
        approver_client.get(reverse("checker_report"))


# what links lead to


def rules_of(html: str) -> set[str]:
    text = Text("body-0-value", "本文", Role.RICH, html)
    return {finding.rule.code for finding in check([text], world())}


def test_should_know_links_that_lead_nowhere(place: GatheringPlace) -> None:
    page = NewsPage.objects.live().first()
    to_page = f'<p><a linktype="page" id="{page.pk}">お知らせ</a></p>'
    to_place = f'<p><a href="/resources/{place.short_id}/">点検の広場</a></p>'
    assert rules_of(to_page) == rules_of(to_place) == set()
    page.unpublish()
    assert rules_of(to_page) == {"dead_link"}
    assert rules_of(f'<p><a href="{page.url_path.removeprefix("/home")}">お知らせ</a></p>') <= {"dead_link"}
    PublicRecord.written.filter(short_id=place.short_id).update(until="2026-11-25")
    assert rules_of(to_place) == {"dead_link"}
    assert rules_of('<p><a linktype="page" id="999999">ない</a></p>') == {"dead_link"}
    assert rules_of('<p><a linktype="document" id="999999">ない文書</a></p>') == {"dead_link"}
    assert rules_of('<p><a href="https://example.jp/nai/">よそのページ</a></p>') == set()


def _pdf(*, with_text: bool, is_packed: bool = False) -> bytes:
    page = b"<< /Type /Page /Resources << /Font << /F1 4 0 R >> >> >>" if with_text else b"<< /Type /Page >>"
    if is_packed:
        packed = zlib.compress(page)
        page = b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n" + packed + b"\nendstream"
    return b"%PDF-1.7\n1 0 obj\n" + page + b"\nendobj\ntrailer\n%%EOF"


@pytest.mark.parametrize("is_packed", [False, True])
def test_should_tell_a_scan_from_a_text(is_packed: bool) -> None:
    assert pdf.has_no_text(_pdf(with_text=False, is_packed=is_packed))
    assert not pdf.has_no_text(_pdf(with_text=True, is_packed=is_packed))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7 /Encrypt", b"%PDF-1.7 /ObjStm stream\nxxxx"])
def test_should_say_nothing_of_what_it_cannot_read(content: bytes) -> None:
    assert not pdf.has_no_text(content)


def test_should_ask_for_words_beside_a_scan() -> None:
    documents = get_document_model()
    scan_of_paper = documents.objects.create(title="ちらし", file=ContentFile(_pdf(with_text=False), "a.pdf"))
    with_words = documents.objects.create(title="ちらし", file=ContentFile(_pdf(with_text=True), "b.pdf"))
    (finding,) = check(
        [Text("body", "本文", Role.RICH, f'<p><a linktype="document" id="{scan_of_paper.pk}">秋のちらし</a></p>')],
        world(),
    )
    assert finding.rule is RULES_BY_CODE["dead_link"] and "文字が入っていません" in finding.say
    assert rules_of(f'<p><a linktype="document" id="{with_words.pk}">秋のちらし</a></p>') == set()


# words of offices


def test_should_be_the_approvers_words(approver_client: Client, editor_client: Client) -> None:
    address = reverse(HardWord.snippet_viewset.get_url_name("add"))
    data = {"word": "ぽけっと制度", "plain": "小づかいのしくみ", "note": ""}
    assert editor_client.post(address, data).headers["Location"] == "/admin/"
    assert not HardWord.objects.filter(word="ぽけっと制度").exists()
    approver_client.post(address, data)
    text = Text("s", "s", Role.SENTENCE, "ぽけっと制度の相談")
    assert [finding.rule.code for finding in check([text], world())] == ["hard_word"]
    again = soup(approver_client.post(address, {**data, "plain": "ぽけっと制度"}))
    assert again.select(".error-message")


# imports

TABLE = (
    "番号,名前,ふりがな,会場,電話,開催日時,内容\n"
    "1,ひだまりの間,ヒダマリノマ,日の出会館,090-1234-5678,毎週火曜 10時〜12時,１０時からｶﾌｪ\n"
    "2,おしゃべり広場,おしゃべりひろば,日の出会館,0000-77-0002,毎週水曜 10時〜12時,お茶を飲みます\n"
)


def test_should_hint_in_a_dry_run_and_refuse_nothing(approver_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "_start_working", runs.work_off)
    approver_client.post("/admin/imports/", {"file": SimpleUploadedFile("広場.csv", TABLE.encode())})
    run = ImportRun.objects.get()
    address = f"/admin/imports/{run.uuid}/"
    form = soup(approver_client.get(address))
    chosen = {
        select["name"]: (select.select_one("option[selected]") or {"value": ""})["value"]
        for select in form.select("form[method=post] select:not([multiple])")
    }
    approver_client.post(
        address,
        {**chosen, "name": "広場", "kind": "place", "type": "ibasho", "fields_of_all": ["community"], "do": "match"},
    )
    run.refresh_from_db()
    assert run.state == RunState.PLANNED and run.plan["tables"]["resources"]["new"] == 2 and not run.plan["refused"]
    hints = {(hint["row"], hint["column"]) for hint in run.plan["hints"]}
    assert hints == {(2, "電話"), (2, "内容")}
    told = soup(approver_client.get(address)).select_one("#imports-hints")
    assert len(told.select("tbody tr")) == len(run.plan["hints"])
    book = load_workbook(io.BytesIO(approver_client.get(f"{address}marked/").getvalue()))
    notes = [cell.comment.text for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment]
    assert any(note.startswith("言葉の点検：") for note in notes)
