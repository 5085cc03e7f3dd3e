"""Sharing packs: what one kind of partner receives, and why."""

from __future__ import annotations

from collections.abc import Iterable, Set

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel

from ...choices import Kind
from ...fields import ChoiceSetField
from ...models import InstitutionType
from ...models.base import Record, Row
from ..choices import Direction, FulfilledBy, Role
from .contacts import ContactPoint


class SharingPack(Record, ClusterableModel):
    """情報共有の一式: the lists that institutions of some types receive, and the page of the notice that asks for it.

    The six notices of 2021-03-29 ship as six packs (`fixtures/partners/packs.yaml`); a city changes them or adds its own.
    """

    code = models.SlugField(_("ページの名前"), max_length=40, unique=True, help_text=_("アドレスになります"))
    order = models.PositiveSmallIntegerField(_("並び順"), default=0)
    title = models.CharField(_("題名"), max_length=60)
    partner_name = models.CharField(_("相手の呼び方"), max_length=60)
    number = models.CharField(_("通知の番号"), max_length=20, blank=True, help_text=_("例: 別添４"))
    document = models.CharField(_("文書番号"), max_length=160, blank=True)
    issued_on = models.DateField(_("通知の日付"), null=True, blank=True)
    intro = models.TextField(_("はじめに"), max_length=1_000, blank=True)
    types = ParentalManyToManyField(
        InstitutionType, related_name="sharing_packs", blank=True, verbose_name=_("受け取る機関の種類")
    )
    retired = models.BooleanField(_("使わない"), default=False)

    class Meta:
        verbose_name = _("情報共有の一式")
        verbose_name_plural = _("情報共有の一式")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()


class ContactList(Row):
    """Contact points of a pack, chosen by what they do."""

    pack = ParentalKey(SharingPack, on_delete=models.CASCADE, related_name="contact_lists")
    title = models.CharField(_("題名"), max_length=60)
    roles = ChoiceSetField(_("担う事業の区分"), allowed=Role)
    wide_area = models.BooleanField(_("県など広い範囲の窓口"), default=False)
    section = models.CharField(_("通知の項"), max_length=40, blank=True)
    reason = models.CharField(_("渡す理由"), max_length=300)

    class Meta(Row.Meta):
        verbose_name = _("連絡先の一覧")
        verbose_name_plural = _("連絡先の一覧")

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """A list of nothing would look like "nobody is responsible"."""
        super().clean()
        if not self.roles and not self.wide_area:
            raise ValidationError({"roles": _("区分を選ぶか、「広い範囲の窓口」に印を付けてください。")})

    def holds(self, roles: Set[str], is_wide_area: bool) -> bool:
        """Whether a contact point with these roles stands on the list: the rule for who sees it."""
        return not roles.isdisjoint(self.roles) or (self.wide_area and is_wide_area)

    @staticmethod
    def held_by_any(lists: Iterable[ContactList]) -> Q:
        """The same rule as a question to the database: contact points that stand on one of the lists."""
        lists = list(lists)
        roles = {role for one in lists for role in one.roles}
        having = ContactPoint.objects.filter(roles__code__in=sorted(roles)).values("pk")
        chosen = Q(pk__in=having) if roles else Q(pk__in=[])
        return chosen | Q(is_wide_area=True) if any(one.wide_area for one in lists) else chosen


class PublicList(Row):
    """Public resources of a pack."""

    pack = ParentalKey(SharingPack, on_delete=models.CASCADE, related_name="public_lists")
    title = models.CharField(_("題名"), max_length=60)
    kind = models.CharField(_("種類"), max_length=10, choices=Kind)
    section = models.CharField(_("通知の項"), max_length=40, blank=True)
    reason = models.CharField(_("渡す理由"), max_length=300)

    class Meta(Row.Meta):
        verbose_name = _("公開情報の一覧")
        verbose_name_plural = _("公開情報の一覧")

    def __str__(self) -> str:
        return self.title


class Duty(Row):
    """One thing that a notice asks of one side."""

    pack = ParentalKey(SharingPack, on_delete=models.CASCADE, related_name="duties")
    direction = models.CharField(_("だれがすることか"), max_length=10, choices=Direction)
    text = models.TextField(_("すること"), max_length=600)
    roles = ChoiceSetField(
        _("連絡する相手の区分"),
        allowed=Role,
        help_text=_("選ぶと、そちらにお渡しする連絡先のうち、この区分のものをすぐ下に並べます"),
    )
    section = models.CharField(_("通知の項"), max_length=40, blank=True)
    fulfilled_by = models.CharField(
        _("済んだことの分かり方"), max_length=10, choices=FulfilledBy, default=FulfilledBy.NONE
    )
    # Not a foreign key: the admin makes new rows of children when a pack is saved in another order.
    done_on = models.DateField(_("最後にした日"), null=True, blank=True)
    done_by = models.CharField(max_length=150, blank=True, editable=False)

    class Meta(Row.Meta):
        verbose_name = _("通知が求めること")
        verbose_name_plural = _("通知が求めること")

    def __str__(self) -> str:
        return self.text[:40]
