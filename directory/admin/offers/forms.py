"""The three answers to an offer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...choices import Kind, Surface
from ...models import InstitutionType, Offer, OfferKind, Organisation, kind_tables
from ...offers.answering import LONGEST
from ...offers.drafting import TEMPLATES
from ...offers.duplicates import Look

NEW = "new"


def _words(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST})
    # Line breaks are told as two characters; the service counts and strips.
    return forms.CharField(
        label=label, help_text=help_text, required=required, widget=widget, max_length=2 * LONGEST, strip=False
    )


class AcceptForm(forms.Form):
    """What it becomes, below which organisation."""

    kind = forms.ChoiceField(label=gettext_lazy("作る案内の種類"))
    organisation = forms.ChoiceField(label=gettext_lazy("どの団体の案内にするか"), widget=forms.RadioSelect)
    type = forms.ModelChoiceField(
        label=gettext_lazy("機関の種類"),
        queryset=InstitutionType.objects.exclude(surface=Surface.STAFF),
        required=False,
        help_text=gettext_lazy("新しく登録するときに選びます"),
    )
    words = _words(
        gettext_lazy("お返事に書きそえること"),
        gettext_lazy("書かなくてもかまいません。相手に、そのまま届きます"),
        required=False,
    )

    def __init__(self, offer: Offer, looks: list[Look], user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [kind for kind in Kind if kind in kinds_of(user)]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.known = {str(look.record.pk): look.record for look in looks if isinstance(look.record, Organisation)}
        choices = [(key, _("{name}（登録簿にある団体）").format(name=one.name)) for key, one in self.known.items()]
        if may_add(user, Organisation):
            choices.append((NEW, _("{name}を、新しく登録する").format(name=offer.name)))
        self.fields["organisation"].choices = choices  # type: ignore[attr-defined]
        self.initial = {"kind": TEMPLATES[OfferKind(offer.kind)], **({} if self.known else {"organisation": NEW})}

    def clean(self) -> dict[str, Any]:
        """A new organisation needs its type."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("organisation") == NEW and not cleaned.get("type"):
            self.add_error("type", _("新しく登録する団体の、機関の種類を選んでください。"))
        return cleaned

    def chosen(self) -> Organisation | None:
        """The organisation of the register, or None for a new one."""
        return self.known.get(self.cleaned_data["organisation"])


class AskForm(forms.Form):
    """What the city wants to know first."""

    question = _words(gettext_lazy("聞きたいこと"), gettext_lazy("相手に、そのまま届きます。答えは、この画面に出ます"))


class DeclineForm(forms.Form):
    """Why not."""

    reason = _words(gettext_lazy("断る理由"), gettext_lazy("相手に、そのまま届きます"))


def may_add(user: Any, model: Any) -> bool:
    """Whether somebody may make new records of a table."""
    return bool(user.has_perm(f"directory.add_{model._meta.model_name}"))


def kinds_of(user: Any) -> list[Kind]:
    """The kinds of entry that somebody may make."""
    return [kind for kind, table in kind_tables().items() if may_add(user, table)]
