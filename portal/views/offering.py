"""Without a log-in: somebody offers to receive people, a room, small jobs. Nothing reaches the city before a mail was answered.

No cookie, no session; who uses a link is not asked.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from directory.models import Offer, OfferState
from directory.offers import answering, links
from directory.offers.forms import FREE_TEXTS, OfferForm, hints, typed
from guard.counting import give_back, hit
from guard.network import client_network
from guard.policy import OFFER_FORM, OFFERS_OF_ALL, OFFERS_OF_NETWORK, OFFERS_TO_ADDRESS
from guard.seals import TRAP, Flaw, flaw_of, new_seal, number_of
from guard.too_many import duration

from .confirming import private
from .counter import SEE_OTHER, comes_from_here

SEAL, SEEN = "seal", "seen"


@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def offer_form(request: HttpRequest) -> HttpResponse:
    """The form. What is right is kept until the mail is answered; of robots neither a row nor a mail is left."""
    if request.method != "POST":
        response = _page(request, OfferForm())
        # For search engines, and for the way back to what somebody wrote; but each visitor's form has a seal of its own.
        response["Cache-Control"] = "private, no-cache"
        return response
    if not comes_from_here(request):
        return private(render(request, "403.html", status=403))
    seal = request.POST.get(SEAL, "")[:300]
    flaw = flaw_of(seal, request.POST.get(TRAP, ""))
    form = OfferForm(typed(request.POST))
    if not form.is_valid():
        return private(_page(request, form, seal="" if flaw is Flaw.OLD else seal, status=400))
    if flaw is not None:
        return private(_page(request, form, flaw=flaw, seal="" if flaw is Flaw.OLD else seal, status=400))
    found = hints(str(form.cleaned_data[name]) for name in FREE_TEXTS)
    if found and request.POST.get(SEEN) != "1":
        return private(_page(request, form, hints=found, seal=seal, status=400))
    return private(_send(request, form, seal))


def _send(request: HttpRequest, form: OfferForm, seal: str) -> HttpResponse:
    """Count, keep, mail. A second press of the same button goes where the first went."""
    sent = HttpResponseRedirect(reverse("offer_sent"), status=SEE_OTHER)
    number = number_of(seal)
    if not hit(OFFER_FORM, number).allowed:
        return sent
    # Of one network or address that is over its limit nothing is counted for everybody: it stands in nobody's way.
    address = form.cleaned_data["contact_mail"].casefold()
    for limit, key in (
        (OFFERS_OF_NETWORK, client_network(request)),
        (OFFERS_TO_ADDRESS, address),
        (OFFERS_OF_ALL, "all"),
    ):
        outcome = hit(limit, key)
        if not outcome.allowed:
            give_back(OFFER_FORM, number)
            # The form again and no page of its own: what was written stays where it can be sent later.
            response = _page(request, form, seal=seal, wait=duration(outcome.wait), status=429)
            response["Retry-After"] = str(outcome.wait)
            return response
    try:
        answering.submit(form)
    except ValidationError as error:
        give_back(OFFER_FORM, number)
        form.add_error("contact_mail", error)
        return _page(request, form, seal=seal, status=400)
    return sent


def _page(
    request: HttpRequest,
    form: OfferForm,
    *,
    flaw: Flaw | None = None,
    hints: list[str] | None = None,
    seal: str = "",
    wait: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "problems": [
            {"id": form[name].auto_id, "label": form[name].label, "texts": errors}
            for name, errors in form.errors.items()
            if name in form.fields
        ],
        "flaw": flaw.value if flaw else "",
        "hints": hints or [],
        "wait": wait,
        "is_seen": bool(hints) or request.POST.get(SEEN) == "1",
        "seal": seal or new_seal(),
        "trap": TRAP,
    }
    return render(request, "portal/offer.html", context, status=status)


@transaction.non_atomic_requests
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """That a mail is on its way. It says nothing of which."""
    return private(render(request, "portal/offer_sent.html", {"days": links.CHECK_HOLDS.days}))


@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def offer_link(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of a mail opens: the offer, to be sent on or taken back, or the city's question. Opening changes nothing."""
    try:
        offer = links.read_token(token)
    except links.LinkExpired:
        return private(_closed(request, "expired", 410))
    except links.LinkUsed:
        return private(_closed(request, "used", 410))
    except links.LinkBroken:
        return private(_closed(request, "broken", 404))
    if request.method != "POST":
        return private(_offer(request, offer))
    if not comes_from_here(request):
        return private(render(request, "403.html", status=403))
    return private(_take(request, offer))


def _take(request: HttpRequest, offer: Offer) -> HttpResponse:
    """What was pressed."""
    if offer.state == OfferState.ASKED:
        text = request.POST.get("answer", "")
        try:
            answering.reply(offer, text)
        except ValidationError as error:
            return _offer(request, offer, typed=text[: answering.LONGEST * 2], problems=error.messages)
        return _closed(request, "answered")
    match request.POST.get("do", ""):
        case "send":
            answering.arrive(offer)
            return _closed(request, "arrived")
        case "forget":
            answering.take_back(offer)
            return _closed(request, "forgotten")
    return _offer(request, offer)


def _offer(request: HttpRequest, offer: Offer, *, typed: str = "", problems: list[str] | None = None) -> HttpResponse:
    rows = [
        (_("申し出の種類"), offer.get_kind_display()),
        (_("できること"), offer.text),
        (_("いつ"), offer.when),
        (_("何人くらい・どのくらい"), offer.how_many),
        (_("あるとよいもの・お願いしたいこと"), offer.needs),
        (_("場所（圏域）"), offer.area.name if offer.area else _("市のどこでも")),
        (_("分野"), "、".join(offer.fields.values_list("name", flat=True))),
        (_("電話"), offer.phone),
        (_("ホームページ"), offer.website),
    ]
    context = {
        "offer": offer,
        "rows": [row for row in rows if row[1]],
        "is_asked": offer.state == OfferState.ASKED,
        "days": links.CHECK_HOLDS.days,
        "typed": typed,
        "problems": problems or [],
        "longest": answering.LONGEST,
    }
    return render(request, "portal/offer_link.html", context, status=400 if problems else 200)


def _closed(request: HttpRequest, why: str, status: int = 200) -> HttpResponse:
    return render(request, "portal/offer_closed.html", {"why": why}, status=status)
