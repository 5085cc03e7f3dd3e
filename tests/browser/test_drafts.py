"""A draft that saves itself in a real browser: rows stay one each (wagtail#14359), and nothing is lost with a log-in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.test_flows import visit
from tests.browser.test_partner_flows import log_in, logins  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
SAVED = re.compile("/edit/")
# Other tests take the first of a list.
LAST = "んんん"


def rows(page: Page) -> list[tuple[str, str]]:
    """Opening and closing of each row that is shown."""
    return [
        (row.locator("[name$='-opens']").input_value(), row.locator("[name$='-closes']").input_value())
        for row in page.locator("[data-inline-panel-child][id^='inline_child_opening_rules']").all()
        if row.is_visible()
    ]


@contextmanager
def saves_itself(page: Page) -> Iterator[None]:
    """What is typed within is kept, without a click."""

    def is_save(answer: Response) -> bool:
        return answer.request.method == "POST" and bool(re.search(r"/gatheringplace/(add|edit/\d+)/$", answer.url))

    with page.expect_response(is_save) as found:
        yield
    assert found.value.json()["success"]


def test_should_keep_each_row_once_while_it_saves_itself(
    browser: Browser,
    site: str,
    logins: dict[str, tuple[str, str]],  # noqa: F811
) -> None:
    with visit(browser) as page:
        log_in(page, site, logins, "editor")
        page.goto(f"{site}/admin/snippets/directory/gatheringplace/add/")
        page.locator("#id_name").fill("ひとりでに残る")
        page.locator("#id_reading").fill(LAST)
        # Wagtail looks at a form some seconds after it was opened, and calls changed what differs from then.
        page.wait_for_timeout(5000)
        with saves_itself(page):
            page.locator("#id_name").press_sequentially("居場所")
        expect(page.locator("form[data-edit-form]")).to_have_attribute("action", SAVED)
        page.locator("[role=tab]").filter(has_text=re.compile("時間|いつ")).first.click()
        page.locator("#id_opening_rules-ADD").click()
        with saves_itself(page):
            page.locator("[name='opening_rules-0-opens']").fill("10:00")
        with saves_itself(page):
            page.locator("[name='opening_rules-0-closes']").fill("12:00")
        page.locator("#id_opening_rules-ADD").click()
        with saves_itself(page):
            page.locator("[name='opening_rules-1-opens']").fill("13:00")
        page.reload()
        page.locator("[role=tab]").filter(has_text=re.compile("時間|いつ")).first.click()
        assert rows(page) == [("10:00", "12:00"), ("13:00", "")]


def test_should_hold_what_was_written_while_logged_out(
    browser: Browser,
    site: str,
    logins: dict[str, tuple[str, str]],  # noqa: F811
) -> None:
    with visit(browser) as page:
        log_in(page, site, logins, "editor")
        page.goto(f"{site}/admin/snippets/directory/gatheringplace/add/")
        page.context.clear_cookies()
        page.locator("#id_name").fill("ログインが切れた居場所")
        page.locator("#id_reading").fill(LAST)
        page.locator("button.action-save").first.click()
        expect(page.locator("h1")).to_have_text("まだ保存していません")
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="別のタブでログインする").click()
        log_in(opened.value, site, logins, "editor")
        page.get_by_role("button", name="もう一度送る").click()
        page.wait_for_url(SAVED)
        expect(page.locator("#id_name")).to_have_value("ログインが切れた居場所")
