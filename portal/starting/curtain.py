"""準備中: until an approver opens the site, its public pages are seen by staff alone.

Everybody else gets one page at every address, with 503: search engines come back later and list nothing. It is no dead end: it
has the city's desk for everything, if that is published, and nationwide lines; and who typed words of danger is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from directory.cache import remembered
from directory.finding.danger import band_of, band_of_needs
from directory.finding.languages import foreign_answer, tongue_of
from directory.finding.query import Asked, all_options
from directory.finding.understanding import ask
from directory.public.selectors import Card
from search.text.languages import JAPANESE

from ..cms.tickets import close
from ..cms.tree import site_of
from ..models import PortalSettings
from ..models.base import MEMORY
from ..operations.spare import spare
from ..shell import ending_desk, night_guidance
from ..views.api import band_data
from .staff import is_staff

# What is no page of the site, has its own doors, or is asked by machines that keep the site up.
NOT_BEHIND = ("/admin/", "/partners/", "/healthz", "/readyz", "/robots.txt", "/favicon.ico", "/.well-known/")
# As one types them; the site adds the stroke.
DOORS = frozenset({"/admin", "/partners"})
RETRY_SECONDS = 3_600
# More would push the city's own desk off a telephone's screen.
MOST_LINES = 4
MOST_NEEDS = 20


def is_open(request: HttpRequest) -> bool:
    """Whether the request's site is open for everybody. Seen by the request that comes after the switch, in every process."""
    site = site_of(request)
    if site is None:
        # There is nothing to hide, and nothing to find either.
        return True
    return remembered(
        MEMORY,
        ("open", site.pk),
        lambda: PortalSettings.objects.filter(site=site.pk, opened_at__isnull=False).exists(),
    )


class Curtain:
    """Stands before every public page, after everything that knows who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._passed = (*NOT_BEHIND, f"/{settings.STATIC_URL.strip('/')}/", f"/{settings.MEDIA_URL.strip('/')}/")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, or answer that the site is being prepared."""
        path = request.path_info
        # A form that was sent too late says so without a database; what it was sent to shows nothing without a password.
        is_form = request.method == "POST" and path.startswith("/_util/")
        if path.startswith(self._passed) or path in DOORS or is_form or is_open(request):
            return self.get_response(request)
        if is_staff(getattr(request, "user", AnonymousUser())):
            # Pages say so above everything else (`base.html`).
            request.__dict__["is_behind_curtain"] = True
            response = self.get_response(request)
        else:
            close(request)
            response = closed(request)
        response["Cache-Control"] = "no-store, private"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response


def closed(request: HttpRequest) -> HttpResponse:
    """The page that stands for all others; as JSON where software asks."""
    found = _danger(request)
    band = found["band"]
    if request.path_info.startswith("/api/"):
        data = {
            "error": "not-open",
            "message": _("このサイトは、まだ準備中です。"),
            "band": band_data(band, night_guidance(request)) if band else None,
            **spare().model_dump(),
        }
        response: HttpResponse = JsonResponse(data, status=503, json_dumps_params={"ensure_ascii": False})
    else:
        desk: Card | None = ending_desk(request)
        context = {
            **found,
            "desk": desk,
            "channels": desk.resource.channels if desk else (),
            "lines": () if band else spare().lines[:MOST_LINES],
            "night_guidance": night_guidance(request) if band and band.at_night else "",
        }
        response = render(request, "portal/closed.html", context, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    # It is no failure: nobody has to read of each visitor in the log.
    response.__dict__["_has_been_logged"] = True
    return response


def _danger(request: HttpRequest) -> dict[str, Any]:
    """The band of what was typed into the box, or chosen in the finder; and its sentence in the visitor's language."""
    asked = Asked.read(request.GET, all_options())
    band, foreign = None, None
    if asked.q:
        understanding = ask(asked.q, off=asked.off)
        tongue = tongue_of(understanding.question.language)
        band = band_of(understanding.danger, tongue.code if tongue else JAPANESE)
        foreign = foreign_answer(tongue.code, None, band) if tongue and band else None
    elif codes := request.GET.getlist("about")[:MOST_NEEDS]:
        band = band_of_needs(codes)
    return {"band": band, "foreign": foreign}
