"""The checker beside a form: by keyboard alone from a text with faults to one without, and from the report to the field."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_flows import visit
from tests.browser.test_partner_flows import log_in, logins  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser
LIST = "/admin/snippets/directory/gatheringplace/"


def test_should_mend_what_somebody_writes_and_lead_to_the_field(
    browser: Browser,
    site: str,
    logins: dict[str, tuple[str, str]],  # noqa: F811
) -> None:
    with visit(browser) as page:
        log_in(page, site, logins, "approver")
        page.goto(f"{site}{LIST}")
        page.locator(".title-wrapper a, td.title a").first.click()
        panel = page.locator("[data-side-panel=words]")
        toggle = page.get_by_role("button", name="言葉の点検を開く・閉じる")
        summary = page.locator("#id_summary")
        summary.fill("１０時から、ｶﾌｪで話します。𠮟られません。")
        toggle.focus()
        page.keyboard.press("Enter")
        every = panel.locator("[data-checker-mend-all]")
        expect(every).to_have_text("直せるところをまとめて直す（2）")
        every.focus()
        page.keyboard.press("Enter")
        expect(summary).to_have_value("10時から、カフェで話します。𠮟られません。")
        expect(panel.get_by_role("status")).to_contain_text("気になるところはありません。")
        expect(page.locator("[data-side-panel-toggle=words] [data-side-panel-toggle-counter]")).to_be_hidden()
        # The name of the field that the report leads to, on another tab of the form.
        page.goto(f"{page.url.split('#')[0]}#checker=channels-0-note")
        page.reload()
        expect(page.locator("[name=channels-0-note]")).to_be_focused()
