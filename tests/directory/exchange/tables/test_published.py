"""Lists as municipalities publish them, damaged as they are found: made-up rows in the shapes of real files."""

from __future__ import annotations

import pytest

from directory.exchange.tables.reading.columns import normalised
from directory.exchange.tables.reading.costs import cost_of_groups
from directory.exchange.tables.reading.places import undated
from directory.exchange.tables.reading.standard import layouts, recognised

from .shapes import as_csv, cells_of, free_profile, said, translator


def headers_of(text: str) -> list[str]:
    return text.split(",")


MEALS = headers_of(
    "全国地方公共団体コード,ID,都道府県,市区町村名,名称,名称_カナ,設置目的,実施支援の主な区分,住所,方書,緯度,経度,電話番号1,電話番号1_連絡先備考,"
    "電話番号2,電話番号2_連絡先備考,内線番号,FAX番号,URL,メールアドレス1,メールアドレス1_連絡先備考,メールアドレス2,メールアドレス2_連絡先備考,法人番号,"
    "運営団体名,開催頻度,開催曜日,開催日,開催開始時間,開催終了時間,開催日時特記事項,参加条件,参加費_幼児,参加費_小学生,参加費_中学生,参加費_高校生,"
    "参加費_大人,参加費特記事項,予約方法,予約特記事項,定員,フードパントリー実施,テイクアウト実施,学区,ネットワークの加入,追加情報NO,画像,画像_ライセンス,備考"
)
FACILITIES = headers_of(
    "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,名称,名称_カナ,名称_通称,POIコード,住所,方書,緯度,経度,電話番号,内線番号,法人番号,団体名,"
    "利用可能曜日,開始時間,終了時間,利用可能時間特記事項,説明,バリアフリー情報,URL,備考"
)
# A catalogue's own number first, and the parts of the address beside the whole.
CATALOGUE = headers_of(
    "_id,全国地方公共団体コード,ID,地方公共団体名,名称,名称_カナ,名称_英字,名称_通称,POIコード,外部識別子,外部識別子の値,所在地_全国地方公共団体コード,町字ID,"
    "所在地_連結表記,所在地_都道府県,所在地_市区町村,所在地_町字,所在地_番地以下,建物名等(方書),緯度,経度,高度の種別,高度の値,電話番号,内線番号,"
    "連絡先メールアドレス,連絡先FormURL,連絡先備考（その他、SNSなど）,郵便番号,法人番号,団体名,利用可能曜日,開始時間,終了時間,利用可能時間特記事項,説明,"
    "車椅子可,車椅子貸出,ツエ貸出,バリアフリートイレ,スロープ、エレベータ、エスカレータ,点字ブロック等の移動支援,点字や読上による支援,"
    "盲導犬・介助犬、聴導犬同伴,字幕,筆談対応,優先駐車場,オストメイト対応トイレ,授乳室,おむつ替えコーナー,飲食可否,ベビーカー貸出,ベビーカー利用,URL,"
    "画像,画像_ライセンス,備考"
)


def row(headers: list[str], **values: str) -> list[str]:
    known = {header.replace("（", "").replace("）", ""): header for header in headers}
    named = {known[name]: text for name, text in values.items()}
    return [named.get(header, "") for header in headers]


def meal(**values: str) -> list[str]:
    given = {"全国地方公共団体コード": "222127", "ID": "1", "市区町村名": "焼津市", "名称": "みなと食堂"}
    return row(MEALS, **{**given, "住所": "静岡県焼津市本町9-8-7", **values})


def facility(**values: str) -> list[str]:
    given = {"都道府県コード又は市区町村コード": "222127", "NO": "1", "市区町村名": "焼津市", "名称": "港の公民館"}
    return row(FACILITIES, **{**given, "住所": "静岡県焼津市本町9-8-7", **values})


def read_meal(**values: str) -> tuple[dict[str, str], list[dict[str, str]], str]:
    done = next(iter(translator(as_csv([MEALS, meal(**values)]))))
    return cells_of(done)[0], cells_of(done, "hours"), said(done)


