"""At 320 pixels (400 % on a small screen), also with the spacing of WCAG 1.4.12: no page is wider than its window."""

from __future__ import annotations

import re
import urllib.request

import pytest
from playwright.sync_api import Browser

from search.text.phrases import phrases
from tests.browser.test_flows import sideways, visit
from tests.search.test_phrases import headings

pytestmark = pytest.mark.browser
PAGES = [
    "/find/",
    "/find/?about=care&where=ハワイ",
    "/find/?about=dementia&about=debt&area=tobu",
    "/find/?about=partner-violence",
    "/search/?q=夫に殴られる",
    "/search/?q=居場所",
    "/search/?q=ggxyzzy",
    "/search/?q=help me",
    "/browse/",
    "/browse/work/",
    "/share/leaflet/",
    "/share/leaflet/?role=1-i&area=tobu",
    "/list/",
    "/partners/login/",
    "/nowhere/",
]
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }"""
# One of so many resources; they share a template.
EVERY = 12


def listed(site: str, section: str) -> list[str]:
    """The paths in a part of the sitemap."""
    with urllib.request.urlopen(f"{site}/sitemap-{section}.xml") as answer:  # noqa: S310
        return [
            re.sub(r"^https?://[^/]+", "", address)
            for address in re.findall("<loc>(.*?)</loc>", answer.read().decode())
        ]


def test_should_fit_a_very_narrow_window_on_every_page(browser: Browser, site: str) -> None:
    resources = listed(site, "resources")[::EVERY]
    taken = "/list/?ids=" + ".".join(path.split("/")[2] for path in resources[:6])
    wide = []
    with visit(browser, viewport={"width": 320, "height": 700}) as page:
        for address in [*listed(site, "pages"), *PAGES, *resources, taken]:
            page.goto(site + address)
            plain = sideways(page)
            page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            page.add_style_tag(content=SPACING)
            if plain or sideways(page):
                wide.append((address, plain, sideways(page)))
    assert not wide, wide


LINES = """(parts) => {
  const heading = document.querySelector("#urgent-title");
  heading.replaceChildren(...parts.flatMap((part, place) => (place ? [document.createElement("wbr"), part] : [part])));
  const range = document.createRange(), lines = [];
  let top = null;
  for (const text of [...heading.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)) {
    for (let place = 0; place < text.length; place += 1) {
      range.setStart(text, place);
      range.setEnd(text, place + 1);
      const [box] = range.getClientRects();
      if (top === null || (box && box.top > top + 5)) lines.push("");
      if (box) top = box.top;
      lines[lines.length - 1] += text.data[place];
    }
  }
  return lines;
}"""


@pytest.mark.parametrize("width", [320, 360, 390, 1280])
def test_should_break_headings_of_bands_at_the_ends_of_phrases(browser: Browser, site: str, width: int) -> None:
    with visit(browser, viewport={"width": width, "height": 700}) as page:
        page.goto(site + "/search/?q=夫に殴られる")
        shown = page.locator("#urgent-title")
        assert shown.locator("wbr").count() == len(phrases(shown.inner_text())) - 1 > 0
        for heading in headings():
            parts = phrases(heading)
            ends = {sum(map(len, parts[: number + 1])) for number in range(len(parts))}
            lines = page.evaluate(LINES, list(parts))
            breaks = {sum(map(len, lines[: number + 1])) for number in range(len(lines))}
            assert breaks <= ends, lines
