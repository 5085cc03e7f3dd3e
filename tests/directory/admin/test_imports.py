"""The pages of an import: who may, what they say of files that are none, and that nothing is written before somebody says so."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from directory.admin.imports import views
from directory.exchange.importing import runs
from directory.exchange.tables.writing import export_register
from directory.models import Area, Field, GatheringPlace, ImportProfile, ImportRun, Organisation, RunState
from directory.partners.models import ContactPoint
from tests.factories import PlaceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
ADDRESS = "/admin/imports/"
TABLE = (
    "番号,名前,ふりがな,会場,電話,開催日時\n"
    "1,ひだまりの間,ひだまりのま,日の出会館,0000-77-0001,毎週火曜 10時〜12時\n"
    "2,おしゃべり広場,おしゃべりひろば,日の出会館,0000-77-0002,お問い合わせください\n"
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction of a test is never committed, so what waits for that is done in the request."""
    monkeypatch.setattr(views, "_start_working", runs.work_off)


def text_of(response: object) -> str:
    """All that a page says."""
    return " ".join(BeautifulSoup(response.content, "lxml").get_text(" ").split())


def upload(client: Client, name: str, content: str | bytes) -> object:
    """Choose a file."""
    data = content.encode() if isinstance(content, str) else content
    return client.post(ADDRESS, {"file": SimpleUploadedFile(name, data)}, follow=True)


def choices(client: Client, run: ImportRun, **more: object) -> dict[str, object]:
    """The matching form as it stands, with what somebody chose."""
    soup = BeautifulSoup(client.get(f"{ADDRESS}{run.uuid}/").content, "lxml")
    found = {
        select["name"]: (select.select_one("option[selected]") or {"value": ""})["value"]
        for select in soup.select("form[method=post] select:not([multiple])")
    }
    chosen = {"name": "広場の一覧", "kind": "place", "type": "ibasho", "fields_of_all": ["community"], "do": "match"}
    return {**found, **chosen, **more}


@pytest.fixture
def matched(approver_client: Client) -> ImportRun:
    """A table of a city's own that was looked at."""
    upload(approver_client, "広場.csv", TABLE)
    run = ImportRun.objects.get()
    assert run.state == RunState.MATCHING
    approver_client.post(f"{ADDRESS}{run.uuid}/", choices(approver_client, run))
    run.refresh_from_db()
    return run


def test_should_be_for_those_who_publish(editor_client: Client, client: Client, approver_client: Client) -> None:
    assert approver_client.get(ADDRESS).status_code == 200
    for address in (ADDRESS, f"{ADDRESS}export/csv/"):
        answer = editor_client.get(address)
        assert answer.status_code in (302, 403)
        assert answer.headers.get("Location", "/admin/") == "/admin/"
        assert client.get(address).headers["Location"].startswith("/admin/login/")


def test_should_show_what_would_happen_before_anything_does(approver_client: Client, matched: ImportRun) -> None:
    assert matched.state == RunState.PLANNED
    assert not GatheringPlace.objects.filter(name="ひだまりの間").exists()
    said = text_of(approver_client.get(f"{ADDRESS}{matched.uuid}/"))
    assert "新しい記録（3件）" in said, "two places, and the city that keeps them"
    assert "お問い合わせください" in said, "what could not be read as hours"


def test_should_take_in_as_drafts_and_take_back(approver_client: Client, matched: ImportRun) -> None:
    address = f"{ADDRESS}{matched.uuid}/"
    said = text_of(approver_client.post(address, {"do": "confirm", "publish": "no"}, follow=True))
    assert "取り込みました" in said
    place = GatheringPlace.objects.get(name="ひだまりの間")
    assert not place.live
    assert place.hours_note == ""
    assert [str(rule) for rule in place.opening_rules.all()] == ["10:00-12:00"]
    assert [channel.value for channel in place.channels.all()] == ["0000-77-0001"]
    said = text_of(approver_client.post(address, {"do": "undo"}, follow=True))
    matched.refresh_from_db()
    assert "元に戻しました" in said
    assert matched.plan["undone"] == {"restored": 0, "removed": 3, "kept": []}
    assert not GatheringPlace.objects.filter(name="ひだまりの間").exists()


def test_should_know_the_same_table_again_and_find_nothing_new(approver_client: Client, matched: ImportRun) -> None:
    approver_client.post(f"{ADDRESS}{matched.uuid}/", {"do": "confirm", "publish": "yes"})
    assert GatheringPlace.objects.get(name="おしゃべり広場").live
    said = text_of(upload(approver_client, "来年の広場.csv", TABLE.replace("0000-77-0002", "0000-77-9999")))
    assert "前に取り込んだ「広場の一覧」と同じ形です" in said
    run = ImportRun.objects.first()
    approver_client.post(f"{ADDRESS}{run.uuid}/", choices(approver_client, run))
    run.refresh_from_db()
    assert (run.plan["new"], run.plan["changed"], run.plan["unchanged"]) == (0, 1, 1)
    said = text_of(approver_client.get(f"{ADDRESS}{run.uuid}/"))
    assert "0000-77-0002" in said and "0000-77-9999" in said, "field by field"
    assert ImportProfile.objects.count() == 1


