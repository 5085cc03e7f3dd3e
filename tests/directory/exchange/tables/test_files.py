"""Files as people send them: every encoding, every spreadsheet, and what is no table at all."""

from __future__ import annotations

import io
import random
import re
import sys
import tracemalloc
import unicodedata
import zipfile
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from directory.exchange.tables.reading.books import delimited, grid, workbooks
from directory.exchange.tables.reading.books.files import open_book
from directory.exchange.tables.reading.books.grid import Book, RawRow, Unreadable

TEXT = "名前,電話,備考\n髙橋﨑①会館,054-000-0001,～があります\n"


def rows(book: Book, sheet: str = "") -> list[RawRow]:
    found = book.sheet(sheet)
    assert found is not None
    return list(found.rows())


def texts(book: Book, sheet: str = "") -> list[tuple[str, ...]]:
    return [row.texts for row in rows(book, sheet)]


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def refused(data: bytes, name: str = "list.csv", **forced: str) -> str:
    with pytest.raises(Unreadable) as error:
        for sheet in open_book(name, data, **forced).sheets:
            list(sheet.rows())
    assert any(unicodedata.name(sign, "").startswith(("HIRAGANA", "CJK")) for sign in str(error.value))
    return str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_should_read_each_encoding_and_separator(encoding: str, delimiter: str) -> None:
    # In cp932 the wave dash is the full-width tilde.
    book = open_book("x.csv", TEXT.replace(",", delimiter).encode(encoding))
    assert texts(book)[1] == ("髙橋﨑①会館", "054-000-0001", "～があります")
    assert book.delimiter == delimiter


def test_should_take_the_encoding_that_somebody_says() -> None:
    assert texts(open_book("x.csv", TEXT.encode("cp932"), encoding="cp932"))[1][0] == "髙橋﨑①会館"
    assert "文字コード" in refused(TEXT.encode("cp932"), encoding="utf-8")
    assert "文字コード" in refused(TEXT.encode(), encoding="rot13")
    assert "1文字" in refused(TEXT.encode(), delimiter="||")


def test_should_name_the_line_that_is_in_no_encoding() -> None:
    data = b"name,b\n" + "公民館,1\n".encode() * 9 + b"\xe5\xfe\xfd\x00,1\n"
    assert "11行目" in refused(data)


def test_should_count_rows_as_a_spreadsheet_does() -> None:
    book = open_book("x.csv", b'a,b\n\n"1\n2",3\n,\n4,5\n')
    assert [(row.number, row.texts) for row in rows(book)] == [(1, ("a", "b")), (3, ("1\n2", "3")), (5, ("4", "5"))]


def test_should_tell_a_quotation_mark_without_an_end() -> None:
    book = open_book("x.csv", b'a,b\n"1,2\n3,4\n')
    assert any("引用符" in note for note in book.notes)
    long = ('a,b\n"' + "公民館,1\n" * 200_000).encode()
    assert "引用符" in refused(long)


def test_should_take_out_hidden_characters_and_say_so() -> None:
    book = open_book("x.csv", "名前,b\n公\u202e民\u200b館\x07,1\n".encode())
    row = rows(book)[1]
    assert row.texts[0] == "公民館"
    assert "U+202E" in row.flaws[0].message
    assert not row.flaws[0].refuses


def test_should_hide_what_forms_refuse() -> None:
    """The same characters as `validators.validate_visible`, by their categories."""
    hidden = {
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs"} and chr(code) not in "\t\n"
    }
    found = {code for code in range(sys.maxunicode + 1) if grid.HIDDEN.match(chr(code))}
    assert hidden <= found
    # Later versions of Unicode know more of them.
    assert {unicodedata.category(chr(code)) for code in found - hidden} <= {"Cn"}


