"""What machines and browsers look for at fixed addresses: robots.txt, favicon.ico and security.txt.

`robots.txt` names no staff-only address: these say `noindex` with every answer (`directory.partners.doors.middleware`), which only a
crawler that may ask hears, and a list of doors would be read by those who look for doors.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# Addresses without end: every question, and every combination of filters. What they lead to stands in the sitemap.
ENDLESS = (
    "/search/",
    "/api/search",
    "/api/suggest",
    "/find/?",
    "/list/",
    "/browse/*?*field=",
    "/browse/*?*area=",
    "/share/*?",
)
ICON = "portal/icon.ico"
# RFC 9116 wants less than a year; who reads it sees that somebody has kept the site running since.
SECURITY_TEXT_HOLDS = timedelta(days=180)
a_day = cache_control(public=True, max_age=86_400)


def public_address(request: HttpRequest, path: str) -> str:
    """An address of the site as BASE_URL names it; without one, as it was asked."""
    return (
        f"{settings.WAGTAILADMIN_BASE_URL}{path}"
        if settings.WAGTAILADMIN_BASE_URL
        else request.build_absolute_uri(path)
    )


@transaction.non_atomic_requests
@require_safe
@a_day
def robots_txt(request: HttpRequest) -> HttpResponse:
    """What crawlers need not ask for, and where all pages are listed (RFC 9309)."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in ENDLESS),
        "Allow: /",
        "",
        f"Sitemap: {public_address(request, '/sitemap.xml')}",
    ]
    return _text(lines)


@transaction.non_atomic_requests
@require_safe
@a_day
def favicon(request: HttpRequest) -> HttpResponse:
    """The mark of the site for those who read no `<link rel="icon">`: feed readers, bookmarks, pages of other servers."""
    found = finders.find(ICON)
    if not found:
        raise Http404
    with open(found, "rb") as file:
        return HttpResponse(file.read(), content_type="image/x-icon")


@transaction.non_atomic_requests
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole (RFC 9116); 404 as long as nobody is named in SECURITY_CONTACT (note `portal.I001`)."""
    if not settings.SECURITY_CONTACT:
        raise Http404("SECURITY_CONTACT is not set")
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return _text(
        [
            f"Contact: {settings.SECURITY_CONTACT}",
            f"Expires: {(midnight + SECURITY_TEXT_HOLDS).strftime('%Y-%m-%dT%H:%M:%SZ')}",
            "Preferred-Languages: ja, en",
            f"Canonical: {public_address(request, '/.well-known/security.txt')}",
        ]
    )


def _text(lines: list[str]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
