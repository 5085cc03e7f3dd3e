"""Where the table is, whatever stands around it, and what its columns mean."""

from __future__ import annotations

import pytest

from directory.exchange.tables.reading.books.files import open_book, sample
from directory.exchange.tables.reading.books.grid import Unreadable
from directory.exchange.tables.reading.columns import columns, normalised
from directory.exchange.tables.reading.headers import find_table

from .shapes import as_csv, as_workbook, free_profile, guesses_of, table_of, translator

PLAIN = [
    ["名称", "住所", "電話番号", "開館時間"],
    ["東公民館", "本町1-2", "054-000-0001", "月〜金 9:00〜17:00"],
    ["西公民館", "本町3-4", "054-000-0002", "毎日 9:00〜21:00"],
    ["南公民館", "本町5-6", "054-000-0003", "要問合せ"],
]


def test_should_find_headers_below_titles_and_blank_rows() -> None:
    rows = [["市内施設一覧"], ["令和8年4月1日現在", "", "", "担当: 地域福祉課"], [], *PLAIN]
    for data in (as_csv(rows), as_workbook(rows)):
        table = table_of(data)
        assert table.headers == ("名称", "住所", "電話番号", "開館時間")
        assert (table.first_row, table.last_row) == (4, 4)
        assert table.above == ("市内施設一覧", "令和8年4月1日現在 担当: 地域福祉課")


def test_should_find_headers_below_a_title_over_all_columns() -> None:
    rows = [["市内施設一覧", None, None, None], *PLAIN]
    assert table_of(as_workbook(rows, ["A1:D1"])).first_row == 2


def test_should_join_headers_of_two_rows() -> None:
    upper = ["名称", "所在地", "連絡先", None, "利用時間", None]
    lower = [None, None, "電話", "FAX", "平日", "土日"]
    body = ["東公民館", "本町1-2", "054-000-0001", "054-000-0002", "9:00〜17:00", "10:00〜15:00"]
    joined = ("名称", "所在地", "連絡先_電話", "連絡先_FAX", "利用時間_平日", "利用時間_土日")
    merged = ["A1:A2", "B1:B2", "C1:D1", "E1:F1"]
    for data in (as_workbook([upper, lower, body], merged), as_csv([upper, lower, body])):
        table = table_of(data)
        assert table.headers == joined
        assert (table.first_row, table.last_row) == (1, 2)
    guesses = guesses_of(as_workbook([upper, lower, body], merged))
    assert guesses["連絡先_電話"].column == "phone"
    assert guesses["連絡先_FAX"].column == "fax"


def test_should_give_each_column_a_name_of_its_own() -> None:
    assert table_of(as_csv([["名称", "備考", "備考", "", "電話"], ["a館", "x", "y", "z", "1"]])).headers == (
        "名称",
        "備考",
        "備考（2）",
        "",
        "電話",
    )


def test_should_leave_out_what_stands_between_and_below() -> None:
    rows = [
        *PLAIN,
        ["名称", "住所", "電話番号", "開館時間"],
        [],
        ["【北地区】", None, None, None],
        ["北公民館", "北町1", "054-000-0009", ""],
        ["合計", "", "4", ""],
        ["※ 開館時間は変わることがあります。"],
        ["出典: 市の調べ"],
    ]
    data = as_workbook(rows, ["A7:D7"])
    reader = translator(data, free_profile(data, kind="place"))
    assert [done.number for done in reader] == [2, 3, 4, 8]
    assert reader.asides_count == 5
    assert [aside.place.row for aside in reader.asides] == [5, 7, 9, 10, 11]


def test_should_take_the_row_of_headers_that_somebody_says() -> None:
    data = as_csv([["名称", "住所"], ["よびな", "ところ"], ["a館", "本町1"]])
    assert table_of(data).first_row == 1
    rows = sample(open_book("x", data).sheets[0])
    assert find_table(rows, 2).headers == ("よびな", "ところ")
    with pytest.raises(Unreadable):
        find_table(rows, 99)


