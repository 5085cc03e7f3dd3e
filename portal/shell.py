"""What stands around every page: the city, the menu, the notice, the desk that ends the page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from directory.areas import AreaNode, area_index
from directory.selectors import Card, card, default_desk

FIXED_MENU = (("/find/", _("相談先をさがす")), ("/browse/", _("一覧から見る")))


def portal_settings(request: HttpRequest) -> Any:
    """The city's settings; kept on the request by Wagtail."""
    from .models import PortalSettings

    return PortalSettings.for_request(request)


def home_municipality(request: HttpRequest) -> AreaNode | None:
    """The municipality whose site this is."""
    return area_index().nodes.get(portal_settings(request).municipality_id)


def ending_desk(request: HttpRequest, area_slug: str = "") -> Card | None:
    """The desk for everything of the visitor's area; asked for once a request."""
    known: dict[str, Card | None] = request.__dict__.setdefault("_ending_desks", {})
    if area_slug not in known:
        desk = default_desk(area_index().by_slug.get(area_slug), home_municipality(request))
        known[area_slug] = card(desk, timezone.localtime()) if desk else None
    return known[area_slug]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names, notice and menus; one query for the pages below the home page."""
    from .models import StandardPage

    settings, municipality = portal_settings(request), home_municipality(request)
    site = Site.find_for_request(request)
    menu = [{"title": title, "url": url, "current": request.path.startswith(url)} for url, title in FIXED_MENU]
    footer: list[dict[str, Any]] = []
    for page in site.root_page.get_children().live().public().select_related("content_type") if site else ():
        url = page.get_url(request)
        entry = {"title": page.title, "url": url, "current": bool(url) and request.path.startswith(url)}
        if page.show_in_menus:
            menu.append(entry)
        if page.content_type.model == StandardPage._meta.model_name:
            footer.append(entry)
    name = municipality.name if municipality else ""
    return {
        "municipality": name,
        "site_name": f"{name} {settings.site_name}".strip(),
        "notice": settings.notice,
        "night_guidance": settings.night_guidance,
        "menu": menu,
        "footer_menu": footer,
        "emergency": _("いのちの危険があるときは、110（警察）・119（消防・救急）へ"),
    }
