"""A city's own list on its way into the register, in a real browser: matched, looked at, mended, taken in, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_uploads import admin

pytestmark = pytest.mark.browser
ROWS, EVERY = 500, 25
# Importing 500 rows takes seconds; the page asks again by itself.
PATIENCE = 90_000


def salons(path: Path) -> None:
    """A list as offices keep them: a title, two rows of headers, joined cells, notes below; every 25th row is faulty."""
    book = Workbook()
    sheet = book.active
    sheet.title = "サロン一覧"
    sheet.append(["令和8年度　ふれあいサロン一覧（高齢福祉課）"])
    sheet.append([])
    sheet.append(["番号", "サロン名", "ふりがな", "会場", "所在地", "連絡先", "", "開催日時", "参加費", "備考"])
    sheet.append(["", "", "", "", "", "電話", "FAX"])
    sheet.merge_cells("F3:G3")
    for number in range(1, ROWS + 1):
        name, reading, street = f"なごみサロン{number}号", f"なごみさろん{number}ごう", f"よろず市日の出{number}番地"
        match (number % EVERY and -1) or number // EVERY % 4:
            case 0:
                name = ""
            case 1:
                name *= 20
            case 2:
                street += "の1" * 60
            case 3:
                reading *= 25
        hours = "第2・4土曜 13時半〜15時" if number % 3 else "月〜金 9:00-17:00（祝日除く）"
        phone = f"0000-56-{number:04}"
        sheet.append([number, name, reading, f"第{number}集会所", street, phone, "", hours, "無料", ""])
    sheet.append([])
    sheet.append(["※開催日は変わることがあります。"])
    book.save(path)


def wait_until(page: Page, said: str) -> None:
    """The page asks again by itself while somebody works on the import."""
    expect(page.locator("main p[role=status]")).to_contain_text(said, timeout=PATIENCE)


def bring(page: Page, site: str, file: Path) -> None:
    """Choose a file, and have it looked at."""
    page.goto(f"{site}/admin/imports/")
    page.set_input_files("#id_file", file)
    page.get_by_role("button", name="調べる").click()
    page.wait_for_url("**/admin/imports/*-*/")


def test_should_take_a_citys_list_from_the_file_into_the_register_and_back(
    browser: Browser, site: str, site_environment: dict[str, str], tmp_path: Path
) -> None:
    source = tmp_path / "salons.xlsx"
    salons(source)
    with admin(browser, site, site_environment, "approver") as page:
        bring(page, site, source)
        expect(page.get_by_label("連絡先_電話")).to_have_value("phone")
        expect(page.get_by_label("開催日時")).to_have_value("hours_text")
        page.get_by_label("この読み方の名前").fill("高齢福祉課のサロン一覧")
        page.get_by_label("何の一覧ですか").select_option("place")
        page.get_by_label("機関の種類").select_option("ibasho")
        page.get_by_label("ひとことで言うと").fill("ふれあいサロン")
        page.get_by_label("高齢・介護").check()
        page.get_by_role("button", name="この読み方で調べる").click()
        wait_until(page, "調べました")
        row = page.get_by_role("row", name="社会資源")
        assert [cell.inner_text() for cell in row.get_by_role("cell").all()] == ["480", "0", "0", "20"]
        with page.expect_download() as download:
            page.get_by_role("link", name="直すところに印を付けたExcel").click()
        marked = tmp_path / "marked.xlsx"
        download.value.save_as(marked)
        page.get_by_role("button", name="やめる").click()

        # Somebody mends the marked cells, and leaves the marks and the list of problems where they are.
        book = load_workbook(marked)
        assert book["直すところ"].max_row == 21
        sheet = book["サロン一覧"]
        faulty = [cell for cells in sheet.iter_rows() for cell in cells if cell.comment]
        assert len(faulty) == 20
        for cell in faulty:
            number = sheet.cell(cell.row, 1).value
            sheet.cell(cell.row, 2).value = f"なごみサロン{number}号"
            sheet.cell(cell.row, 3).value = f"なごみさろん{number}ごう"
            sheet.cell(cell.row, 5).value = f"よろず市日の出{number}番地"
        mended = tmp_path / "mended.xlsx"
        del book["直すところ"]
        book.save(mended)
        bring(page, site, mended)
        expect(page.get_by_text("前に取り込んだ「高齢福祉課のサロン一覧」と同じ形です")).to_be_visible()
        page.get_by_role("button", name="この読み方で調べる").click()
        wait_until(page, "調べました")
        expect(page.get_by_role("heading", name="直すところ")).to_have_count(0)
        page.get_by_label("取り込んで、すぐに公開する").check()
        page.get_by_role("button", name="取り込む", exact=True).click()
        expect(page.locator("[data-work=going]")).to_be_visible()
        # Whoever reads it is not moved: what is new is put into the page that is open.
        page.evaluate("window.isTheSame = true")
        page.get_by_role("link", name="登録簿の出し入れへ").focus()
        wait_until(page, "取り込みました")
        assert page.evaluate("window.isTheSame && document.activeElement !== document.body")
        here = page.url

        found = page.context.new_page()
        found.goto(f"{site}/search/?q=なごみサロン250号")
        expect(found.locator(".hit-title").first).to_contain_text("なごみサロン250号")
        found.locator(".hit-title a").first.click()
        expect(found.locator("main")).to_contain_text("13:30")
        address = found.url

        page.goto(here)
        page.get_by_role("button", name="元に戻す").click()
        wait_until(page, "元に戻しました")
        found.goto(f"{site}/search/?q=なごみサロン250号")
        expect(found.locator(".hit-title", has_text="なごみサロン250号")).to_have_count(0)
        assert found.goto(address).status == 410
