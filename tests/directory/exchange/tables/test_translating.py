"""Files of cities as rows of our own tables, with what could not be taken and why."""

from __future__ import annotations

import random
import tracemalloc
from dataclasses import replace

import pytest

from directory.choices import ChannelKind, Cost, Eligibility, HolidayPolicy, Kind
from directory.exchange.tables.reading.books.files import open_book
from directory.exchange.tables.reading.books.grid import Unreadable
from directory.exchange.tables.reading.columns import columns
from directory.exchange.tables.reading.profiles import BadProfile, Profile
from directory.exchange.tables.reading.standard import layouts, recognised
from directory.exchange.tables.reading.translating import Translator

from .shapes import TODAY, as_csv, as_workbook, cells_of, free_profile, said, translator


def header(text: str) -> list[str]:
    return text.split(",")


OLD = header(
    "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,名称,名称_カナ,名称_通称,POIコード,住所,"
    "方書,緯度,経度,電話番号,内線番号,法人番号,団体名,利用可能曜日,開始時間,終了時間,利用可能日時特記事項,"
    "説明,バリアフリー情報,URL,備考"
)
NEW = header(
    "全国地方公共団体コード,ID,名称,名称_カナ,名称_英字,所在地_全国地方公共団体コード,町字ID,"
    "所在地_連結表記,所在地_都道府県,所在地_市区町村,所在地_町字,所在地_番地以下,建物名等(方書),緯度,経度,"
    "種別,電話番号,内線番号,連絡先メールアドレス,連絡先FormURL,連絡先備考（その他、SNSなど）,郵便番号,"
    "利用可能曜日,開始時間,終了時間,利用可能日時特記事項,URL,画像,備考"
)
CARE = header(
    "都道府県コード又は市町村コード,No,都道府県名,市区町村名,事業所名,事業所名カナ,サービスの種類,住所,"
    "方書（ビル名等）,緯度,経度,電話番号,FAX番号,法人番号,法人の名称,事業所番号,利用可能曜日,"
    "利用可能曜日特記事項,定員,URL,備考"
)
EVENT = header(
    "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,イベント名,イベント名_カナ,イベント名_英語,"
    "開始日,終了日,開始時間,終了時間,開始日時特記事項,説明,料金(基本),料金(詳細),連絡先名称,"
    "連絡先電話番号,連絡先内線番号,主催者,場所名称,住所,方書,緯度,経度,アクセス方法,駐車場情報,定員,"
    "参加申込終了日,参加申込終了時間,参加申込方法,URL,備考"
)


DISABILITY = header(
    "都道府県コード又は市区町村コード,NO（※システム内の固有の番号、連番）,指定機関名,法人の名称,法人の名称_かな,法人番号,"
    "法人住所（市区町村）,法人住所（番地以降）,法人電話番号,法人FAX番号,法人URL,サービス種別,事業所の名称,事業所の名称_かな,事業所番号,"
    "事業所住所（市区町村）,事業所住所（番地以降）,事業所電話番号,事業所FAX番号,事業所URL,事業所緯度,事業所経度,"
    "利用可能な時間帯（平日）,利用可能な時間帯（土曜）,利用可能な時間帯（日曜）,利用可能な時間帯（祝日）,定休日,"
    "利用可能曜日特記事項（留意事項）,定員"
)


def filled(headers: list[str], **values: str) -> list[str]:
    """A row of a layout; headers that are no Python names are given by position of their beginning."""
    assert all(any(header.startswith(name) for header in headers) for name in values)
    row = []
    for header in headers:
        name = next((name for name in sorted(values, key=len, reverse=True) if header.startswith(name)), "")
        row.append(values.pop(name) if name else "")
    return row


def facility(**more: str) -> list[str]:
    known = {
        "都道府県コード": "22212",
        "NO": "0001",
        "都道府県名": "静岡県",
        "市区町村名": "焼津市",
        "名称": "本町公民館",
        "名称_カナ": "ホンマチコウミンカン",
        "住所": "静岡県焼津市本町二丁目1-2",
        "緯度": "34.86",
        "経度": "138.32",
        "電話番号": "054-000-0001",
        "団体名": "焼津市",
        "利用可能曜日": "月火水木金土",
        "開始時間": "9:00",
        "終了時間": "21:00",
        "説明": "だれでも使える公民館です。",
    }
    return filled(OLD, **{**known, **more})


