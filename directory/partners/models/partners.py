"""Partner institutions, their people, and the invitations that bring them in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ...models import Organisation
from ...models.base import Record
from ...validators import validate_visible
from ..choices import Rank

# Membership lasts a year from the last confirmation; invitations a week. Both are short enough to notice who has left.
MEMBERSHIP = timedelta(days=365)
INVITATION = timedelta(days=7)
SESSIONS = 2


class PartnerQuerySet(models.QuerySet):
    """Chainable."""

    def working(self, day: date) -> PartnerQuerySet:
        """Those that may come in on a day."""
        return self.filter(is_active=True).exclude(ends_on__lt=day)


class Partner(Record):
    """連携機関: an institution whose people may see the contact points that its packs hold."""

    organisation = models.OneToOneField(
        Organisation,
        on_delete=models.PROTECT,
        related_name="partner",
        verbose_name=_("機関・団体"),
        help_text=_("どの通知の情報を受け取るかは、この機関の種類で決まります"),
    )
    is_active = models.BooleanField(_("利用できる"), default=True)
    ends_on = models.DateField(_("利用の終わり"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("連携機関")
        verbose_name_plural = _("連携機関")
        ordering = ["organisation__type__order", "organisation__reading", "pk"]

    def __str__(self) -> str:
        return self.organisation.name

    def works_on(self, day: date) -> bool:
        """Whether its people may come in on a day."""
        return self.is_active and not (self.ends_on and self.ends_on < day)


def _in_a_year() -> date:
    return timezone.localdate() + MEMBERSHIP


class Member(models.Model):
    """A person of a partner: an account of its own, never one of the admin."""

    # What the page of members says of them.
    has_factor: bool
    problem: str

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="partner_member")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="members", verbose_name=_("連携機関"))
    name = models.CharField(_("名前"), max_length=60, validators=[validate_visible])
    rank = models.CharField(_("役割"), max_length=8, choices=Rank, default=Rank.MEMBER)
    is_active = models.BooleanField(_("利用できる"), default=True)
    confirmed_until = models.DateField(_("いつまで確認済みか"), default=_in_a_year)
    # Marks of the newest sessions; an older one is at its end.
    sessions = models.JSONField(default=list, blank=True, editable=False)
    last_visit_at = models.DateTimeField(null=True, blank=True, editable=False)
    previous_visit_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The newest change that this person was told of by mail, and the day of the last mail.
    digest_change = models.PositiveBigIntegerField(default=0, editable=False)
    digest_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("連携機関のメンバー")
        verbose_name_plural = _("連携機関のメンバー")
        ordering = ["rank", "name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_lead(self) -> bool:
        """Whether this person looks after the partner's members."""
        return self.rank == Rank.LEAD

    def obstacle(self, day: date) -> str:
        """Why this person may not come in on a day, or nothing."""
        if not self.is_active:
            return str(_("このアカウントは、いま使えないようになっています。"))
        if not self.partner.works_on(day):
            return str(_("この機関の利用は終わっています。"))
        if self.confirmed_until < day:
            return str(_("年に一度の確認の期限がすぎています。"))
        return ""


class Invitation(models.Model):
    """A mailed link that makes one account, once. Only the hash of its secret is kept."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="invitations")
    mail = models.EmailField(_("メールアドレス"))
    rank = models.CharField(_("役割"), max_length=8, choices=Rank, default=Rank.MEMBER)
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("招待")
        verbose_name_plural = _("招待")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.created_at:%Y-%m-%d}"

    @staticmethod
    def hash_of(secret: str) -> str:
        """What is kept of a link's secret."""
        return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

    @staticmethod
    def new_secret() -> str:
        """A secret for a link."""
        return secrets.token_urlsafe(32)

    def obstacle(self) -> str:
        """Why the link cannot be used, or nothing."""
        if self.accepted_at:
            return str(_("この招待のリンクは、もう使われています。"))
        if self.revoked_at:
            return str(_("この招待は取り消されました。"))
        if self.expires_at <= timezone.now():
            return str(_("この招待のリンクは、期限がすぎています。"))
        if not self.partner.works_on(timezone.localdate()):
            return str(_("この機関の利用は終わっています。"))
        return ""

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its person."""
        return not self.obstacle()


class Training(Record):
    """A joint training or exchange between institutions: when and for whom. No agenda, no case."""

    title = models.CharField(_("名前"), max_length=120, validators=[validate_visible])
    starts_at = models.DateTimeField(_("始まり"))
    ends_at = models.DateTimeField(_("終わり"), null=True, blank=True)
    place = models.CharField(_("場所"), max_length=120, blank=True, validators=[validate_visible])
    organiser = models.CharField(_("開くところ"), max_length=120, blank=True, validators=[validate_visible])
    audience = models.CharField(
        _("だれ向けか"), max_length=120, blank=True, validators=[validate_visible], help_text=_("役割で書きます")
    )
    summary = models.TextField(_("内容"), max_length=600, blank=True, validators=[validate_visible])
    how_to_join = models.CharField(_("申し込み"), max_length=200, blank=True, validators=[validate_visible])

    class Meta:
        verbose_name = _("合同の研修")
        verbose_name_plural = _("合同の研修")
        ordering = ["starts_at", "pk"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """An end before the beginning is a slip of the pen."""
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": _("終わりが、始まりより前になっています。")})
