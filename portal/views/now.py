"""A prepared page of a bad day, at an address that stays: shown while an approver has it open, and no longer."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from directory.public.prepared import lists_of, open_until

from ..cms.tickets import keep
from ..models.base import home_municipality


@transaction.non_atomic_requests
@require_safe
def prepared_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The page with its lists. While it is not open: 404, that it is not shown now, and the desk; whoever kept the address can come
    back, for the next storm opens the same one. A slug of no page at all says the same, so that nobody learns which are prepared.
    """
    now = timezone.localtime()
    found = open_until(slug, now)
    if found is None:
        response = render(request, "portal/now_closed.html", status=404)
        response["Cache-Control"] = "no-store"
        return response
    page, until = found
    keep(request)
    context = {
        "prepared": page,
        "until": until,
        "steps": lines(page.steps),
        "easy": lines(page.easy),
        "lists": lists_of(page, now, home_municipality(request)),
    }
    return render(request, "portal/now.html", context)


def lines(text: str) -> list[str]:
    """What stands on a line each, without empty ones and without the marks that somebody typed before them."""
    return [line for one in text.splitlines() if (line := one.strip().lstrip("・●-").strip())]
