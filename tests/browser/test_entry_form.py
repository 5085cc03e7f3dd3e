"""An editor at work: the journeys that the desk was made for, with their clicks and key presses counted."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_flows import RULES, sideways, visit
from tests.browser.test_partner_flows import log_in, logins  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PLACES, VOLUNTEERS = "/admin/snippets/directory/gatheringplace/", "/admin/snippets/directory/volunteeropportunity/"
BY_NAME = "?ordering=name"
# What axe says of Wagtail's own frame (7.4): its heading is an h2, its map of the form scrolls, the button of the map is narrow.
STOCK = {"page-has-heading-one", "scrollable-region-focusable", "target-size"}
STOCK_PARTS = ("<html", "w-minimap")
STEPS = 4
# Wagtail takes what stands in a form for a while after it was opened as where it began (`w-unsaved`); no person is quicker.
SETTLED = 2_500
MOST_CLICKS = 12
MOST_SECONDS, MOST_SECONDS_ANEW = 60, 240
# Keys besides the letters that are typed.
MOST_KEYS = 150


class Hand:
    """Whoever clicks and presses keys, counted; letters that are typed are not."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.keys, self.began = page, 0, 0, time.monotonic()

    def click(self, place: Locator) -> None:
        """One click."""
        place.click()
        self.clicks += 1

    def press(self, key: str) -> None:
        """One key."""
        self.page.keyboard.press(key)
        self.keys += 1

    def press_until(self, key: str, wanted: str) -> None:
        """The key, until the focus is on what is wanted."""
        for _press in range(MOST_KEYS):
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                return
            self.press(key)
        pytest.fail(f"{wanted} is not reached by {key}")

    def told(self, journey: str) -> int:
        """Says how much it took; the seconds are returned."""
        seconds = round(time.monotonic() - self.began)
        print(f"{journey}: {self.clicks} clicks, {self.keys} keys, {seconds} s of a machine")  # noqa: T201
        return seconds


@pytest.fixture
def desk(
    browser: Browser,
    site: str,
    logins: dict[str, tuple[str, str]],  # noqa: F811
) -> Iterator[Page]:
    """The admin, in which an editor is logged in, on a wide screen."""
    with visit(browser, viewport=WIDE) as page:
        log_in(page, site, logins, "editor")
        page.goto(f"{site}/admin/")
        yield page


def open_place(page: Page, site: str, number: int) -> str:
    """The form of a place in the list; returns its address. What is sent for approval is locked: tests take different ones."""
    page.goto(site + PLACES + BY_NAME)
    page.locator(".title-wrapper a").nth(number).click()
    expect(page.locator("[role=tab]")).to_have_count(STEPS)
    return page.url


def test_should_change_the_hours_of_a_place_and_submit_them(desk: Page, site: str) -> None:
    desk.goto(site + PLACES + BY_NAME)
    hand = Hand(desk)
    hand.click(desk.locator(".title-wrapper a").nth(0))
    hand.click(desk.get_by_role("tab", name="いつ・どこで"))
    hand.click(desk.get_by_label("時間を文で書く"))
    desk.keyboard.type("第2・4土曜 13時半から15時")
    hand.click(desk.get_by_role("button", name="文を読んで、たしかめる"))
    expect(desk.locator("[data-hours-read]")).to_contain_text("第2・第4土曜 13:30〜15:00")
    hand.click(desk.get_by_role("button", name="この時間を入れる"))
    expect(desk.locator("[data-hours-shown] li").first).to_have_text("第2・第4土曜 13:30〜15:00")
    expect(desk.locator("[data-hours-shown] .hours-next span")).to_have_count(4)
    hand.click(desk.locator("footer [data-w-dropdown-target=toggle]"))
    hand.click(desk.locator("footer [name=action-submit]"))
    expect(desk.locator(".messages")).to_contain_text("承認")
    assert hand.told("hours of a place, by mouse") <= MOST_SECONDS
    assert hand.clicks <= MOST_CLICKS


