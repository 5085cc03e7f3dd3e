"""An entry on its way: sent by an editor, answered at a field by an approver, mended, published as approved, read by a resident."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_entry_form import BY_NAME, MOST_CLICKS, NARROW, PLACES, WIDE, Hand
from tests.browser.test_flows import barriers, sideways, visit
from tests.browser.test_partner_flows import log_in, logins  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser
# Others of these tests take the first ones of the list.
NUMBER = 15
FIRST, SECOND = "見学は第１土曜日です。", "見学は第1土曜日です。予約はいりません。"
ANSWER = "予約がいるかも書いてください。"
# A heading of Wagtail's own frame.
STOCK = {"landmark-unique"}


def hand_in(page: Page, hand: Hand) -> None:
    """By the menu below the form."""
    hand.click(page.locator("footer [data-w-dropdown-target=toggle]"))
    hand.click(page.locator("footer [name=action-submit]"))
    expect(page.locator(".messages")).to_contain_text("承認")


def compare(page: Page, site: str, hand: Hand, name: str) -> None:
    """From the desk to what differs, in two clicks."""
    page.goto(f"{site}/admin/")
    hand.click(page.get_by_role("link", name="承認を待っている案内"))
    hand.click(page.locator("main").get_by_role("link", name=name))
    page.wait_for_url(re.compile("/admin/approvals/[0-9]+/$"))
    assert not {item["id"] for item in barriers(page)} - STOCK
    assert sideways(page) <= 0


def test_should_go_from_the_editor_to_the_approver_and_back_to_residents(
    browser: Browser,
    site: str,
    logins: dict[str, tuple[str, str]],  # noqa: F811
) -> None:
    with visit(browser, viewport=WIDE) as desk, visit(browser, viewport=NARROW) as phone:
        log_in(desk, site, logins, "editor")
        log_in(phone, site, logins, "approver")
        desk.goto(site + PLACES + BY_NAME)
        place = desk.locator(".title-wrapper a").nth(NUMBER)
        name = place.inner_text().strip()
        editor, approver = Hand(desk), Hand(phone)
        editor.click(place)
        form = desk.url
        editor.click(desk.get_by_role("tab", name="だれのため"))
        desk.locator("[name=first_visit_note]").fill(FIRST)
        hand_in(desk, editor)
        assert editor.clicks <= MOST_CLICKS
        compare(phone, site, approver, name)
        row = phone.locator(".compare__row", has_text="はじめて").first
        expect(row).to_contain_text(FIRST)
        approver.click(row.locator("summary"))
        row.locator("textarea").fill(ANSWER)
        approver.click(phone.get_by_role("button", name="差しもどす"))
        expect(phone.locator(".messages")).to_be_visible()
        # The editor finds the answer at its field.
        desk.goto(form)
        expect(desk.locator(".messages")).to_contain_text(ANSWER)
        desk.get_by_role("tab", name="だれのため").click()
        expect(desk.locator("[data-field]", has=desk.locator("[name=first_visit_note]"))).to_contain_text(ANSWER)
        desk.locator("[name=first_visit_note]").fill(SECOND)
        hand_in(desk, editor)
        compare(phone, site, approver, name)
        approver.click(phone.get_by_role("button", name="承認する"))
        expect(phone.locator(".messages")).to_contain_text(name)
        approver.told("seen, answered, seen again and published, on a phone")
        assert approver.clicks <= MOST_CLICKS
        with visit(browser, viewport=NARROW) as resident:
            resident.goto(f"{site}/search/?q={name}")
            resident.locator("main").get_by_role("link", name=name).first.click()
            expect(resident.locator("main")).to_contain_text(SECOND)