def test_should_read_the_old_standard_with_a_catalogues_column_first() -> None:
    data = as_csv([["_id", *OLD], ["7", *facility()]], "cp932")
    reader = translator(data, towns=["本町2丁目"])
    done = next(iter(reader))
    assert cells_of(done) == [
        {
            "kind": "place",
            "name": "本町公民館",
            "reading": "ほんまちこうみんかん",
            "summary": "だれでも使える公民館です。",
            "organisation": "焼津市",
            "type": "ibasho",
            "fields": "community",
            "town": "本町2丁目",
            "address": "1-2",
            "lat": "34.86",
            "lon": "138.32",
        }
    ]
    assert {row.source_key for row in done.rows if row.table != "organisations"} == {"222127-0001"}
    assert cells_of(done, "channels") == [{"kind": "phone", "value": "054-000-0001"}]
    assert cells_of(done, "hours") == [
        {"weekdays": "月、火、水、木、金、土", "opens": "09:00", "closes": "21:00", "holidays": "closed"}
    ]
    assert cells_of(done, "organisations") == [{"name": "焼津市", "type": "ibasho"}]
    assert not done.problems
    assert "_id" in reader.lost


def test_should_read_the_new_standard() -> None:
    row = filled(
        NEW,
        全国地方公共団体コード="222127",
        ID="A-1",
        名称="港会館",
        所在地_連結表記="静岡県焼津市港町1-2",
        所在地_都道府県="静岡県",
        所在地_市区町村="焼津市",
        緯度="34.86",
        経度="138.32",
        種別="集会所",
        電話番号="540000001",
        内線番号="12",
        連絡先メール="a@example.jp",
        連絡先FormURL="https://example.jp/form",
        郵便番号="425-0001",
        利用可能曜日="月火水木金",
        開始時間="09:00",
        終了時間="17:00",
        利用可能日時="祝日、12/29～1/3を除く",
        URL="https://example.jp/",
        備考="2階は工事中",
    )
    done = next(iter(translator(as_csv([NEW, row]))))
    [resource] = cells_of(done)
    assert resource["summary"] == "焼津市港町にある「集会所」です。"
    assert resource["address"] == "港町1-2"
    assert resource["postal_code"] == "425-0001"
    assert resource["body"] == "備考: 2階は工事中"
    assert resource["hours_note"] == "12月29日〜1月3日は休み"
    assert [(row["kind"], row["value"], row.get("note")) for row in cells_of(done, "channels")] == [
        ("phone", "0540000001", "内線12"),
        ("mail", "a@example.jp", None),
        ("web", "https://example.jp/", None),
        ("form", "https://example.jp/form", None),
    ]
    assert cells_of(done, "exceptions")[0] == {
        "start": "2026-12-29",
        "end": "2027-01-03",
        "closed": "1",
        "reason": "年末年始",
    }
    assert "0がなかった" in said(done)


def test_should_mend_what_is_surely_wrong_and_say_so() -> None:
    row = facility(市区町村名="静岡県焼津市本町3-4", 住所="", 緯度="138.32", 経度="34.86", 電話番号="425-0001")
    done = next(iter(translator(as_csv([OLD, row]))))
    [resource] = cells_of(done)
    assert resource["address"] == "本町3-4"
    assert (resource["lat"], resource["lon"]) == ("34.86", "138.32")
    assert not cells_of(done, "channels")
    assert "市区町村名: 市区町村の列に、所在地の全体" in said(done)
    assert "緯度: 緯度と経度が入れかわって" in said(done)
    assert "電話番号: 郵便番号のようです" in said(done)


def test_should_take_zero_for_unknown() -> None:
    done = next(
        iter(
            translator(
                as_csv([OLD, facility(緯度="0", 経度="0", 電話番号="0", URL="0", 開始時間="0:00", 終了時間="0:00")])
            )
        )
    )
    [resource] = cells_of(done)
    assert "lat" not in resource
    assert not cells_of(done, "channels")
    assert not cells_of(done, "hours")


def test_should_say_of_a_whole_column_that_it_holds_something_else() -> None:
    rows = [facility(NO=str(n), 電話番号=f"425-000{n}") for n in range(1, 6)]
    reader = translator(as_csv([OLD, *rows]))
    assert any("郵便番号" in note.message and note.place.column == "電話番号" for note in reader.notes)


