"""The first page, the look-up, and the card of one contact point."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ...areas.index import area_index, home_area
from ...models import Field, Programme
from ..choices import Act, ProposalState
from ..digests import changes_since
from ..doors.access import Denied, PartnerRequest, partner_page
from ..forms import LookUpForm
from ..lookup import Asked, find, programmes
from ..models import ContactPoint, Training
from ..packs import coordinators, current_contacts, note_use, packs_of, visible_contacts

# Words of the look-up stay in the session: in an address they would stand in the log of the web server.
WORDS = "partner_words"
KEPT_WORDS = 20
TRAININGS = 6


def choices() -> dict[str, Any]:
    """What can be chosen: programmes, fields, areas of the municipality."""
    home = home_area()
    return {
        "roles": list(Programme.objects.all()),
        "fields": list(Field.objects.filter(retired=False)),
        "areas": area_index().choices(home.pk if home else None),
    }


@partner_page
def home(request: PartnerRequest) -> HttpResponse:
    """Look up, the notices, what changed, what waits."""
    visitor = request.visitor
    packs = list(packs_of(visitor.partner))
    own: list[ContactPoint] = []
    answers: list[Any] = []
    if visitor.partner:
        own = list(current_contacts().filter(organisation_id=visitor.partner.organisation_id))
        answers = list(
            visitor.partner.proposals.exclude(state=ProposalState.WAITING).select_related("contact__organisation")[:3]
        )
    context = {
        "form": LookUpForm(),
        "packs": packs,
        "functions": _functions(visitor.partner),
        "wide": visible_contacts(visitor.partner).filter(is_wide_area=True).count(),
        "coordinators": coordinators(visitor.partner).with_details()[:3],
        "changes": _changes(visitor.member, visitor.partner, packs),
        "trainings": Training.objects.filter(starts_at__gte=timezone.now())[:TRAININGS],
        "own": own,
        "answers": answers,
        **choices(),
    }
    visitor.note(Act.VIEWED, _("はじめのページ"))
    return render(request, "partners/home.html", context)


def _changes(member: Any, partner: Any, packs: list[Any]) -> list[Any]:
    """What changed; `is_there` says which of them can still be opened."""
    changes = changes_since(member, packs)
    there = set(
        visible_contacts(partner).filter(pk__in=[one.contact_id for one in changes]).values_list("pk", flat=True)
    )
    for change in changes:
        change.is_there = change.contact_id in there
    return changes


def _functions(partner: Any) -> list[dict[str, Any]]:
    """The functions of the act with how many contact points carry them out, for one click."""
    ids = visible_contacts(partner).values("pk")
    rows = Programme.objects.filter(contact_points__in=ids).values_list("code", "item", "function", "contact_points")
    found: dict[str, dict[str, Any]] = {}
    for code, item, function, contact in rows:
        entry = found.setdefault(item, {"role": code.split("-")[0], "item": item, "name": function, "contacts": set()})
        entry["contacts"].add(contact)
    return [{**entry, "count": len(entry["contacts"])} for entry in found.values()]


@partner_page
def contacts(request: PartnerRequest) -> HttpResponse:
    """The look-up. Words are posted and kept in the session; the address holds only what is public: role, field, area."""
    chosen = {name: request.POST.get(name) or request.GET.get(name) or "" for name in ("role", "field", "area")}
    flags = {name: bool(request.POST.get(name) or request.GET.get(name)) for name in ("wide", "coordinator")}
    what: dict[str, Any] = {**chosen, **flags}
    kept: dict[str, str] = request.session.get(WORDS, {})
    if request.method == "POST":
        form = LookUpForm(request.POST)
        query: dict[str, str | int] = {
            **{name: value[:60] for name, value in chosen.items() if value},
            **{n: 1 for n, on in flags.items() if on},
        }
        words = form.cleaned_data["q"] if form.is_valid() else ""
        if words:
            key = secrets.token_hex(4)
            request.session[WORDS] = dict([*kept.items(), (key, words)][-KEPT_WORDS:])
            query["w"] = key
        return redirect(f"{reverse('partners:contacts')}?{urlencode(query)}")
    words = kept.get(request.GET.get("w", ""), "")
    number = request.GET.get("page", "1")
    asked = Asked(words=words, **what, page=int(number) if number.isdecimal() and len(number) < 6 else 1)
    page = find(asked, request.visitor.partner)
    note_use(page.object_list, request.visitor.partner)
    request.visitor.note(
        Act.VIEWED,
        _("連絡先の一覧"),
        found=page.paginator.count,
        shown=len(page.object_list),
        words=bool(words),
        **{name: value[:40] for name, value in chosen.items() if value},
    )
    keep = request.GET.copy()
    keep.pop("page", None)
    several = programmes(asked.role) if "," in asked.role else []
    context = {
        "asked": asked,
        # A choice that no line of the list stands for: it came from the page of a notice.
        "several": "・".join(dict.fromkeys(f"{programme.item}{programme.sub}" for programme in several)),
        "page": page,
        "form": LookUpForm(initial={"q": words}),
        "query": keep.urlencode(),
        **choices(),
    }
    return render(request, "partners/contacts.html", context)


@partner_page
def contact(request: PartnerRequest, uuid: UUID) -> HttpResponse:
    """One contact point, to read out or to print. One that is not for this partner is answered as one that is not there."""
    found = current_contacts().filter(uuid=uuid).with_details().first()
    if found is None:
        raise Http404
    if not visible_contacts(request.visitor.partner).filter(pk=found.pk).exists():
        raise Denied
    note_use([found], request.visitor.partner)
    request.visitor.note(Act.VIEWED, found)
    return render(request, "partners/contact.html", {"contact": found})


@partner_page
def handover(request: PartnerRequest) -> HttpResponse:
    """How to hand over: by consent. Guidance only; nothing is asked and nothing is kept."""
    request.visitor.note(Act.VIEWED, _("つなぎ方"))
    partner = request.visitor.partner
    context = {
        "coordinators": coordinators(partner).with_details()[:3],
        "wide": visible_contacts(partner).filter(is_wide_area=True).exists(),
    }
    return render(request, "partners/handover.html", context)