def test_should_know_the_list_of_places_where_children_eat() -> None:
    for headers in (MEALS, [f"?{MEALS[0]}", *MEALS[1:]], ["NO", "都道府県コード又は市区町村コード", *MEALS[2:]]):
        profile = recognised(headers)
        assert profile is not None and profile.name == "kodomo_shokudo"
        assert len(profile.key) == 2 or headers[0].startswith("?")
        assert {profile.columns[header] for header in ("電話番号1", "電話番号2")} == {"phone"}
    resource, _hours, _said = read_meal(設置目的="", 方書="港会館")
    assert resource["kind"] == "place" and resource["type"] == "ibasho" and resource["place_name"] == "港会館"
    assert resource["summary"] == "焼津市本町にある「子ども食堂・子どもの居場所」です。"


def test_should_give_every_layout_a_word_for_what_it_lists() -> None:
    """Without one no row of a list without descriptions has a summary, and all of them are refused."""
    for profile, _own, _telling in layouts().values():
        assert profile.what and profile.summary
    done = next(iter(translator(as_csv([FACILITIES, facility()]))))
    assert cells_of(done)[0]["summary"] == "焼津市本町にある「公共施設」です。"


def test_should_take_what_a_place_is_called_by_people() -> None:
    done = next(iter(translator(as_csv([FACILITIES, facility(名称_通称="みなとぴあ")]))))
    assert cells_of(done)[0]["body"] == "通称: みなとぴあ"


@pytest.mark.parametrize(
    ("often", "values", "rules"),
    [
        # Weekly: the days are days of every week.
        ("1", {"開催曜日": "月火水木金"}, [("月、火、水、木、金", "")]),
        ("1 ", {"開催曜日": "月火水木金"}, [("月、火、水、木、金", "")]),
        ("2", {"開催曜日": "火木金"}, [("火、木、金", "")]),
        ("3", {"開催曜日": "木"}, [("木", "")]),
        ("", {"開催曜日": "木"}, [("木", "")]),
        ("毎週", {"開催曜日": "木"}, [("木", "")]),
        ("週2回", {"開催曜日": "火木"}, [("火、木", "")]),
        # Seldomer: only where the file says which of the days.
        ("5", {"開催曜日": "土"}, []),
        ("4", {"開催曜日": "土"}, []),
        ("月1回", {"開催曜日": "土"}, []),
        ("週1回", {"開催曜日": "土日"}, []),
        ("5", {"開催曜日": "日", "開催日": "毎月第4日曜日"}, [("日", "4")]),
        ("5", {"開催曜日": "土", "開催日": "毎月第一土曜日"}, [("土", "1")]),
        ("5", {"開催曜日": "水", "開催日時特記事項": "開催日は毎月第4水曜日"}, [("水", "4")]),
        ("3", {"開催曜日": "火木", "開催日": "毎月第二火曜日、第四木曜日"}, [("火", "2"), ("木", "4")]),
        ("2", {"開催曜日": "月水金", "開催日": "毎週月、水、金曜日"}, [("月、水、金", "")]),
        ("5", {"開催曜日": "金", "開催日": "毎月最終金曜日"}, [("金", "-1")]),
        # What contradicts itself, or says no more than nearly, is a note.
        ("5", {"開催曜日": "火", "開催日": "毎月第4日曜日"}, []),
        ("5", {"開催曜日": "日", "開催日": "原則毎月第4日曜日"}, []),
        ("6", {"開催曜日": "水", "開催日時特記事項": "第2水曜日"}, []),
        ("6", {"開催曜日": "水", "開催日時特記事項": "奇数月の第2水曜日"}, []),
        ("7", {"開催曜日": "水"}, []),
        ("8", {"開催曜日": "土"}, []),
        ("5", {"開催曜日": "日", "開催日": "毎月第4日曜日", "開催日時特記事項": "8月は第1日曜日"}, []),
    ],
)
def test_should_read_days_by_how_often_they_are(
    often: str, values: dict[str, str], rules: list[tuple[str, str]]
) -> None:
    resource, hours, told = read_meal(開催頻度=often, 開催開始時間="10:00", 開催終了時間="12:00", **values)
    assert [(rule["weekdays"], rule.get("nth", "")) for rule in hours] == rules
    assert all((rule["opens"], rule["closes"]) == ("10:00", "12:00") for rule in hours)
    if not rules:
        assert "10:00" in resource["hours_note"] and "決まった曜日と時刻として読めません" in told


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ({"開催頻度": "5", "開催曜日": "土", "開催開始時間": "10:00", "開催終了時間": "12:00"}, "月に1回ぐらい 土曜日 10:00〜12:00"),
        ({"開催頻度": "3", "開催曜日": "火金", "開催開始時間": "17:00"}, "週に1〜2回ぐらい 火・金曜日 17:00〜"),
        ({"開催頻度": "7"}, "学校の長い休みなど、決まった時期だけ"),
        ({"開催頻度": "8"}, "不定期"),
    ],
)  # fmt: skip
def test_should_say_in_words_how_often(values: dict[str, str], note: str) -> None:
    assert read_meal(**values)[0]["hours_note"] == note


