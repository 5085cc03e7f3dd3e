"""What single cells mean, as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from directory.choices import Audience, Booking, Cost, Eligibility
from directory.exchange.tables.reading import cells, dates, places


@pytest.mark.parametrize(
    ("text", "numbers", "rest"),
    [
        ("054-000-0001", ["phone 054-000-0001"], ""),
        ("０５４（０００）０００１", ["phone 054-000-0001"], ""),
        ("054-000-0001（代）", ["phone 054-000-0001 代表"], ""),
        ("054-000-0001 内線123", ["phone 054-000-0001 内線123"], ""),
        ("054-000-0001（内線 12・13）", ["phone 054-000-0001 内線12・13"], ""),
        ("TEL 054-000-0001 FAX 054-000-0002", ["phone 054-000-0001", "fax 054-000-0002"], ""),
        ("電話:054-000-0001\nファクス:054-000-0002", ["phone 054-000-0001", "fax 054-000-0002"], ""),
        ("054-000-0001、090-0000-0002", ["phone 054-000-0001", "phone 090-0000-0002"], ""),
        ("0120-000-001 / 054-000-0001", ["phone 0120-000-001", "phone 054-000-0001"], ""),
        ("540000001", ["phone 0540000001 *"], ""),
        ("54-000-0001", ["phone 054-000-0001 *"], ""),
        ("9000000002", ["phone 090-0000-0002 *"], ""),
        ("0312345678", ["phone 03-1234-5678"], ""),
        ("090-00000002", ["phone 090-0000-0002"], ""),
        ("#7119", ["phone #7119"], ""),
        ("189", ["phone 189"], ""),
        ("054-000-0001（夜間）", ["phone 054-000-0001 夜間"], ""),
        ("なし", [], ""),
        ("0", [], ""),
        ("－", [], ""),
        ("000-0001", [], "000-0001"),
        ("窓口へ直接", [], "窓口へ直接"),
        ("054-000-0001（12345）", ["phone 054-000-0001"], "12345"),
    ],
)
def test_should_read_telephone_numbers(text: str, numbers: list[str], rest: str) -> None:
    found, left = cells.numbers_of(text)
    assert [f"{one.kind} {one.value} {one.note}{'*' * one.repaired}".strip() for one in found] == numbers
    assert left == rest


def test_should_take_numbers_of_a_fax_column_for_fax() -> None:
    assert [one.kind for one in cells.numbers_of("054-000-0001", "fax")[0]] == ["fax"]
    assert [one.kind for one in cells.numbers_of("TEL 054-000-0001", "fax")[0]] == ["phone"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("425-0001", "425-0001"),
        ("〒４２５－０００１", "425-0001"),
        ("4250001", "425-0001"),
        ("600001", "060-0001"),
        ("12345", ""),
    ],
)
def test_should_read_postal_codes(text: str, code: str) -> None:
    assert cells.postal_code_of(text) == code


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和6年4月1日", date(2024, 4, 1)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R6.4.1", date(2024, 4, 1)),
        ("H30/12/1", date(2018, 12, 1)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("２０２４年４月１日（月）", date(2024, 4, 1)),
        ("2024-04-01 00:00:00", date(2024, 4, 1)),
        ("20240401", date(2024, 4, 1)),
        ("45383", date(2024, 4, 1)),
        ("2024-02-30", None),
        ("4月1日", None),
        ("令和6年4月", None),
        ("未定", None),
        ("2024年4月1日から", None),
    ],
)
def test_should_read_dates(text: str, day: date | None) -> None:
    assert dates.date_of(text) == day


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("13時半", "13:30"),
        ("午後1時", "13:00"),
        ("9:00", "09:00"),
        ("９：３０", "09:30"),
        ("930", "09:30"),
        ("0.375", "09:00"),
        ("24:00", "24:00"),
        ("正午", "12:00"),
        ("午後12時", ""),
        ("25:00", ""),
        ("9時75分", ""),
        ("朝", ""),
    ],
)
def test_should_read_times(text: str, clock: str) -> None:
    assert dates.time_of(text) == clock


@pytest.mark.parametrize("text", ["有", "○", "〇", "可", "あり", "1", "はい", "TRUE"])
def test_should_read_yes(text: str) -> None:
    assert cells.yes_no(text) is True


@pytest.mark.parametrize("text", ["無", "×", "不可", "なし", "0", "いいえ"])
def test_should_read_no(text: str) -> None:
    assert cells.yes_no(text) is False


def test_should_know_when_a_cell_says_neither() -> None:
    assert cells.yes_no("△") is None
    assert cells.yes_no("") is None
    with pytest.raises(ValueError):
        cells.yes_no("20台")


@pytest.mark.parametrize(
    ("text", "cost", "note"),
    [
        ("無料", Cost.FREE, ""),
        ("０円", Cost.FREE, ""),
        ("参加費：無料", Cost.FREE, ""),
        ("100円", Cost.PAID, "100円"),
        ("1,000", Cost.PAID, "1,000円"),
        ("有料", Cost.PAID, ""),
        ("無料（材料費500円）", Cost.PARTLY, "無料（材料費500円）"),
        ("材料費実費", Cost.PARTLY, "材料費実費"),
        ("窓口で確認", Cost.UNKNOWN, "窓口で確認"),
        ("-", Cost.UNKNOWN, ""),
    ],
)
def test_should_read_costs(text: str, cost: Cost, note: str) -> None:
    assert cells.cost_of(text) == (cost, note)


@pytest.mark.parametrize(
    ("text", "level", "audiences"),
    [
        ("どなたでも", Eligibility.ANYONE, []),
        ("市民", Eligibility.ANYONE, []),
        ("65歳以上", Eligibility.MAINLY, [Audience.ELDERLY]),
        ("子育て中の方のみ", Eligibility.ONLY, [Audience.PARENTS]),
        ("障がい者とその家族", Eligibility.MAINLY, [Audience.DISABLED]),
        ("", Eligibility.ANYONE, []),
    ],
)
def test_should_read_who_may_come(text: str, level: Eligibility, audiences: list[Audience]) -> None:
    assert cells.who_of(text)[:2] == (level, audiences)


@pytest.mark.parametrize(
    ("text", "booking"),
    [
        ("要予約", "required"),
        ("予約不要", "not_needed"),
        ("不要", "not_needed"),
        ("電話で", "unknown"),
        ("必要", "required"),
    ],
)
def test_should_read_booking(text: str, booking: str) -> None:
    assert cells.booking_of(text) == Booking(booking)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("131016", "131016"),
        ("092011", "092011"),
        ("92011", "092011"),
        ("13101", "131016"),
        ("222127.0", "222127"),
        ("１３１０１６", "131016"),
        ("11002", "011002"),
        ("131017", ""),
        ("999999", ""),
        ("abc", ""),
    ],
)
def test_should_mend_codes_of_municipalities(text: str, code: str) -> None:
    assert places.code_of(text) == code


@pytest.mark.parametrize(
    ("text", "prefecture", "city", "rest"),
    [
        ("静岡県焼津市本町二丁目16番32号", "静岡県", "焼津市", "本町二丁目16番32号"),
        ("〒425-8502 静岡県焼津市本町2-16-32", "静岡県", "焼津市", "本町2-16-32"),
        ("東京都千代田区霞が関1-2", "東京都", "千代田区", "霞が関1-2"),
        ("北海道札幌市中央区北1条西2", "北海道", "札幌市中央区", "北1条西2"),
        ("千葉県市川市八幡1-1", "千葉県", "市川市", "八幡1-1"),
        ("三重県四日市市諏訪町1-5", "三重県", "四日市市", "諏訪町1-5"),
        ("北海道余市郡余市町朝日町26", "北海道", "余市郡余市町", "朝日町26"),
        ("奈良県大和郡山市北郡山町248", "奈良県", "大和郡山市", "北郡山町248"),
        ("東京都町田市森野2-2", "東京都", "町田市", "森野2-2"),
        ("本町1-2", "", "", "本町1-2"),
    ],
)
def test_should_part_addresses(text: str, prefecture: str, city: str, rest: str) -> None:
    assert places.address_of(text) == places.Address(prefecture, city, rest)


@pytest.mark.parametrize(
    ("lat", "lon", "found"),
    [
        ("34.8671", "138.3234", ("34.8671", "138.3234", "")),
        ("138.3234", "34.8671", ("34.8671", "138.3234", "exchanged")),
        ("0", "0", ("", "", "")),
        ("", "-", ("", "", "")),
        ("51.5", "0.1", ("", "", "wrong")),
        ("34.8671", "", ("", "", "wrong")),
        ("34度52分1.5秒", "138度19分24秒", ("34.86708333", "138.32333333", "")),
    ],
)
def test_should_read_coordinates_and_mend_exchanged_ones(lat: str, lon: str, found: tuple[str, str, str]) -> None:
    assert places.coordinates_of(lat, lon) == found
