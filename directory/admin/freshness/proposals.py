"""Changes that somebody proposed, side by side, to be taken field by field."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder

from ...choices import Decision
from ...freshness.proposals import by_hand, decide, waiting
from ...models import Resource
from .access import EDIT, needs, tell
from .overview import PER_PAGE
from .owning import may_edit, refusal

_WAITING = Q(change_proposals__state=Decision.WAITING)


@needs(EDIT)
def proposals(request: HttpRequest) -> HttpResponse:
    """The entries with proposals that wait, the longest waiting first."""
    entries = (
        Resource.objects.filter(_WAITING)
        .select_related("organisation", "owner")
        .annotate(
            count=Count("change_proposals", filter=_WAITING), since=Min("change_proposals__made_at", filter=_WAITING)
        )
        .order_by("since", "pk")
    )
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "directory/admin/freshness/proposals.html", {"page": page})


@needs(EDIT)
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposals for one entry. What is taken goes into its draft; then the editor is where it is published."""
    resource = get_object_or_404(Resource.objects.select_related("organisation"), pk=pk).specific
    found = waiting(resource)
    if not found:
        if request.method == "POST":
            messages.info(request, _("この案内の届け出には、もう答えてあります。"))
            return redirect("freshness_proposals")
        raise Http404
    is_theirs = may_edit(request.user, resource)
    if request.method == "POST" and not is_theirs:
        messages.warning(request, refusal(resource))
        return redirect("freshness_proposals")
    if request.method == "POST":
        answers = {one.pk: request.POST.get(f"answer-{one.pk}", "") for one in found}
        take = [key for key, answer in answers.items() if answer == "take"]
        decline = [key for key, answer in answers.items() if answer == "decline"]
        try:
            has_draft = decide(resource, take=take, decline=decline, user=request.user)
        except ValidationError as error:
            tell(request, error)
        else:
            if not has_draft:
                messages.success(request, _("届け出に答えました。団体には、次のお知らせで伝わります。"))
                return redirect("freshness_proposals")
            messages.success(request, _("下書きに入れました。見なおして、公開（または承認の依頼）をしてください。"))
            return redirect(AdminURLFinder(request.user).get_edit_url(resource) or reverse("freshness_proposals"))
    context = {
        "resource": resource,
        "rows": [{"proposal": one, "by_hand": by_hand(one), "name": f"answer-{one.pk}"} for one in found],
        "is_theirs": is_theirs,
        "has_draft": resource.has_unpublished_changes,
        "edit_url": AdminURLFinder(request.user).get_edit_url(resource),
    }
    return render(request, "directory/admin/freshness/proposal.html", context)
