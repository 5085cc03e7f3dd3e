"""What people of partners and of the city type into the partner pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.auth import LoginForm as WagtailLoginForm

from ..validators import validate_visible
from .choices import Act, Rank
from .models import ContactPoint, Partner
from .services import PROPOSABLE

LONGEST_PASSWORD = 128


class LoginForm(AuthenticationForm):
    """Mail address (the city's people: their name) and password."""

    error_messages = {
        "invalid_login": _(
            "メールアドレスかパスワードが違います。続けて間違えると、しばらくログインできなくなります。"
        ),
        "inactive": _("メールアドレスかパスワードが違います。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("メールアドレス")
        self.fields["username"].help_text = _("市の職員は、編集の画面のログイン名でも入れます")

    def clean(self) -> dict[str, Any]:
        """Accounts of partners are named by their address in small letters."""
        if "@" in self.cleaned_data.get("username", ""):
            self.cleaned_data["username"] = self.cleaned_data["username"].strip().lower()
        return super().clean()


class AdminLoginForm(WagtailLoginForm):
    """The admin's, without "remember me": sessions end with the browser."""

    remember = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Wagtail calls the password by its name in code."""
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("パスワード")


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=_("確認コード"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )


class JoinForm(forms.Form):
    """The name and the password of a new account."""

    name = forms.CharField(
        label=_("名前"),
        max_length=60,
        validators=[validate_visible],
        help_text=_("職場での名前を書いてください。同じ機関の人と市の職員に見えます"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("パスワード"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text=_("8文字以上。ほかで使っていないもの"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("パスワード（もう一度）"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, mail: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._mail = mail

    def clean(self) -> dict[str, Any]:
        """The site's rules for passwords (nothing like one's own address or name), and the same twice."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("password"):
            person = get_user_model()(username=self._mail, email=self._mail, last_name=cleaned.get("name", ""))
            try:
                validate_password(cleaned["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("二つのパスワードが違います。"))
        return cleaned


class InviteForm(forms.Form):
    """Whom to invite."""

    mail = forms.EmailField(label=_("メールアドレス"), max_length=150)
    rank = forms.ChoiceField(
        label=_("役割"),
        choices=Rank,
        initial=Rank.MEMBER,
        help_text=_("代表は、メンバーを招待したり確認したりできます"),
    )


class LookUpForm(forms.Form):
    """The words of the look-up; what is chosen besides stands in the address."""

    q = forms.CharField(label=_("ことば・よみ"), max_length=100, required=False)

    def clean_q(self) -> str:
        """What nobody can see is dropped, not complained about."""
        return "".join(sign for sign in self.cleaned_data["q"] if sign.isprintable()).strip()


class ProposalForm(forms.ModelForm):
    """A contact point as its partner would have it."""

    comment = forms.CharField(
        label=_("ひとこと"),
        max_length=600,
        required=False,
        validators=[validate_visible],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("担当者が替わった、別の窓口になった、など。住民ひとりひとりのことは書かないでください"),
    )

    class Meta:
        model = ContactPoint
        fields = PROPOSABLE
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in ("when_to_call", "what_to_say")}

    def values(self) -> dict[str, str]:
        """The proposed values by field."""
        return {name: self.cleaned_data[name] or "" for name in PROPOSABLE}

    def clean(self) -> dict[str, Any]:
        """Line breaks as the record has them: a browser sends CRLF."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("when_to_call", "what_to_say", "comment"):
            if cleaned.get(name):
                cleaned[name] = cleaned[name].replace("\r\n", "\n").replace("\r", "\n").strip()
        return cleaned


class ContactPointForm(WagtailAdminModelForm):
    """A contact point in the admin."""

    def _post_clean(self) -> None:
        """Check the record with the programmes and fields that are chosen now; Wagtail sets them after the check."""
        for name in ("roles", "fields"):
            if name in self.cleaned_data:
                setattr(self.instance, name, list(self.cleaned_data[name]))
        super()._post_clean()


class DecisionForm(forms.Form):
    """Which of the proposed fields are taken over, and what is answered."""

    accept = forms.MultipleChoiceField(required=False)
    answer = forms.CharField(
        label=_("お返事"),
        max_length=600,
        required=False,
        validators=[validate_visible],
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accept: Any = self.fields["accept"]
        accept.choices = [(name, name) for name in names]


class DutyForm(forms.Form):
    """The day on which a duty was done; today if none is given."""

    on = forms.DateField(label=_("した日"), required=False)

    def clean_on(self) -> date:
        """What was done was done by now."""
        today = timezone.localdate()
        day = self.cleaned_data["on"] or today
        if day > today:
            raise ValidationError(_("まだ来ていない日は記録できません。"))
        return day


class TrailForm(forms.Form):
    """What to look for in the trail."""

    q = forms.CharField(label=_("人・機関・対象"), max_length=100, required=False)
    act = forms.ChoiceField(label=_("したこと"), choices=[("", _("すべて")), *Act.choices], required=False)
    since = forms.DateField(label=_("この日から"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("この日まで"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        """An end before the beginning is a slip of the pen."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("since") and cleaned.get("until") and cleaned["until"] < cleaned["since"]:
            raise ValidationError(_("終わりの日が、始まりの日より前になっています。"))
        return cleaned


class LookAsForm(forms.Form):
    """As which partner somebody of the city looks at the pages."""

    partner = forms.ModelChoiceField(
        Partner.objects.select_related("organisation"), label=_("機関"), required=False, empty_label=_("市として見る")
    )