def test_should_take_what_every_list_says_of_changes_for_a_remark() -> None:
    remark = "開所日、時間については事業所によって変更する場合がありますのでご了承ください。"
    values = {"開催曜日": "月金", "開催開始時間": "15:00", "開催終了時間": "19:00", "開催日時特記事項": remark}
    resource, [rule], _said = read_meal(開催頻度="3", **values)
    assert rule["weekdays"] == "月、金" and "変更する場合があります" in resource["hours_note"]


@pytest.mark.parametrize(
    ("prices", "cost", "note"),
    [
        (["0", "0", "0", "0", "0"], "free", ""),
        (["0 ", "0", "無料", "0円", "0"], "free", ""),
        (["0", "0", "0", "300", "300"], "partly", "幼児・小学生・中学生は無料、高校生・大人 300円"),
        (["200", "200", "200", "200", "200"], "paid", "幼児・小学生・中学生・高校生・大人 200円"),
        (["-", "300", "300", "", ""], "paid", "小学生・中学生 300円"),
        (["0", "0", "0", "", ""], "unknown", "幼児・小学生・中学生は無料"),
        (["", "", "", "", ""], "unknown", ""),
        (["0", "0", "0", "0", "実費"], "partly", "幼児・小学生・中学生・高校生は無料、大人 実費"),
    ],
)
def test_should_read_what_each_group_pays(prices: list[str], cost: str, note: str) -> None:
    headers = ["参加費_幼児", "参加費_小学生", "参加費_中学生", "参加費_高校生", "参加費_大人"]
    found, said_of_it = cost_of_groups(list(zip(prices, headers, strict=True)))
    assert (found.value, said_of_it) == (cost, note)


def test_should_not_call_free_what_costs_something_all_the_same() -> None:
    free = {f"参加費_{who}": "0" for who in ("幼児", "小学生", "中学生", "高校生", "大人")}
    assert read_meal(**free)[0]["cost"] == "free"
    resource, _hours, _said = read_meal(**free, 参加費特記事項="調理の日は材料費がかかります")
    assert resource["cost"] == "partly" and resource["cost_note"] == "調理の日は材料費がかかります"


@pytest.mark.parametrize(
    ("way", "more", "booking", "note"),
    [
        ("電話", "", "", "予約方法: 電話"),
        ("電話", "事前申込", "required", "予約方法: 電話"),
        ("不要", "", "not_needed", ""),
        ("", "持ち帰りはフォームから要予約。食事は不要", "", "持ち帰りはフォームから要予約。食事は不要"),
    ],
)
def test_should_keep_the_way_of_booking(way: str, more: str, booking: str, note: str) -> None:
    resource, _hours, _said = read_meal(予約方法=way, 予約特記事項=more)
    assert resource.get("booking", "") == booking and resource.get("first_visit_note", "") == note


def test_should_say_whose_number_it_is_and_what_numbers_mean() -> None:
    values = {"電話番号1": "(0547)99-1234", "電話番号1_連絡先備考": "（代表）", "電話番号2": "0547-99-5678"}
    more = {"実施支援の主な区分": "学習支援;フードパントリー", "フードパントリー実施": "1", "テイクアウト実施": "0"}
    done = next(iter(translator(as_csv([MEALS, meal(**values, **more, 学区="222127H00001")]))))
    assert [(way["value"], way.get("note", "")) for way in cells_of(done, "channels")] == [
        ("0547-99-1234", "代表"),
        ("0547-99-5678", ""),
    ]
    assert cells_of(done)[0]["body"] == (
        "実施支援の主な区分: 学習支援、フードパントリー\n\nフードパントリー実施: あり\n\nテイクアウト実施: なし"
    )


