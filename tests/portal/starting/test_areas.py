"""Tables of 町字 and areas as cities have them: read whole, or every problem of every row."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from portal.starting.areas import Land, read_land, read_postal_code
from portal.starting.table import TableError, told

GOOD = (
    "町字,よみ,郵便番号,日常生活圏域,小学校区,備考\n"
    "本町,ほんちょう,000-1001,東部圏域,みどり小学校区,\n"
    "旭町,アサヒマチ,0001002,東部圏域,川向小学校区,\n"
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def land(folder: Path, towns: str | bytes = GOOD, areas: str = "", **options: object) -> Land:
    path = folder / "towns.csv"
    path.write_bytes(towns if isinstance(towns, bytes) else towns.encode())
    other = folder / "areas.csv" if areas else None
    if other:
        other.write_text(areas)
    return read_land(path, other, **options)


def problems(folder: Path, towns: str | bytes = GOOD, areas: str = "", **options: object) -> list[str]:
    with pytest.raises(TableError) as error:
        land(folder, towns, areas, **options)
    return [told(problem) for problem in error.value.problems]


def test_should_read_towns_with_their_codes_and_areas(tmp_path: Path) -> None:
    found = land(tmp_path)
    assert found.layers == ["日常生活圏域", "小学校区"]
    assert found.towns["旭町"].reading == "あさひまち"
    assert found.towns["旭町"].codes == ["0001002"]
    assert found.towns["本町"].areas == [("日常生活圏域", "東部圏域"), ("小学校区", "みどり小学校区")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_should_read_every_csv_that_excel_saves(tmp_path: Path, encoding: str, newline: str) -> None:
    text = GOOD.replace("本町", "髙﨑町①").replace("\n", newline)
    assert set(land(tmp_path, text.encode(encoding)).towns) == {"髙﨑町①", "旭町"}


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_should_read_other_delimiters(tmp_path: Path, delimiter: str) -> None:
    assert len(land(tmp_path, GOOD.replace(",", delimiter)).towns) == 2


def test_should_read_an_excel_file(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["町字", "郵便番号", "小学校区"], ["本町", 601001, "みどり小学校区"], [], ["旭町", "000-1002", None]):
        book.active.append(row)
    book.save(tmp_path / "towns.xlsx")
    found = read_land(tmp_path / "towns.xlsx", None)
    assert found.towns["本町"].codes == ["0601001"], "as a number it lost its zero"
    assert found.towns["旭町"].codes == ["0001002"]


def test_should_nest_an_area_in_the_narrowest_that_holds_all_its_towns(tmp_path: Path) -> None:
    rows = "町字,圏域,中学校区,小学校区\nあ,東,一中,甲小\nい,東,一中,乙小\nう,西,一中,乙小\nえ,西,二中,丙小\n"
    areas = land(tmp_path, rows).areas
    assert areas["小学校区", "甲小"].parent == ("中学校区", "一中")
    assert areas["中学校区", "一中"].parent is None, "it lies in two"
    assert areas["小学校区", "乙小"].parent == ("中学校区", "一中")
    assert areas["中学校区", "二中"].parent == ("圏域", "西")


def test_should_take_the_order_of_layers_from_the_settings(tmp_path: Path) -> None:
    found = land(tmp_path, layers=["小学校区", "日常生活圏域"])
    assert found.layers == ["小学校区", "日常生活圏域"]
    assert found.areas["日常生活圏域", "東部圏域"].parent is None


def test_should_join_the_rows_of_a_town_of_which_parts_lie_apart(tmp_path: Path) -> None:
    rows = "町字,小学校区,備考\n大沢,東小,沢より東\n大沢,西小,沢より西\n本町,東小／西小,\n"
    towns = land(tmp_path, rows).towns
    assert towns["大沢"].areas == towns["本町"].areas == [("小学校区", "東小"), ("小学校区", "西小")]
    assert towns["大沢"].notes == ["沢より東", "沢より西"]


def test_should_say_more_of_areas_by_their_own_table(tmp_path: Path) -> None:
    rows = (
        "層,名前,よみ,ほかの呼び方,上の圏域,アドレスに使う名前,緯度,経度\n"
        "日常生活圏域,東部圏域,トウブケンイキ,東部　ひがし,,tobu,43.1,141.3\n小学校区,みどり小学校区,,,東部圏域,,,\n"
    )
    areas = land(tmp_path, GOOD, rows).areas
    east = areas["日常生活圏域", "東部圏域"]
    assert (east.reading, east.aliases, east.slug, east.lat) == ("とうぶけんいき", "東部 ひがし", "tobu", 43.1)
    assert areas["小学校区", "みどり小学校区"].parent == ("日常生活圏域", "東部圏域")


@pytest.mark.parametrize(
    ("written", "code", "repaired"),
    [
        ("060-0001", "0600001", False),
        ("〒０６０−０００１", "0600001", False),
        ("600001", "0600001", True),
        ("10001", "0010001", True),
        ("06-0001", "0060001", True),
        ("060000", "0060000", True),
        ("12345678", "", False),
        ("みち", "", False),
        ("1", "", False),
    ],
)
def test_should_read_postal_codes_and_repair_lost_zeros(written: str, code: str, repaired: bool) -> None:
    assert read_postal_code(written) == (code, repaired)


def test_should_say_which_zeros_were_repaired(tmp_path: Path) -> None:
    (repaired,) = land(tmp_path, GOOD.replace("0001002", "601002")).repaired
    assert "3行目" in repaired
    assert "601002" in repaired
    assert "060-1002" in repaired


def test_should_tell_every_problem_of_every_row_at_once(tmp_path: Path) -> None:
    rows = (
        "町字,よみ,郵便番号,小学校区\n"
        ",ほんちょう,000-1001,東小\n"
        f"旭町,あさひまち,12-34-5678,{'長' * 81}\n"
        "旭町,あさひちょう,,\n"
        f"{'字' * 81},,,\n"
    )
    found = problems(tmp_path, rows)
    assert len(found) == 5
    assert found[0].startswith("2行目「町字」：町字の名前が空です")
    assert found[1].startswith("3行目「郵便番号」「12-34-5678」：郵便番号は7けた")
    assert found[2].startswith("3行目「小学校区」「長長")
    assert found[3].startswith("4行目「よみ」「あさひちょう」：同じ町字の前の行では「あさひまち」")
    assert "80字まで" in found[4]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "何も入っていません"),
        (b"\n,,\n", "何も入っていません"),
        ("名前,よみ\n本町,ほんちょう\n".encode(), "「町字」：この見出しの列がありません。いまの見出し：名前、よみ"),
        ("町字,よみ,よみ\n本町,a,b\n".encode(), "「よみ」：同じ見出しが2つ"),
        ("町字,\n本町,だれ\n".encode(), "見出しのない列"),
        ("町字\n本\u202e町\n".encode(), "目に見えない文字"),
        ("町字\n本\x07町\n".encode(), "目に見えない文字"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "ホームページのファイル"),
        (OLE + b"\x00" * 600, "古い形式のExcel"),
        (OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "パスワード"),
        (b"PK\x03\x04broken", "Excelのファイルとして読めません"),
        (b"\xe3\x81\xff\xff\xa0", "文字コードが分かりません"),
        ("町字\n".encode() + b"x\n" * 50_001, "行が多すぎます"),
        (b"x" * (10 * 1024 * 1024 + 1), "大きすぎます"),
    ],
)
def test_should_say_what_to_do_with_a_file_that_is_no_such_table(tmp_path: Path, content: bytes, expected: str) -> None:
    found = problems(tmp_path, content)
    assert any(expected in line for line in found), found


def test_should_say_that_a_file_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="開けません"):
        read_land(tmp_path / "nothing.csv", None)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("小学校区,,よみ,,,,,", "2行目「名前」：空です"),
        ("中学校区,一中,,,,,,", "町字の表にない層です"),
        ("小学校区,みどり小学校区,,,西部圏域,,,", "「上の圏域」「西部圏域」"),
        ("日常生活圏域,東部圏域,,,みどり小学校区,,,", "「上の圏域」「みどり小学校区」"),
        ("小学校区,みどり小学校区,,,,東,,", "半角の英小文字"),
        ("小学校区,みどり小学校区,,,,,北,141", "35.01 のような数"),
        ("小学校区,みどり小学校区,,,,,141.3,43.1", "入れかわって"),
        ("小学校区,みどり小学校区,,,,,43.1,", "両方書いて"),
    ],
)
def test_should_refuse_a_wrong_row_of_an_area(tmp_path: Path, row: str, expected: str) -> None:
    found = problems(tmp_path, GOOD, f"層,名前,よみ,ほかの呼び方,上の圏域,アドレスに使う名前,緯度,経度\n{row}\n")
    assert any(expected in line for line in found), found


def test_should_tell_problems_of_both_tables(tmp_path: Path) -> None:
    with pytest.raises(TableError) as error:
        land(tmp_path, "町字\n,\n" + "本町,あまり\n", "層\n小学校区\n")
    assert "towns.csv" in str(error.value)
    assert "areas.csv：「名前」" in str(error.value).replace(": ", "：")