def test_should_read_a_full_cell_and_refuse_a_longer_one() -> None:
    full, longer = "あ" * grid.MOST_CHARACTERS, "あ" * (grid.MOST_CHARACTERS + 1)
    row, other = rows(open_book("x.csv", f"{full},1\n{longer},1\n".encode()))
    assert row.texts[0] == full
    assert not row.flaws
    assert other.flaws[0].refuses


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "何も入っていません"),
        (b"  \n \n", "何も入っていません"),
        (b"<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table>", "HTML"),
        ("\ufeff  <html lang='ja'>".encode(), "HTML"),
        (b"<!-- saved --><table><tr><td>", "HTML"),
        (b'[{"name": "x"}]', "JSON"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "パスワード"),
        (b"PK\x03\x04broken", "壊れて"),
    ],
)
def test_should_refuse_what_is_no_table_and_say_what_to_do(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_should_refuse_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "50 MB" in refused(b"a,b\n" * (grid.MOST_BYTES // 4 + 1))
    assert "列" in refused((",".join("x" * (grid.MOST_COLUMNS + 1)) + "\n").encode())
    assert "行が多すぎます" in refused(b"a,b\n" * (grid.MOST_ROWS + 1))


def test_should_read_the_most_rows() -> None:
    book = open_book("x.csv", b"a,b\n" * grid.MOST_ROWS)
    assert sum(1 for _row in book.sheets[0].rows()) == grid.MOST_ROWS


def workbook(*lines: list[object]) -> Workbook:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    return book


def test_should_read_values_as_they_are_shown() -> None:
    book = workbook(["名前", "郵便番号", "日", "時", "数", "小数", "印"])
    sheet = book.active
    sheet.append(["公民館", 60001, date(2026, 4, 1), time(9, 30), 12.0, 34.86712345678, True])
    sheet["B2"].number_format = "0000000"
    sheet.append([None, None, datetime(2026, 4, 1, 13, 0), 1, 0.1 + 0.2])
    sheet["D3"].number_format = "h:mm"
    _header, first, second = texts(open_book("x.xlsx", saved(book)))
    assert first == ("公民館", "0060001", "2026-04-01", "09:30", "12", "34.86712345678", "TRUE")
    assert second == ("", "", "2026-04-01 13:00", "24:00", "0.3")


def test_should_fill_merged_cells() -> None:
    book = workbook(["分類", "名前"], ["公民館", "東"], [None, "西"], ["図書館", "中央"])
    book.active.merge_cells("A2:A3")
    assert texts(open_book("x.xlsx", saved(book)))[2] == ("公民館", "西")


def test_should_name_a_formula_that_nobody_has_calculated() -> None:
    book = workbook(["名前", "計"], ["公民館", "=1+1"])
    row = rows(open_book("x.xlsx", saved(book)))[1]
    assert row.texts[0] == "公民館"
    assert row.flaws[0].refuses
    assert row.flaws[0].index == 1


def test_should_read_the_value_of_a_formula_and_name_an_error() -> None:
    data = saved(workbook(["名前", "計", "誤"], ["公民館", "=1+1", "#REF!"]))
    data = repacked(
        data,
        {"xl/worksheets/sheet1.xml": lambda part: part.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")},
    )
    row = rows(open_book("x.xlsx", data))[1]
    assert row.texts[1] == "2"
    assert [flaw.index for flaw in row.flaws] == [2]


def repacked(data: bytes, changes: dict) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            part = old.read(info)
            new.writestr(info.filename, changes[info.filename](part) if info.filename in changes else part)
        for name, make in changes.items():
            if name not in old.namelist():
                new.writestr(name, make(b""))
    return stream.getvalue()


def test_should_leave_macros_alone_and_say_so() -> None:
    data = repacked(saved(workbook(["名前", "電話"], ["公民館", "1"])), {"xl/vbaProject.bin": lambda _part: b"\0" * 99})
    book = open_book("x.xlsm", data)
    assert texts(book)[1] == ("公民館", "1")
    assert any("マクロ" in note for note in book.notes)


def test_should_refuse_bombs_and_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(workbook(["名前", "電話"]))
    bomb = repacked(data, {"xl/media/image1.bin": lambda _part: b"\0" * 40_000_000})
    assert "大きすぎ" in refused(bomb, "x.xlsx")
    entities = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]>'
    evil = repacked(data, {"xl/worksheets/sheet1.xml": lambda part: entities + part.split(b"?>")[-1]})
    assert "壊れて" in refused(evil, "x.xlsx")
    assert "Excel" in refused(repacked(data, {"xl/workbook.bin": lambda _part: b"x"}), "x.xlsb")
    monkeypatch.setattr(workbooks, "MOST_MERGED", 1)
    many = workbook(["名前", "電話"], [1, 2], [3, 4])
    many.active.merge_cells("A1:A2")
    many.active.merge_cells("B1:B2")
    assert "結合" in refused(saved(many), "x.xlsx")


def test_should_leave_out_empty_sheets_and_name_hidden_ones() -> None:
    book = workbook(["名前", "電話"], ["公民館", "1"])
    book.create_sheet("空")
    hidden = book.create_sheet("控え")
    hidden.append(["a", "b"])
    hidden.sheet_state = "hidden"
    opened = open_book("x.xlsx", saved(book))
    assert [sheet.name for sheet in opened.sheets] == ["Sheet", "控え"]
    assert any("空" in note for note in opened.notes)
    assert any("控え" in note for note in opened.notes)
    assert "何も入っていません" in refused(saved(Workbook()), "x.xlsx")


def test_should_find_formulas_and_merged_cells_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    book = workbook(["名前", "計"], *[[f"館{number}", "=1+1"] for number in range(300)])
    for row in range(2, 100, 2):
        book.active.merge_cells(start_row=row, end_row=row + 1, start_column=1, end_column=1)
    data = saved(book)
    whole = rows(open_book("x.xlsx", data))
    for size in (400, 777, 1_000):
        monkeypatch.setattr(workbooks, "BLOCK", size)
        assert rows(open_book("x.xlsx", data)) == whole
    assert all(row.flaws for row in whole[1:])


def test_should_tell_the_separator_by_the_rows_and_not_by_the_text() -> None:
    text = "名前\t説明\n公民館\t月,火,水,木,金,土,日\n図書館\t本,雑誌,新聞\n"
    assert delimited.delimiter_of(text.encode(), "utf-8") == "\t"


@pytest.mark.parametrize("seed", range(8))
def test_should_read_or_refuse_what_is_damaged(seed: int) -> None:
    """Whatever becomes of a file on its way: rows or a sentence, no other end."""
    dice = random.Random(seed)
    book = workbook(["名前", "電話"], ["公民館", 540000001], ["図書館", date(2026, 4, 1)])
    book.active.merge_cells("A2:A3")
    whole = [saved(book), TEXT.encode("cp932"), TEXT.encode(), TEXT.encode("utf-16")]
    inner = zipfile.ZipFile(io.BytesIO(whole[0]))
    for _round in range(40):
        data = bytearray(dice.choice(whole))
        for _change in range(dice.randint(1, 8)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        damaged = bytes(data[: dice.randint(len(data) // 2, len(data))])
        name = dice.choice(inner.namelist())
        part = bytearray(inner.read(name))
        for _change in range(dice.randint(1, 8)):
            part[dice.randrange(len(part))] = dice.choice(b'<>"0A9 =/&')
        for one in (damaged, repacked(whole[0], {name: lambda _part, part=part: bytes(part)})):
            try:
                for sheet in open_book("x", one).sheets:
                    assert all(isinstance(text, str) for row in sheet.rows() for text in row.texts)
            except Unreadable as error:
                assert str(error)


def test_should_need_no_memory_for_a_sheet_that_does_not_say_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "BLOCK", 1 << 14)

    def peak(count: int) -> int:
        data = saved(workbook(*[["公民館", number, "本町1-2"] for number in range(count)]))
        data = repacked(data, {"xl/worksheets/sheet1.xml": lambda part: re.sub(rb"<dimension[^>]*>", b"", part)})
        tracemalloc.start()
        try:
            assert len(texts_seen(data)) == 1
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    def texts_seen(data: bytes) -> set[str]:
        return {row.texts[0] for row in open_book("x.xlsx", data).sheets[0].rows()}

    assert peak(6_000) < peak(300) + 500_000


def test_should_read_words_without_the_readings_above_them() -> None:
    words = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>名前</t></si>'
        "<si><r><t>公民</t></r><r><t>館</t></r><rPh sb='0' eb='2'><t>コウミンカン</t></rPh></si></sst>"
    )
    data = saved(workbook(["名前", "公民館"]))
    assert texts(open_book("x.xlsx", repacked(data, {"xl/sharedStrings.xml": lambda _part: words.encode()}))) == [
        ("名前", "公民館")
    ]
