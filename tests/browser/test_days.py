"""A bad day in a real browser: how many clicks and seconds from the first page to what residents see."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import manage

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
SECONDS = 60


class Hand:
    """Somebody who clicks, and counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0
        self.begun = time.monotonic()

    def click(self, selector: str) -> None:
        """One click or tap."""
        self.clicks += 1
        self.page.locator(selector).first.click()

    @property
    def seconds(self) -> float:
        """Since the first page stood there."""
        return time.monotonic() - self.begun


@pytest.fixture(scope="module")
def approver(browser: Browser, site: str, site_environment: dict[str, str]) -> dict[str, Any]:
    """The cookies of an approver, who logs in once."""
    told = manage(site_environment, "demo_data", "--logins")
    found = re.search(r"^  approver / (\S+)", told, re.MULTILINE)
    assert found
    context = browser.new_context(locale="ja-JP", base_url=site)
    page = context.new_page()
    page.goto("/admin/login/")
    page.fill("#id_username", "approver")
    page.fill("#id_password", found[1])
    page.click("button[type=submit]")
    page.wait_for_url(f"{site}/admin/", timeout=10_000)
    state = context.storage_state()
    context.close()
    return dict(state)


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def hand(browser: Browser, site: str, approver: Any, request: pytest.FixtureRequest) -> Iterator[Hand]:
    """An approver on a telephone, logged in, on the first page; with scripts and without."""
    context = browser.new_context(
        viewport=PHONE,
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        base_url=site,
        java_script_enabled=request.param,
        storage_state=approver,
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/admin/")
    yield Hand(page)
    context.close()


def resident(browser: Browser, site: str, address: str) -> str:
    """What somebody reads at an address, without a cookie."""
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", base_url=site)
    page = context.new_page()
    page.goto(address)
    text = page.inner_text("body")
    context.close()
    return text


def test_should_close_an_area_in_eight_clicks_and_a_minute_and_take_it_back(
    hand: Hand, browser: Browser, site: str
) -> None:
    page = hand.page
    hand.click("text=お休み・お知らせを出す")
    hand.clicks += 1
    page.select_option("[name=area]", "seibu")
    hand.click("button[name=choose]")
    page.locator("#found-title").wait_for()
    count = page.locator("[name=entry][checked]").count()
    assert count > 20
    hand.click("button[value=what]")
    hand.clicks += 1
    page.fill("[name=reason]", "大雨")
    hand.click("button[value=look]")
    page.locator(".days__look").first.wait_for()
    assert page.locator(".days__look").count() == 2
    hand.click("button[value=make]")
    page.wait_for_url(re.compile(r"/days/\d+/"))
    assert "いま出ています" in page.inner_text("main")
    assert hand.clicks <= 8, hand.clicks
    assert hand.seconds < SECONDS
    assert "大雨のため" in resident(browser, site, "/browse/place/?area=seibu")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    hand.click("button[value=undo]")
    page.get_by_text("案内は元のとおりです").wait_for()
    assert "取り消しました" in page.inner_text("main")
    assert "大雨のため" not in resident(browser, site, "/browse/place/?area=seibu")


def test_should_open_a_prepared_page_in_three_taps_and_a_minute_and_close_it(
    hand: Hand, browser: Browser, site: str
) -> None:
    page = hand.page
    hand.click("text=備えのページを開く")
    hand.click("text=「とても暑い日に」を開く")
    hand.click("text=いま開く")
    page.wait_for_url(re.compile(r"/days/band/\d+/"))
    assert "いま出ています" in page.inner_text("main")
    assert hand.clicks == 3
    assert hand.seconds < SECONDS
    assert "とても暑くなっています" in resident(browser, site, "/")
    assert "涼しくすごせるところ" in resident(browser, site, "/now/heat/")
    hand.click("button[value=undo]")
    page.get_by_text("もう住民には見えません").wait_for()
    assert "いまは出していません" in resident(browser, site, "/now/heat/")
    assert "とても暑くなっています" not in resident(browser, site, "/")


def test_should_be_done_with_the_keyboard_alone(hand: Hand, browser: Browser, site: str) -> None:
    page = hand.page
    page.goto("/admin/days/band/new/")
    page.focus("[name=level][value=info]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("あすは雪です。")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/days/band/\d+/"))
    assert "いま出ています" in page.inner_text("main")
    assert "あすは雪です。" in resident(browser, site, "/")
    page.focus("button[value=undo]")
    page.keyboard.press("Enter")
    page.get_by_text("もう住民には見えません").wait_for()
    assert "あすは雪です。" not in resident(browser, site, "/")


def test_should_read_out_what_is_urgent_once_a_visit(hand: Hand, browser: Browser, site: str) -> None:
    page = hand.page
    page.goto("/admin/days/band/new/")
    page.check("[name=level][value=urgent]")
    page.fill("[name=words]", "避難してください。")
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/days/band/\d+/"))
    context = browser.new_context(locale="ja-JP", base_url=site)
    reader = context.new_page()
    reader.goto("/")
    assert reader.locator("[role=alert]").count() == 1
    reader.goto("/find/")
    assert reader.locator(".alert-urgent").count() == 1
    assert reader.locator("[role=alert]").count() == 0
    context.close()
    page.click("button[value=undo]")
    page.get_by_text("もう住民には見えません").wait_for()
