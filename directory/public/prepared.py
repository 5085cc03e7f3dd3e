"""The prepared pages of bad days, while a band leads to them: what to do, and which entries and places they list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ..areas.index import AreaNode
from ..cache import remembered
from ..hours import rules
from ..hours.schedule import TOKYO
from ..models import Banner, PreparedList, PreparedPage
from .days import RECORDS
from .projection import read_all
from .record import PublicResource
from .selectors import Card, card, records_at_home

# Somebody looks for a place near them on a telephone; who wants all of them searches.
MOST_LISTED = 60
# Of so many, those are listed that are open: at night the few that are may stand anywhere in the order.
MOST_READ = 600
# A page whose lists nobody reads to the end helps nobody, and each is a question to the database.
MOST_LISTS = 6


@dataclass(frozen=True, slots=True)
class Place:
    """A place written by hand: name, address, a word on it."""

    name: str
    address: str
    note: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as the page shows it at a moment."""

    heading: str
    note: str
    cards: tuple[Card, ...]
    places: tuple[Place, ...]
    open_now: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    """A page with its lists, as long as nothing of them changes."""

    page: PreparedPage
    lists: tuple[tuple[PreparedList, tuple[PublicResource, ...]], ...]


def open_until(slug: str, at: datetime) -> tuple[PreparedPage, datetime] | None:
    """The page of a slug that is open at an aware moment, and its end; None otherwise. Who keeps the answer is told both turns."""
    shown = Banner.objects.lasting(at).filter(page__slug=slug).select_related("page").order_by("since", "pk")
    for band in shown:
        if band.page is None or band.until is None:
            continue
        rules.note_turns(at, (band.since, band.until))
        if band.since <= at:
            return band.page, band.until.astimezone(TOKYO)
    return None


def lists_of(page: PreparedPage, at: datetime, home: AreaNode | None) -> list[Listed]:
    """The lists of a page at an aware moment, for the residents of a municipality."""
    name = ("prepared", page.pk, home.pk if home else None, timezone.localdate(at))
    kept = remembered(RECORDS, name, lambda: _read(page, home))
    return [_shown(one, found, at) for one, found in kept.lists]


def _shown(one: PreparedList, found: tuple[PublicResource, ...], at: datetime) -> Listed:
    cards = [card(resource, at) for resource in found]
    if one.open_now:
        cards = [shown for shown in cards if shown.is_open]
    return Listed(one.heading, one.note, tuple(cards[:MOST_LISTED]), places_of(one.places), one.open_now)


def places_of(text: str) -> tuple[Place, ...]:
    """Places written by hand, a line each: name／address／note; either stroke parts them."""
    found = []
    for line in text.splitlines():
        name, address, note = [*(part.strip() for part in line.replace("/", "／").split("／", 2)), "", ""][:3]
        if name:
            found.append(Place(name, address, note))
    return tuple(found)


def _read(page: PreparedPage, home: AreaNode | None) -> _Kept:
    lists = list(page.lists.select_related("field", "need", "type")[:MOST_LISTS])
    return _Kept(page, tuple((one, _entries(one, home) if one.chooses else ()) for one in lists))


def _entries(one: PreparedList, home: AreaNode | None) -> tuple[PublicResource, ...]:
    """What fits all that a list names; nothing of which somebody may have to leave the page unseen."""
    records = records_at_home(home)
    if one.kind:
        records = records.filter(kind=one.kind)
    if one.type is not None:
        records = records.filter(type=one.type.code)
    if one.field is not None:
        records = records.filter(resource__fields=one.field)
    if one.need is not None:
        records = records.filter(needs__contains=f" {one.need.code} ")
    if one.indoors:
        records = records.filter(data__gathering__indoors=True)
    found = read_all(records.order_by("resource__reading", "pk")[: MOST_READ if one.open_now else 2 * MOST_LISTED])
    return tuple(resource for resource in found if not resource.is_sensitive)
