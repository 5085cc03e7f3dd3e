"""The public form: about an offer, and nothing of a person but whom to answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..areas.index import area_index, home_area
from ..models import Area, Field, Offer, OfferKind

# Texts in which a story of somebody could stand.
FREE_TEXTS = ("text", "when", "how_many", "needs")
_MOBILE = re.compile(r"(?<!\d)0[789]0[-\s]?\d{4}[-\s]?\d{4}(?!\d)")
_BORN = re.compile(
    r"生年月日|(?:明治|大正|昭和|平成|令和|[MTSHR])\s?\d{1,2}年\d{1,2}月\d{1,2}日(?:生|うまれ)"
    r"|(?:19|20)\d{2}[年/.-]\d{1,2}[月/.-]\d{1,2}日?\s?(?:生|うまれ)"
)
_HELP = {
    "name": gettext_lazy("ひとりで申し出る方は、活動やお店の名前でもかまいません。"),
    "text": gettext_lazy(
        "例：倉庫の商品にシールをはる仕事があります。座ってできます。見学だけでもかまいません。"
        "困りごとのある方のお名前や事情は、書かないでください。"
    ),
    "when": gettext_lazy("例：平日の午前、月に1回"),
    "how_many": gettext_lazy("例：1回に2人まで、20人入れる部屋"),
    "needs": gettext_lazy("例：はじめは付き添いの方と来てほしい、車いすでは入れません"),
    "phone": gettext_lazy("会社や団体の番号です。書かなくてもかまいません。"),
    "fields": gettext_lazy("分からないときは、選ばなくてかまいません。"),
    "contact_name": gettext_lazy("市からの返事に使います。どこにも載せません。"),
    "contact_mail": gettext_lazy("このアドレスに、確認のメールが届きます。どこにも載せません。"),
}
_REQUIRED = {
    "kind": gettext_lazy("どの申し出に近いかを、1つ選んでください。"),
    "name": gettext_lazy("団体・会社・お店の名前を書いてください。"),
    "text": gettext_lazy("できることを書いてください。"),
    "contact_name": gettext_lazy("返事のあて名にするお名前を書いてください。"),
    "contact_mail": gettext_lazy("確認のメールを送るアドレスを書いてください。"),
}


class OfferForm(forms.ModelForm):
    """What somebody can give, and whom the city answers."""

    website = forms.URLField(
        label=gettext_lazy("ホームページ"),
        required=False,
        max_length=200,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"autocomplete": "url", "inputmode": "url"}),
    )

    class Meta:
        model = Offer
        fields = (
            "kind", "text", "when", "how_many", "needs", "area", "fields",
            "name", "reading", "phone", "website", "contact_name", "contact_mail",
        )  # fmt: skip
        widgets = {
            "kind": forms.RadioSelect,
            "text": forms.Textarea(attrs={"rows": 6}),
            "needs": forms.Textarea(attrs={"rows": 3}),
            "fields": forms.CheckboxSelectMultiple,
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
            "contact_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "contact_mail": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = home_area()
        inside = [node.pk for node in area_index().choices(home.pk if home else None)]
        area, kind = self.fields["area"], self.fields["kind"]
        area.queryset = Area.objects.filter(pk__in=inside).order_by("layer__order", "order", "reading", "pk")  # type: ignore[attr-defined]
        area.empty_label = _("選ばない（市のどこでも）")  # type: ignore[attr-defined]
        # One of them, and none beforehand.
        kind.choices = OfferKind.choices  # type: ignore[attr-defined]
        self.fields["fields"].queryset = Field.objects.filter(retired=False)  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.help_text = _HELP.get(name, "")
            # What the tables refuse anyway, in words that say what it is about.
            field.validators = [one for one in field.validators if not isinstance(one, ProhibitNullCharactersValidator)]
            if name in _REQUIRED:
                field.required = True
                field.error_messages["required"] = _REQUIRED[name]
        self.fields["contact_mail"].error_messages["invalid"] = _("メールアドレスの形になっていません。")
        self.fields["website"].error_messages["invalid"] = _("https:// から始まるアドレスを書いてください。")

    def clean(self) -> dict[str, Any]:
        """What has one line is one line, whatever was sent."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in cleaned.items():
            if isinstance(value, str) and not isinstance(self.fields[name].widget, forms.Textarea):
                cleaned[name] = " ".join(value.split())
        return cleaned


def typed(data: QueryDict) -> QueryDict:
    """What was sent, with line breaks as long as browsers count them."""
    plain = data.copy()
    for name, values in data.lists():
        plain.setlist(name, [str(value).replace("\r\n", "\n") for value in values])
    return plain


def hints(texts: Iterable[str]) -> list[str]:
    """What in somebody's words looks as if it were about a person; they may mean it all the same."""
    plain = unicodedata.normalize("NFKC", "\n".join(texts)).replace("‐", "-").replace("ー", "-")
    found = []
    if _MOBILE.search(plain):
        found.append(
            _("携帯電話の番号のようなものがあります。個人の番号なら、消してください。連絡先は、下の欄だけに書きます。")
        )
    if _BORN.search(plain):
        found.append(_("だれかの生年月日のようなものがあります。消してください。"))
    return found
