"""全国地方公共団体コード: the rule of the check digit, and what spreadsheets do to it."""

from __future__ import annotations

import pytest

from portal.starting.codes import PREFECTURES, CodeError, check_digit, read_code


@pytest.mark.parametrize(
    "code", ["011002", "131016", "131041", "062031", "232076", "271004", "401307", "472018", "130001", "032093"]
)
def test_should_compute_the_check_digit_of_published_codes(code: str) -> None:
    assert check_digit(code[:5]) == code[5]
    assert read_code(code, PREFECTURES[int(code[:2]) - 1]) == (code, "")


def test_should_number_the_prefectures_as_the_standard_does() -> None:
    assert len(PREFECTURES) == len(set(PREFECTURES)) == 47
    assert (PREFECTURES[0], PREFECTURES[12], PREFECTURES[46]) == ("北海道", "東京都", "沖縄県")


@pytest.mark.parametrize(
    ("written", "prefecture", "told"),
    [
        ("11002", "北海道", "先頭の0"),
        ("01100", "北海道", "検査数字"),
        ("1100", "北海道", "先頭の0と最後の検査数字"),
        ("62031", "山形県", "先頭の0"),
        ("23207", "愛知県", "検査数字"),
        ("２３２０７", "愛知県", "検査数字"),
    ],
)
def test_should_repair_what_was_lost_and_say_so(written: str, prefecture: str, told: str) -> None:
    code, repaired = read_code(written, prefecture)
    assert len(code) == 6
    assert check_digit(code[:5]) == code[5]
    assert told in repaired
    assert code in repaired


@pytest.mark.parametrize(
    ("written", "prefecture", "told"),
    [
        ("232077", "愛知県", "検査数字が合いません（この番号なら、最後は 6"),
        ("232076", "東京都", "13 で始まります"),
        ("みどり", "愛知県", "6けたの数字"),
        ("12", "愛知県", "いまは2けた"),
        ("2320761", "愛知県", "いまは7けた"),
        ("", "愛知県", "6けたの数字"),
    ],
)
def test_should_refuse_what_cannot_be_right_and_say_what_to_do(written: str, prefecture: str, told: str) -> None:
    with pytest.raises(CodeError, match=told):
        read_code(written, prefecture)
