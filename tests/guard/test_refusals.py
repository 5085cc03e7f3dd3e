"""The pages of the server itself stand alone and lead on."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from guard.server import refusals


@pytest.mark.parametrize("code", sorted(refusals.REASONS))
def test_should_say_what_happened_and_lead_on(code: int) -> None:
    soup = BeautifulSoup(refusals.page(code), "lxml")
    assert soup.html["lang"] == "ja"
    assert soup.select_one('meta[name="viewport"]')
    assert soup.title.get_text() == soup.h1.get_text()
    assert [link["href"] for link in soup.select("a")] == ["/", "tel:110", "tel:119"]
    assert not soup.select("script, style, link, img"), "nothing is allowed to such a page"


@pytest.mark.parametrize("code", sorted(refusals.REASONS))
def test_should_be_a_whole_answer_that_allows_nothing(code: int) -> None:
    head, _end, body = refusals.whole_answer(code).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == f"HTTP/1.1 {code} {refusals.REASONS[code]}"
    headers = dict(line.split(": ", 1) for line in lines[1:])
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Connection"] == "close"
    assert int(headers["Content-Length"]) == len(body)
