"""A partner keeps its own contact points right."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..choices import Act, ProposalState
from ..doors.access import Denied, PartnerRequest, member_page
from ..forms import ProposalForm
from ..models import ContactPoint
from ..packs import current_contacts
from ..services import confirm, label, propose

SHOWN_PROPOSALS = 20


def _own(request: PartnerRequest, uuid: UUID) -> ContactPoint:
    organisation = request.visitor.own_partner.organisation_id
    found = current_contacts().filter(uuid=uuid, organisation_id=organisation).with_details().first()
    if found is None:
        raise Denied
    return found


@member_page
def own(request: PartnerRequest) -> HttpResponse:
    """One's own contact points, and what became of the proposals."""
    partner = request.visitor.own_partner
    proposals = list(partner.proposals.select_related("contact__organisation")[:SHOWN_PROPOSALS])
    for proposal in proposals:
        proposal.labels = [label(name) for name in proposal.changes]
    context = {
        "contacts": current_contacts().filter(organisation_id=partner.organisation_id).with_details(),
        "proposals": proposals,
    }
    request.visitor.note(Act.VIEWED, _("自分の機関の連絡先"))
    return render(request, "partners/own.html", context)


@require_POST
@member_page
def still_right(request: PartnerRequest, uuid: UUID) -> HttpResponse:
    """「今もこのとおりです」."""
    contact = _own(request, uuid)
    try:
        confirm(contact, request.visitor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("確かめた日を、今日にしました。ありがとうございます。"))
    return redirect("partners:own")


@member_page
def edit(request: PartnerRequest, uuid: UUID) -> HttpResponse:
    """Propose a change."""
    return _propose(request, _own(request, uuid))


@member_page
def new(request: PartnerRequest) -> HttpResponse:
    """Propose a contact point that the city does not have yet."""
    return _propose(request, None)


def _propose(request: PartnerRequest, contact: ContactPoint | None) -> HttpResponse:
    partner = request.visitor.own_partner
    # The form writes its values into the instance that it checks; what is compared with must stay as it is.
    instance = ContactPoint.objects.get(pk=contact.pk) if contact else ContactPoint(organisation=partner.organisation)
    form = ProposalForm(request.POST or None, instance=instance)
    if request.method == "POST" and form.is_valid():
        try:
            propose(contact, request.visitor, form.values(), form.cleaned_data["comment"])
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
        else:
            messages.success(request, _("市に届けました。確かめて反映したら、ここでお知らせします。"))
            return redirect("partners:own")
    waiting = contact and contact.proposals.filter(partner=partner, state=ProposalState.WAITING).exists()
    return render(request, "partners/propose.html", {"contact": contact, "form": form, "waiting": waiting})
