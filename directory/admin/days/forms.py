"""The forms of bad days. Days and times are the browser's own fields: they need no script, and a telephone has a wheel for them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...areas.index import area_index, home_area
from ...days.bands import proposed_end
from ...days.notices import PROPOSED
from ...hours.schedule import TOKYO
from ...models import Banner, DaysKind, DaysNotice, Level

# What is written down for a day further away is a slip of the pen.
FURTHEST = timedelta(days=366)
DAY = timedelta(days=1)


def end_fields(until: datetime) -> dict[str, Any]:
    """An end as a day and a time; of one at midnight the day before, whole."""
    local = until.astimezone(TOKYO)
    if local.time() == time():
        return {"until_on": local.date() - DAY, "until_at": None}
    return {"until_on": local.date(), "until_at": local.time()}


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def _time(label: Any, **options: Any) -> forms.TimeField:
    clock = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=clock, required=False, **options)


def moment(day: date, clock: time | None, *, is_end: bool = False) -> datetime:
    """A day and a time in Japan; without one the beginning of the day, or its end."""
    if clock is None and is_end:
        return datetime.combine(day + DAY, time(), TOKYO)
    return datetime.combine(day, clock or time(), TOKYO)


def key_of(form: forms.Form) -> UUID:
    """The key of a valid form, or a fresh one for a form that came without, or with something else."""
    try:
        return UUID(form.cleaned_data.get("key") or "")
    except ValueError:
        return uuid4()


class Span(forms.Form):
    """From when until when; and a key by which the same form sent twice is known."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    since_on = _day(gettext_lazy("始まりの日"))
    since_at = _time(gettext_lazy("始まりの時刻"))
    until_on = _day(gettext_lazy("終わりの日"), required=False)
    until_at = _time(gettext_lazy("終わりの時刻"))

    def span(self) -> tuple[datetime, datetime | None]:
        """The two moments of a valid form."""
        told = self.cleaned_data
        until = moment(told["until_on"], told.get("until_at"), is_end=True) if told.get("until_on") else None
        return moment(told["since_on"], told.get("since_at")), until

    def the_key(self) -> UUID:
        """The form's key, or a fresh one for a form that came without."""
        return key_of(self)

    def clean(self) -> dict[str, Any]:
        """Days are near, time goes forward, and the end lies ahead."""
        told = super().clean() or {}
        today = timezone.localdate()
        for name in ("since_on", "until_on"):
            if (day := told.get(name)) and abs(day - today) > FURTHEST:
                self.add_error(name, _("1年より離れた日です。年を確かめてください。"))
        if self.errors or not told.get("since_on"):
            return told
        since, until = self.span()
        if until is not None and until <= since:
            self.add_error("until_on", _("終わりが、始まりと同じか、それより前になっています。"))
        elif until is not None and until <= timezone.now():
            self.add_error("until_on", _("終わりがもう過ぎています。"))
        return told


class NoticeForm(Span):
    """What the chosen entries say, and when."""

    what = forms.ChoiceField(
        label=gettext_lazy("どうしますか"), choices=DaysKind.choices, widget=forms.RadioSelect, initial=DaysKind.CLOSED
    )
    reason = forms.CharField(
        label=gettext_lazy("理由・お知らせのことば"),
        max_length=120,
        required=False,
        help_text=gettext_lazy(
            "住民に見えます。「大雨」「館内の工事」のように短く。お知らせだけのときは、伝える文を書きます"
        ),
    )
    opens = _time(gettext_lazy("開く時刻"))
    closes = _time(gettext_lazy("閉まる時刻"))
    opens_daily = forms.BooleanField(label=gettext_lazy("ふだん休みの日も、この時間に開く"), required=False)
    no_end = forms.BooleanField(
        label=gettext_lazy("終わりは、まだ決まっていない"),
        required=False,
        help_text=gettext_lazy("1週間ごとに、まだ続くかをたずねます"),
    )

    field_order = (
        "key", "what", "reason", "opens", "closes", "opens_daily",
        "since_on", "since_at", "until_on", "until_at", "no_end",
    )  # fmt: skip

    @staticmethod
    def start() -> dict[str, Any]:
        """What an empty form begins with: from today, for a week."""
        today = timezone.localdate()
        return {"key": uuid4(), "what": DaysKind.CLOSED, "since_on": today, "until_on": today + PROPOSED}

    def clean(self) -> dict[str, Any]:
        """An end, or that there is none; other hours hold for whole days."""
        told = self.cleaned_data
        if told.get("no_end"):
            told["until_on"] = told["until_at"] = None
        elif not told.get("until_on") and "until_on" not in self.errors:
            self.add_error("until_on", _("終わりの日を書くか、「まだ決まっていない」に印を付けてください。"))
        if told.get("what") == DaysKind.HOURS:
            for name in ("since_at", "until_at"):
                if told.get(name):
                    self.add_error(name, _("開く時間を変えるときは、ここは空にして、日だけを書いてください。"))
        told = super().clean()
        if not self.errors:
            try:
                self.notice().clean_fields(exclude=["made_by"])
                self.notice().clean()
            except ValidationError as error:
                # `since` and `until` were judged above, by the fields that somebody filled in.
                for name, problems in error.error_dict.items():
                    self.add_error(name if name in self.fields else None, problems)
        return told

    def notice(self, scope: str = "") -> DaysNotice:
        """The notice that the form says, not saved."""
        told, (since, until) = self.cleaned_data, self.span()
        is_hours = told["what"] == DaysKind.HOURS
        return DaysNotice(
            key=self.the_key(),
            since=since,
            until=until,
            what=told["what"],
            reason=told["reason"].strip(),
            opens=told["opens"] if is_hours else None,
            closes=told["closes"] if is_hours else None,
            opens_daily=is_hours and told["opens_daily"],
            scope=scope[:200],
        )


