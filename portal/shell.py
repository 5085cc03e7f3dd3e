"""What stands around every page: the city, the menu, the notice, the desk that ends the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Site

from directory.areas.index import area_index
from directory.cache import remembered
from directory.finding.hotlines import line_at_night
from directory.hours.rules import in_office_hours
from directory.models import NationalLine
from directory.public.selectors import Card, card, default_desk

from .cms.tree import site_of, visible
from .models import GuidanceIndexPage, NewsIndexPage, PortalSettings, SituationIndexPage, StandardPage
from .models.base import MEMORY, home_municipality

FIXED_MENU = (("/find/", gettext_lazy("相談先をさがす")), ("/browse/", gettext_lazy("一覧から見る")))

# Lists of pages, which stand in the menu once there are some.
INDEXES = frozenset(model._meta.model_name for model in (GuidanceIndexPage, NewsIndexPage, SituationIndexPage))


class Entry(NamedTuple):
    """One of a menu; `path` is the address as requests say it."""

    title: str
    url: str
    path: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts of the shell that change when an editor changes them, and not from request to request."""

    site_name: str
    notice: str
    night_guidance: str
    menu: tuple[Entry, ...]
    footer: tuple[Entry, ...]


def frame(request: HttpRequest) -> Frame:
    """The frame of the request's site, remembered until settings or pages change (`signals`)."""
    site = site_of(request)
    return remembered(MEMORY, site.pk if site else None, lambda: _frame(site))


def _frame(site: Site | None) -> Frame:
    if site is None:
        return Frame("", "", "", (), ())
    settings = PortalSettings.for_site(site)
    menu, footer = [], []
    for page in visible(site.root_page.get_children().live().select_related("content_type")):
        if page.content_type.model in INDEXES and not page.get_children().live().exists():
            # A list of nothing leads nowhere.
            continue
        entry = Entry(page.title, page.url, unquote(page.url))
        if page.show_in_menus:
            menu.append(entry)
        elif page.content_type.model == StandardPage._meta.model_name:
            footer.append(entry)
    return Frame(
        settings.site_name,
        settings.notice,
        settings.night_guidance,
        tuple(menu),
        tuple(footer),
    )


def ending_desk(request: HttpRequest, area_slug: str = "") -> Card | None:
    """The desk for everything of the visitor's area; asked for once a request."""
    known: dict[str, Card | None] = request.__dict__.setdefault("_ending_desks", {})
    if area_slug not in known:
        desk = default_desk(area_index().by_slug.get(area_slug), home_municipality(request))
        known[area_slug] = card(desk, timezone.localtime()) if desk else None
    return known[area_slug]


def night_guidance(request: HttpRequest) -> str:
    """The city's guidance for nights and holidays in one short row, while they last."""
    if in_office_hours(timezone.localtime()):
        return ""
    return next(iter(frame(request).night_guidance.strip().splitlines()), "")


def ending_line() -> NationalLine | None:
    """The national line that stands beside the desk for everything while town halls are closed."""
    return None if in_office_hours(timezone.localtime()) else line_at_night()


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names, notice and menus as the templates show them."""
    known, municipality = frame(request), home_municipality(request)
    fixed = [Entry(str(title), url, url) for url, title in FIXED_MENU]

    def entries(items: Iterable[Entry]) -> list[dict[str, Any]]:
        return [{"title": item.title, "url": item.url, "current": request.path.startswith(item.path)} for item in items]

    name = municipality.name if municipality else ""
    return {
        "municipality": name,
        "site_name": f"{name} {known.site_name}".strip(),
        "notice": known.notice,
        "night_guidance": known.night_guidance,
        "menu": entries([*fixed, *known.menu]),
        "footer_menu": entries(known.footer),
        "emergency": _("いのちの危険があるときは、110（警察）・119（消防・救急）へ"),
    }
