"""What the command is told: checked as a whole, told in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portal.starting.file import StartError, read_file, read_hours, read_told

TOWN = {"name": "みどり町", "reading": "みどりまち", "prefecture": "北海道", "code": "019992"}


def refused(**content: Any) -> str:
    with pytest.raises(StartError) as error:
        read_told({"municipality": TOWN, **content})
    return "\n".join(error.value.problems)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("月-金 8:30-17:15", [([0, 1, 2, 3, 4], "8:30", "17:15")]),
        ("月～金 ８：３０〜１７：１５", [([0, 1, 2, 3, 4], "8:30", "17:15")]),
        ("平日 9:00-12:00、土 9:00-11:30", [([0, 1, 2, 3, 4], "9:00", "12:00"), ([5], "9:00", "11:30")]),
        ("月・水・金 10:00-15:00", [([0, 2, 4], "10:00", "15:00")]),
        ("月曜日から金曜日 8:30から17:15まで", [([0, 1, 2, 3, 4], "8:30", "17:15")]),
        ("毎日 0:00-24:00", [([0, 1, 2, 3, 4, 5, 6], "0:00", "0:00")]),
    ],
)
def test_should_read_hours_as_people_write_them(text: str, expected: list[Any]) -> None:
    found = [(o.days, f"{o.opens:%-H:%M}", f"{o.closes:%-H:%M}") for o in read_hours(text)]
    assert found == expected


@pytest.mark.parametrize(
    "text", ["いつでも", "月-金", "8:30-17:15", "月-金 25:00-26:00", "月-金 8:70-9:00", "第2土曜 9:00-10:00"]
)
def test_should_guess_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match="「"):
        read_hours(text)


def test_should_repair_the_code_and_say_so() -> None:
    told, repaired = read_told({"municipality": {**TOWN, "code": 19992}})
    assert told.municipality.code == "019992"
    assert "先頭の0" in repaired[0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"municipality": {"name": "みどり町"}}, "municipality > code：空です"),
        ({"municipality": {**TOWN, "name": ""}}, "municipality > name：空です"),
        ({"municipality": {**TOWN, "prefecture": "北海"}}, "都道府県まで"),
        ({"municipality": {**TOWN, "code": "019993"}}, "検査数字が合いません"),
        ({"municipality": {**TOWN, "lat": 43.0}}, "緯度と経度は、両方"),
        ({"municipality": {**TOWN, "nmae": "x"}}, "municipality > nmae「x」：知らない項目"),
        ({"municipality": [1]}, "municipality：書き方がちがいます"),
        ({"munincipality": {}}, "munincipality：知らない項目"),
        ({"desk": {"name": "まるごと窓口"}}, "どれかひとつは書いてください"),
        ({"desk": {"name": "まるごと窓口", "phone": "代表"}}, "番号に数字がありません"),
        ({"desk": {"name": "まるごと窓口", "mail": "soudan"}}, "desk > mail「soudan」："),
        ({"desk": {"name": "窓" * 121, "phone": "1"}}, "120字まで"),
        ({"desk": {"name": "窓\u200b口", "phone": "1"}}, "目に見えない文字"),
        ({"desk": {"name": "窓口", "phone": "1", "hours": "いつでも"}}, "「月-金 8:30-17:15」のように"),
        ({"coordinator": {"unit": "地域福祉係"}}, "coordinator：電話・FAX・メール"),
        ({"administrator": {"name": "管理 者"}}, "半角の英数字"),
        ({"administrator": {"name": "kanri", "password": "himitsu"}}, "administrator > password"),
        ({"fields": [{"name": "農業"}]}, "fields"),
    ],
)
def test_should_say_what_is_wrong_and_where(content: dict[str, Any], expected: str) -> None:
    assert expected in refused(**content)


def test_should_tell_all_problems_at_once() -> None:
    told = refused(municipality={"name": "", "extra": 1}, desk={"hours": "x"})
    assert all(
        word in told for word in ("name", "reading", "prefecture", "code", "extra", "desk > name", "desk > hours")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"municipality: [", "YAMLとして読めません"),
        (b"- a\n- b\n", "「municipality:」から"),
        (b"", "「municipality:」から"),
        ("municipality: {name: みどり町}".encode("cp932"), "UTF-8"),
        (b"a: \x00", "YAMLとして読めません"),
    ],
)
def test_should_say_what_is_wrong_with_a_file(tmp_path: Path, text: bytes, expected: str) -> None:
    (tmp_path / "start.yaml").write_bytes(text)
    with pytest.raises(StartError, match=expected):
        read_file(tmp_path / "start.yaml")


def test_should_say_that_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="開けません"):
        read_file(tmp_path / "nothing.yaml")


def test_should_look_for_tables_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "start.yaml").write_text("municipality: {}\ntowns: towns.csv\n")
    assert read_file(tmp_path / "start.yaml")["towns"] == str(tmp_path / "towns.csv")