def test_should_do_the_same_by_keyboard_alone(desk: Page, site: str) -> None:
    open_place(desk, site, 1)
    hand = Hand(desk)
    hand.press_until("Tab", "[href='#main'], .skiplink, [class*=skiplink]")
    hand.press("Enter")
    hand.press_until("Tab", "[role=tab]")
    hand.press("ArrowRight")
    hand.press_until("Tab", "#id_hours_sentence")
    desk.keyboard.type("毎週水曜 10時から12時")
    hand.press("Enter")
    expect(desk.locator("[data-hours-read]")).to_contain_text("水曜 10:00〜12:00")
    hand.press("Enter")
    expect(desk.locator("[data-hours-shown] li").first).to_have_text("水曜 10:00〜12:00")
    hand.press_until("Tab", "footer [data-w-dropdown-target=toggle]")
    hand.press("Enter")
    hand.press_until("Tab", "footer [name=action-submit]")
    hand.press("Enter")
    expect(desk.locator(".messages")).to_contain_text("承認")
    hand.told("hours of a place, by keyboard")
    assert (hand.clicks, hand.keys <= MOST_KEYS) == (0, True)


def test_should_make_a_volunteering_from_a_template_beside_its_page(desk: Page, site: str) -> None:
    # Somebody has made a template of another one.
    desk.goto(site + VOLUNTEERS + BY_NAME)
    edit = desk.locator(".title-wrapper a").first.get_attribute("href")
    desk.goto(site + edit.replace("/edit/", "/copy/"))
    desk.locator("#id_name").fill("花の世話のひな型")
    desk.get_by_role("tab", name="確認・職員用").click()
    desk.locator("[data-panel]", has_text="ひな型にする").locator("[data-panel-toggle]").last.click()
    desk.get_by_label("ひな型", exact=True).check()
    desk.get_by_role("button", name="下書きを保存").click()
    expect(desk.locator(".messages")).to_contain_text("花の世話のひな型")

    desk.goto(site + VOLUNTEERS + "add/")
    hand = Hand(desk)
    hand.click(desk.get_by_role("link", name="花の世話のひな型").first)
    preview = desk.frame_locator("[data-side-panel=preview] iframe").last
    expect(preview.locator("main")).to_be_visible()
    desk.wait_for_timeout(SETTLED)
    hand.click(desk.locator("#id_name"))
    desk.keyboard.type("にし公園の花の世話")
    expect(preview.locator("h1")).to_have_text("にし公園の花の世話")
    hand.click(desk.get_by_role("button", name="このよみを入れる"))
    expect(desk.locator("#id_reading")).to_have_value("にしこうえんのはなのせわ")
    hand.click(desk.get_by_label("ひとことで"))
    desk.keyboard.press("Control+a")
    desk.keyboard.type("公園の花だんに、朝だけ水をやります。")
    expect(preview.locator(".lead")).to_have_text("公園の花だんに、朝だけ水をやります。")
    hand.click(desk.locator("footer [data-w-dropdown-target=toggle]"))
    hand.click(desk.locator("footer [name=action-submit]"))
    expect(desk.locator(".messages")).to_contain_text("にし公園の花の世話")
    assert hand.told("a volunteering from a template") <= MOST_SECONDS_ANEW
    assert hand.clicks <= MOST_CLICKS


def test_should_choose_needs_by_keyboard(desk: Page, site: str) -> None:
    desk.goto(site + VOLUNTEERS + "add/")
    box = desk.get_by_role("combobox", name="困りごと")
    chips = desk.get_by_role("list", name="選んだもの（困りごと）").get_by_role("button")
    box.focus()
    # By the words that people say, with kana of either kind.
    desk.keyboard.type("サビシ")
    expect(desk.locator("#id_needs-list [role=option]")).to_have_count(1)
    desk.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant")
    desk.keyboard.press("Enter")
    expect(chips).to_have_text(["孤立・さびしさ"])
    assert desk.locator("#id_needs").evaluate("list => list.selectedOptions.length") == 1
    desk.keyboard.type("そんざいしないことば")
    expect(desk.locator(".chips__list:visible")).to_contain_text("見つかりません")
    desk.keyboard.press("Enter")
    assert desk.url.endswith("/add/"), "the form is not sent"
    desk.keyboard.press("Escape")
    box.fill("")
    desk.keyboard.press("Backspace")
    expect(chips.first).to_be_focused()
    desk.keyboard.press("Delete")
    expect(chips).to_have_count(0)
    expect(box).to_be_focused()


