"""What writes about people of partners: invitations, accounts, second factors."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp import devices_for_user
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from ..audit import note
from ..choices import Act, Rank
from ..models import INVITATION, MEMBERSHIP, ContactChange, Invitation, Member, Partner
from .access import Visitor

RECOVERY_CODES = 10


def _known(mail: str) -> bool:
    users = get_user_model().objects
    return users.filter(email__iexact=mail).exists() or users.filter(username__iexact=mail).exists()


@transaction.atomic
def invite(partner: Partner, mail: str, rank: Rank, visitor: Visitor) -> tuple[Invitation, str]:
    """Make an invitation; an open one to the same address is revoked. Returns it and the secret of its link.

    Raises ValidationError for an address that has an account already.
    """
    mail = mail.strip().lower()
    if _known(mail):
        raise ValidationError(_("このメールアドレスのアカウントは、もうあります。"))
    now, secret = timezone.now(), Invitation.new_secret()
    partner.invitations.filter(mail=mail, accepted_at=None, revoked_at=None).update(revoked_at=now)
    invitation = Invitation(
        partner=partner,
        mail=mail,
        rank=rank,
        secret_hash=Invitation.hash_of(secret),
        invited_by=visitor.user.get_username(),
        expires_at=now + INVITATION,
    )
    invitation.full_clean()
    invitation.save()
    visitor.note(Act.INVITED, partner, rank=rank, mail=mail)
    return invitation, secret


def send_invitation(invitation: Invitation, link: str) -> None:
    """Mail the link. Raises OSError (SMTPException among them) where the mail cannot be handed over."""
    send_mail(
        _("【よろず】連携機関のページへのご招待"),
        _(
            "連携機関のページに招待されました。\n\n"
            "次のリンクを開いて、名前とパスワードを決めてください。リンクは7日間、一度だけ使えます。\n\n{link}\n\n"
            "心当たりのないときは、このメールを捨ててください。なにも起こりません。"
        ).format(link=link),
        None,
        [invitation.mail],
    )


def invitation_for(secret: str) -> Invitation | None:
    """The invitation of a link, whatever its state."""
    if not secret or len(secret) > 200:
        return None
    found = Invitation.objects.filter(secret_hash=Invitation.hash_of(secret))
    return found.select_related("partner__organisation").first()


@transaction.atomic
def accept(invitation: Invitation, name: str, password: str) -> Member:
    """Make the account of an invitation. Raises ValidationError where the link is used up by now or the address known."""
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if obstacle := locked.obstacle():
        raise ValidationError(obstacle)
    if _known(locked.mail):
        raise ValidationError(_("このメールアドレスのアカウントは、もうあります。"))
    user = get_user_model().objects.create_user(locked.mail, locked.mail, password)
    # Whoever comes new sees everything as it is today: what changed before is no news.
    newest = ContactChange.objects.aggregate(newest=Max("pk"))["newest"] or 0
    member = Member(user=user, partner=locked.partner, name=name, rank=locked.rank, digest_change=newest)
    member.full_clean()
    member.save()
    locked.accepted_at = timezone.now()
    locked.save(update_fields=["accepted_at"])
    note(Act.JOINED, user=user, organisation=str(locked.partner), target=locked.partner, rank=locked.rank)
    return member


@transaction.atomic
def change_member(member: Member, visitor: Visitor, what: str) -> None:
    """Do one thing with a member: confirm for a year, stop, start, make lead, make member, reset the second factor, remove.

    Raises ValidationError for what would leave the partner without a lead, or for something unknown.
    """
    last_lead = not member.partner.members.filter(rank=Rank.LEAD, is_active=True).exclude(pk=member.pk).exists()
    if what in {"stop", "member", "remove"} and member.is_lead and last_lead and not visitor.is_office:
        raise ValidationError(_("代表がいなくなってしまいます。先に、ほかの人を代表にしてください。"))
    user = member.user
    if what == "confirm":
        member.confirmed_until = timezone.localdate() + MEMBERSHIP
    elif what in {"stop", "start"}:
        member.is_active = what == "start"
        member.sessions = []
    elif what in {"lead", "member"}:
        member.rank = Rank(what)
    elif what == "factor":
        for device in devices_for_user(user, confirmed=None):
            device.delete()
        member.sessions = []
    elif what != "remove":
        raise ValidationError(_("その操作はありません。"))
    act = Act.FACTOR_RESET if what == "factor" else Act.MEMBER_CHANGED
    visitor.note(act, member.partner, member=user.get_username(), what=what)
    if what == "remove":
        user.delete()
    else:
        member.save()


def waiting_device(user: Any) -> TOTPDevice:
    """The TOTP device that a user is about to set up, made at the first call."""
    device = TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").last()
    return device or TOTPDevice.objects.create(user=user, name=_("認証アプリ"), confirmed=False)


@transaction.atomic
def set_up_factor(device: TOTPDevice) -> list[str]:
    """Take a device into use in place of any other, with new recovery codes. Returns the codes: they are shown once."""
    user = device.user
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    note(Act.FACTOR_SET, user=user)
    return new_recovery_codes(user)


@transaction.atomic
def new_recovery_codes(user: Any) -> list[str]:
    """Ten codes for the day on which the phone is lost; those from before are void."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=_("予備のコード"))
    codes = [StaticToken.random_token() for _number in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=code) for code in codes])
    return codes


def verify(user: Any, token: str) -> Any:
    """The device that accepts a code (of the app, or a recovery code), or None. Wrong codes slow the next try down."""
    token = token.strip().replace(" ", "").replace("-", "").lower()
    kind = TOTPDevice if token.isdigit() else StaticDevice
    with transaction.atomic():
        for device in kind.objects.devices_for_user(user, confirmed=True).select_for_update():
            if device.verify_token(token):
                return device
    return None
