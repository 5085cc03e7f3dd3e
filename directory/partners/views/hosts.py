"""Who can receive somebody（参加支援）: the look-up, and what the city was told of one host."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ...choices import Confirmer, Kind
from ...models import Intake, Resource
from ...offers.hosts import LONGEST_WORDS, IntakeForm, Wanted, is_old, keep
from ...offers.hosts import hosts as find
from ..choices import Act
from ..doors.access import PartnerRequest, host_editor_page, host_page
from .looking_up import choices

# More are narrowed: a list that nobody reads to its end helps nobody.
MOST_SHOWN = 100


@host_page
def hosts(request: PartnerRequest) -> HttpResponse:
    """The look-up. Words are posted and kept nowhere; the answer to them has no address."""
    given = request.POST if request.method == "POST" else request.GET
    wanted = Wanted(
        words=request.POST.get("q", "")[:LONGEST_WORDS].replace("\x00", ""),
        **{name: given.get(name, "")[:60].replace("\x00", "") for name in ("kind", "field", "area")},
        free=bool(given.get("free")),
        everything=bool(given.get("everything")),
    )
    found = find(wanted)
    count, today = found.count(), timezone.localdate()
    rows = [_row(resource, today) for resource in found[:MOST_SHOWN]]
    request.visitor.note(Act.VIEWED, _("受け入れ先"), found=count, shown=len(rows), words=bool(wanted.words.strip()))
    visitor = request.visitor
    context = {
        "wanted": wanted,
        "rows": rows,
        "count": count,
        "most": MOST_SHOWN,
        "kinds": [kind for kind in Kind if kind != Kind.DESK],
        "may_change": visitor.is_office and visitor.partner is None and visitor.can_edit,
        **choices(),
    }
    return render(request, "partners/hosts.html", context)


def _row(resource: Resource, today: Any) -> dict[str, Any]:
    intake: Intake | None = getattr(resource, "intake", None)
    return {
        "resource": resource,
        "kind": resource.get_kind_display(),
        "intake": intake,
        "is_old": bool(intake and is_old(intake, today)),
        "is_next_past": bool(intake and intake.next_on and intake.next_on <= today),
    }


@host_editor_page
def host(request: PartnerRequest, short_id: str) -> HttpResponse:
    """What was told of one host, written down by somebody of the city."""
    resource = (
        Resource.objects.filter(live=True, public_record__isnull=False)
        .exclude(kind=Kind.DESK)
        .select_related("organisation", "intake")
        .filter(short_id=short_id)
        .first()
    )
    if resource is None:
        raise Http404
    own: Intake | None = getattr(resource, "intake", None)
    form = IntakeForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(own, name) for name in IntakeForm.Meta.fields} if own else {},
    )
    if request.method == "POST" and form.is_valid():
        keep(resource.pk, form, Confirmer.EDITOR)
        request.visitor.note(Act.CHANGED, resource)
        messages.success(request, _("書きとめました。"))
        return redirect("partners:hosts")
    return render(request, "partners/host.html", {"resource": resource, "form": form})
