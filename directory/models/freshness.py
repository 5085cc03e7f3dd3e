"""Whether entries are still right: who confirmed what, who was asked, what changed, whom to call.

Nothing here is public, and nothing names a person: offices, organisations and roles do. These are tables of their own, not columns
of `Resource`, because a draft holds all columns of its resource and would bring old ones back when it is published.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from ..choices import Confirmer, Decision, FactGroup, PhoneState, PhoneWay, VerifiedBy
from .organisations import Office, Organisation
from .resources import Resource

_BETWEEN = [MinValueValidator(1), MaxValueValidator(3_650)]


def _days(label: Any, default: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, default=default, validators=_BETWEEN)


@register_setting(icon="date")
class FreshnessSettings(BaseGenericSetting):
    """The days between the steps of the ladder, and what the city tells of it (`ladder`)."""

    remind_after = _days(_("お願いしてから、もう一度お願いするまで（日）"), 14)
    call_after = _days(_("お願いしてから、電話で確かめるまで（日）"), 28)
    label_after = _days(_("確認の日から、ページに「確認できていません」と出るまで（日）"), 60)
    demote_after = _days(_("確認の日から、検索で後ろに出るまで（日）"), 120)
    suggest_after = _days(_("確認の日から、載せるのを休むかどうかを決めるまで（日）"), 240)
    shows_figures = models.BooleanField(
        _("電話で確かめた結果の割合を公開する"),
        default=False,
        help_text=_("付けると、/freshness/ のページに、案内がどのくらい合っていたかが出ます"),
    )

    panels = [
        HelpPanel(_("変えると、すぐにそのとおりになります。索引を作り直す必要はありません。")),
        MultiFieldPanel([FieldPanel("remind_after"), FieldPanel("call_after")], heading=_("お願いしてから")),
        MultiFieldPanel(
            [FieldPanel("label_after"), FieldPanel("demote_after"), FieldPanel("suggest_after")],
            heading=_("確認の日が過ぎてから"),
        ),
        FieldPanel("shows_figures"),
    ]

    class Meta:
        verbose_name = _("確認の段取り")
        verbose_name_plural = _("確認の段取り")

    def clean(self) -> None:
        """Each step comes after the one before."""
        super().clean()
        for earlier, later in (
            ("remind_after", "call_after"),
            ("label_after", "demote_after"),
            ("demote_after", "suggest_after"),
        ):
            first, second = getattr(self, earlier), getattr(self, later)
            if first is not None and second is not None and second < first:
                raise ValidationError({later: _("前の段より短い日数になっています。")})


class Verification(models.Model):
    """Somebody said that a group of facts of an entry is right."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="verifications")
    group = models.CharField(_("事柄"), max_length=8, choices=FactGroup)
    role = models.CharField(_("だれが"), max_length=8, choices=Confirmer)
    how = models.CharField(_("どうやって"), max_length=10, choices=VerifiedBy)
    on = models.DateField(_("いつ"))
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("確認の記録")
        verbose_name_plural = _("確認の記録")
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["resource", "group", "on"], name="verification_newest")]

    def __str__(self) -> str:
        return f"{self.get_group_display()} {self.on} {self.get_role_display()}"


class CheckRound(models.Model):
    """How far asking about an entry has come. What was asked before the present due day belongs to an earlier round."""

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, primary_key=True, related_name="check_round")
    asked_on = models.DateField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    # The last day of which its owner has been told.
    end_told = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "check round"

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.asked_on}"


class ChangeProposal(models.Model):
    """One field of an entry that somebody says should read otherwise; public only once an editor has taken it."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="change_proposals")
    # A name of `freshness.proposals.FIELDS`, or "channel:" and the UUID of a channel.
    field = models.CharField(max_length=60)
    label = models.CharField(_("項目"), max_length=120)
    old = models.TextField(_("いまの内容"), blank=True)
    proposed = models.TextField(_("新しい内容"), blank=True)
    role = models.CharField(_("だれから"), max_length=8, choices=Confirmer)
    state = models.CharField(_("状態"), max_length=8, choices=Decision, default=Decision.WAITING, db_index=True)
    made_at = models.DateTimeField(auto_now_add=True)
    decided_on = models.DateField(null=True, blank=True)
    # Whether the organisation was told that there is an answer.
    told = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("変更の届け出")
        verbose_name_plural = _("変更の届け出")
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "field"], condition=models.Q(state="waiting"), name="one_waiting_proposal_a_field"
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.label}"


class PhoneCheck(models.Model):
    """An entry that is to be confirmed by telephone; `sample_month` ("2026-12") where the month's draw chose it."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="phone_checks")
    sample_month = models.CharField(max_length=7, blank=True, db_index=True)
    state = models.CharField(_("状態"), max_length=9, choices=PhoneState, default=PhoneState.TODO, db_index=True)
    taken_by = models.ForeignKey(
        Office, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("持っている係")
    )
    opened_on = models.DateField(_("並んだ日"))
    closed_on = models.DateField(null=True, blank=True)
    # Whether all of it was right as it stood; None until somebody has confirmed it, or where nobody could say.
    was_right = models.BooleanField(null=True, blank=True)

    class Meta:
        verbose_name = _("電話の確認")
        verbose_name_plural = _("電話の確認")
        ordering = ["opened_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource"],
                condition=models.Q(sample_month="", closed_on__isnull=True),
                name="one_open_call_an_entry",
            ),
            models.UniqueConstraint(
                fields=["resource", "sample_month"],
                condition=~models.Q(sample_month=""),
                name="drawn_once_a_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.state}"


class PhoneTry(models.Model):
    """One try to reach an organisation: the day, the way, whether somebody answered."""

    check_of = models.ForeignKey(PhoneCheck, on_delete=models.CASCADE, related_name="tries")
    on = models.DateField(_("いつ"))
    way = models.CharField(_("どうやって"), max_length=5, choices=PhoneWay, default=PhoneWay.PHONE)
    reached = models.BooleanField(_("つながった"), default=False)

    class Meta:
        verbose_name = _("連絡の記録")
        verbose_name_plural = _("連絡の記録")
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_way_display()}"


class ConfirmCode(models.Model):
    """The short code of a confirmation sheet, as a keyed hash: a copy of this table opens nothing."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="confirm_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    made_on = models.DateField()

    class Meta:
        verbose_name = "confirm code"

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.made_on}"


class MailedAddress(models.Model):
    """The day on which an address got its mail: one a day, whatever there is to say and however often the job runs."""

    address = models.EmailField(unique=True)
    on = models.DateField()

    class Meta:
        verbose_name = "mailed address"

    def __str__(self) -> str:
        return str(self.on)

    @classmethod
    def claim(cls, address: str, day: date | None = None) -> bool:
        """Take the mail of the day before it is sent: of two runs at once, one sends it."""
        day = day or timezone.localdate()
        row, created = cls.objects.get_or_create(address=address.casefold(), defaults={"on": day})
        return created or bool(cls.objects.filter(pk=row.pk).exclude(on=day).update(on=day))
