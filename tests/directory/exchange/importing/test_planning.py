"""What a file would do is told before anything is done: every record, every problem of every row, with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory.exchange.importing.plan import Decision, Options, Plan
from directory.exchange.tables.own_reading import NotOurs, read_own
from directory.exchange.tables.rows import Problem
from directory.models import Area, AreaLayer, Channel, Field, Need, Organisation, PublicRecord, Resource, Town
from tests.directory.exchange.importing.conftest import (
    dry_run,
    label,
    labelled,
    read_rows,
    take_in,
    write_rows,
)

# An import tells the index at its end, whatever becomes of the test's transaction.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
Register = Callable[[], Path]

NEW = {
    "id": "",
    "kind": "居場所",
    "name": "ためしの縁側",
    "reading": "ためしのえんがわ",
    "summary": "だれでも座れる縁側です。",
    "organisation": "",
    "type": "ibasho",
    "areas": "tobu",
    "fields": "community",
}


def new_rows(tmp_path: Path, *changes: dict[str, str]) -> Path:
    """A file of new records, each like NEW but for some cells."""
    # One that goes on: entries of one that has ended are public no more.
    going_on = Organisation.objects.filter(active_to=None).order_by("pk")
    organisation = str(going_on.values_list("uuid", flat=True)[0])
    rows = [labelled("resources", {**NEW, "organisation": organisation, **change}) for change in changes]
    header = list(dict.fromkeys(name for row in rows for name in row))
    return write_rows(tmp_path / "resources.csv", [{**dict.fromkeys(header, ""), **row} for row in rows], header)


def only(plan: Plan) -> Problem:
    assert len(plan.problems) == 1, plan.problems
    return plan.problems[0]


def test_should_tell_a_change_field_by_field(register: Register) -> None:
    folder = register()
    rows = read_rows(folder / "resources.csv")
    old = rows[3][label("resources", "summary")]
    rows[3][label("resources", "summary")] = "別の説明です。"
    write_rows(folder / "resources.csv", rows)
    plan, items = dry_run(folder)
    changed = [item for item in items if item.verdict == "changed"]
    assert [(item.key, item.name) for item in changed] == [
        (rows[3][label("resources", "id")], rows[3][label("resources", "name")])
    ]
    assert [(change.column, change.old, change.new) for change in changed[0].changes] == [
        ("summary", old, "別の説明です。")
    ]
    assert plan.counts["changed"] == 1 and plan.is_clean


def test_should_tell_changed_children_as_one_change_of_their_record(register: Register) -> None:
    folder = register()
    rows = read_rows(folder / "channels.csv")
    rows[0][label("channels", "note")] = "昼だけ"
    write_rows(folder / "channels.csv", rows)
    _plan, items = dry_run(folder)
    [changed] = [item for item in items if item.verdict == "changed"]
    assert [change.column for change in changed.changes] == ["channels"]
    assert "昼だけ" in changed.changes[0].new and "昼だけ" not in changed.changes[0].old


def test_should_write_nothing(register: Register, tmp_path: Path) -> None:
    folder = register()
    rows = read_rows(folder / "resources.csv")
    for row in rows:
        row[label("resources", "summary")] += "。"
    write_rows(folder / "resources.csv", rows)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        dry_run(folder)
    # PostgreSQL reads long answers through a cursor.
    reading = ("SELECT", "DECLARE")
    assert not [query for query in queries if not query["sql"].startswith(reading)]


def test_should_ask_no_question_for_a_row(register: Register) -> None:
    def count(folder: Path) -> int:
        with CaptureQueriesContext(connection) as queries:
            plan, _items = dry_run(folder)
        assert plan.counts["new"] > 0
        return len(queries)

    folder = register()
    rows = read_rows(folder / "resources.csv")
    for row in rows:
        row[label("resources", "id")] = row[label("resources", "uuid")] = ""
        row[label("resources", "name")] += "の別館"
        row[label("resources", "reading")] += "のべっかん"
    write_rows(folder / "resources.csv", rows[:20])
    for path in folder.iterdir():
        if path.name not in ("resources.csv", "about.csv"):
            path.unlink()
    few = count(folder)
    write_rows(folder / "resources.csv", rows[:200])
    assert count(folder) <= few + 2


@pytest.mark.parametrize(
    "change,column,words",
    [
        ({"name": ""}, "name", ["空にはできません"]),
        ({"name": "あ" * 121}, "name", ["120"]),
        ({"kind": "居場処"}, "kind", ["居場所"]),
        ({"kind": "zzz"}, "kind", ["相談窓口"]),
        ({"areas": "toubu"}, "areas", ["toubu", "tobu"]),
        ({"fields": "communty"}, "fields", ["communty", "community"]),
        ({"type": "dv-shelter-x"}, "type", ["という機関の種類はありません"]),
        ({"organisation": "00000000-0000-0000-0000-000000000000"}, "organisation", ["ありません"]),
        ({"verified_on": "2026-02-30"}, "verified_on", ["2026-04-01"]),
        ({"lat": "35.1"}, "lat", ["緯度と経度"]),
        ({"lat": "99", "lon": "139"}, "lat", ["90"]),
        ({"can_observe": "たぶん"}, "can_observe", ["はい"]),
        ({"audiences": "高齢の方、若もの"}, "audiences", ["若い方"]),
        ({"summary": "見えない\u202e文字"}, "summary", ["U+202E"]),
        ({"summary": "見えない\x01文字"}, "summary", ["U+0001"]),
        ({"body": "長" * 32_767}, "body", ["長すぎます"]),
        ({"activity": "草取り"}, "activity", ["この種類"]),
        ({"id": "short"}, "id", ["番号の形"]),
        ({"state": "公開ずみ"}, "state", ["公開"]),
        ({"eligibility": "対象の方だけ"}, "audiences", ["対象を選ぶ"]),
    ],
)  # fmt: skip
def test_should_say_what_is_wrong_where_and_what_to_do(
    tmp_path: Path, change: dict[str, str], column: str, words: list[str]
) -> None:
    plan, _items = dry_run(new_rows(tmp_path, {}, change, {"name": "ふたつめ", "reading": "ふたつめ"}))
    problem = only(plan)
    assert problem.place.row == 3
    assert problem.place.column in (label("resources", column), "") or column not in change
    for word in words:
        assert word in problem.message
    assert plan.counts["refused"] == 1


def test_should_tell_all_problems_of_all_rows(tmp_path: Path) -> None:
    plan, _items = dry_run(
        new_rows(
            tmp_path, {"name": "", "areas": "?"}, {"verified_on": "きのう"}, {"name": "よい行", "reading": "よいぎょう"}
        )
    )
    assert {(problem.place.row, problem.place.column) for problem in plan.problems} == {
        (2, label("resources", "name")),
        (2, label("resources", "areas")),
        (3, label("resources", "verified_on")),
    }
    assert (plan.counts["refused"], plan.counts["new"]) == (2, 1)


def test_should_refuse_doubled_numbers_and_rows_that_contradict_each_other(register: Register) -> None:
    folder = register()
    rows = read_rows(folder / "resources.csv")
    rows += [dict(rows[0]), {**rows[1], label("resources", "name"): "ちがう名前"}]
    write_rows(folder / "resources.csv", rows)
    plan, _items = dry_run(folder)
    assert plan.counts["refused"] == 2
    doubled, contradicting = plan.problems[:2], plan.problems[2:]
    assert all("いくつも" in problem.message for problem in doubled)
    assert all("ちがうこと" in problem.message for problem in contradicting)
    assert [problem.place.row for problem in plan.problems] == [2, len(rows), 3, len(rows) + 1]


def test_should_refuse_children_without_their_record(register: Register) -> None:
    folder = register()
    rows = read_rows(folder / "channels.csv")
    rows.append({**rows[0], label("channels", "resource"): "0000000000", label("channels", "id"): ""})
    write_rows(folder / "channels.csv", rows)
    plan, _items = dry_run(folder)
    problem = only(plan)
    assert (problem.place.row, problem.value) == (len(rows) + 1, "0000000000")
    assert "登録簿にもありません" in problem.message


def test_should_refuse_a_child_number_that_two_records_claim(register: Register) -> None:
    folder = register()
    rows = read_rows(folder / "channels.csv")
    other = next(row for row in rows if row[label("channels", "resource")] != rows[0][label("channels", "resource")])
    other[label("channels", "id")] = rows[0][label("channels", "id")]
    write_rows(folder / "channels.csv", rows)
    plan, _items = dry_run(folder)
    assert "ほかの記録にもあります" in only(plan).message


def test_should_refuse_the_register_of_another_municipality(register: Register) -> None:
    folder = register()
    Area.objects.filter(layer__is_municipality=True).exclude(code="").update(code="131016")
    plan, _items = dry_run(folder)
    assert plan.counts["refused"] and not plan.counts["new"]
    assert "ほかの市町村" in only(plan).message


def test_should_refuse_a_slug_that_another_area_has(register: Register) -> None:
    folder = register()
    rows = read_rows(folder / "areas.csv")
    rows[-1][label("areas", "slug")] = rows[-2][label("areas", "slug")]
    write_rows(folder / "areas.csv", rows)
    plan, _items = dry_run(folder)
    assert [problem.place.column for problem in plan.problems if "ほかの記録と同じ" in problem.message] == [
        label("areas", "slug")
    ]


def test_should_take_words_of_another_installation_for_ours(register: Register) -> None:
    folder = register()
    for table in (AreaLayer, Area, Town, Field, Need):
        for record in table.objects.all():
            table.objects.filter(pk=record.pk).update(uuid=uuid4())
    plan, _items = dry_run(folder)
    assert plan.is_clean, plan.problems[:3]
    assert (plan.counts["new"], plan.counts["changed"]) == (0, 0)


# records that look like one


def test_should_ask_whether_a_new_record_is_one_that_stands_there(tmp_path: Path) -> None:
    known = Resource.objects.filter(kind="place").exclude(address="").order_by("pk")[0]
    path = new_rows(
        tmp_path, {"name": known.name.replace("の", "　の"), "reading": known.reading, "address": known.address}
    )
    plan, _items = dry_run(path)
    [pair] = plan.pairs
    assert pair.other.key == known.short_id and {"name", "address"} <= set(pair.alike)
    assert plan.counts["refused"] == 1 and known.name in only(plan).message
    another, _items = dry_run(path, Options(decisions={pair.name: Decision.ANOTHER}))
    assert another.counts["new"] == 1 and another.is_clean
    same, items = dry_run(path, Options(decisions={pair.name: Decision.SAME}))
    assert same.counts["new"] == 0 and [item.key for item in items] == [known.short_id]


def test_should_ask_whether_two_rows_are_the_same(tmp_path: Path) -> None:
    path = new_rows(tmp_path, {}, {"summary": "もう一度書いた行です。"})
    plan, _items = dry_run(path)
    [pair] = plan.pairs
    assert pair.other.place and pair.this.place and (pair.other.place.row, pair.this.place.row) == (2, 3)
    same, _items = dry_run(path, Options(decisions={pair.name: Decision.SAME}))
    assert (same.counts["new"], same.counts["refused"]) == (1, 0)


def test_should_not_ask_of_two_that_only_share_a_name(tmp_path: Path) -> None:
    ids = ["00000000a1", "00000000a2"]
    path = new_rows(tmp_path, *({"id": key, "address": f"{key[-1]}丁目1"} for key in ids))
    assert len(dry_run(path)[0].pairs) == 1, "addresses alone may be of two entrances"
    folder = tmp_path / "both"
    folder.mkdir()
    path.rename(folder / "resources.csv")
    values = [{"resource": key, "kind": "電話", "value": f"0000-11-00{key[-2:]}".replace("a", "0")} for key in ids]
    write_rows(folder / "channels.csv", [labelled("channels", value) for value in values])
    plan, _items = dry_run(folder)
    assert plan.pairs == [] and plan.counts["new"] == 2


# files that are none


@pytest.mark.parametrize(
    "name,content,words",
    [
        ("a.csv", b"<html><body>404</body></html>", "書き出した表ではありません"),
        ("a.csv", b"\xd0\xcf\x11\xe0 old excel", "UTF-8"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0 old excel", "パスワード"),
        ("a.xlsx", b"nothing", "Excelのファイルとして開けません"),
        ("a.zip", b"nothing", "こわれています"),
        ("a.json", b"[1, 2", "JSONではありません"),
        ("a.json", b'{\n"about": {},\n"tables": {\n"castles": [\n]\n}\n}\n', "castles"),
        ("a.csv", b"", "書き出した表ではありません"),
        ("a.pdf", b"%PDF", "CSV・Excel"),
        ("a.csv", "番号,名前\n1,あ".encode("cp932"), "UTF-8"),
    ],
)  # fmt: skip
def test_should_say_of_a_file_that_is_none_what_to_do(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NotOurs) as refused:
        list(read_own(path).rows)
    assert words in refused.value.problem.message


def test_should_say_that_a_file_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotOurs):
        read_own(tmp_path / "nothing.csv")


def test_should_take_what_people_type_for_the_same_value(tmp_path: Path) -> None:
    path = new_rows(
        tmp_path,
        {"kind": "place", "can_observe": "○", "can_come_alone": "なし", "verified_on": "2026/4/1", "verified_by": "電話で確認",
         "areas": "東部圏域", "audiences": "若い方,高齢の方"},
    )  # fmt: skip
    plan, _items = dry_run(path)
    assert plan.is_clean, plan.problems
    run = take_in(path)
    record = Resource.objects.get(origin="import")
    assert (record.kind, record.can_observe, record.can_come_alone) == ("place", True, False)
    assert [area.slug for area in record.areas.all()] == ["tobu"]
    assert record.audiences == ["elderly", "youth"]
    assert run.state == "done" and PublicRecord.objects.filter(resource=record).exists()


def test_should_leave_alone_what_a_file_does_not_name(register: Register) -> None:
    folder = register()
    rows = read_rows(folder / "resources.csv")
    key, name = label("resources", "id"), label("resources", "name")
    kept = Channel.objects.filter(resource__short_id=rows[0][key]).count()
    part = folder.parent / "part"
    part.mkdir()
    write_rows(part / "resources.csv", [{key: rows[0][key], name: "新しい名前"}])
    take_in(part)
    record = Resource.objects.get(short_id=rows[0][key])
    assert record.name == "新しい名前"
    assert record.summary == rows[0][label("resources", "summary")]
    assert record.channels.count() == kept
