"""People of a partner: its lead looks after them, the city looks after all."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_otp import devices_for_user

from guard.counting import hit
from guard.policy import INVITATION_BY_PERSON, INVITATION_TO_ADDRESS
from guard.too_many import duration

from ..choices import Act
from ..doors.access import Denied, PartnerRequest, lead_page, member_page, office_page, partner_page
from ..doors.accounts import change_member, invite, new_recovery_codes, send_invitation
from ..forms import InviteForm
from ..models import Invitation, Member, Partner


@transaction.non_atomic_requests
@lead_page
def members(request: PartnerRequest) -> HttpResponse:
    """The members of one's own partner."""
    return _members(request, request.visitor.own_partner)


@transaction.non_atomic_requests
@office_page
def partner_members(request: PartnerRequest, pk: int) -> HttpResponse:
    """The members of any partner, for the city."""
    partner = Partner.objects.select_related("organisation__type").filter(pk=pk).first()
    if partner is None:
        raise Denied
    if not request.visitor.can_edit:
        raise Denied
    return _members(request, partner)


def _members(request: PartnerRequest, partner: Partner) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _count_invitation(request, form.cleaned_data["mail"])
            invitation, secret = invite(partner, form.cleaned_data["mail"], form.cleaned_data["rank"], request.visitor)
        except ValidationError as error:
            form.add_error("mail", error)
        else:
            _send(request, invitation, secret)
            return redirect(request.path)
    people = list(partner.members.select_related("user"))
    for member in people:
        member.has_factor = any(True for _device in devices_for_user(member.user))
        member.problem = member.obstacle(timezone.localdate())
    context = {
        "partner": partner,
        "people": people,
        "invitations": [one for one in partner.invitations.select_related("partner") if one.is_open],
        "form": form,
        "deliveries": partner.deliveries.all()[:20] if request.visitor.is_office else None,
    }
    request.visitor.note(Act.VIEWED, partner, page="members")
    return render(request, "partners/members.html", context)


def _count_invitation(request: HttpRequest, mail: str) -> None:
    """Raises ValidationError where somebody invites too fast, or too often to one address."""
    for limit, key in ((INVITATION_BY_PERSON, str(request.user.pk)), (INVITATION_TO_ADDRESS, mail.strip().casefold())):
        outcome = hit(limit, key)
        if not outcome.allowed:
            raise ValidationError(
                _("続けて招待したので、少し止めています。{wait}おいて、もう一度お試しください。").format(
                    wait=duration(outcome.wait)
                )
            )


def _send(request: HttpRequest, invitation: Invitation, secret: str) -> None:
    # Never by the Host of a request: whoever sends it chooses that.
    link = urljoin(settings.WAGTAILADMIN_BASE_URL, reverse("partners:invitation", args=[secret]))
    try:
        send_invitation(invitation, link)
    except OSError:
        messages.error(
            request, _("メールを送れませんでした。メールの設定を、システムの担当者に確かめてもらってください。")
        )
        return
    messages.success(request, _("招待のメールを送りました。リンクは7日間使えます。"))


def _partner_for(request: PartnerRequest, partner: Partner) -> None:
    """Raise Denied unless the visitor looks after the partner's people."""
    visitor = request.visitor
    own = visitor.leads and visitor.own_partner.pk == partner.pk
    if not own and not (visitor.is_office and visitor.can_edit):
        raise Denied


def _back(request: PartnerRequest, partner: Partner) -> HttpResponse:
    return (
        redirect("partners:office_partner", partner.pk) if request.visitor.is_office else redirect("partners:members")
    )


@require_POST
@partner_page
def change(request: PartnerRequest, pk: int) -> HttpResponse:
    """Do one thing with a member (`accounts.change_member`)."""
    member = Member.objects.select_related("user", "partner__organisation").filter(pk=pk).first()
    if member is None:
        raise Denied
    _partner_for(request, member.partner)
    try:
        change_member(member, request.visitor, request.POST.get("what", ""))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("{name}さんの登録を変えました。").format(name=member.name))
    return _back(request, member.partner)


@require_POST
@partner_page
def revoke(request: PartnerRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = Invitation.objects.select_related("partner__organisation").filter(pk=pk).first()
    if invitation is None:
        raise Denied
    _partner_for(request, invitation.partner)
    if invitation.is_open:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        request.visitor.note(Act.INVITED, invitation.partner, revoked=True, mail=invitation.mail)
    messages.success(request, _("招待を取り消しました。"))
    return _back(request, invitation.partner)


@member_page
def account(request: PartnerRequest) -> HttpResponse:
    """One's own account; new recovery codes."""
    if request.method == "POST":
        codes = new_recovery_codes(request.user)
        request.visitor.note(Act.FACTOR_SET, _("予備のコード"))
        return render(request, "partners/recovery_codes.html", {"codes": codes, "next": request.path})
    return render(request, "partners/account.html", {"member": request.visitor.member})