class BandForm(Span):
    """A band: how grave, what, where, until when."""

    level = forms.ChoiceField(
        label=gettext_lazy("重さ"), choices=Level.choices, widget=forms.RadioSelect, initial=Level.INFO
    )
    words = forms.CharField(label=gettext_lazy("ことば"), max_length=120)
    link = forms.CharField(
        label=gettext_lazy("くわしいページ"), max_length=300, required=False, help_text=Banner._meta.get_field("link").help_text
    )  # fmt: skip
    area = forms.ChoiceField(
        label=gettext_lazy("地域"), required=False, help_text=Banner._meta.get_field("area").help_text
    )

    field_order = ("key", "level", "words", "link", "area", "since_on", "since_at", "until_on", "until_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = home_area()
        nodes = area_index().choices(home.pk if home else None)
        self.fields["area"] = forms.ChoiceField(
            label=_("地域"),
            required=False,
            help_text=self.fields["area"].help_text,
            choices=[("", _("サイト全体")), *((node.slug, node.name) for node in nodes)],
        )
        self.fields["until_on"].required = True
        self.order_fields(self.field_order)

    @staticmethod
    def start() -> dict[str, Any]:
        """What an empty form begins with: from now until tomorrow evening."""
        end = proposed_end(timezone.now())
        return {
            "key": uuid4(),
            "level": Level.INFO,
            "since_on": timezone.localdate(),
            "until_on": end.date(),
            "until_at": end.time(),
        }

    def clean(self) -> dict[str, Any]:
        """The rules of a band, at the fields where somebody can mend them."""
        told = super().clean()
        if not self.errors:
            band = self.band()
            try:
                band.clean_fields(exclude=["made_by", "area", "page"])
                band.clean()
            except ValidationError as error:
                for name, problems in error.error_dict.items():
                    self.add_error(name if name in self.fields else None, problems)
        return told

    def band(self) -> Banner:
        """The band that the form says, not saved."""
        told, (since, until) = self.cleaned_data, self.span()
        return Banner(
            key=self.the_key(),
            since=since,
            until=until,
            level=told["level"],
            words=told["words"].strip(),
            link=told["link"].strip(),
            area_id=area_index().by_slug[told["area"]].pk if told.get("area") else None,
        )


class EndForm(forms.Form):
    """Another end, for what is shown already; or the end of a page that is opened."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    until_on = _day(gettext_lazy("終わりの日"))
    until_at = _time(gettext_lazy("終わりの時刻"))

    def until(self) -> datetime:
        """The end of a valid form."""
        return moment(self.cleaned_data["until_on"], self.cleaned_data.get("until_at"), is_end=True)

    def clean_until_on(self) -> date:
        """A day that is near."""
        day: date = self.cleaned_data["until_on"]
        if abs(day - timezone.localdate()) > FURTHEST:
            raise ValidationError(_("1年より離れた日です。年を確かめてください。"))
        return day
