"""By keyboard and by ear: where the focus goes, and what is said to those who do not see it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_flows import visit

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 700}
FOCUSED = "document.activeElement.tagName + '#' + document.activeElement.id"


def suggestions(page: Page, address: str, box: str) -> Any:
    """The open list under a search box."""
    page.goto(address)
    page.locator(box).fill("")
    page.keyboard.type("そうだん")
    shown = page.locator(".suggestions:not([hidden]) li")
    expect(shown.first).to_be_visible()
    return shown


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("address", ["/", "/search/?q=居場所"])
def test_should_go_on_from_open_suggestions(browser: Browser, site: str, width: int, address: str) -> None:
    with visit(browser, viewport={"width": width, "height": 500}) as page:
        for key, goal in (("Tab", "BUTTON#"), ("Shift+Tab", "")):
            suggestions(page, site + address, "main input[type=search]")
            page.keyboard.press(key)
            focused = page.evaluate(FOCUSED)
            assert focused != "BODY#"
            assert not goal or focused == goal
            expect(page.locator(".suggestions:not([hidden])")).to_have_count(0)


def test_should_say_how_many_suggestions_there_are(browser: Browser, site: str) -> None:
    with visit(browser, viewport=PHONE) as page:
        page.goto(site)
        region = page.locator("main form[data-suggestions] [role=status]")
        # Words are read out only where their region stood before them; it comes with the page.
        expect(region).to_have_count(1)
        expect(region).to_have_text("")
        shown = suggestions(page, site, "main input[type=search]")
        expect(region).to_contain_text(f"候補が{shown.count()}件")
        page.keyboard.press("Escape")
        expect(region).to_have_text("")


def test_should_say_that_something_was_put_into_the_list_and_taken_out(browser: Browser, site: str) -> None:
    with visit(browser, viewport=PHONE) as page:
        page.goto(site + "/browse/place/")
        page.locator(".hit-title a").first.click()
        page.wait_for_url("**/resources/**")
        region = page.locator("#my-list-said")
        page.evaluate("window.stays = document.getElementById('my-list-said')")
        expect(region).to_have_text("")
        for name, words in (("リストに入れる", "リストに入れました。"), ("リストから外す", "リストから外しました。")):
            page.get_by_role("button", name=name).press("Enter")
            expect(region).to_have_text(words)
            assert page.evaluate("window.stays === document.getElementById('my-list-said')"), "the page came anew"
            assert page.evaluate("document.activeElement.closest('#my-list') !== null"), "the focus stays there"
        page.get_by_role("button", name="リストに入れる").press("Enter")
        expect(region).to_have_text("リストに入れました。")
        page.goto(site + "/list/")
        expect(page.locator(".list-entry")).to_have_count(1)


def test_should_put_into_the_list_without_javascript_and_begin_there(browser: Browser, site: str) -> None:
    with visit(browser, java_script_enabled=False, viewport=PHONE) as page:
        page.goto(site + "/browse/place/")
        page.locator(".hit-title a").first.click()
        page.get_by_role("button", name="リストに入れる").click()
        page.wait_for_url("**#my-list")
        expect(page.locator("#my-list:focus")).to_contain_text("リストに入っています")


@pytest.mark.parametrize("width", [320, 390])
def test_should_close_the_menu_with_escape(browser: Browser, site: str, width: int) -> None:
    for address in ("/", "/search/?q=居場所", "/partners/login/"):
        with visit(browser, viewport={"width": width, "height": 700}) as page:
            page.goto(site + address)
            menu, button = page.locator("details.menu"), page.locator("details.menu > summary")
            for steps in (0, 1):
                button.focus()
                page.keyboard.press("Enter")
                expect(menu).to_have_attribute("open", "")
                for _step in range(steps):
                    page.keyboard.press("Tab")
                page.keyboard.press("Escape")
                expect(menu).not_to_have_attribute("open", "")
                expect(button).to_be_focused()


def test_should_close_the_suggestions_in_the_menu_before_the_menu(browser: Browser, site: str) -> None:
    with visit(browser, viewport=PHONE) as page:
        page.goto(site + "/browse/")
        page.locator("details.menu > summary").press("Enter")
        page.locator("#header-q").focus()
        page.keyboard.type("そうだん")
        expect(page.locator(".suggestions:not([hidden]) li").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".suggestions:not([hidden])")).to_have_count(0)
        expect(page.locator("details.menu")).to_have_attribute("open", "")
        page.keyboard.press("Escape")
        expect(page.locator("details.menu > summary")).to_be_focused()


def test_should_begin_with_what_is_wrong_with_the_place(browser: Browser, site: str) -> None:
    with visit(browser, java_script_enabled=False, viewport=PHONE) as page:
        page.goto(site + "/find/?about=care&where=ハワイ")
        expect(page.locator("#where-message")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#where")).to_be_focused()
