"""The register is kept true by those who know: on a phone without a log-in, on paper, by telephone."""

from __future__ import annotations

import re
from email import message_from_string, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import manage
from tests.browser.test_flows import barriers, sideways, visit
from tests.browser.test_partner_flows import log_in, logins  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}
# Two groups, one with a mail and one without, whose entries are due.
DUE = """
from datetime import date, timedelta
from directory.models import Organisation, Resource
from directory.public.store import refresh_public_records
groups = Organisation.objects.filter(resources__kind="place", resources__live=True).distinct().order_by("pk")[:2]
for group, mail, way in zip(groups, ("phone-test@example.jp", ""), ("mail", "sheet")):
    Organisation.objects.filter(pk=group.pk).update(confirm_mail=mail, confirm_by=way)
    entries = Resource.objects.filter(organisation=group)
    entries.update(verified_on=date.today() - timedelta(days=400), verified_by="phone")
    refresh_public_records(resource_ids=list(entries.values_list("pk", flat=True)))
    print("GROUP", group.name)
"""


@pytest.fixture(scope="module")
def groups(site: str, site_environment: dict[str, str]) -> list[str]:
    """Their names."""
    return re.findall(r"GROUP (.+)", manage(site_environment, "shell", "-v", "0", "-c", DUE))


def no_barrier(page: Page) -> None:
    """Nothing that axe finds, and nothing wider than the phone."""
    assert not [item["id"] for item in barriers(page)]
    assert not sideways(page)


def test_should_confirm_on_a_phone_by_the_link_of_a_mail(
    browser: Browser, site: str, site_environment: dict[str, str], groups: list[str]
) -> None:
    manage(site_environment, "freshness_daily", "--clock-is-right")
    mails = [file.read_text() for file in (Path(site_environment["YOROZU_VAR"]) / "mail").iterdir()]
    bodies = [message_from_string(text, policy=policy.default) for text in mails]
    (body,) = [message.get_content() for message in bodies if message["To"] == "phone-test@example.jp"]
    link = re.search(r"http://\S+/confirm/\S+", body)[0]
    with visit(browser, viewport=PHONE["viewport"]) as page:
        page.goto(link)
        no_barrier(page)
    with visit(browser, **PHONE) as page:
        page.goto(link)
        right = page.get_by_role("button", name="このままで正しい")
        count = right.count()
        assert count
        for left in reversed(range(count)):
            right.first.click()
            expect(right).to_have_count(left)
        expect(page.locator(".lead").first).to_contain_text("すべて確かめていただきました")
        page.locator(".confirm-entry h2 a").first.click()
        expect(page.locator("#about-title + dl")).to_contain_text("団体からの届け出")
        assert not page.context.cookies()


def test_should_confirm_by_sheet_and_by_the_form_for_a_fax(
    browser: Browser,
    site: str,
    logins: dict[str, tuple[str, str]],  # noqa: F811
    groups: list[str],
) -> None:
    with visit(browser) as page:
        log_in(page, site, logins, "approver")
        page.goto(f"{site}/admin/freshness/sheets/")
        row = page.locator("tr", has_text=groups[1])
        with page.context.expect_page() as opened:
            row.get_by_role("button", name="確認票を作る").click()
        sheet = opened.value
        code, name = sheet.locator(".code").inner_text(), sheet.locator(".entry h2").first.inner_text()
        no_barrier(sheet)
        # Somebody reads the code out of the paper and opens it on a phone.
        with visit(browser, **PHONE) as phone:
            phone.goto(f"{site}/confirm/")
            phone.locator("#code").fill(code.replace("-", "").lower())
            phone.get_by_role("button", name="案内をひらく").click()
            expect(phone.locator(".confirm-entry").first).to_contain_text(name)
        # Somebody else sends the sheet back: typed name, one choice, done.
        page.goto(f"{site}/admin/freshness/entry/")
        value = page.locator(f"datalist option[value*='{name}']").first.get_attribute("value")
        page.locator("#entry").fill(value)
        page.get_by_role("button", name="次へ").click()
        page.wait_for_url("**entry=**")
        no_barrier(page)
        page.get_by_role("button", name="記録する").first.click()
        expect(page.locator(".messages")).to_contain_text("確かめたと記録しました")
