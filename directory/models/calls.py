"""The city's own calls: these words must bring this desk and this band. They judge every change of words, desks and the ear."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import CallBand, Side
from .base import Record
from .danger import DangerTopic
from .lines import NationalLine
from .taxonomy import InstitutionType


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
        """Words must be there, and a call without a band has no topic."""
        super().clean()
        if not self.text.strip():
            raise ValidationError({"text": _("ことばを書いてください。")})
