"""What scripts make of the admin's pages is Japanese too: menus, the editor of texts, blocks, side panels, choosers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_flows import visit
from tests.browser.test_partner_flows import log_in, logins  # noqa: F401 (a fixture)
from tests.english import english_on

pytestmark = pytest.mark.browser


def test_should_speak_japanese_where_scripts_speak(
    browser: Browser,
    site: str,
    logins: dict[str, tuple[str, str]],  # noqa: F811
) -> None:
    found: set[str] = set()

    def read(page: Page) -> None:
        # The menu is the last that is made.
        expect(page.get_by_role("navigation", name="メインメニュー")).to_be_visible()
        # A button of the calendar that nobody is shown.
        page.evaluate("document.querySelectorAll('.xdsoft_save_selected').forEach(button => button.remove())")
        found.update(f"{page.url}: {piece}" for piece in english_on(page.content()))

    with visit(browser) as page:
        log_in(page, site, logins, "approver")
        page.goto(f"{site}/admin/")
        read(page)
        page.get_by_role("button", name="ヘルプ").click()
        page.get_by_role("button", name="キーボードの近道").click()
        read(page)
        page.goto(f"{site}/admin/images/")
        read(page)
        page.locator("[data-bulk-action-checkbox]").first.check()
        read(page)
        page.goto(f"{site}/admin/snippets/directory/gatheringplace/")
        page.locator(".title-wrapper a, td.title a").first.click()
        for panel in ("状態", "プレビュー"):
            page.get_by_role("button", name=f"{panel}を開く・閉じる").click()
        read(page)
        page.goto(f"{site}/admin/pages/search/?q=相談")
        page.locator("a[href*='/edit/']").first.click()
        page.locator("[data-streamfield-stream-container], [data-panel-heading]").first.wait_for()
        read(page)
    assert not found, "\n".join(sorted(found))
