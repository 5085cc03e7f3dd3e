"""The city's own calls: these words must bring this desk and this band. They judge every change of words, desks and the ear."""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ...choices import CallBand, Side
from ..base import Record
from ..lines import NationalLine
from ..taxonomy import InstitutionType
from .danger import DangerTopic

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]+)?")


def check_call(text: str, language: str = "") -> None:
    """Words that can be typed, and a language as it is written in addresses. Raises ValidationError."""
    if not text.strip():
        raise ValidationError({"text": _("ことばを書いてください。")})
    if language and not _LANGUAGE.fullmatch(language):
        raise ValidationError({"language": _("ja、en、zh のように書いてください。")})


def check_answers(
    band: str, topics: Iterable[object], line: object, leads: Iterable[object], never_leads: Iterable[object]
) -> None:
    """Nothing that cannot come together. Raises ValidationError."""
    if band == CallBand.NO and list(topics):
        raise ValidationError({"topics": _("帯が出ないときは、話題もありません。")})
    if band == CallBand.NO and line:
        raise ValidationError({"line": _("帯が出ないときは、最初に出る電話もありません。")})
    if set(leads) & set(never_leads):
        raise ValidationError({"never_leads": _("先頭に出る種類と、出てはいけない種類に、同じものがあります。")})


class Call(Record):
    """What somebody types, and what must come. What is left empty is not looked at."""

    text = models.CharField(_("だれかが打つことば"), max_length=200, unique=True)
    band = models.CharField(_("帯"), max_length=6, choices=CallBand, default=CallBand.NO)
    topics = models.ManyToManyField(
        DangerTopic, blank=True, related_name="+", verbose_name=_("話題"), help_text=_("どれかなら正解です")
    )
    side = models.CharField(_("だれの立場"), max_length=10, choices=Side, blank=True)
    line = models.ForeignKey(
        NationalLine,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("最初に出る電話"),
    )
    leads = models.ManyToManyField(
        InstitutionType,
        blank=True,
        related_name="+",
        verbose_name=_("先頭に出る窓口の種類"),
        help_text=_("どれかが、最初の3つに出れば正解です"),
    )
    never_leads = models.ManyToManyField(
        InstitutionType, blank=True, related_name="+", verbose_name=_("先頭に出てはいけない窓口の種類")
    )
    language = models.CharField(_("答えの言語"), max_length=10, blank=True)
    note = models.CharField(_("メモ"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("確かめる呼びかけ")
        verbose_name_plural = _("確かめる呼びかけ")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """See `check_call`; what is chosen of other tables is checked by the form (`check_answers`)."""
        super().clean()
        self.text = self.text.strip()
        check_call(self.text, self.language)
