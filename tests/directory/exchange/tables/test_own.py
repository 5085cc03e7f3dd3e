"""Our own tables say every column of the models once, with words that tell them apart, and the public's say no secret."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from django.db import models

from directory.exchange.tables import own
from directory.exchange.tables.columns import Codes
from directory.exchange.tables.guarding import guarded, unguarded
from directory.exchange.tables.marking import marked_workbook
from directory.exchange.tables.own import LEFT_OUT, TABLES_LEFT_OUT, Table, tables
from directory.exchange.tables.rows import Place, Problem
from directory.exchange.tables.workbook import coded, decoded
from directory.exchange.tables.writing import FORMATS, export_register
from directory.models import Channel, Resource, kind_tables
from directory.models.base import Child, Record
from tests.factories import ContactPointFactory, OrganisationFactory, PlaceFactory

SECRET = "もれてはいけない印Q7X"


def models_of(table: Table) -> list[type[models.Model]]:
    return list(kind_tables().values()) if table.model is Resource else [table.model]


@pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
def test_should_have_every_column_of_its_models(table: Table) -> None:
    said = {column.name for column in table.columns} | LEFT_OUT.keys() | {"uuid", "short_id", table.owner}
    for model in models_of(table):
        columns = {
            field.name
            for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
            if not getattr(field.remote_field, "parent_link", False)
        }
        assert columns <= said, f"directory/exchange/tables/own.py: {model.__name__} {columns - said}"


def test_should_have_decided_of_all_that_hangs_on_a_resource() -> None:
    known = {table.model for table in tables().values()} | set(kind_tables().values()) | set(TABLES_LEFT_OUT)
    hanging = {relation.related_model for relation in Resource._meta.related_objects}
    assert hanging <= known, f"directory/exchange/tables/own.py: {hanging - known}: in a table, or in TABLES_LEFT_OUT?"
    assert not set(TABLES_LEFT_OUT) & {table.model for table in tables().values()}
    # What follows from the proofs goes out, and comes back.
    assert {"verified_on", "verified_by"} <= tables()["resources"].by_name.keys()


def test_should_have_a_table_for_every_child_of_a_record() -> None:
    """What a resource, an organisation, a 町字 or a need is made of is in a table, or in a cell of its own."""
    known = {table.model for table in tables().values()}
    in_cells = {column.child for table in tables().values() for column in table.columns if isinstance(column, Codes)}
    roots = {table.model for table in tables().values() if not table.parent}
    children = {
        relation.related_model
        for root in roots
        for relation in root._meta.related_objects
        if issubclass(relation.related_model, Child)
    }
    assert children and children <= known | in_cells


def test_should_leave_out_only_what_some_model_has() -> None:
    names = {
        field.name
        for table in tables().values()
        for model in models_of(table)
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
    }
    assert LEFT_OUT.keys() <= names and all(LEFT_OUT.values())


@pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
def test_should_tell_columns_and_sheets_apart(table: Table) -> None:
    labels = [str(column.label) for column in table.columns]
    names = [column.name for column in table.columns]
    assert len(set(labels)) == len(labels) and len(set(names)) == len(names)
    sheets = [str(other.label) for other in tables().values()]
    assert sheets.count(str(table.label)) == 1 and len(str(table.label)) <= 31


def test_should_name_records_by_what_no_other_has() -> None:
    for table in tables().values():
        if issubclass(table.model, Record):
            assert table.model._meta.get_field(table.identity).unique


@pytest.mark.parametrize(
    "text", ["=1+1", "'=1", "''=1", "'abc", "+81", "-", "@x", "＝A1", "\tx", "普通", "", "'", "'＋1", "a=1"]
)
def test_should_guard_cells_so_that_they_come_back(text: str) -> None:
    for is_typed in (False, True):
        assert unguarded(guarded(text, is_typed=is_typed)) == text
    assert not guarded(text).startswith(tuple("=+-@\t＝＋－＠"))


@pytest.mark.parametrize("text", ["_x0041_", "a\x01b", "_x005F_x0041_", "\x0b", "普通_x", "_xZZZZ_"])
def test_should_write_into_excel_what_xml_cannot_hold(text: str) -> None:
    assert decoded(coded(text)) == text
    assert all(sign >= " " or sign in "\n\t" for sign in coded(text))


@pytest.mark.django_db
@pytest.mark.parametrize("format", FORMATS)
def test_should_write_the_same_bytes_each_time(tmp_path: Path, format: str) -> None:
    first, second = (export_register(tmp_path / name, format) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.django_db
def test_should_write_excel_that_others_can_read(tmp_path: Path) -> None:
    place = PlaceFactory(name="=危ない名前", summary="'=引用")
    [path] = export_register(tmp_path, "xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book[str(tables()["resources"].label)]
    header = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == place.short_id)
    name = row[header.index("名前")]
    assert (name.value, name.data_type, name.quotePrefix) == ("=危ない名前", "s", True) or name.data_type == "inlineStr"
    assert {str(table.label) for table in tables().values()} <= set(book.sheetnames)


@pytest.mark.django_db
@pytest.mark.parametrize("format", FORMATS)
def test_should_let_no_secret_into_files_for_the_public(tmp_path: Path, format: str) -> None:
    organisation = OrganisationFactory(staff_note=SECRET, quote=SECRET)
    place = PlaceFactory(organisation=organisation, staff_note=SECRET, acceptance_note=SECRET, name="見えてよい場所")
    PlaceFactory(name=f"下書き{SECRET}", live=False)
    ContactPointFactory(unit=SECRET, what_to_say=SECRET)
    draft = Resource.objects.get(pk=place.pk).specific
    draft.summary = SECRET
    draft.channels.set([Channel(kind="phone", value=f"0000{SECRET}")])
    draft.save_revision()
    texts = {}
    for audience in ("public", "staff"):
        written = io.StringIO()
        for path in export_register(tmp_path / audience, format, audience=audience):
            if format == "xlsx":
                for sheet in openpyxl.load_workbook(path).worksheets:
                    for row in sheet.iter_rows(values_only=True):
                        written.write("\t".join(map(str, row)))
            else:
                written.write(path.read_text())
        texts[audience] = written.getvalue()
    assert "見えてよい場所" in texts["public"] and SECRET not in texts["public"]
    assert texts["staff"].count(SECRET) >= 8, "staff have all of it, drafts and contact points too"
    for column in ("staff_note", "acceptance_note", "fits_participation_support"):
        assert str(tables()["resources"].by_name[column].label) not in texts["public"]


@pytest.mark.django_db
def test_should_leave_out_tables_that_somebody_may_not_see(tmp_path: Path) -> None:
    ContactPointFactory(unit=SECRET)
    files = export_register(tmp_path, without=("contacts",))
    assert "contacts.csv" not in {path.name for path in files}
    assert not any(SECRET in path.read_text() for path in files)


def test_should_mark_faulty_cells_and_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "marked.xlsx"
    rows = [["題"], ["番号", "名前"], ["1", "=あ"], ["2", "い"]]
    problems = [
        Problem(Place("表", 3, "名前"), "=あ", "名前を直してください。"),
        Problem(Place("表", 3, "名前"), "=あ", "もう1つ。"),
        Problem(Place("表", 4, "ない列"), "", "列がありません。"),
        Problem(Place("ほか"), "x", "シートがありません。"),
    ]
    marked_workbook(path, {"表": rows}, problems)
    book = openpyxl.load_workbook(path)
    sheet = book["表"]
    assert [
        [cell.value or "" for cell in row][: len(old)] for row, old in zip(sheet.iter_rows(), rows, strict=True)
    ] == rows
    assert sheet["B3"].comment.text == "名前を直してください。\nもう1つ。"
    assert sheet["B3"].fill.fgColor.rgb == "FFFFD9D9" and sheet["B4"].comment is None
    assert "ない列" in sheet["A4"].comment.text
    assert book.worksheets[1]["C2"].value == "シートがありません。"


def test_should_keep_its_own_names_for_what_others_register() -> None:
    assert "contacts" in tables() and "contacts" not in own._own
