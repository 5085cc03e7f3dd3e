"""A city's own list on its way in: what it calls by words that are not the register's, and what the command tells of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from directory.exchange.importing.plan import Options
from directory.exchange.importing.planning import make_plan
from directory.exchange.importing.spool import Spool
from directory.exchange.importing.ways import read_foreign
from directory.exchange.tables.reading.profiles import FROM_FACTS, Profile
from directory.models import Area, Resource

from .conftest import write_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]

COLUMNS = {
    "名称": "name",
    "校区": "areas",
    "分野": "fields",
    "困りごと": "needs",
    "種類": "type",
    "説明": "summary",
    "番号": "key",
}
SALON = {
    "番号": "1",
    "名称": "みなとサロン",
    "校区": "",
    "分野": "",
    "困りごと": "",
    "種類": "",
    "説明": "お茶を飲みます",
}
PROFILE = Profile(
    "salons", kind="place", type="ibasho", fields="community", key=("番号",), columns=COLUMNS, summary=FROM_FACTS
)


def planned(folder: Path, profile: Profile = PROFILE, **values: str) -> tuple[Any, list[Any], dict[str, str]]:
    """What becomes of one row: the plan, the notes, and the cells of the resource."""
    path = write_rows(folder / "salons.csv", [{**SALON, **values}])
    rows = list(read_foreign(profile, path).rows)
    reading = read_foreign(profile, path)
    with Spool("test", "salons") as spool:
        plan = make_plan(spool, reading, Options(undecided="another"))
    [resource] = [row for row in rows if row.table == "resources"]
    return plan, reading.notes, {name: cell.text for name, cell in resource.cells.items()}


def test_should_know_our_areas_and_fields_by_name(tmp_path: Path) -> None:
    first, second = Area.objects.exclude(parent=None).order_by("pk")[:2]
    plan, notes, cells = planned(
        tmp_path,
        校区=f"{first.name}；{second.name}",
        分野="ひきこもり・孤立",
        種類="居場所・通いの場・サロン・子ども食堂",
    )
    assert not plan.problems and not notes
    assert cells["areas"].split("、") == [first.slug, second.slug]
    assert cells["fields"] == "hikikomori" and cells["type"] == "ibasho"


@pytest.mark.parametrize(
    ("header", "words", "column", "left"),
    [
        ("校区", "みなと小;はま小", "areas", None),
        ("分野", "高齢福祉課の事業", "fields", "community"),
        ("分野", "こころ、健康づくり", "fields", "mental"),
        ("困りごと", "さみしい", "needs", ""),
        ("種類", "介護予防", "type", "ibasho"),
    ],
)
def test_should_take_a_row_whose_words_are_not_ours(
    tmp_path: Path, header: str, words: str, column: str, left: str | None
) -> None:
    """A school's name in the column of areas refused whole lists."""
    plan, notes, cells = planned(tmp_path, **{header: words})
    assert not plan.problems and plan.counts["refused"] == 0
    assert f"{header}: " in cells["body"] and words.split(";")[0].split("、")[-1] in cells["body"]
    assert [(note.place.column, note.value) for note in notes] == [(header, words)]
    home = "yorozu" if left is None else left
    assert cells.get(column, "") == home


def test_should_still_ask_what_a_place_is_where_nobody_says_it(tmp_path: Path) -> None:
    plan, _notes, _cells = planned(
        tmp_path, Profile("salons", kind="place", key=("番号",), columns=COLUMNS), 種類="介護予防"
    )
    assert plan.problems


def test_should_tell_what_it_does_not_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = {
        "都道府県コード又は市区町村コード": "222127", "NO": "1", "名称": "みなと資料館", "名称_カナ": "ミナトシリョウカン",
        "POIコード": "0801a", "利用可能曜日": "月火水木金土日", "開始時間": "8:30", "終了時間": "日没まで",
        "バリアフリー情報": "スロープ有り",
    }  # fmt: skip
    path = write_rows(tmp_path / "facilities.csv", [cells])
    call_command("import_register", str(path), profile="public_facility", dry_run=True, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["new"] and not told["problems"]
    assert {note["column"] for note in told["notes"]} == {"POIコード", "開始時間"}
    call_command("import_register", str(path), profile="public_facility", dry_run=True)
    assert "POIコード: 「POIコード」 この列は取り込みません。" in capsys.readouterr().out
    call_command("import_register", str(path), profile="public_facility", json=True)
    assert {note["column"] for note in json.loads(capsys.readouterr().out)["notes"]} == {"POIコード", "開始時間"}
    assert Resource.objects.get(name="みなと資料館").live