def test_should_read_care_services_and_leave_out_other_municipalities() -> None:
    row = {
        "No": "1",
        "事業所名": "ケアの家",
        "サービスの種類": "通所介護",
        "住所": "静岡県焼津市港町1-2",
        "電話番号": "054-000-0001",
        "FAX番号": "054-000-0002",
        "法人の名称": "社会福祉法人かもめ",
        "事業所番号": "2270000001",
        "利用可能曜日": "平日",
        "定員": "20",
    }
    rows = [filled(CARE, 都道府県コード=code, **row) for code in ("222127", "22130", "222127")]
    rows[2][CARE.index("サービスの種類")] = "訪問介護"
    data = as_csv([CARE, *rows])
    profile = recognised(CARE)
    assert profile is not None
    reader = Translator(open_book("x", data), replace(profile, municipality="222127"), TODAY)
    done = list(reader)
    assert [one.rows[0].source_key for one in done] == ["2270000001-通所介護", "2270000001-訪問介護"]
    assert reader.elsewhere == 1
    [resource] = cells_of(done[0])
    assert resource["kind"] == Kind.DESK
    assert resource["organisation"] == "社会福祉法人かもめ"
    assert resource["summary"] == "焼津市港町にある「通所介護」です。"
    # Days without times are no opening times.
    assert not cells_of(done[0], "hours")
    assert resource["hours_note"] == "平日"


def test_should_read_disability_services_and_leave_out_other_municipalities() -> None:
    row = filled(
        DISABILITY,
        都道府県コード="22000",
        法人の名称="社会福祉法人なぎさ",
        サービス種別="就労継続支援Ｂ型",
        事業所の名称="なぎさ工房",
        事業所の名称_かな="なぎさこうぼう",
        事業所番号="2210000001",
        事業所住所="静岡県焼津市",
        事業所電話番号="054-000-0001",
        定休日="日曜・祝日",
    )
    row[DISABILITY.index("事業所住所（番地以降）")] = "港町1-2"
    row[DISABILITY.index("法人電話番号")] = "03-0000-0009"
    row[DISABILITY.index("利用可能な時間帯（平日）")] = "9:00～16:00"
    row[DISABILITY.index("利用可能な時間帯（土曜）")] = "9:00～12:00"
    other = list(row)
    other[DISABILITY.index("事業所住所（市区町村）")] = "静岡県藤枝市"
    profile = recognised(DISABILITY)
    assert profile is not None
    book = open_book("x", as_csv([DISABILITY, row, other]))
    reader = Translator(book, replace(profile, municipality="222127", municipality_name="焼津市"), TODAY)
    [done] = reader
    assert reader.elsewhere == 1
    [resource] = cells_of(done)
    assert (resource["name"], resource["reading"]) == ("なぎさ工房", "なぎさこうぼう")
    assert resource["address"] == "港町1-2"
    assert done.rows[0].source_key == "2210000001-就労継続支援Ｂ型"
    assert [one["value"] for one in cells_of(done, "channels")] == ["054-000-0001"]
    assert [(one["weekdays"], one["opens"], one["closes"]) for one in cells_of(done, "hours")] == [
        ("月、火、水、木、金", "09:00", "16:00"),
        ("土", "09:00", "12:00"),
    ]
    assert "法人電話番号" in reader.lost


def test_should_read_columns_of_single_days() -> None:
    rows = [["名前", "月", "火", "水", "土日祝"], ["a館", "9:00〜12:00", "9:00〜12:00", "休み", "10:00〜15:00"]]
    done = next(iter(translator(as_csv(rows), free_profile(as_csv(rows)))))
    assert [(one.get("weekdays"), one["opens"], one["holidays"]) for one in cells_of(done, "hours")] == [
        ("月", "09:00", "closed"),
        ("火", "09:00", "closed"),
        ("土、日", "10:00", "open"),
        (None, "10:00", "only"),
    ]


