"""The unit of an organisation that partners call, with everything that only staff may know."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.models import DraftStateMixin, LockableMixin, RevisionMixin, WorkflowMixin

from ...fields import ChoiceSetField
from ...models import Area, Field, Organisation, Programme
from ...models.base import Record
from ...validators import validate_number, validate_visible
from ..choices import ConfirmedBy, Consent, Meeting, Way
from ..words import searchable_text
from .querysets import ContactPointQuerySet

if TYPE_CHECKING:
    from .packs import SharingPack

# 第1号ハ, what is done for children: the act has these programmes, and no city adds to them or changes what they are.
NAMELESS_ROLES = frozenset({"1-ha"})


def is_nameless(organisation: Organisation | None, roles: Iterable[Programme], fields: Iterable[Field]) -> bool:
    """Whether nobody may be named, where a name would put the counsellor or those who were helped in danger.

    By what the institution is, what it carries out, and what it is asked about.
    """
    return (
        bool(organisation and organisation.type.hides_names)
        or any(role.code in NAMELESS_ROLES for role in roles)
        or any(field.hides_names for field in fields)
    )


class ContactPoint(WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, Record, ClusterableModel):
    """連絡先（職員限り）: whom a partner institution calls, when, how, and with whose consent.

    Not indexed anywhere and in no public record; nothing in it may be about a resident or a case. Source of the duty to
    share it: the notices of 2021-03-29, 別添4 §5, 別添5 §6, 別添6 §6.
    """

    # The visitor's packs in which it stands (`packs.note_use`).
    used_on: list["SharingPack"]
    # What partners saw of it before this save (`signals.remember_before`).
    public_before: dict[str, Any] | None
    packs_before: list["SharingPack"]

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.SET_NULL,
        null=True,
        related_name="contact_points",
        verbose_name=_("機関・団体"),
    )
    unit = models.CharField(_("係・窓口"), max_length=120, blank=True, validators=[validate_visible])
    roles = ParentalManyToManyField(
        Programme, related_name="contact_points", blank=True, verbose_name=_("担う事業の区分")
    )
    areas = ParentalManyToManyField(
        Area, related_name="contact_points", verbose_name=_("担当の圏域"), help_text=_("市全体なら市を選びます")
    )
    fields = ParentalManyToManyField(
        Field,
        related_name="contact_points",
        blank=True,
        verbose_name=_("分野"),
        help_text=_("分野を問わない窓口では、どれも選びません。どの分野でさがしても見つかります"),
    )

    duty = models.CharField(
        _("担当の役割"),
        max_length=80,
        blank=True,
        validators=[validate_visible],
        help_text=_("例: 連絡調整担当、主任相談支援員"),
    )
    person = models.CharField(
        _("担当者の名前"),
        max_length=80,
        blank=True,
        validators=[validate_visible],
        help_text=_("なくてもかまいません。名前を載せないと決めた種類の機関や分野の窓口では書けません"),
    )
    direct_line = models.CharField(
        _("直通電話"), max_length=40, blank=True, validators=[validate_visible, validate_number]
    )
    extension = models.CharField(_("内線"), max_length=20, blank=True, validators=[validate_visible])
    fax = models.CharField(_("FAX"), max_length=40, blank=True, validators=[validate_visible, validate_number])
    mail = models.EmailField(_("メール"), blank=True)
    preferred_way = models.CharField(_("連絡してほしい方法"), max_length=8, choices=Way, default=Way.PHONE)
    hours = models.CharField(_("受付時間"), max_length=200, blank=True, validators=[validate_visible])
    night_line = models.CharField(
        _("時間外の番号"), max_length=120, blank=True, validators=[validate_visible, validate_number]
    )

    when_to_call = models.TextField(
        _("こんなときに連絡を"), max_length=1_000, blank=True, validators=[validate_visible]
    )
    what_to_say = models.TextField(
        _("はじめに伝えること"),
        max_length=1_000,
        blank=True,
        validators=[validate_visible],
        help_text=_("住民ひとりひとりのことは、ここにもほかの欄にも書きません"),
    )
    consent = models.CharField(_("本人の同意"), max_length=8, choices=Consent, default=Consent.ASK)
    meetings = ChoiceSetField(_("声をかける会議"), allowed=Meeting, help_text=_("役割としての出席です"))
    is_coordinator = models.BooleanField(_("連絡調整担当"), default=False)
    is_wide_area = models.BooleanField(_("県など広い範囲の窓口"), default=False)

    valid_from = models.DateField(_("いつから"), null=True, blank=True)
    valid_to = models.DateField(_("いつまで"), null=True, blank=True)
    confirmed_on = models.DateField(_("最終確認日"), null=True, blank=True)
    confirmed_with = models.CharField(
        _("だれに確かめたか"),
        max_length=80,
        blank=True,
        validators=[validate_visible],
        help_text=_("係や役割で書きます"),
    )
    confirmed_by = models.CharField(_("確かめ方"), max_length=8, choices=ConfirmedBy, blank=True)

    # What the look-up reads; written at every save (`words.searchable_text`).
    search_text = models.TextField(blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("連絡先")
        verbose_name_plural = _("連絡先")
        ordering = ["-is_coordinator", "organisation__reading", "pk"]

    def __str__(self) -> str:
        """The organisation and the unit; never a person, for this stands in titles and logs."""
        name = self.organisation.name if self.organisation else str(_("（なくなった機関）"))
        return f"{name} {self.unit}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write what the look-up reads along with the record."""
        if kwargs.get("update_fields") is None:
            self.search_text = searchable_text(self)
        super().save(*args, **kwargs)

    @property
    def shown_person(self) -> str:
        """The name as partners see it: none where names are dangerous, also when the desk became one later."""
        return "" if is_nameless(self.organisation, self.roles.all(), self.fields.all()) else self.person

    @property
    def mark(self) -> str:
        """What lists say of it beside its name."""
        marks = [
            str(text)
            for shown, text in ((self.is_coordinator, _("連絡調整担当")), (self.is_wide_area, _("広域")))
            if shown
        ]
        return "・".join(marks)

    @property
    def state(self) -> str:
        """Draft or approved; 「公開」, as the admin calls it elsewhere, would be wrong for what is never public."""
        if not self.live:
            return str(_("下書き"))
        return str(_("承認済み（直しの下書きあり）") if self.has_unpublished_changes else _("承認済み"))

    def clean(self) -> None:
        """A way to reach it, no name where names are dangerous, days in their order."""
        super().clean()
        errors = {}
        if not any((self.direct_line, self.fax, self.mail)):
            errors["direct_line"] = _("電話・FAX・メールのどれか1つは書いてください。")
        if self.person and is_nameless(self.organisation, self.roles.all(), self.fields.all()):
            errors["person"] = _(
                "暴力や子どもの相談など、名前を載せないと決めた窓口では、担当者の名前を書けません。役割だけを書いてください。"
            )
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            errors["valid_to"] = _("終わりの日が、始まりの日より前になっています。")
        if errors:
            raise ValidationError(errors)