def test_should_refuse_a_sheet_without_headers() -> None:
    with pytest.raises(Unreadable):
        table_of(as_csv([["1", "2"], ["3", "4"]]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("電話番号", "電 話 番 号"),
        ("ﾒｰﾙｱﾄﾞﾚｽ", "メールアドレス"),
        ("全国地方公共団体コ―ド", "全国地方公共団体コード"),
        ("建物名等（方書）", "建物名等(方書)"),
        ("名称＿カナ", "名称_カナ"),
        ("フリガナ", "ふりがな"),
        ("ＴＥＬ", "tel"),
    ],
)
def test_should_compare_headers_as_they_are_meant(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


def test_should_keep_a_catalogues_own_number_apart() -> None:
    assert normalised("_id") != normalised("ID")


@pytest.mark.parametrize(
    ("header", "values", "column"),
    [
        ("お電話", ["054-000-0001", "054-000-0002", "054-000-0003"], "phone"),
        ("でんわ", ["", "", ""], "phone"),
        ("施設名（正式）", ["a館", "b館", "c館"], "name"),
        ("問合せ先の電話番号", ["054-000-0001"], "phone"),
        ("ゆうびん番号", ["425-0001", "425-0002", "425-0003"], "postal_code"),
        ("ｺｰﾄﾞ", ["222127", "222127", "222127"], "municipality_code"),
        ("ｺｰﾄﾞ", ["東-1", "東-2", "西-1"], "key"),
        ("列A", ["054-000-0001", "054-000-0002", "054-000-0003"], "phone"),
        ("列B", ["a@example.jp", "b@example.jp", "c@example.jp"], "mail"),
        ("列C", ["34.8671", "34.8672", "34.8673"], "lat"),
        ("列D", ["月〜金 9:00〜17:00", "毎週水曜 10:00〜12:00", "土 9:00〜12:00"], "hours_text"),
        ("にゃんこ", ["あり", "なし", "あり"], ""),
    ],
)
def test_should_guess_by_header_kana_and_content(header: str, values: list[str], column: str) -> None:
    data = as_csv([["整理用", header, "その他の列"], *[["x館", value, "説明文"] for value in values]])
    assert guesses_of(data)[header].column == column


def test_should_be_surer_of_a_header_than_of_content() -> None:
    data = as_csv([["電話番号", "列A"], *[[f"054-000-000{n}", f"054-000-100{n}"] for n in range(5)]])
    guesses = guesses_of(data)
    assert guesses["電話番号"].sure == 1.0
    assert guesses["列A"].sure < guesses["電話番号"].sure
    assert guesses["列A"].candidates[0].column == "phone"


def test_should_offer_several_where_a_header_may_mean_several() -> None:
    offered = guesses_of(as_csv([["名称", "開始日時"], ["a館", "x"]]))["開始日時"].candidates
    assert len(offered) > 1
    assert list(offered) == sorted(offered, key=lambda one: -one.sure)


def test_should_give_one_column_of_ours_once() -> None:
    guesses = guesses_of(as_csv([["名称", "施設名", "電話", "電話番号"], ["a", "b", "c", "d"]]))
    assert [one.column for one in guesses.values()].count("name") == 1
    assert [one.column for one in guesses.values()].count("phone") == 2


def test_should_see_columns_exchanged_under_right_headers() -> None:
    rows = [["名称", "郵便番号", "電話番号"], *[[f"館{n}", f"054-000-000{n}", f"425-000{n}"] for n in range(5)]]
    guesses = guesses_of(as_csv(rows))
    assert guesses["郵便番号"].looks_like == "phone"
    assert guesses["電話番号"].looks_like == "postal"


def test_should_name_each_meaning_once() -> None:
    labels = [column.label for column in columns().values()]
    assert len(set(labels)) == len(labels)
