"""Numbers to dial are links wherever they stand, in rows and in sentences."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page as TreePage

from directory.models import NationalLine, PublicRecord
from portal.cms.dialling import dialled

Page = Callable[..., BeautifulSoup]
TO_DIAL = re.compile(r"(?<![\d-])(?:0\d{1,4}-\d{1,4}-\d{3,4}|11[09](?=番|（(?:警察|消防|救急)))(?![\d-])")
# What is a name with its number beside it, an excerpt of another page, or a fax.
NO_SENTENCES = ".line-name, .hit, .channel-fax, .breadcrumbs, .urgent-row"


def lying(soup: BeautifulSoup) -> list[str]:
    """Texts with a number to dial that cannot be dialled."""
    names = set(NationalLine.objects.values_list("name", flat=True))

    def stands_in_name(text: Tag) -> bool:
        return any(text.find_parent(kind) for kind in ("script", "style", "title")) or bool(
            {id(parent) for parent in text.parents} & {id(found) for found in soup.select(NO_SENTENCES)}
        )

    def dialled_below(text: Tag) -> bool:
        """In a band the rows below a sentence have its numbers, each as large as a finger."""
        band = text.find_parent(class_="urgent")
        numbers = [number.replace("-", "") for number in TO_DIAL.findall(text)]
        return band is not None and all(
            band.select_one(f".line-dial[href='tel:{n}'], .urgent-row a[href='tel:{n}']") for n in numbers
        )

    return [
        text.strip()
        for text in soup.body.find_all(string=TO_DIAL)
        if not text.find_parent("a", href=re.compile("^tel:"))
        and not dialled_below(text)
        and not stands_in_name(text)
        # A fax is named before its number, a line by its name.
        and not re.search(r"FAX ?0", text)
        and text.strip() not in names
    ]


@pytest.mark.django_db
def test_should_have_no_number_on_a_public_page_that_cannot_be_dialled(page: Page) -> None:
    tree = [found.url for found in TreePage.objects.live().filter(depth__gt=1) if found.url]
    resources = [f"/resources/{short_id}/" for short_id in PublicRecord.objects.values_list("short_id", flat=True)[:40]]
    asked = [f"/search/?q={words}" for words in ("火事", "夫に殴られる", "死にたい", "居場所", "くぁwせdrft")]
    for address in [*tree, *resources, *asked, "/find/", "/find/?about=sudden-illness", "/list/", "/share/leaflet/"]:
        assert not lying(page(address)), address


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/share/leaflet/", "/partners/login/", "/search/?q=火事"])
def test_should_dial_the_police_and_the_fire_brigade_from_the_foot(page: Page, address: str) -> None:
    foot = page(address).select_one("footer.site-footer .footer-urgent")
    assert [link["href"] for link in foot.select("a")] == ["tel:110", "tel:119"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("いのちの危険があるときは、110（警察）・119（消防・救急）へ", ["tel:110", "tel:119"]),
        ("迷わず110番か119番へ。", ["tel:110", "tel:119"]),
        ("夜は 0000-12-3456 へ（FAX 0000-12-3457）", ["tel:0000123456"]),
        # Names, amounts and other numbers.
        ("大阪中毒110番と「NET119」", []),
        ("110人が来ました。〒110-0001、2026-11-26", []),
    ],
)
def test_should_find_the_numbers_of_a_sentence(text: str, numbers: list[str]) -> None:
    found = BeautifulSoup(dialled(text), "lxml")
    assert [link["href"] for link in found.select("a")] == numbers
    assert found.get_text() == text


def test_should_leave_links_alone_and_let_no_markup_in() -> None:
    linked: SafeString = mark_safe('<p><a href="tel:119">119番</a>へ</p>')
    assert dialled(linked) == linked
    assert dialled("<b>110番</b>") == '&lt;b&gt;<a href="tel:110">110</a>番&lt;/b&gt;'
