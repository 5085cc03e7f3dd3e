"""A page says a thing once: ways of contact on cards and rows, and the desk that a page is about anyway."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from directory.choices import ChannelKind, Kind
from directory.finding.documents import row
from directory.models import Channel, ConsultationDesk, PublicRecord
from directory.public.projection import read
from tests.factories import DeskFactory

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]


def ways(card: BeautifulSoup) -> list[str]:
    """The names of ways of contact that a card or a row says, in its order."""
    names = {str(kind.label) for kind in ChannelKind}
    words = [text for part in card.stripped_strings for text in part.replace("：", "・").split("・")]
    return [word for word in words if word in names]


def test_should_name_each_way_once_on_every_card_and_row(page: Page) -> None:
    seen = 0
    lists = [f"/browse/{kind}/?page={number}" for kind in Kind.values for number in (1, 2, 3)]
    for address in [*lists, "/find/?about=dementia&area=tobu", "/search/?q=居場所", "/share/leaflet/"]:
        for card in page(address).select(".hit-side, .desk-contact, .leaflet-main"):
            named = ways(card)
            seen += len(named)
            assert len(named) == len(set(named)), (address, named)
    assert seen > 100


@pytest.mark.parametrize(
    ("channels", "others"),
    [
        ([ChannelKind.VISIT], []),
        ([ChannelKind.LINE, ChannelKind.VISIT], ["visit"]),
        ([ChannelKind.MAIL, ChannelKind.MAIL], []),
        ([ChannelKind.PHONE, ChannelKind.LINE, ChannelKind.LINE, ChannelKind.VISIT], ["line", "visit"]),
        ([ChannelKind.PHONE], []),
    ],
)
def test_should_leave_out_the_way_that_a_card_shows_anyway(channels: list[ChannelKind], others: list[str]) -> None:
    values = {
        ChannelKind.PHONE: "0000-99-0001",
        ChannelKind.MAIL: "desk@example.jp",
        ChannelKind.LINE: "https://line.example.jp/desk",
    }
    desk = DeskFactory()
    desk.channels = [Channel(kind=kind, value=values.get(kind, "")) for kind in channels]
    desk.save_revision().publish()
    resource = read(PublicRecord.objects.get(pk=desk.pk))
    assert row(resource)["without_voice"] == others
    assert [str(kind) for kind in resource.other_ways] == others


def test_should_not_recommend_a_desk_on_its_own_page(page: Page) -> None:
    """Of every desk that ends pages somewhere; each other page goes on ending with one."""
    own = {desk.short_id for desk in ConsultationDesk.objects.filter(live=True, default_for__isnull=False).distinct()}
    assert len(own) >= 3
    for short_id in PublicRecord.objects.filter(kind=Kind.DESK).values_list("short_id", flat=True):
        ending = page(f"/resources/{short_id}/").select_one(".ending")
        links = {link["href"] for link in ending.select("a")}
        assert f"/resources/{short_id}/" not in links
        assert ending.select_one(".desk-name").get_text(strip=True), "no dead end"
        if not ending.select_one(".desk"):
            assert short_id in own
            assert "#contact-title" in links
            phones = [
                item for item in read(PublicRecord.objects.get(short_id=short_id)).channels if item.href[:4] == "tel:"
            ]
            assert bool(ending.select_one("a[href^='tel:']")) == bool(phones)
