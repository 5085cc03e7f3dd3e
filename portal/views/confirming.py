"""Without a log-in: an organisation says that its entries are right, or what changed; and how the register stands.

A link is the right to do so (`directory.freshness.links`): no cookie, no session, nothing of who uses it. All that stands here is
what the public sees anyway.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from directory.choices import Confirmer, Decision, Kind
from directory.freshness import links, sample
from directory.freshness.confirming import confirm
from directory.freshness.proposals import LONGEST, asked_fields, propose
from directory.hours import text
from directory.models import ChangeProposal, FreshnessSettings, PublicRecord
from directory.offers.hosts import IntakeForm, keep
from directory.public.projection import read_all
from directory.public.record import PublicResource
from guard.counting import hit
from guard.network import client_network
from guard.policy import CODES_OF_ALL, CODES_OF_NETWORK, PROPOSALS_OF_LINK
from guard.too_many import TooMany

from .counter import PRIVATE, SEE_OTHER, comes_from_here

# So many entries stand on one page; of an office with more, the others come when these are done.
MOST_ENTRIES = 50


@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_code(request: HttpRequest) -> HttpResponse:
    """Where the short code of a sheet is typed."""
    typed, is_wrong = "", False
    if request.method == "POST":
        if not comes_from_here(request):
            return private(render(request, "403.html", status=403))
        typed = request.POST.get("code", "")[: links.CODE_LENGTH * 4]
        # Counted before it is looked at, and for everybody together as well: many networks guess no faster than one.
        for limit, key in ((CODES_OF_NETWORK, client_network(request)), (CODES_OF_ALL, "all")):
            outcome = hit(limit, key)
            if not outcome.allowed:
                raise TooMany(outcome.wait, "sheet")
        if token := links.link_of_code(typed):
            return private(HttpResponseRedirect(reverse("confirm_link", args=[token]), status=SEE_OTHER))
        is_wrong = True
    return private(render(request, "portal/confirm_code.html", {"typed": typed, "is_wrong": is_wrong}))


@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_link(request: HttpRequest, token: str) -> HttpResponse:
    """The entries of a link: one button each, or a form for what changed. Opening it changes nothing."""
    try:
        link = links.read_token(token)
    except links.LinkExpired:
        return private(render(request, "portal/confirm_closed.html", {"is_expired": True}, status=410))
    except links.LinkBroken:
        return private(render(request, "portal/confirm_closed.html", {}, status=404))
    entries = list(read_all(links.records_of(link)[:MOST_ENTRIES]))
    if request.method == "POST":
        if not comes_from_here(request):
            return private(render(request, "403.html", status=403))
        return private(_take(request, token, link, entries))
    return private(_page(request, token, link, entries))


def _take(request: HttpRequest, token: str, link: links.Link, entries: list[PublicResource]) -> HttpResponse:
    """What was sent: right as it is, or changes. Then the page again, at the entry."""
    asked = request.POST.get("entry", "")
    public = next((entry for entry in entries if entry.short_id == asked), None)
    if public is None:
        # Ended or taken back since the page was opened: it says so by not standing there any more.
        return HttpResponseRedirect(reverse("confirm_link", args=[token]), status=SEE_OTHER)
    done = "same"
    role = Confirmer.ORGANISATION if link.organisation else Confirmer.EDITOR
    if request.POST.get("do") == "change":
        outcome = hit(PROPOSALS_OF_LINK, str((link.organisation or link.office).uuid))  # type: ignore[union-attr]
        if not outcome.allowed:
            raise TooMany(outcome.wait)
        values = {name: value for name, value in request.POST.items() if isinstance(value, str)}
        try:
            propose(public, role, values)
        except ValidationError as error:
            return _page(request, token, link, entries, refused=public.short_id, values=values, error=error)
        done = "change"
    elif request.POST.get("do") == "intake" and _may_receive(public):
        outcome = hit(PROPOSALS_OF_LINK, str((link.organisation or link.office).uuid))  # type: ignore[union-attr]
        if not outcome.allowed:
            raise TooMany(outcome.wait)
        intake = IntakeForm(request.POST, auto_id=f"intake-{public.short_id}-%s")
        if not intake.is_valid():
            return _page(request, token, link, entries, refused=public.short_id, intake=intake)
        keep(public.id, intake, role)
        done = "intake"
    elif not _is_done(public, link):
        confirm([public.id], role=role)
    address = f"{reverse('confirm_link', args=[token])}?done={done}&entry={public.short_id}#entry-{public.short_id}"
    return HttpResponseRedirect(address, status=SEE_OTHER)


def _may_receive(public: PublicResource) -> bool:
    """Whether it may be asked how many people it can receive: no desk, and nothing that somebody may be hiding at."""
    return public.kind != Kind.DESK and not public.is_sensitive


def _is_done(public: PublicResource, link: links.Link) -> bool:
    """Whether it was confirmed since the link was made: a link confirms once."""
    return public.verified_on is not None and public.verified_on >= link.made_on


def _page(
    request: HttpRequest,
    token: str,
    link: links.Link,
    entries: list[PublicResource],
    *,
    refused: str = "",
    values: dict[str, str] | None = None,
    error: ValidationError | None = None,
    intake: IntakeForm | None = None,
) -> HttpResponse:
    waiting = set(
        ChangeProposal.objects.filter(
            state=Decision.WAITING, resource_id__in=[entry.id for entry in entries]
        ).values_list("resource_id", flat=True)
    )
    today = timezone.localdate()
    shown = [
        {
            **_entry(entry, link, entry.id in waiting, today, values if entry.short_id == refused else None, error),
            "intake": _intake(entry, intake if entry.short_id == refused else None),
        }
        for entry in entries
    ]
    context: dict[str, Any] = {
        "title": link.title,
        "entries": shown,
        "open_count": sum(not entry["is_done"] and not entry["is_waiting"] for entry in shown),
        "done": request.GET.get("done", ""),
        "done_entry": request.GET.get("entry", ""),
        "token": token,
        "refused": refused,
        "is_sensitive": any(entry.is_sensitive for entry in entries),
        "longest": LONGEST,
    }
    return render(request, "portal/confirm_link.html", context, status=400 if refused else 200)


def _intake(public: PublicResource, refused: IntakeForm | None) -> IntakeForm | None:
    """An empty form: what was told before is for staff alone, and whoever holds the link reads nothing of it."""
    return (refused or IntakeForm(auto_id=f"intake-{public.short_id}-%s")) if _may_receive(public) else None


def _entry(
    public: PublicResource,
    link: links.Link,
    is_waiting: bool,
    today: date,
    values: dict[str, str] | None,
    error: ValidationError | None,
) -> dict[str, Any]:
    problems = error.message_dict if error is not None and hasattr(error, "error_dict") else {}
    general = error.messages if error is not None and not problems and values is not None else []
    return {
        "resource": public,
        "hours": text.describe_schedule(public.schedule, today),
        "exceptions": text.describe_exceptions(public.schedule, today),
        "is_done": _is_done(public, link),
        "is_waiting": is_waiting,
        "general": general,
        "fields": [
            {
                "field": field,
                "value": (values or {}).get(field.name, field.value)[:LONGEST],
                "problems": problems.get(field.name, []) if values is not None else [],
            }
            for field in asked_fields(public)
        ],
    }


@transaction.non_atomic_requests
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """How right the register is, for everybody; 404 unless the city wants it."""
    settings = FreshnessSettings.objects.first()
    if settings is None or not settings.shows_figures:
        raise Http404
    today = timezone.localdate()
    records = PublicRecord.objects.all()
    total = records.count()
    in_time = records.exclude(due_on__lte=today).count()
    context = {
        "total": total,
        "in_time": in_time,
        "share": round(100 * in_time / total) if total else None,
        "months": sample.public_figures(),
        "each_month": sample.EACH_MONTH,
        "today": today,
    }
    return render(request, "portal/freshness.html", context)


def private(response: HttpResponse) -> HttpResponse:
    """In no cache and in no search engine."""
    for name, value in PRIVATE.items():
        response[name] = value
    return response
