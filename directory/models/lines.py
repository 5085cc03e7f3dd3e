"""Nationwide telephone lines and chats, each with its source and the day on which somebody last looked."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import DraftStateMixin, RevisionMixin
from wagtail.search import index

from search.modelsearch.records import searchable

from ..choices import HolidayPolicy, Weekday
from ..fields import ChoiceSetField
from .base import Child, Record, Row

_LANGUAGE = re.compile(r"[a-z]{2,3}")


class NationalLineQuerySet(models.QuerySet):
    """What of the lines may be shown."""

    def published(self) -> "NationalLineQuerySet":
        """Live lines within their period of display; trials that ended are not shown."""
        today = timezone.localdate()
        return self.filter(live=True, show=True).exclude(show_until__lt=today).exclude(show_from__gt=today)


class NationalLine(DraftStateMixin, RevisionMixin, index.Indexed, Record, ClusterableModel):
    """A line that anybody in the country can call.

    `checked_on` is empty as long as nobody called or read the operator's own page; the page then says from when the source is.
    """

    topic = models.CharField(_("話題"), max_length=40)
    type = models.ForeignKey(
        "directory.InstitutionType",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("機関の種類"),
        help_text=_(
            "夜につながる電話として出すか、「このページをすぐ離れる」ボタンを出すか、ほかの言語の人に案内するかが、これで決まります"
        ),
    )
    name = models.CharField(_("名前"), max_length=80)
    number = models.CharField(_("番号"), max_length=80, blank=True)
    full_number = models.CharField(
        _("つながらないときの番号"),
        max_length=40,
        blank=True,
        help_text=_("0570や#の番号はIP電話などからつながりません"),
    )
    hours = models.CharField(_("受付時間（資料のまま）"), max_length=200, blank=True)
    cost = models.CharField(_("料金"), max_length=60, blank=True)
    for_whom = models.CharField(_("どんなとき"), max_length=200, blank=True)
    other_channels = models.CharField(_("ほかの方法"), max_length=200, blank=True)
    asked_by = models.TextField(
        _("さがすときのことば"),
        blank=True,
        help_text=_("この電話そのものを指すことば。／で区切ります。例：シャープ8000／夜間の小児科"),
    )
    languages = models.CharField(
        _("話せる言語"), max_length=120, blank=True, help_text=_("日本語のほか。コードを空白で区切ります。例：en zh ko")
    )
    source_url = models.TextField(_("出典のアドレス"), blank=True)
    source_kind = models.CharField(_("出典の種類"), max_length=80, blank=True)
    source_date = models.CharField(_("出典の日付"), max_length=40, blank=True)
    checked_on = models.DateField(_("確認日"), null=True, blank=True)
    caution = models.TextField(_("職員への注意"), blank=True, help_text=_("公開されません"))
    show = models.BooleanField(_("表示する"), default=True)
    show_from = models.DateField(_("表示の始まり"), null=True, blank=True)
    show_until = models.DateField(_("表示の終わり"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("並び順"), default=0)

    objects = NationalLineQuerySet.as_manager()

    search_fields = [
        *searchable("name", "topic", "number", "full_number", boost=10),
        *searchable("for_whom", "hours", "cost", "other_channels", "source_kind", "caution"),
        *map(index.FilterField, ("topic", "show", "live", "name", "number", "checked_on")),
    ]

    class Meta:
        verbose_name = _("全国の相談電話")
        verbose_name_plural = _("全国の相談電話")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Languages are codes, each once, as answers look for them."""
        super().clean()
        self.languages = " ".join(dict.fromkeys(self.languages.lower().replace(",", " ").replace("、", " ").split()))
        if not all(map(_LANGUAGE.fullmatch, self.languages.split())):
            raise ValidationError({"languages": _("en zh ko のように、2文字か3文字のコードで書いてください。")})


class LineHours(Child, Row):
    """When a line answers, so that pages can say 「いまつながります」; none where it differs from place to place."""

    line = ParentalKey(NationalLine, on_delete=models.CASCADE, related_name="opening_rules")
    weekdays = ChoiceSetField(_("曜日"), allowed=Weekday, blank=True)
    opens = models.TimeField(_("始まり"))
    closes = models.TimeField(_("終わり"), help_text=_("始まりより早い時刻は翌日のことです。0:00から0:00は24時間です"))
    holidays = models.CharField(_("祝日"), max_length=6, choices=HolidayPolicy, default=HolidayPolicy.OPEN)

    class Meta(Row.Meta):
        verbose_name = _("つながる時間")
        verbose_name_plural = _("つながる時間")

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"

    def clean(self) -> None:
        """A rule without a day never opens."""
        super().clean()
        if not self.weekdays and self.holidays != HolidayPolicy.ONLY:
            raise ValidationError({"weekdays": _("曜日を選んでください。")})
