"""What people of partners do, in a real browser, with the log-ins that `make demo` prints."""

from __future__ import annotations

import re
import time
from base64 import b32decode
from email import message_from_string, policy
from pathlib import Path

import pytest
from django_otp.oath import TOTP
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import manage
from tests.browser.test_flows import barriers, sideways, visit

pytestmark = pytest.mark.browser
LOGIN = re.compile(r"^  (\S+) / (\S+)(?:.*\n +今のコード (\d{6})  認証アプリに入れる文字 ([A-Z2-7]+))?", re.MULTILINE)


@pytest.fixture(scope="session")
def logins(site: str, site_environment: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Password and secret of each log-in, as printed."""
    printed = manage(site_environment, "demo_data", "--logins")
    found = {name: (password, secret) for name, password, _code, secret in LOGIN.findall(printed)}
    assert {"editor", "approver", "hellowork@example.jp", "silver@example.jp"} <= set(found)
    return found


def code(secret: str) -> str:
    """What an app shows for a secret."""
    totp = TOTP(b32decode(secret + "=" * (-len(secret) % 8)))
    totp.time = time.time()
    return f"{totp.token():06d}"


def log_in(page: Page, site: str, logins: dict[str, tuple[str, str]], name: str) -> None:
    """Through the two forms, by keyboard alone."""
    password, secret = logins[name]
    page.goto(f"{site}/partners/")
    page.locator("#id_username").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    if secret:
        page.locator("#id_code").focus()
        page.keyboard.type(code(secret))
        page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/partners/")


@pytest.fixture(scope="package")
def states(browser: Browser, site: str, logins: dict[str, tuple[str, str]]) -> dict[str, dict]:
    """Logged-in browsers; each code counts once, so everybody logs in once."""
    found = {}
    for name in ("hellowork@example.jp", "approver"):
        with visit(browser) as page:
            log_in(page, site, logins, name)
            found[name] = page.context.storage_state()
    return found


def test_should_let_in_by_keyboard_and_without_javascript(
    browser: Browser, site: str, logins: dict[str, tuple[str, str]]
) -> None:
    with visit(browser, java_script_enabled=False, viewport={"width": 390, "height": 844}) as page:
        log_in(page, site, logins, "silver@example.jp")
        page.locator("#id_q").focus()
        page.keyboard.type("タキカン")
        page.keyboard.press("Enter")
        page.wait_for_url("**/partners/contacts/**")
        assert "0000-90-1001" in page.locator(".contact-card").first.inner_text()
        assert "タキカン" not in page.url
        page.go_back()
        page.go_forward()
        expect(page.locator(".contact-card"), "no form is sent twice").to_have_count(1)
        page.locator(".menu > summary").click()
        page.get_by_role("button", name="ログアウト").click()
        page.wait_for_url("**/partners/login/")
        page.go_back()
        expect(page.locator("#id_username"), "nothing of it stays in the browser").to_be_visible()
        expect(page.locator(".contact-card")).to_have_count(0)


def test_should_reach_the_number_in_two_clicks_and_take_the_list_along(
    browser: Browser, site: str, states: dict[str, dict], tmp_path: Path
) -> None:
    with visit(browser, storage_state=states["hellowork@example.jp"], accept_downloads=True) as page:
        page.goto(f"{site}/partners/")
        page.get_by_role("link", name="多機関協働", exact=True).click()
        expect(page.locator(".contact-card a[href='tel:0000901001']")).to_be_visible()
        page.goto(f"{site}/partners/packs/hellowork/")
        with page.expect_download() as download:
            page.get_by_role("link", name="Excelで受け取る").click()
        file = tmp_path / "pack.xlsx"
        download.value.save_as(file)
        sheets = load_workbook(file).worksheets
        assert any("0000-90-1001" in [cell.value for cell in row] for sheet in sheets for row in sheet.iter_rows())
        page.get_by_role("link", name="周知リーフレット").click()
        page.wait_for_url("**/share/leaflet/**")
        pages = re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4", prefer_css_page_size=True))
        assert len(pages) == 1
        assert "0000-90-" not in page.content()


def test_should_bring_in_a_new_colleague(
    browser: Browser, site: str, site_environment: dict[str, str], states: dict[str, dict]
) -> None:
    with visit(browser, storage_state=states["hellowork@example.jp"]) as page:
        page.goto(f"{site}/partners/members/")
        page.get_by_label("メールアドレス").fill("colleague@example.jp")
        page.get_by_role("button", name="招待のメールを送る").click()
        expect(page.locator(".messages")).to_contain_text("招待のメールを送りました")
    mails = sorted((Path(site_environment["YOROZU_VAR"]) / "mail").iterdir(), key=lambda file: file.stat().st_mtime)
    body = message_from_string(mails[-1].read_text(), policy=policy.default).get_content()
    link = re.search(r"http://\S+", body)[0]
    with visit(browser) as page:
        page.goto(link)
        expect(page).not_to_have_url(link)
        page.get_by_label("名前").fill("新しい同僚")
        page.locator("#id_password").fill("a-quite-long-one-9")
        page.locator("#id_again").fill("a-quite-long-one-9")
        page.get_by_role("button", name="作る").click()
        secret = page.locator(".secret").inner_text().replace(" ", "")
        page.goto(f"{site}/partners/contacts/")
        assert "/second-factor/" in page.url, "there is no way around it"
        page.locator("#id_code").fill(code(secret))
        page.get_by_role("button", name="登録する").click()
        expect(page.locator(".codes li")).to_have_count(10)
        page.get_by_role("link", name="しまったので、先へ進む").click()
        expect(page.locator("h1")).to_contain_text("連絡先をさがす")


def test_should_carry_a_change_from_the_partner_to_the_list(
    browser: Browser, site: str, states: dict[str, dict]
) -> None:
    with (
        visit(browser, storage_state=states["hellowork@example.jp"]) as partner,
        visit(browser, storage_state=states["approver"]) as city,
    ):
        partner.goto(f"{site}/partners/own/")
        partner.get_by_role("link", name="変わったところを届ける").click()
        partner.get_by_label("受付時間").fill("平日 8時30分〜19時")
        partner.get_by_role("button", name="届ける").click()
        expect(partner.locator(".messages")).to_contain_text("市に届けました")
        city.goto(f"{site}/partners/office/")
        city.locator("#proposals-title ~ ul a").first.click()
        expect(city.locator("ins")).to_contain_text("平日 8時30分〜19時")
        city.get_by_role("button", name="印を付けた項目を反映して、答える").click()
        expect(city.locator(".messages")).to_contain_text("答えました")
        partner.goto(f"{site}/partners/own/")
        assert "平日 8時30分〜19時" in partner.locator(".contact-card").inner_text()
        assert "反映しました" in partner.locator(".news").inner_text()


@pytest.mark.parametrize("width", [390, 1280])
def test_should_have_no_barrier_on_the_partner_pages(
    browser: Browser, site: str, states: dict[str, dict], width: int
) -> None:
    pages = {
        "hellowork@example.jp": [
            "/partners/",
            "/partners/contacts/?role=1",
            "/partners/handover/",
            "/partners/packs/hellowork/",
            "/partners/packs/hellowork/print/",
            "/partners/own/",
            "/partners/own/new/",
            "/partners/members/",
            "/partners/account/",
        ],
        "approver": ["/partners/office/", "/partners/office/trail/", "/partners/packs/lifelong/"],
    }
    found = []
    for name, addresses in pages.items():
        with visit(browser, storage_state=states[name], viewport={"width": width, "height": 844}) as page:
            asked: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            for address in addresses:
                page.goto(site + address)
                found += [(address, item["id"]) for item in barriers(page)]
                found += [(address, "sideways")] * (sideways(page) > 0)
            found += [(url, "another host") for url in asked if not url.startswith((site, "data:"))]
    assert not found


def test_should_take_a_list_from_the_counter_to_a_phone(browser: Browser, site: str) -> None:
    with visit(browser) as counter:
        for kind in ("desk", "place"):
            counter.goto(f"{site}/browse/{kind}/")
            counter.locator(".hit-title a").first.click()
            counter.get_by_role("button", name=re.compile("リストに入れる")).click()
            counter.get_by_role("button", name=re.compile("リストから")).wait_for()
        counter.goto(f"{site}/list/")
        link = counter.locator("input[readonly]").input_value()
        assert re.fullmatch(rf"{site}/list/\?ids=[0-9a-z]{{10}}\.[0-9a-z]{{10}}", link)
        assert counter.locator("img[src^='data:image/svg']").count() >= 1
        names = counter.locator("main h2 a, main h3 a").all_inner_texts()
    with visit(browser, viewport={"width": 390, "height": 844}) as phone:
        phone.goto(link)
        assert set(names[:2]) <= set(phone.locator("main h2 a, main h3 a").all_inner_texts())
        assert sideways(phone) == 0
