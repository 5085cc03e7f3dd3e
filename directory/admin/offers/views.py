"""The list of offers, and one offer with what it looks like, and its answer."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder

from ...choices import Kind
from ...models import Offer, OfferState
from ...offers import answering
from ...offers.duplicates import Look, alike, look_of
from ..freshness.access import needs, tell
from ..freshness.owning import own_office
from .forms import AcceptForm, AskForm, DeclineForm

VIEW, CHANGE = "directory.view_offer", "directory.change_offer"
PER_PAGE = 50


def urls() -> list[Any]:
    """Addresses below the admin's."""
    return [path("offers/", offers, name="offers"), path("offers/<int:pk>/", offer, name="offer_answer")]


@needs(VIEW)
def offers(request: HttpRequest) -> HttpResponse:
    """What has reached the city, narrowed by state; without a word, what waits. Those of an unchecked mail stand nowhere."""
    chosen = request.GET.get("state", OfferState.WAITING)
    states = [state for state in OfferState if state != OfferState.UNCHECKED]
    if chosen not in states:
        chosen = OfferState.WAITING
    found = Offer.objects.filter(state=chosen).select_related("area")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "states": states, "chosen": OfferState(chosen), "query": f"state={chosen}&"}
    return render(request, "directory/admin/offers/list.html", context)


@needs(VIEW)
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """One offer beside what looks like it. What is pressed: accept, ask, decline."""
    shown = get_object_or_404(
        Offer.objects.exclude(state=OfferState.UNCHECKED).select_related("area", "resource"), pk=pk
    )
    is_open = shown.state in (OfferState.WAITING, OfferState.ASKED)
    looks = alike(shown)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    forms = {
        "accept": AcceptForm(shown, looks, request.user, request.POST if do == "accept" else None),
        "ask": AskForm(request.POST if do == "ask" else None),
        "decline": DeclineForm(request.POST if do == "decline" else None),
    }
    if do in forms:
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        if not is_open:
            messages.info(request, _("この申し出には、もう答えてあります。"))
            return redirect("offer_answer", pk)
        if forms[do].is_valid() and (answer := _answer(request, shown, do, forms[do])):
            return answer
    may_change = request.user.has_perm(CHANGE)
    context = {
        "offer": shown,
        "is_open": is_open,
        "fields": "、".join(shown.fields.values_list("name", flat=True)),
        "own": look_of(shown),
        "looks": [_shown(look, request) for look in looks],
        "forms": forms,
        "may_answer": is_open and may_change,
        "may_accept": is_open and may_change and bool(forms["accept"].fields["kind"].choices),  # type: ignore[attr-defined]
        "draft_url": AdminURLFinder(request.user).get_edit_url(shown.resource.specific) if shown.resource else None,
    }
    return render(request, "directory/admin/offers/offer.html", context)


def _answer(request: HttpRequest, shown: Offer, do: str, form: Any) -> HttpResponse | None:
    """Do what was pressed, whole or not at all. None where it could not be done; the page says why."""
    try:
        with transaction.atomic():
            if do == "accept":
                resource = answering.accept(
                    shown,
                    kind=Kind(form.cleaned_data["kind"]),
                    organisation=form.chosen(),
                    type_=form.cleaned_data["type"],
                    words=form.cleaned_data["words"],
                    user=request.user,
                    owner=own_office(request.user),
                )
                messages.success(
                    request,
                    _("下書きを作り、相手に知らせました。内容をととのえて、公開（または承認の依頼）をしてください。"),
                )
                return redirect(AdminURLFinder(request.user).get_edit_url(resource) or reverse("offers"))
            if do == "ask":
                answering.ask(shown, form.cleaned_data["question"])
                messages.success(request, _("メールでたずねました。答えが来ると、ここに出ます。"))
            else:
                answering.decline(shown, form.cleaned_data["reason"])
                messages.success(request, _("お返事を送り、相手のお名前とメールを消しました。"))
    except ValidationError as error:
        tell(request, error)
        return None
    return redirect("offers")


def _shown(look: Look, request: HttpRequest) -> dict[str, Any]:
    """A thing that looks like the offer, with where it is edited."""
    if isinstance(look.record, Offer):
        url: str | None = reverse("offer_answer", args=[look.record.pk])
    else:
        url = AdminURLFinder(request.user).get_edit_url(getattr(look.record, "specific", look.record))
    return {"look": look, "url": url}
