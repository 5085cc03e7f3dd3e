"""Lists of the admin as files: whole where they have columns, not offered where they have none, and nothing of the partners."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from openpyxl import load_workbook
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from directory.models import ConsultationDesk, Field, SynonymGroup
from tests.addresses import addresses
from tests.directory.partners.conftest import city_client
from tests.directory.partners.world import World
from tests.factories import DeskFactory

pytestmark = pytest.mark.django_db
DESKS = "/admin/snippets/directory/consultationdesk/"


def lists(world: World) -> Iterator[str]:
    """Every address of the admin that Wagtail would write a file of."""
    for address in addresses():
        if address.route.startswith("admin/"):
            path = world.path(address)
            view = getattr(resolve(path).func, "view_class", None)
            if view and issubclass(view, SpreadsheetExportMixin):
                yield path


def table(response: Any) -> list[list[str]]:
    """The rows of a file, CSV or Excel."""
    content = response.getvalue()
    if response["Content-Type"].startswith("text/csv"):
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(content)).active
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_should_write_no_file_of_empty_lines_anywhere_in_the_admin(world: World) -> None:
    paths = list(lists(world))
    assert len(paths) > 40
    officer, whole = city_client("file-admin", None), 0
    for path in paths:
        for form in ("csv", "xlsx"):
            response = officer.get(path, {"export": form})
            if response.status_code == 302:
                assert "export" not in response["Location"], path
                continue
            if response.get("Content-Disposition", "").startswith("attachment"):
                rows = table(response)
                whole += 1
                assert all(any(cell.strip() for cell in row) for row in rows), (path, form)
    assert whole > 30


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_should_write_what_the_list_shows_in_its_words(form: str) -> None:
    DeskFactory(name="試験の窓口", reading="しけんのまどぐち", verified=True, staff_note="係だけのメモ")
    rows = table(city_client("file-editor", "編集者").get(DESKS, {"export": form}))
    assert rows[0][:4] == ["名前", "よみ", "機関の種類", "機関・団体"]
    assert len(rows) == ConsultationDesk.objects.count() + 1
    row = next(row for row in rows if row[0] == "試験の窓口")
    assert row[4:8] == ["地域のつながり", "東部圏域", "はい", "2026-10-01"]
    assert row[8] == "電話で確認"
    assert "係だけのメモ" not in str(rows), "a file to be handed around holds no notes"


def test_should_write_only_what_the_list_was_narrowed_to() -> None:
    DeskFactory(name="試験の窓口")
    rows = table(city_client("file-editor", "編集者").get(DESKS, {"export": "csv", "q": "試験の窓口"}))
    assert "試験の窓口" in [row[0] for row in rows]
    assert len(rows) < ConsultationDesk.objects.count()


def test_should_disarm_formulas() -> None:
    DeskFactory(name="=HYPERLINK(1)")
    SynonymGroup.objects.create(words="＝cmd／試験", layer="common")
    officer = city_client("file-admin", None)
    assert "'=HYPERLINK(1)" in {row[0] for row in table(officer.get(DESKS, {"export": "csv"}))}
    words = table(officer.get("/admin/snippets/directory/synonymgroup/", {"export": "csv"}))
    assert "'＝cmd／試験" in {row[0] for row in words}


def test_should_ask_the_database_no_more_for_more_rows(django_assert_max_num_queries: Any) -> None:
    editor = city_client("file-editor", "編集者")
    editor.get(DESKS, {"export": "csv"}).getvalue()
    with django_assert_max_num_queries(25):
        editor.get(DESKS, {"export": "csv"}).getvalue()
    assert ConsultationDesk.objects.count() > 80


@pytest.mark.parametrize("table_name", ["contactpoint", "partner"])
def test_should_write_no_file_of_what_only_partners_receive(table_name: str) -> None:
    path = f"/admin/snippets/partners/{table_name}/"
    officer = city_client("file-admin", None)
    for form in ("csv", "xlsx"):
        assert officer.get(path, {"export": form, "p": "1"})["Location"] == f"{path}?p=1"
    assert "export=" not in officer.get(path).content.decode()


def test_should_offer_files_where_there_are_some() -> None:
    page = city_client("file-editor", "編集者").get(DESKS).content.decode()
    assert "export=csv" in page
    assert "export=xlsx" in page


def test_should_write_nothing_for_who_may_not_see_the_list(client: Client) -> None:
    assert "/admin/login/" in client.get(DESKS, {"export": "csv"})["Location"]
    assert Field.objects.exists()
