"""What a printed page needs and a screen does not: hours that are true tomorrow as well."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from directory.exchange.shared import when
from directory.models import PublicRecord
from directory.public.projection import read

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]
# A row, a card and a desk of one area, and where each has its link.
SHOWN = (
    (".hit", ".hit-title a"),
    (".desk:not(.list-entry)", ".desk-name a"),
    (".area-desks > li", ".area-desk-name a"),
)
ADDRESSES = [
    "/search/?q=居場所",
    "/search/?q=夫に殴られる",
    "/browse/desk/",
    "/browse/place/?page=2",
    "/browse/work/",
    "/find/?about=dementia&about=debt&area=tobu",
    "/find/?about=care",
    "/",
]


def test_should_hold_the_hours_of_everything_that_is_printed(page: Page) -> None:
    today, seen = timezone.localdate(), 0
    known = {record.short_id: when(read(record), today) for record in PublicRecord.objects.all()}
    for address in ADDRESSES:
        soup = page(address)
        for part, link in SHOWN:
            for shown in soup.select(part):
                path = shown.select_one(link)["href"]
                if not path.startswith("/resources/"):
                    continue
                lines = known[path.split("/")[2]]
                paper = shown.select_one(".paper-only")
                assert bool(paper) == bool(lines), (address, path)
                if paper:
                    seen += 1
                    text = paper.get_text(" ", strip=True)
                    assert all(line in text for line in lines), (address, path, lines, text)
    assert seen > 60