def test_should_bring_along_what_an_organisation_has_and_say_so(desk: Page, site: str) -> None:
    open_place(desk, site, 2)
    organisation = desk.locator("#id_organisation").input_value()
    desk.goto(site + VOLUNTEERS + "add/")
    said = desk.locator("[data-bring-said]")
    bring = desk.get_by_role("button", name="この団体の、ほかの案内から持ってくる")
    bring.click()
    expect(said).to_have_text("先に、機関・団体を選んでください。")
    desk.evaluate("key => { document.getElementById('id_organisation').value = key; }", organisation)
    desk.get_by_role("tab", name="いつ・どこで").click()
    desk.get_by_label("建物・場所の名前").fill("自分で書いた場所")
    desk.get_by_role("tab", name="なにを").click()
    bring.click()
    expect(said).to_contain_text("対象の圏域")
    expect(said).to_contain_text("連絡の方法")
    assert desk.locator("#id_place_name").input_value() == "自分で書いた場所"
    assert desk.locator("#id_channels-FORMS > *").count()
    bring.click()
    expect(said).to_contain_text("入れられるものはありませんでした")


def test_should_place_an_entry_on_the_map_by_a_click_and_by_keys(desk: Page, site: str) -> None:
    desk.goto(site + VOLUNTEERS + "add/")
    desk.get_by_role("tab", name="いつ・どこで").click()
    tool, lat, lon = desk.locator("[data-map]"), desk.locator("#id_lat"), desk.locator("#id_lon")
    desk.locator("section", has=tool).locator("[data-panel-toggle]").last.click()
    tool.get_by_role("button", name="地図の上で選ぶ").click()
    picture = tool.get_by_role("img", name="登録されている場所の地図")
    expect(picture).to_be_visible()
    picture.click(position={"x": 60, "y": 40})
    expect(tool.get_by_role("status")).to_contain_text("印は、")
    clicked = lat.input_value(), lon.input_value()
    assert all(clicked)
    # The mark stands where it was put, and the map has not moved.
    frame, mark = picture.bounding_box(), tool.locator(".town-map__mark").bounding_box()
    assert mark["x"] + mark["width"] / 2 == pytest.approx(frame["x"] + 60, abs=4)
    assert mark["y"] + mark["height"] == pytest.approx(frame["y"] + 40, abs=6)
    # Again without a mouse: away, closer, north, and where the middle is.
    tool.get_by_role("button", name="印を消す").focus()
    desk.keyboard.press("Enter")
    expect(lat).to_have_value("")
    closer = tool.get_by_role("button", name="くわしく")
    closer.focus()
    wide = int(picture.get_attribute("data-wide"))
    desk.keyboard.press("Enter")
    expect(picture).to_have_attribute("data-wide", str(wide // 2))
    expect(closer).to_be_focused()
    tool.get_by_role("button", name="まん中に印を置く").focus()
    desk.keyboard.press("Enter")
    expect(lat).not_to_have_value("")
    assert (lat.input_value(), lon.input_value()) != clicked
    building = tool.get_by_role("list", name="ここと同じ場所にする：").get_by_role("button").first
    name = building.inner_text()
    building.click()
    expect(tool.get_by_role("status")).to_have_text(f"印は、「{name}」と同じところです。")
    options = {"runOnly": {"type": "tag", "values": RULES}}
    assert not Axe().run(desk, "[data-map]", options=options).response["violations"]
    desk.set_viewport_size(NARROW)
    assert sideways(desk) <= 0


def test_should_go_to_what_is_missing(desk: Page, site: str) -> None:
    desk.goto(site + VOLUNTEERS + "add/")
    desk.locator(".filled summary").click()
    for field, focused in (("first_visit_note", "id_first_visit_note"), ("needs", "id_needs-box")):
        desk.locator(f"[data-goto={field}]").click()
        expect(desk.locator(f"#{focused}")).to_be_focused()
    before = desk.locator(".filled progress").get_attribute("value")
    desk.locator("#id_name").fill("新しい手伝い")
    expect(desk.locator(".filled progress")).not_to_have_attribute("value", before)
    expect(desk.locator(".filled details")).to_have_attribute("open", "")


def test_should_keep_hours_that_were_written_and_not_put_in(desk: Page, site: str) -> None:
    desk.goto(site + VOLUNTEERS + BY_NAME)
    desk.locator(".title-wrapper a").nth(3).click()
    desk.get_by_role("tab", name="いつ・どこで").click()
    rows = desk.locator("#id_opening_rules-FORMS > *")
    for number in range(rows.count()):
        rows.nth(number).locator("[id$=-DELETE-button]").click()
        expect(rows.nth(number)).to_be_hidden()
    desk.get_by_label("時間を文で書く").fill("毎週木曜 9時から10時")
    desk.get_by_role("button", name="下書きを保存").click()
    expect(desk.locator(".messages")).to_be_visible()
    desk.get_by_role("tab", name="いつ・どこで").click()
    expect(desk.locator("[data-hours-shown] li").first).to_have_text("木曜 9:00〜10:00")


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_should_have_no_barrier_of_our_own_and_fit(desk: Page, site: str, viewport: dict[str, int]) -> None:
    desk.set_viewport_size(viewport)
    found = []
    for address in (open_place(desk, site, 3), f"{site}{VOLUNTEERS}add/"):
        desk.goto(address)
        for step in range(STEPS):
            desk.get_by_role("tab").nth(step).click()
            desk.locator("details.filled__details").evaluate("details => { details.open = true; }")
            options = {"runOnly": {"type": "tag", "values": RULES}}
            rules = Axe().run(desk, options=options).response["violations"]
            if step == 0:
                # An open list covers what stands below it.
                desk.get_by_role("combobox", name="困りごと").click()
                expect(desk.locator("#id_needs-list")).to_be_visible()
                rules += Axe().run(desk, ".chips", options=options).response["violations"]
                desk.keyboard.press("Escape")
            for rule in rules:
                parts = [node["html"] for node in rule["nodes"]]
                if rule["id"] in STOCK and all(any(stock in part for stock in STOCK_PARTS) for part in parts):
                    continue
                found.append(f"{address} step {step + 1}: {rule['id']}: {parts[0][:160]}")
            assert sideways(desk) <= 0
    assert not found, "\n".join(found)


def test_should_show_the_page_on_a_narrow_screen_when_asked(desk: Page, site: str) -> None:
    desk.set_viewport_size(NARROW)
    desk.goto(site + VOLUNTEERS + "add/")
    panel = desk.locator("[data-side-panel=preview]")
    expect(panel).to_be_hidden()
    desk.locator("#id_name").fill("名前だけの手伝い")
    desk.get_by_role("button", name="ページの見え方をたしかめる").first.click()
    expect(panel).to_be_visible()
    expect(desk.frame_locator("[data-side-panel=preview] iframe").last.locator("h1")).to_have_text("名前だけの手伝い")
    desk.keyboard.press("Enter")
    expect(panel).to_be_hidden()


def test_should_be_usable_without_javascript(
    browser: Browser,
    site: str,
    logins: dict[str, tuple[str, str]],  # noqa: F811
) -> None:
    with visit(browser, viewport=WIDE, java_script_enabled=False) as page:
        log_in(page, site, logins, "editor")
        page.goto(site + VOLUNTEERS + BY_NAME)
        page.locator(".title-wrapper a").nth(5).click()
        expect(page.locator("#id_needs")).to_be_visible()
        expect(page.locator(".filled")).to_contain_text("のうち")
        page.get_by_label("ひとことで").fill("JavaScriptなしで直した文")
        page.get_by_role("button", name="下書きを保存").click()
        expect(page.locator(".messages")).to_be_visible()
        expect(page.get_by_label("ひとことで")).to_have_value("JavaScriptなしで直した文")
