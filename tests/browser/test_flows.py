"""What a visitor does, in a real browser: with a keyboard, on a phone, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

PAGES = [
    "/search/?q=死にたい",
    "/search/?q=いのちの電話",
    "/find/?about=sudden-illness",
    "/search/?q=息子が部屋から出てこない 東部 土日",
    "/",
    "/search/?q=居場所 東部圏域",
    "/search/?q=ggxyzzy",
    "/find/",
    "/find/?about=dementia&about=debt&area=tobu",
    "/browse/",
    "/browse/place/?area=tobu",
    "/nowhere/",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def visit(browser: Browser, **options: Any) -> Iterator[Page]:
    """A fresh visitor; axe has to be let past the site's own policy on scripts."""
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", bypass_csp=True, **options)
    try:
        yield context.new_page()
    finally:
        context.close()


def barriers(page: Page) -> list[dict]:
    """What axe finds on a page that is there to its last line (halfway it has neither a heading nor an end)."""
    page.wait_for_load_state("load")
    expect(page.locator("h1").first).to_be_attached()
    return Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]


def sideways(page: Page) -> int:
    """Pixels by which a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [390, 1280])
def test_should_have_no_barrier_and_ask_no_other_host(browser: Browser, site: str, width: int) -> None:
    with visit(browser, viewport={"width": width, "height": 844}) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        found = []
        addresses = list(PAGES)
        page.goto(site + "/search/?q=居場所")
        addresses.append(page.locator(".hit-title a").first.get_attribute("href"))
        page.goto(site + "/こんなとき/")
        addresses.append(page.locator("main a[href*='/%E3%81%93']").last.get_attribute("href"))
        for address in addresses:
            page.goto(site + address)
            found += [f"{address}: {rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in barriers(page)]
            assert sideways(page) <= 0, address
        assert not found
        assert {urlsplit(address).netloc for address in asked} == {urlsplit(site).netloc}


def test_should_fit_a_narrow_window_with_large_text(browser: Browser, site: str) -> None:
    with visit(browser, viewport={"width": 320, "height": 640}) as page:
        for address in PAGES:
            page.goto(site + address)
            assert sideways(page) <= 0, address
            page.add_style_tag(content="html{font-size:200%}")
            assert sideways(page) <= 0, f"{address} at 200 %"


@pytest.mark.parametrize("has_script", [True, False])
def test_should_show_the_first_number_on_the_first_screen_of_a_telephone(
    browser: Browser, site: str, has_script: bool
) -> None:
    with visit(browser, java_script_enabled=has_script, viewport={"width": 390, "height": 844}) as page:
        for asked in ("死にたい", "夫に殴られる", "意識がない 救急車を呼びたい", "#8000"):
            page.goto(site + "/search/?q=" + quote(asked))
            box = page.locator("main a[href^='tel:']").first.bounding_box()
            assert box["y"] + box["height"] <= 844, asked
            assert box["height"] >= 44, asked
            assert page.locator("#q").bounding_box()["y"] < box["y"], asked


def test_should_lead_from_a_question_to_a_desk_without_javascript(browser: Browser, site: str) -> None:
    with visit(browser, java_script_enabled=False, viewport={"width": 390, "height": 844}) as page:
        page.goto(site)
        page.locator("main form input[name=q]").first.fill("どこに聞いたらいいかわからん")
        page.locator("main form button[type=submit]").first.click()
        expect(page.locator(".lead-desks .desk-name").first).to_contain_text("まるごと")
        page.locator(".lead-desks .desk-name a").first.click()
        expect(page.locator("h1")).to_contain_text("まるごと")
        expect(page.locator("main a[href^='tel:']").first).to_be_visible()


def test_should_find_a_desk_with_the_finder_without_javascript(browser: Browser, site: str) -> None:
    with visit(browser, java_script_enabled=False, viewport={"width": 390, "height": 844}) as page:
        page.goto(site + "/find/")
        page.locator("summary", has_text="高齢・介護").click()
        page.locator("input[name=about][value=dementia]").check()
        page.locator("input[name=where]").fill("000-0311")
        page.locator("main form button[type=submit]").last.click()
        expect(page.locator(".answer .desk-name").first).to_contain_text("南部")


def test_should_be_usable_with_the_keyboard_alone(browser: Browser, site: str) -> None:
    with visit(browser, viewport={"width": 1280, "height": 844}) as page:
        page.goto(site)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#main", "the skip link comes first"
        page.keyboard.press("Enter")
        for _press in range(10):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "q":
                break
        assert page.evaluate("document.activeElement.name") == "q", "the box is near after the skip link"
        page.keyboard.type("こども食堂")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search/**")
        expect(page.locator(".hit-title").first).to_contain_text("食堂")
        for _press in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("!!document.activeElement.closest('.hit-title')"):
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/resources/**")


def test_should_keep_everything_on_paper(browser: Browser, site: str) -> None:
    with visit(browser) as page:
        page.goto(site + "/search/?q=シルバー人材センター")
        page.locator(".hit-title a").first.click()
        page.wait_for_url("**/resources/**")
        number = page.locator("a[href^='tel:']").first.inner_text()
        page.emulate_media(media="print")
        assert page.locator("a[href^='tel:']").first.is_visible()
        assert number.strip()
        assert not page.locator("header nav").first.is_visible()


@pytest.mark.parametrize("address", ["/search/?q=居場所", "/browse/desk/", "/find/?about=care"])
def test_should_print_the_hours_of_results_and_not_whether_they_are_open_now(
    browser: Browser, site: str, address: str
) -> None:
    with visit(browser) as page:
        page.goto(site + address)
        hours, now = page.locator("main .paper-only").first, page.locator("main .status").first
        assert now.is_visible()
        assert not hours.is_visible()
        page.emulate_media(media="print")
        assert hours.is_visible()
        assert ":" in hours.inner_text()
        assert not now.is_visible()


def test_should_suggest_while_typing_by_keyboard(browser: Browser, site: str) -> None:
    with visit(browser) as page:
        page.goto(site + "/search/")
        box = page.locator("#q")
        box.click()
        page.keyboard.type("にんち")
        suggestion = page.locator("#q-suggestions [role=option]", has_text="認知症").first
        suggestion.wait_for()
        assert box.get_attribute("aria-expanded") == "true"
        assert not barriers(page)
        while page.locator("[role=option][aria-selected=true]", has_text="認知症").count() == 0:
            page.keyboard.press("ArrowDown")
        assert box.get_attribute("aria-activedescendant")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=%E8%AA%8D%E7%9F%A5%E7%97%87*")
        page.locator("#q").click()
        page.keyboard.type(" かいご")
        page.locator("#q-suggestions").wait_for(state="attached")
        page.keyboard.press("Escape")
        assert page.locator("#q").get_attribute("aria-expanded") == "false"


def test_should_take_back_what_was_understood_without_javascript(browser: Browser, site: str) -> None:
    with visit(browser, java_script_enabled=False) as page:
        page.goto(site + "/search/?q=居場所 東部")
        page.locator(".understood a", has_text="東部圏域").click()
        page.wait_for_url("**off=area**")
        expect(page.locator(".understood a", has_text="東部圏域")).to_have_count(0)