@pytest.mark.parametrize(
    ("start", "end", "rules"),
    [
        ("2026-12-05", "2026-12-05", [("土", "2026-12-05", "2026-12-05")]),
        ("2026/12/5", "", [("土", "2026-12-05", "2026-12-05")]),
        ("令和8年12月5日", "令和8年12月7日", [("月、火、水、木、金、土、日", "2026-12-05", "2026-12-07")]),
    ],
)
def test_should_read_events_into_the_days_on_which_they_are(start: str, end: str, rules: list[tuple[str, ...]]) -> None:
    row = filled(EVENT, 開始日="", イベント名="港まつり", NO="1")
    row[EVENT.index("開始日")], row[EVENT.index("終了日")] = start, end
    row[EVENT.index("開始時間")], row[EVENT.index("終了時間")] = "10:00", "15:00"
    row[EVENT.index("料金(基本)")] = "無料"
    row[EVENT.index("場所名称")] = "港公園"
    done = next(iter(translator(as_csv([EVENT, row]))))
    assert [(one["weekdays"], one["valid_from"], one["valid_to"]) for one in cells_of(done, "hours")] == rules
    assert all(one["holidays"] == HolidayPolicy.OPEN for one in cells_of(done, "hours"))
    [resource] = cells_of(done)
    assert (resource["cost"], resource["place_name"]) == (Cost.FREE, "港公園")


def test_should_know_each_layout_by_its_headers_alone() -> None:
    found = {
        name: recognised(headers) for name, headers in (("public_facility", OLD), ("care", CARE), ("event", EVENT))
    }
    assert {name: profile.name == name for name, profile in found.items() if profile} == dict.fromkeys(found, True)
    assert recognised(["名前", "電話", "住所"]) is None
    shuffled = list(NEW)
    random.Random(3).shuffle(shuffled)
    new = recognised(["_id", *shuffled])
    assert new is not None
    assert new.name == "public_facility"
    wam = recognised(
        [
            "事業所の名称",
            "事業所番号",
            "事業所住所（市区町村）",
            "事業所住所（番地以降）",
            "事業所電話番号",
            "事業所URL",
        ]
    )
    assert wam is not None
    assert wam.name == "disability"
    support = recognised(
        ["地方公共団体の名称", "タイトル（制度名）", "支援制度種別", "対象者", "制度概要", "連絡先電話番号"]
    )
    assert support is not None
    assert support.columns["タイトル（制度名）"] == "name"


def test_should_name_only_layouts_whose_columns_there_are() -> None:
    for profile, own, telling in layouts().values():
        assert telling
        assert own
        profile.check()
        Profile(name="x", columns=own).check()


def test_should_give_each_header_one_meaning() -> None:
    words = [word for column in columns().values() for word in column.words]
    assert len(set(words)) == len(words)


FREE = [
    ["通いの場一覧（令和8年度）"],
    ["団体名", "連絡先", None, "開催日時", "対象", "参加費", "見学", "駐車場"],
    [None, "電話", "メール", None, None, None, None, None],
    [
        "かもめ会",
        "054-000-0001（代）",
        "a@example.jp",
        "毎週火・木曜日 午前10時から正午まで",
        "65歳以上",
        "100円",
        "可",
        "5台",
    ],
    ["なぎさ会", "０５４－０００－０００２", "-", "第2・4土曜 13時半〜", "どなたでも", "無料", "", "なし"],
]
MERGED = ["A2:A3", "B2:C2", "D2:D3", "E2:E3", "F2:F3", "G2:G3", "H2:H3"]


def test_should_read_a_free_table() -> None:
    data = as_workbook(FREE, MERGED)
    profile = replace(free_profile(data, kind="place", type="ibasho"), constants={"fields": "community"})
    profile = replace(profile, columns={**profile.columns, "団体名": "name"})
    reader = translator(data, profile)
    first, second = reader
    [resource] = cells_of(first)
    assert resource["name"] == "かもめ会"
    assert resource["type"] == "ibasho"
    assert resource["fields"] == "community"
    assert (resource["eligibility"], resource["audiences"]) == (Eligibility.MAINLY, "elderly")
    assert (resource["cost"], resource["cost_note"]) == (Cost.PAID, "100円")
    assert resource["accessibility"] == "parking"
    assert [row["kind"] for row in cells_of(first, "channels")] == [ChannelKind.PHONE, ChannelKind.MAIL]
    assert cells_of(first, "hours") == [
        {"weekdays": "火、木", "opens": "10:00", "closes": "12:00", "holidays": "closed"}
    ]
    [other] = cells_of(second)
    assert not cells_of(second, "hours")
    assert other["hours_note"] == "第2・4土曜 13時半〜"
    assert "終わりの時刻がありません" in said(second)
    assert other["cost"] == Cost.FREE
    assert "accessibility" not in other
    assert reader.lost == ["見学"]
    assert second.rows[0].cells["cost"].place.column == "参加費"
    assert second.rows[0].cells["cost"].place.row == 5
    assert second.rows[0].cells["cost"].place.sheet == "一覧"


