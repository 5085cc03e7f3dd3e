"""An editor in a real browser: the menu by keyboard, the one search, and what is pasted from Word and Excel."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_uploads import admin

pytestmark = pytest.mark.browser

LISTED = (
    "<p class=MsoListParagraph style='text-indent:-21.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]>"
    "<span style='font-family:Wingdings;mso-list:Ignore'>{sign}<span style='font:7.0pt \"Times New Roman\"'>&nbsp; </span></span>"
    "<![endif]><span>{text}<o:p></o:p></span></p>"
)
WORD = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15">
<style>p.MsoNormal{{color:red}}</style></head><body lang=JA><!--StartFragment-->
<h1 style='mso-pagination:widow-orphan'><span style='font-family:"ＭＳ ゴシック"'>相談会<span lang=EN-US><o:p></o:p></span></span></h1>
<h2><span>日にち<o:p></o:p></span></h2>
<p class=MsoNormal align=center style='text-align:center'><b><span style='font-size:18.0pt;color:red'>無料です</span></b><span>。
<a href="https://example.jp/mousikomi">申し込みのページ</a><o:p></o:p></span></p>
{LISTED.format(sign="l", text="ペン")}{LISTED.format(sign="l", text="お茶")}
<p class=MsoNormal>順番<o:p></o:p></p>
{LISTED.format(sign="1.", text="受付")}{LISTED.format(sign="2.", text="相談")}
<table class=MsoTableGrid><tr><td><p class=MsoNormal>日<o:p></o:p></p></td><td><p class=MsoNormal>場所</p></td></tr>
<tr><td><p class=MsoNormal>1日</p></td><td><p class=MsoNormal>東会館</p></td></tr></table>
<p><img src="file:///C:/a.png"></p><!--EndFragment--></body></html>"""
EXCEL = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta name=Generator content="Microsoft Excel 15"><style>td
{mso-style-parent:style0}</style></head><body><table border=0><!--StartFragment--><col width=72><tr height=18><td class=xl65>日</td>
<td class=xl65>場所</td></tr><tr><td>1日</td><td>東会館</td></tr><!--EndFragment--></table></body></html>"""
PASTE = """html => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "ことば");
  document.querySelector(".public-DraftEditor-content").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def pasted(page: Page, site: str, html: str) -> list[tuple[str, str]]:
    """What the editor holds after a paste: kinds of blocks with their text."""
    page.goto(f"{site}/admin/write/newspage/")
    page.get_by_role("button", name="部品を入れる").click()
    page.get_by_role("option", name="文章").click()
    page.locator(".public-DraftEditor-content").first.click()
    page.evaluate(PASTE, html)
    held = page.locator("input[name^='body-'][name$='-value']").first
    expect(held).not_to_have_value("null")
    page.wait_for_function(
        "name => document.querySelector(`[name='${name}']`).value.includes('東')", arg=held.get_attribute("name")
    )
    content: dict[str, Any] = json.loads(held.input_value())
    page.on("dialog", lambda dialog: dialog.accept())
    return [(block["type"], block["text"]) for block in content["blocks"] if block["text"].strip()]


def test_should_keep_the_structure_of_word_and_drop_the_rest(
    browser: Browser, site: str, site_environment: dict[str, str]
) -> None:
    with admin(browser, site, site_environment, "editor") as page:
        assert pasted(page, site, WORD) == [
            ("header-three", "相談会"),
            ("header-three", "日にち"),
            ("unstyled", "無料です。 申し込みのページ"),
            ("unordered-list-item", "ペン"),
            ("unordered-list-item", "お茶"),
            ("unstyled", "順番"),
            ("ordered-list-item", "受付"),
            ("ordered-list-item", "相談"),
            ("unstyled", "日 ｜ 場所"),
            ("unstyled", "1日 ｜ 東会館"),
        ]
        content = page.locator("input[name^='body-'][name$='-value']").first.input_value()
        assert "https://example.jp/mousikomi" in content
        assert "file://" not in content and "mso" not in content
        assert pasted(page, site, EXCEL) == [("unstyled", "日 ｜ 場所"), ("unstyled", "1日 ｜ 東会館")]


@pytest.mark.parametrize("width", [1280, 390])
def test_should_reach_an_empty_form_by_keyboard_alone(
    browser: Browser, site: str, site_environment: dict[str, str], width: int
) -> None:
    with admin(browser, site, site_environment, "editor") as page:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{site}/admin/")
        if width < 800:
            page.get_by_role("button", name="メニュー").first.focus()
            page.keyboard.press("Enter")
        page.get_by_role("button", name="載せる").focus()
        page.keyboard.press("Enter")
        link = page.get_by_role("link", name="居場所を載せる")
        expect(link).to_be_visible()
        for _press in range(12):
            page.keyboard.press("Tab")
            if link.evaluate("link => link === document.activeElement"):
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/gatheringplace/add/")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_should_search_everything_from_the_menu(browser: Browser, site: str, site_environment: dict[str, str]) -> None:
    with admin(browser, site, site_environment, "editor") as page:
        page.set_viewport_size({"width": 1280, "height": 800})
        box = page.get_by_role("navigation", name="メインメニュー").locator("xpath=..").get_by_role("textbox").first
        box.fill("まるごと")
        box.press("Enter")
        page.wait_for_url("**/admin/find/?q=*")
        expect(page.get_by_role("heading", name="相談窓口")).to_be_visible()
