"""A draft that saves itself in a real browser: rows stay one each (wagtail#14359), and nothing is lost with a log-in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.test_flows import visit
from tests.browser.test_partner_flows import log_in, logins  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
SAVED = re.compile("/edit/")
SETTLES = 6_000
# Other tests take the first of a list.
LAST = "んんん"


def rows(page: Page) -> list[tuple[str, str]]:
    """Opening and closing of each row that is shown."""
    return [
        (row.locator("[name$='-opens']").input_value(), row.locator("[name$='-closes']").input_value())
        for row in page.locator("[data-inline-panel-child][id^='inline_child_opening_rules']").all()
        if row.is_visible()
    ]


def saves_itself(page: Page, field: str, text: str) -> None:
    """Type into a field, and see it kept without a click."""

    def is_save(answer: Response) -> bool:
        return answer.request.method == "POST" and bool(re.search(r"/gatheringplace/(add|edit/\d+)/$", answer.url))

    # What is typed while Wagtail takes a form for what it was (some seconds after it opened, and after a new entry became one that
    # is edited) is kept with the next letter only.
    page.wait_for_timeout(SETTLES)
    with page.expect_response(is_save, timeout=60_000) as found:
        page.locator(field).fill(text)
    assert found.value.json()["success"]


def test_should_keep_each_row_once_while_it_saves_itself(
    browser: Browser,
    site: str,
    logins: dict[str, tuple[str, str]],  # noqa: F811
) -> None:
    with visit(browser) as page:
        log_in(page, site, logins, "editor")
        page.goto(f"{site}/admin/snippets/directory/gatheringplace/add/")
        page.locator("#id_reading").fill(LAST)
        saves_itself(page, "#id_name", "ひとりでに残る居場所")
        expect(page.locator("form[data-edit-form]")).to_have_attribute("action", SAVED)
        page.locator("[role=tab]").filter(has_text=re.compile("時間|いつ")).first.click()
        page.locator("#id_opening_rules-ADD").click()
        saves_itself(page, "[name='opening_rules-0-opens']", "10:00")
        saves_itself(page, "[name='opening_rules-0-closes']", "12:00")
        page.locator("#id_opening_rules-ADD").click()
        saves_itself(page, "[name='opening_rules-1-opens']", "13:00")
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
