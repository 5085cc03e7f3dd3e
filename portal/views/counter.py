"""The list for the counter: its page, and the one address that changes it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from directory.exchange.qr import qr_code
from directory.hours import text
from directory.public.record import PublicResource
from directory.public.selectors import card

from .. import counter_list
from ..counter_list import MOST, Ids

LONGEST_NEXT = 500
SEE_OTHER = 303
# What a list shows is the visitor's own business: in no cache and in no search engine.
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@transaction.non_atomic_requests
@require_safe
def counter_list_page(request: HttpRequest) -> HttpResponse:
    """The visitor's own list, or with `?ids=` the list of a link, which only shows."""
    own = counter_list.kept(request)
    linked = counter_list.parse(request.GET["ids"]) if "ids" in request.GET else None
    found = counter_list.resources((*own, *(linked or ())))
    own = _public(own, found)
    shown = own if linked is None else _public(linked, found)
    link = request.build_absolute_uri(counter_list.link(shown))
    context: dict[str, Any] = {
        "entries": [_entry(request, found[short_id]) for short_id in shown],
        "own_count": len(own),
        "is_own": linked is None,
        "can_take": linked is not None and bool(shown) and shown != own,
        "ids": ".".join(shown),
        "is_full": len(shown) >= MOST,
        "most": MOST,
        "link": link,
        "qr": qr_code(link) if shown else None,
        "is_sensitive": any(found[short_id].is_sensitive for short_id in shown),
        "today": timezone.localdate(),
    }
    return _private(render(request, "portal/counter_list.html", context))


@csrf_exempt
@transaction.non_atomic_requests
@require_POST
def counter_list_change(request: HttpRequest) -> HttpResponse:
    """Put in, take out, move up, take over the list of a link, or clear; then back to where the visitor was.

    Public pages set no cookie that a CSRF token could be compared with; the browser itself tells where a request comes from.
    """
    if not comes_from_here(request):
        return _private(render(request, "403.html", status=403))
    before = counter_list.public_ids(counter_list.kept(request))
    ids = changed(before, request.POST.get("do", ""), counter_list.parse(request.POST.get("ids", "")))
    response = HttpResponseRedirect(safe_next(request), status=SEE_OTHER)
    counter_list.keep(request, response, ids)
    return _private(response)


def changed(ids: Ids, action: str, named: Ids) -> Ids:
    """The list after an action on the named ids; what is not understood changes nothing."""
    match action:
        case "add":
            for short_id in counter_list.public_ids(named):
                ids = counter_list.added(ids, short_id)
            return ids
        case "remove":
            for short_id in named:
                ids = counter_list.removed(ids, short_id)
            return ids
        case "up":
            return counter_list.moved_up(ids, named[0]) if named else ids
        case "take":
            return counter_list.public_ids(named) or ids
        case "clear":
            return ()
    return ids


def comes_from_here(request: HttpRequest) -> bool:
    """Whether the browser says nothing against it: no page of another site sent this."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == request.get_host().lower()
    except ValueError:
        return False


def safe_next(request: HttpRequest) -> str:
    """Where to go on: a path of this site as the form named it, or the list."""
    target = request.POST.get("next", "")
    is_path = target.startswith("/") and target.isprintable() and len(target) <= LONGEST_NEXT
    return target if is_path and url_has_allowed_host_and_scheme(target, allowed_hosts=None) else counter_list.PATH


def _private(response: HttpResponse) -> HttpResponse:
    for name, value in PRIVATE.items():
        response[name] = value
    return response


def _public(ids: Ids, found: dict[str, PublicResource]) -> Ids:
    return tuple(short_id for short_id in ids if short_id in found)[:MOST]


def _entry(request: HttpRequest, resource: PublicResource) -> dict[str, Any]:
    now = timezone.localtime()
    return {
        "card": card(resource, now),
        "hours": text.describe_schedule(resource.schedule, now.date()),
        "exceptions": text.describe_exceptions(resource.schedule, now.date()),
        "address": request.build_absolute_uri(resource.path),
    }
