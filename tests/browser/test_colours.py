"""With a browser's own colours (forced colours, high contrast): every word can be read, and what was set apart still is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_flows import visit

pytestmark = pytest.mark.browser
PAGES = [
    "/",
    "/find/",
    "/find/?about=dementia&about=debt&area=tobu",
    "/find/?about=care&where=ハワイ",
    "/search/?q=夫に殴られる",
    "/search/?q=居場所 東部",
    "/search/?q=help me",
    "/browse/place/?area=tobu&page=2",
    "/share/leaflet/",
    "/partners/login/",
    "/nowhere/",
]
# Where nothing would be lost: boxes to tick have frames of their own, a code for cameras is a picture, and what is hidden until it
# is reached by keyboard.
FRAMELESS = {"check", "qr", "skip unseen"}
# Classes of what has another background than what it stands on, in our own colours.
SET_APART = """() => [...document.body.querySelectorAll("[class]")].filter((element) => {
  if (!element.checkVisibility() || element.closest("svg")) return false;
  const own = getComputedStyle(element).backgroundColor;
  return own !== "rgba(0, 0, 0, 0)" && own !== getComputedStyle(element.parentElement).backgroundColor;
}).map((element) => element.className)"""
WITHOUT_FRAME = """(names) => [...document.body.querySelectorAll("[class]")].filter((element) => {
  if (!element.checkVisibility() || !names.includes(element.className)) return false;
  const style = getComputedStyle(element);
  const edges = ["Top", "Right", "Bottom", "Left"];
  return !edges.some((edge) => parseFloat(style[`border${edge}Width`]) && style[`border${edge}Style`] !== "none");
}).map((element) => element.className)"""
# Words whose colour is too near to that of the ground they stand on, by the formula of WCAG.
UNREADABLE = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0.5) return light(colour);
    }
    return light(getComputedStyle(document.documentElement).backgroundColor);
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (words.nextNode()) {
    const element = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || element.closest("svg, script, .unseen") || !element.checkVisibility()) continue;
    const [one, other] = [light(getComputedStyle(element).color), ground(element)].sort((a, b) => b - a);
    if ((one + 0.05) / (other + 0.05) < 4.5) found.push(`${element.tagName}: ${words.currentNode.data.trim().slice(0, 20)}`);
  }
  return found;
}"""


def opened(page: Page, address: str) -> None:
    """A page with everything that can be unfolded."""
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")


@pytest.fixture(scope="module")
def set_apart(browser: Browser, site: str) -> set[str]:
    """What is told apart by its background on any page."""
    found: set[str] = set()
    with visit(browser, viewport={"width": 1280, "height": 900}) as page:
        for address in PAGES:
            opened(page, site + address)
            found.update(page.evaluate(SET_APART))
    return found


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_should_be_readable_and_framed_in_colours_of_the_browser(
    browser: Browser, site: str, set_apart: set[str], scheme: str
) -> None:
    assert {"fact", "chip chip-on", "ending", "notice"} <= set_apart
    names = sorted(set_apart - FRAMELESS)
    with visit(browser, forced_colors="active", color_scheme=scheme, viewport={"width": 1280, "height": 900}) as page:
        for address in PAGES:
            opened(page, site + address)
            assert page.evaluate(UNREADABLE) == [], address
            assert page.evaluate(WITHOUT_FRAME, names) == [], address


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_should_be_readable_in_our_own_colours(browser: Browser, site: str, scheme: str) -> None:
    with visit(browser, color_scheme=scheme, viewport={"width": 390, "height": 844}) as page:
        for address in PAGES:
            opened(page, site + address)
            assert page.evaluate(UNREADABLE) == [], address
