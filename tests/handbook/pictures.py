"""What the handbook shows. To add a picture, add a row; rows are taken in their order, and what one does stays for the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

SIZES = ((1280, 800), (390, 844))
EDITOR, SPECIALIST, APPROVER, MANAGER = "editor", "specialist", "approver", "manager"
PLACE = "東部みんなの居場所 ひなた"
OTHER = "網小屋のたまり場"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its file is `name`-width.png; `before` does what has to be done on the page, once for each size."""

    name: str
    role: str
    address: str
    before: Callable[[Page], None] | None = None
    sizes: tuple[tuple[int, int], ...] = SIZES


def _menu(page: Page, name: str) -> None:
    """Open a menu; on a narrow screen the button of all menus first."""
    if (page.viewport_size or {})["width"] < 800:
        page.get_by_role("button", name="メニュー").first.click()
    page.get_by_role("button", name=name, exact=True).click()


def _open_place(page: Page, name: str = PLACE) -> None:
    """The form of an entry, found by the search box."""
    page.locator(".found__list a", has_text=name).first.click()
    page.get_by_role("tab", name="なにを・だれが").first.wait_for()


def _tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).first.click()


def _hours(page: Page) -> None:
    _open_place(page)
    _tab(page, "いつ・どこで")
    page.get_by_label("時間を文で書く").fill("第2・4土曜 13時半から15時")
    page.get_by_role("button", name="文を読んで、たしかめる").click()
    page.get_by_role("button", name="この時間を入れる").wait_for()
    page.get_by_label("時間を文で書く").scroll_into_view_if_needed()


def _shown(page: Page) -> None:
    _open_place(page)
    page.get_by_role("button", name="この案内が出ているページ").click()
    page.locator(".shown").wait_for()


def _ready_to_send(page: Page) -> None:
    """A change, and the menu below the form."""
    _open_place(page)
    _tab(page, "いつ・どこで")
    page.locator("[name=hours_note]").fill("8月13日から15日はお休みします。")
    page.get_by_role("button", name="ほかの操作").click()


def _sent(page: Page) -> None:
    """Send for approval, and go back to the desk; what a first size sent is not sent again."""
    desk = page.url.split("/find/")[0] + "/"
    _ready_to_send(page)
    send = page.get_by_role("button", name="公開の承認に出す")
    if send.is_visible():
        send.click()
        page.wait_for_url("**/snippets/directory/gatheringplace/")
    page.goto(desk)


def _compare(page: Page) -> None:
    """What was sent, beside what is public now."""
    page.locator("main").get_by_role("link", name=PLACE).first.click()
    page.wait_for_url("**/approvals/*/")


def _checked(page: Page) -> None:
    """Words that somebody would not understand, and what the panel beside the form says of them; not of what waits for approval."""
    _open_place(page, OTHER)
    page.locator("#id_summary").fill("ｶﾌｪで、寄り添い支援をします。申込は2020/1/1まで。")
    page.get_by_role("button", name="言葉の点検を開く・閉じる").click()
    page.locator("[data-side-panel=words] .checker__item").first.wait_for()


def _blocks(page: Page) -> None:
    page.get_by_role("button", name="部品を入れる").first.click()
    page.get_by_role("option", name="文章").wait_for()


SEARCH = f"/admin/find/?q={PLACE}"
PICTURES = (
    Picture("desk", EDITOR, "/admin/"),
    Picture("desk-specialist", SPECIALIST, "/admin/"),
    Picture("desk-manager", MANAGER, "/admin/"),
    Picture("menu", EDITOR, "/admin/", lambda page: _menu(page, "載せる")),
    Picture("find", EDITOR, "/admin/find/?q=まるごと"),
    Picture("new-place", EDITOR, "/admin/snippets/directory/gatheringplace/add/"),
    Picture("hours", EDITOR, SEARCH, _hours),
    Picture("shown", EDITOR, SEARCH, _shown),
    Picture("send", EDITOR, SEARCH, _ready_to_send),
    Picture("desk-sent", EDITOR, SEARCH, _sent),
    Picture("desk-approver", APPROVER, "/admin/"),
    Picture("compare", APPROVER, "/admin/approvals/", _compare),
    Picture("checker", EDITOR, f"/admin/find/?q={OTHER}", _checked),
    Picture("days", APPROVER, "/admin/days/"),
    Picture("days-new", APPROVER, "/admin/days/new/"),
    Picture("words", APPROVER, "/admin/reports/words/"),
    Picture("blocks", EDITOR, "/admin/write/newspage/", _blocks),
    Picture("check", EDITOR, "/admin/freshness/"),
    Picture("imports", APPROVER, "/admin/imports/"),
)