def test_should_keep_columns_only_where_the_profile_says_so() -> None:
    data = as_csv([["名前", "鍵の番号", "合言葉", "色"], ["a館", "12", "山", "青"]])
    profile = Profile(
        name="x",
        columns={"名前": "name"},
        keep={"鍵の番号": "staff_note", "色": "body"},
        constants={"summary": "集まる所です"},
    )
    reader = translator(data, profile)
    [resource] = cells_of(next(iter(reader)))
    assert resource["staff_note"] == "鍵の番号: 12"
    assert resource["body"] == "色: 青"
    assert resource["summary"] == "集まる所です"
    assert reader.lost == ["合言葉"]
    assert "山" not in str(resource)


def test_should_read_an_address_in_pieces_and_take_the_records_own_number_for_its_key() -> None:
    headers = [
        "番号",
        "ｻｰﾋﾞｽ種類",
        "事業所番号",
        "事業所名",
        "事業所所在地1",
        "事業所所在地2",
        "事業所電話",
        "連絡先住所",
    ]
    rows = [headers]
    for n in range(1, 5):
        rows.append(
            [
                str(n),
                "共同生活援助",
                f"072080020{n}",
                f"虹{n}",
                "福島県喜多方市",
                f"井戸尻{n}番1",
                f"024-000-000{n}",
                "東京都港区1",
            ]
        )
    data = as_csv(rows)
    reader = translator(data, free_profile(data))
    done = next(iter(reader))
    [resource] = cells_of(done)
    assert resource["address"] == "井戸尻1番1"
    assert resource["body"] == "ｻｰﾋﾞｽ種類: 共同生活援助"
    assert done.rows[0].source_key == "0720800201"
    assert "連絡先住所" in reader.lost


def test_should_say_that_something_is_there_only_where_it_is() -> None:
    rows = [
        ["名前", "エレベーター", "駐車場", "授乳室"],
        ["a館", "有（故障中）", "20台", "有"],
        ["b館", "有", "0台", "無"],
    ]
    data = as_csv(rows)
    first, second = translator(data, free_profile(data))
    assert cells_of(first)[0]["accessibility"] == "parking、nursing_room"
    assert "故障中" in cells_of(first)[0]["body"]
    assert cells_of(second)[0]["accessibility"] == "elevator"


def test_should_take_a_minute_to_midnight_for_midnight_and_tell_hours_that_say_nothing() -> None:
    data = as_csv(
        [
            OLD,
            facility(開始時間="0:00", 終了時間="23:59", 利用可能曜日="月・火・水・木・金・土・日曜日、祝日"),
            facility(開始時間="0:00", 終了時間="0:00"),
        ]
    )
    first, second = translator(data)
    assert [(one["opens"], one["closes"], one["holidays"]) for one in cells_of(first, "hours")] == [
        ("00:00", "00:00", "open")
    ]
    assert not cells_of(second, "hours")
    assert "0:00なので" in said(second)


def test_should_keep_people_out_of_what_is_public() -> None:
    """Names of representatives are taken only where somebody says so; a mobile number is pointed at."""
    data = as_csv([["団体名", "代表者", "電話"], ["かもめ会", "架空太郎", "090-0000-0001"]])
    profile = free_profile(data)
    assert "代表者" not in profile.columns
    reader = translator(data, profile)
    done = next(iter(reader))
    assert "架空太郎" not in str(done.rows)
    assert reader.lost == ["代表者"]
    assert "携帯電話" in said(done)


def test_should_put_a_note_that_is_too_long_into_the_body() -> None:
    long = "この制度は、市内に住んでいて、次のどれかにあてはまる方が使えます。" * 10
    data = as_csv([["名前", "対象者", "開館時間"], ["a館", long, "要相談。" * 60]])
    [resource] = cells_of(next(iter(translator(data, free_profile(data)))))
    assert len(resource["eligibility_note"]) < 50
    assert f"対象者: {long}" in resource["body"]
    assert "要相談" in resource["body"]
    assert "hours_note" not in resource