@pytest.mark.parametrize(
    "where", [{"備考": "住所は非公開"}, {"方書": "※以下未公開"}, {"備考": "所在地は公開していません"}]
)
def test_should_not_take_an_address_that_is_not_to_be_shown(where: dict[str, str]) -> None:
    resource, _hours, told = read_meal(緯度="34.8667", 経度="138.3167", **where)
    if "備考" in where:
        assert not {"address", "place_name", "lat", "lon"} & resource.keys()
        assert "住所は公開しないと書かれている" in told
    assert resource.get("place_name") is None and "9-8-7" not in resource["summary"]


@pytest.mark.parametrize(
    ("block", "was"),
    [("3月7日", "3-7"), ("Jan-43", "1-43"), ("7-Mar", "3-7"), ("2003/3/1", "3-3-1"), ("3-7", ""), ("5番地", ""), ("Abc-4", "")],
)  # fmt: skip
def test_should_mend_a_block_that_became_a_date(block: str, was: str) -> None:
    assert undated(block) == was


def test_should_read_a_list_of_a_catalogue_with_its_damages() -> None:
    values = {"ID": "AA1", "名称": " 港の資料館", "所在地_都道府県": "静岡県", "所在地_市区町村": "焼津市"}
    values |= {"所在地_町字": "本町", "所在地_番地以下": "3月7日", "法人番号": "5.22E+12", "車椅子可": "否"}
    values |= {"利用可能曜日": "月火水木金土日", "開始時間": "8:30", "終了時間": "日没まで", "筆談対応": "有"}
    done = next(iter(translator(as_csv([CATALOGUE, row(CATALOGUE, _id="1", **values)]))))
    [resource] = cells_of(done)
    assert resource["name"] == "港の資料館" and resource["address"] == "本町3-7"
    assert "番地が日付に変わっていた" in said(done)
    assert resource["accessibility"] == "writing" and "否" not in resource.get("body", "")
    assert not cells_of(done, "hours") and "日没まで" in resource["hours_note"]


def test_should_read_the_words_of_the_standards_own_example() -> None:
    values = {"利用可能曜日": "月火水木金", "開始時間": "8:30", "終了時間": "17:30"}
    remark = "祝日と年末年始（12/29～1/3）は終日利用不可。"
    done = next(iter(translator(as_csv([FACILITIES, facility(**values, 利用可能時間特記事項=remark)]))))
    [rule] = cells_of(done, "hours")
    assert (rule["weekdays"], rule["holidays"]) == ("月、火、水、木、金", "closed")
    assert cells_of(done, "exceptions")[0]["start"] == "2026-12-29"
    own = facility(**values, 利用可能時間特記事項="プールは第3月曜日利用不可。")
    assert not cells_of(next(iter(translator(as_csv([FACILITIES, own])))), "hours")


def test_should_read_a_list_whose_headers_are_english() -> None:
    headers = [
        "Name",
        "Label",
        "Owner",
        "Type",
        "Add1",
        "Add2",
        "Y",
        "X",
        "url",
        "TEL",
        "FAX",
        "Full",
        "Open",
        "Close",
        "Memo",
    ]
    one = headers_of("港の保育所,港,焼津福祉会,認可保育所,焼津市本町9-8-7,,34.8667,138.3167,,99-1234,,55,7:30,19:30,x")
    data = as_csv([headers, one, [item.replace("港", "浜") for item in one], one, *[[""] * 15] * 40])
    reader = translator(data, free_profile(data, summary="facts"))
    done = next(iter(reader))
    [resource] = cells_of(done)
    assert resource["name"] == "港の保育所" and resource["organisation"] == "焼津福祉会"
    assert resource["address"] == "本町9-8-7" and resource["lat"] == "34.8667"
    assert resource["summary"] == "焼津市本町にある「認可保育所」です。"
    assert not cells_of(done, "channels") and "市外局番から" in said(done)
    assert len(list(reader)) == 3


def test_should_forget_a_byte_order_mark_that_became_a_question_mark() -> None:
    assert normalised("?全国地方公共団体コード") == normalised("全国地方公共団体コード")
