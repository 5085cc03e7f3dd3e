"""A company offers to receive people, on a phone; the city reads it, and it becomes an entry that residents find."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from guard.policy import SECONDS_TO_FILL_IN
from tests.browser.test_flows import barriers, sideways, visit
from tests.browser.test_partner_flows import log_in, logins  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}}
MAIL = "saki@tsumugi.example.jp"
NAME, WORDS = "つむぎ製作所", "紙の箱を折る仕事があります。座ってできて、見るだけの日があってもかまいません。"


def no_barrier(page: Page) -> None:
    """Nothing that axe finds, and nothing wider than the window."""
    assert not [(item["id"], item["nodes"][0]["html"][:120]) for item in barriers(page)]
    assert sideways(page) <= 0


def mails(environment: dict[str, str]) -> list[str]:
    """What the site has mailed to the company, the oldest first."""
    files = sorted((Path(environment["YOROZU_VAR"]) / "mail").iterdir(), key=lambda file: file.stat().st_mtime_ns)
    messages = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [message.get_content() for message in messages if message["To"] == MAIL]


def test_should_become_an_entry_that_residents_find(
    browser: Browser,
    site: str,
    site_environment: dict[str, str],
    logins: dict[str, tuple[str, str]],  # noqa: F811
) -> None:
    with visit(browser, **PHONE, java_script_enabled=False) as page:
        page.goto(f"{site}/browse/work/")
        page.get_by_role("link", name="市に申し出る").click()
        page.wait_for_url("**/offer/")
        page.wait_for_timeout((SECONDS_TO_FILL_IN + 1) * 1000)
        # The first time something is missing.
        page.locator("#id_text").fill(WORDS)
        page.get_by_role("button", name="確認のメールを受け取る").click()
        expect(page.locator(".box-warning")).to_contain_text("どの申し出に近いか")
        expect(page.locator("#id_text")).to_have_value(WORDS)
        page.get_by_label("就労体験・職場実習を受け入れる").check()
        page.locator("#id_how_many").fill("1回に2人まで")
        page.locator("#id_area").select_option(label="東部圏域")
        page.get_by_label("仕事", exact=True).check()
        page.locator("#id_name").fill(NAME)
        page.locator("#id_contact_name").fill("秘密野さき")
        page.locator("#id_contact_mail").fill(MAIL)
        page.get_by_role("button", name="確認のメールを受け取る").click()
        page.wait_for_url("**/offer/sent/")
        expect(page.locator("h1")).to_have_text("確認のメールを送りました")
        (checking,) = mails(site_environment)
        page.goto(re.search(r"http://\S+/offer/link/\S+", checking)[0])
        expect(page.locator("main")).to_contain_text(WORDS)
        page.get_by_role("button", name="市に届ける").click()
        expect(page.locator("h1")).to_have_text("市に届きました")
        assert not page.context.cookies()
    with visit(browser) as page:
        log_in(page, site, logins, "approver")
        page.goto(f"{site}/admin/")
        page.get_by_role("link", name="会社や団体からの申し出").click()
        page.wait_for_url("**/admin/offers/")
        no_barrier(page)
        page.get_by_role("link", name=NAME).click()
        expect(page.locator("#main h2").first).to_contain_text(NAME)
        no_barrier(page)
        page.get_by_label(f"{NAME}を、新しく登録する").check()
        page.locator("#id_type").select_option(index=1)
        page.get_by_role("button", name="受け入れて、下書きを作る").click()
        page.wait_for_url("**/employmentpathway/edit/**")
        expect(page.locator("#id_summary")).to_have_value(WORDS)
        page.locator("#id_name").fill("紙の箱づくり")
        page.locator("footer .w-dropdown__toggle").first.click()
        page.locator("button[name=action-publish]").click()
        expect(page.locator(".messages")).to_contain_text("紙の箱づくり")
    accepted = mails(site_environment)[-1]
    assert "申し出をありがとうございます" in accepted
    with visit(browser, **PHONE) as page:
        page.goto(f"{site}/search/?q=紙の箱づくり")
        page.locator(".hit-title a", has_text="紙の箱づくり").first.click()
        expect(page.locator("h1")).to_contain_text("紙の箱づくり")
        expect(page.locator("main")).to_contain_text(WORDS)
        text = page.content()
        for secret in ("秘密野", MAIL, "1回に2人まで"):
            assert secret not in text, "who answered for it, and what was told the city, stand on no page"


@pytest.mark.parametrize("width", [390, 1280])
def test_should_have_no_barrier_anywhere_on_its_way(browser: Browser, site: str, width: int) -> None:
    with visit(browser, viewport={"width": width, "height": 844}) as page:
        for address in ("/offer/", "/offer/sent/", "/offer/link/broken/"):
            page.goto(site + address)
            no_barrier(page)
        page.goto(f"{site}/offer/")
        page.get_by_role("button", name="確認のメールを受け取る").click()
        expect(page.locator(".box-warning")).to_be_visible()
        no_barrier(page)
        # From the list of problems to the field, by keyboard.
        page.locator(".box-warning a", has_text="できること").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#id_text")).to_be_focused()