@pytest.mark.parametrize(
    ("headers", "values", "hours"),
    [
        (["曜日", "時間"], ["毎週火曜", "10:00〜12:00"], [("火", "10:00", "12:00")]),
        (["活動日", "活動時間"], ["第2・4土曜", "13時〜15時"], [("土", "13:00", "15:00")]),
        (["開催日", "開始時刻", "終了時刻"], ["毎週木曜日", "9:30", "11:30"], [("木", "09:30", "11:30")]),
        (["開館時間", "休館日"], ["9:00〜21:00", "月曜"], [("火、水、木、金、土、日", "09:00", "21:00")]),
        (
            ["開館時間", "休館日"],
            ["9:00〜21:00", "毎週月曜日、年末年始"],
            [("火、水、木、金、土、日", "09:00", "21:00")],
        ),
        (["曜日", "開館時間", "受付時間"], ["月〜金", "9:00〜21:00", "9:00〜17:00"], []),
        (["開館時間", "休館日"], ["9:00〜21:00", "不定休"], []),
    ],
)
def test_should_put_together_what_columns_say_of_hours(
    headers: list[str], values: list[str], hours: list[tuple[str, ...]]
) -> None:
    data = as_csv([["名前", *headers], ["a館", *values]])
    done = next(iter(translator(data, free_profile(data))))
    assert [(one["weekdays"], one["opens"], one["closes"]) for one in cells_of(done, "hours")] == hours
    [resource] = cells_of(done)
    if not hours:
        assert all(value in resource["hours_note"] for value in values)


def test_should_count_what_was_not_taken() -> None:
    data = as_csv([["名前", "色", "形"], ["a館", "青", ""], ["b館", "赤", ""]])
    reader = translator(data, free_profile(data))
    list(reader)
    assert reader.lost == ["色", "形"]
    assert reader.lost_values == {"色": 2}


def test_should_make_no_summary_up() -> None:
    data = as_csv([["名前", "住所"], ["a館", "静岡県焼津市港町1"]])
    assert "summary" not in cells_of(next(iter(translator(data, free_profile(data)))))[0]
    facts = free_profile(data, summary="facts")
    assert cells_of(next(iter(translator(data, facts))))[0]["summary"] == "焼津市港町にあります。"
    nowhere = as_csv([["名前"], ["a館"]])
    assert "summary" not in cells_of(next(iter(translator(nowhere, free_profile(nowhere, summary="facts")))))[0]
    told = replace(facts, what="集会所")
    assert cells_of(next(iter(translator(data, told))))[0]["summary"] == "焼津市港町にある「集会所」です。"


def test_should_name_a_record_by_its_name_and_address_where_the_file_has_no_number() -> None:
    data = as_csv([["名前", "住所"], ["a館", "本町1"], ["a館", "本町2"]])
    keys = [done.rows[0].source_key for done in translator(data, free_profile(data))]
    assert keys == ["a館 本町1", "a館 本町2"]


def test_should_write_an_organisation_once() -> None:
    data = as_csv([OLD, facility(), facility(NO="0002", 名称="港公民館")])
    reader = translator(data)
    [organisation] = [row for done in reader for row in done.rows if row.table == "organisations"]
    assert organisation.source_key == "焼津市"
    for _twice in range(2):
        assert [row["name"] for done in reader for row in cells_of(done, "organisations")] == ["焼津市"]
        assert reader.read == 2


def test_should_refuse_a_row_without_a_name_and_a_cell_without_a_value() -> None:
    data = as_csv([["名前", "電話"], ["", "054-000-0001"], ["あ" * 40_000, "054-000-0002"]])
    first, second = translator(data, free_profile(data))
    assert "名前がありません" in said(first)
    assert first.problems
    assert second.problems[0].place.column == "名前"
    book = as_workbook([["名前", "電話"], ["a館", "=1+1"], ["b館", "054-000-0001"]])
    done = next(iter(translator(book, free_profile(book))))
    assert done.problems[0].place.column == "電話"


def test_should_tell_values_that_stand_beside_the_table() -> None:
    data = as_csv([["名前", "電話"], ["a館", "054-000-0001", "はみ出し"]])
    assert "見出しのない列" in said(next(iter(translator(data, free_profile(data)))))