def test_should_ask_of_records_that_look_alike(approver_client: Client) -> None:
    place = PlaceFactory(name="ひだまりの間", reading="ひだまりのま")
    upload(approver_client, "広場.csv", TABLE)
    run = ImportRun.objects.get()
    address = f"{ADDRESS}{run.uuid}/"
    approver_client.post(address, choices(approver_client, run))
    assert "同じものかもしれない記録" in text_of(approver_client.get(address))
    run.refresh_from_db()
    (pair,) = run.plan["pairs"]
    approver_client.post(address, {"do": "replan", f"pair-{pair['name']}": "same"})
    run.refresh_from_db()
    assert not run.plan["problems"]
    approver_client.post(address, {"do": "confirm", "publish": "yes"})
    place.refresh_from_db()
    assert [channel.value for channel in place.channels.all()] == ["0000-77-0001"]
    assert GatheringPlace.objects.filter(name="ひだまりの間").count() == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.csv", "", "ファイルに何も入っていません"),
        ("x.csv", "<!doctype html><html><body>404</body></html>", "ホームページのファイル"),
        ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "古い形式のExcel"),
        ("x.xlsx", b"PK\x03\x04" + b"\0" * 100, ""),
        ("x.pdf", b"%PDF-1.7", "表のファイルではありません"),
        ("x.csv", b"\xff\xfe\x00", ""),
        ("x", b"\0" * 50, ""),
    ],
)
def test_should_say_what_is_wrong_with_a_file_and_keep_nothing(
    approver_client: Client, name: str, content: str | bytes, said: str
) -> None:
    answer = upload(approver_client, name, content)
    assert answer.status_code == 200
    assert BeautifulSoup(answer.content, "lxml").select_one("[role=alert], .error-message") is not None
    assert said in text_of(answer)
    assert not ImportRun.objects.exists()


def test_should_mark_what_has_to_be_mended(approver_client: Client) -> None:
    upload(approver_client, "広場.csv", TABLE.replace("おしゃべり広場", "あ" * 200).replace("ひだまりの間", "=1+1"))
    run = ImportRun.objects.get()
    approver_client.post(f"{ADDRESS}{run.uuid}/", choices(approver_client, run))
    answer = approver_client.get(f"{ADDRESS}{run.uuid}/marked/")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.worksheets[0]
    assert [(cell.row, cell.column) for cells in sheet.iter_rows() for cell in cells if cell.comment] == [(3, 2)]
    assert (sheet["B2"].data_type, sheet["B2"].value) == ("s", "=1+1"), "what looks like a formula stays a text"


def test_should_bring_back_what_it_gave_and_change_nothing(approver_client: Client, admin_client: Client) -> None:
    for client in (approver_client, admin_client):
        answer = client.get(f"{ADDRESS}export/xlsx/")
        assert "attachment" in answer["Content-Disposition"]
        upload(client, "register.xlsx", b"".join(answer.streaming_content))
        run = ImportRun.objects.first()
        assert run.state == RunState.PLANNED, run.message
        assert (run.plan["new"], run.plan["changed"], run.plan["refused"]) == (0, 0, 0)
        assert not run.plan["problems"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_should_give_out_no_contact_point(admin_client: Client, form: str, tmp_path: Path) -> None:
    number = ContactPoint.objects.exclude(direct_line="").values_list("direct_line", flat=True)[0]
    content = b"".join(admin_client.get(f"{ADDRESS}export/{form}/").streaming_content)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(map(archive.read, archive.namelist()))
    assert GatheringPlace.objects.values_list("short_id", flat=True)[0].encode() in content
    assert number.encode() not in content
    by_command = b"".join(file.read_bytes() for file in export_register(tmp_path))
    assert number.encode() in by_command, "which the operator has"


def test_should_leave_tables_alone_that_somebody_may_not_change(approver_client: Client) -> None:
    Area.objects.filter(slug="tobu").update(name="ひがし圏域")
    answer = approver_client.get(f"{ADDRESS}export/xlsx/")
    content = b"".join(answer.streaming_content)
    Area.objects.filter(slug="tobu").update(name="東部圏域")
    upload(approver_client, "register.xlsx", content)
    run = ImportRun.objects.get()
    assert any("管理者だけ" in note["message"] for note in run.plan["notes"])
    approver_client.post(f"{ADDRESS}{run.uuid}/", {"do": "confirm", "publish": "yes"})
    assert Area.objects.get(slug="tobu").name == "東部圏域"


def test_should_not_take_in_twice(approver_client: Client, matched: ImportRun) -> None:
    address = f"{ADDRESS}{matched.uuid}/"
    approver_client.post(address, {"do": "confirm", "publish": "no"})
    said = text_of(approver_client.post(address, {"do": "confirm", "publish": "yes"}, follow=True))
    assert "もう次へ進んでいます" in said
    assert not GatheringPlace.objects.get(name="ひだまりの間").live


def test_should_end_a_run_that_fails_for_whatever_reason(
    approver_client: Client, matched: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "make_plan", lambda *args: 1 / 0)
    said = text_of(approver_client.post(f"{ADDRESS}{matched.uuid}/", {"do": "confirm"}, follow=True))
    assert "ZeroDivisionError" in said
    assert runs.claim() is None, "others are not held up"


def test_should_leave_the_register_alone_when_somebody_gives_up(approver_client: Client, matched: ImportRun) -> None:
    before = Organisation.objects.count(), Field.objects.count()
    answer = approver_client.post(f"{ADDRESS}{matched.uuid}/", {"do": "leave"}, follow=True)
    assert "登録簿は何も変わっていません" in text_of(answer)
    assert not ImportRun.objects.exists()
    assert before == (Organisation.objects.count(), Field.objects.count())


def test_should_refuse_what_is_too_large_at_the_field(approver_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "LARGEST_REGISTER", 10)
    assert "ファイルが大きすぎます" in text_of(upload(approver_client, "広場.csv", TABLE))
