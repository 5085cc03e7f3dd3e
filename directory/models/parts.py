"""Inline parts of a resource: channels, opening rules and exceptions, translations, next steps."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey

from ..choices import ChannelKind, HolidayPolicy, Language, Nth, Weekday
from ..fields import ChoiceSetField
from .base import Child, Row
from .resources import Resource

LINKS = {ChannelKind.WEB, ChannelKind.FORM, ChannelKind.LINE, ChannelKind.CHAT, ChannelKind.SIGNLINK}


class Channel(Child, Row):
    """A way to get in touch, for residents; what partners use is a contact point, not this."""

    resource = ParentalKey(Resource, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(_("方法"), max_length=10, choices=ChannelKind)
    value = models.CharField(
        _("番号・アドレス"),
        max_length=300,
        blank=True,
        help_text=_("0570や#の番号には、つながらないときの番号もそえます"),
    )
    note = models.CharField(_("説明"), max_length=200, blank=True)
    hours = models.CharField(_("この方法の受付時間"), max_length=120, blank=True)

    class Meta(Row.Meta):
        verbose_name = _("連絡の方法")
        verbose_name_plural = _("連絡の方法")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}".strip()

    def clean(self) -> None:
        """Each kind of channel has its own shape of address."""
        super().clean()
        if not self.value:
            if not self.is_unfinished and self.kind not in {ChannelKind.VISIT, ChannelKind.LETTER}:
                raise ValidationError({"value": _("番号かアドレスを書いてください。")})
            return
        if self.kind in LINKS:
            URLValidator(schemes=["https", "http"])(self.value)
        elif self.kind == ChannelKind.MAIL:
            validate_email(self.value)
        elif self.kind in {ChannelKind.PHONE, ChannelKind.FAX} and not any(sign.isdigit() for sign in self.value):
            raise ValidationError({"value": _("番号に数字がありません。")})


class OpeningRule(Child, Row):
    """A rule of opening; `hours.OpeningRule` says what it means."""

    resource = ParentalKey(Resource, on_delete=models.CASCADE, related_name="opening_rules")
    weekdays = ChoiceSetField(_("曜日"), allowed=Weekday, blank=True)
    nth = ChoiceSetField(_("第何週"), allowed=Nth, help_text=_("選ばなければ毎週です"))
    # A row of a draft may be half written; that of what is published is whole, for forms and files ask for it.
    opens = models.TimeField(_("始まり"), null=True)
    closes = models.TimeField(
        _("終わり"), null=True, help_text=_("始まりより早い時刻は翌日のことです。0:00から0:00は24時間です")
    )
    holidays = models.CharField(_("祝日"), max_length=6, choices=HolidayPolicy, default=HolidayPolicy.CLOSED)
    every_other_week_from = models.DateField(
        _("1週おき（数えはじめの日）"), null=True, blank=True, help_text=_("隔週のときだけ")
    )
    valid_from = models.DateField(_("期間の始まり"), null=True, blank=True)
    valid_to = models.DateField(_("期間の終わり"), null=True, blank=True)
    note = models.CharField(_("備考"), max_length=120, blank=True)

    class Meta(Row.Meta):
        verbose_name = _("開いている時間")
        verbose_name_plural = _("開いている時間")

    def __str__(self) -> str:
        return "-".join(f"{time:%H:%M}" for time in (self.opens, self.closes) if time)

    @property
    def is_whole(self) -> bool:
        """Whether it says on which day and when: rows of drafts may not yet."""
        has_day = bool(self.weekdays) or self.holidays == HolidayPolicy.ONLY
        return has_day and self.opens is not None and self.closes is not None

    def clean(self) -> None:
        """A rule without a day never opens; a period must go forward."""
        super().clean()
        if not self.is_unfinished and not self.weekdays and self.holidays != HolidayPolicy.ONLY:
            raise ValidationError({"weekdays": _("曜日を選んでください。")})
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("期間の終わりが、始まりより前になっています。")})


class OpeningException(Child, Row):
    """Days on which the rules do not hold: closed, or open at other times."""

    resource = ParentalKey(Resource, on_delete=models.CASCADE, related_name="opening_exceptions")
    start = models.DateField(_("初めの日"), null=True)
    end = models.DateField(_("終わりの日"), null=True, blank=True, help_text=_("1日だけなら空にします"))
    closed = models.BooleanField(_("休み"), default=True)
    opens = models.TimeField(_("始まり"), null=True, blank=True)
    closes = models.TimeField(_("終わり"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=120, blank=True)

    class Meta(Row.Meta):
        verbose_name = _("臨時の休み・時間")
        verbose_name_plural = _("臨時の休み・時間")

    def __str__(self) -> str:
        return f"{self.start or ''} {self.reason}".strip()

    @property
    def is_whole(self) -> bool:
        """Whether it says when: rows of drafts may not yet."""
        return self.start is not None and (self.closed or (self.opens is not None and self.closes is not None))

    def clean(self) -> None:
        """Either closed, or with both times."""
        super().clean()
        if self.end and self.start and self.end < self.start:
            raise ValidationError({"end": _("終わりの日が、初めの日より前になっています。")})
        if not (self.closed or self.is_unfinished) and (self.opens is None or self.closes is None):
            raise ValidationError({"opens": _("休みでない日は、始まりと終わりの時刻を書いてください。")})


class ResourceText(Child, Row):
    """The words of a resource in another language. Facts (numbers, hours) stand once, in the resource itself."""

    resource = ParentalKey(Resource, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("言語"), max_length=10, choices=Language)
    name = models.CharField(_("名前"), max_length=160)
    summary = models.CharField(_("ひとことで"), max_length=300, blank=True)
    body = models.TextField(_("くわしく"), blank=True)

    class Meta(Row.Meta):
        verbose_name = _("ほかの言語の文")
        verbose_name_plural = _("ほかの言語の文")

    def __str__(self) -> str:
        return f"{self.get_language_display()} {self.name}"


class NextStep(Child, Row):
    """A rung of a ladder: 見学 -> 手伝い -> 短時間就労 -> 雇用."""

    resource = ParentalKey(Resource, on_delete=models.CASCADE, related_name="next_steps")
    target = models.ForeignKey(
        Resource, on_delete=models.CASCADE, null=True, related_name="steps_before", verbose_name=_("次の一歩")
    )
    note = models.CharField(_("説明"), max_length=120, blank=True)

    class Meta(Row.Meta):
        verbose_name = _("次の一歩")
        verbose_name_plural = _("次の一歩")

    def __str__(self) -> str:
        return str(self.target or "")

    def clean(self) -> None:
        """A step leads somewhere else."""
        super().clean()
        if self.target_id and self.target_id == self.resource_id:
            raise ValidationError({"target": _("自分自身を次の一歩にはできません。")})