def test_should_say_when_a_sheet_or_key_is_not_there() -> None:
    data = as_workbook([["名前", "電話"], ["a館", "054-000-0001"]])
    with pytest.raises(Unreadable):
        translator(data, Profile(name="x", sheet="ない"))
    reader = translator(data, replace(free_profile(data), key=("番号",)))
    assert any("番号" in note.message for note in reader.notes)
    assert next(iter(reader)).rows[0].source_key == "a館"


def test_should_keep_a_profile_as_text() -> None:
    profile = recognised(OLD)
    assert profile is not None
    assert Profile.from_json(profile.to_json()) == profile
    assert profile.column_of("電 話 番 号") == "phone"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"name": 1}',
        '{"name": "x", "new": 1}',
        '{"name": "x", "columns": ["a"]}',
        '{"name": "x", "columns": {"a": "b"}}',
        '{"name": "x", "kind": "shop"}',
        '{"name": "x", "keep": {"a": "name"}}',
        '{"name": "x", "header_row": -1}',
        '{"name": "x", "key": "a"}',
    ],
)
def test_should_refuse_a_profile_that_is_none(text: str) -> None:
    with pytest.raises(BadProfile):
        Profile.from_json(text)


def test_should_give_the_same_rows_in_every_encoding_and_format() -> None:
    rows = [OLD, *[facility(NO=f"{n:04}", 名称=f"第{n}公民館") for n in range(1, 8)]]
    datas = [as_csv(rows, encoding) for encoding in ("utf-8", "utf-8-sig", "cp932", "utf-16")]
    datas += [as_csv(rows, delimiter=delimiter) for delimiter in ";\t"] + [as_workbook(rows, title="x")]
    answers = [
        [cells_of(done, table) for done in translator(data) for table in ("resources", "channels", "hours")]
        for data in datas
    ]
    assert all(answer == answers[0] for answer in answers)


def test_should_read_whatever_stands_in_the_cells() -> None:
    """A thousand rows of any words in any column: each becomes rows or is told, none fails, none is lost."""
    dice = random.Random(14)
    words = [
        "",
        "0",
        "-",
        "054-000-0001",
        "月〜金 9:00〜17:00",
        "34.8",
        "無料",
        "○",
        "令和6年4月1日",
        "9:00",
        "あ" * 300,
    ]
    words += ["焼津市本町1", "a@example.jp", "https://example.jp/", "第2土曜 10:00〜12:00", "※注", "222127", "=1+1"]
    words += ["\u202eabc", "1e400", "nan", "١٢٣", "½時"]
    for headers in (OLD, NEW, CARE, EVENT):
        name = next(index for index, header in enumerate(headers) if header in {"名称", "事業所名", "イベント名"})
        rows = []
        for number in range(250):
            row = [dice.choice(words) for _header in headers]
            row[name] = f"会館{number}"
            rows.append(row)
        reader = translator(as_csv([headers, *rows]))
        done = list(reader)
        assert reader.read + reader.asides_count == 250
        for one in done:
            places = [cell.place for row in one.rows for cell in row.cells.values()]
            assert {place.row for place in places} == {one.number}
            for hours in cells_of(one, "hours"):
                assert hours["opens"] != hours["closes"] or hours["opens"] == "00:00"


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "(",
        " ",
        "月",
        "1-",
        "0120-",
        "a@",
        "www.",
        "市",
        "郡町",
        "第1・",
        "内線1・",
        "1,",
        "電話 ",
        "①",
        "<",
        "丁目",
    ],
)
def test_should_take_no_value_out_of_a_cell_that_is_full(piece: str) -> None:
    """What looks for values would need the square of a text's length: this test would not end."""
    row = [(f"{number}{piece}" + piece * 40_000)[:32_767] for number in range(len(EVENT))]
    done = next(iter(translator(as_csv([EVENT, row]))))
    assert not cells_of(done, "hours")
    assert all(len(channel["value"]) < 1_000 for channel in cells_of(done, "channels"))
    assert "lat" not in cells_of(done)[0]


def test_should_need_no_more_memory_for_more_rows() -> None:
    def peak(count: int) -> int:
        reader = translator(as_csv([OLD, *[facility(NO=str(n), 名称=f"第{n}公民館") for n in range(count)]]))
        tracemalloc.start()
        try:
            assert sum(1 for _done in reader) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(50)
    assert peak(3_000) < peak(300) + 1_000_000
