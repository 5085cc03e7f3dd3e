"""Words of danger: what they speak of and from which side, what the band says, whom it names, and by what words it is told."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from search.questions.danger import problem_of

from ...choices import Patient, Side, TopicRole
from ..base import Record
from ..lines import NationalLine
from ..taxonomy import CODE, InstitutionType, Need
from .vocabulary import Entry

ANY_SIDE = _("選ばなければ、どの立場の人にも出ます")


def check_pattern(say: str, unless: str) -> None:
    """A pattern that fires always, or never, is refused. Raises ValidationError."""
    problems = {
        "empty": _("ことばを書いてください。"),
        "half-empty": _("＋や／のとなりが空です。"),
        "too-short": _("短すぎて、関係のない文にも当たります。"),
        "cancels-itself": _("「出さない」のことばが、いつも当たってしまいます。"),
    }
    if problem := problem_of(say, unless):
        raise ValidationError({"unless" if problem == "cancels-itself" else "say": problems[problem]})


class DangerTopic(Record, ClusterableModel):
    """What words of danger speak of, and what the band says and offers then."""

    code = models.CharField(_("コード"), max_length=40, unique=True, validators=CODE)
    name = models.CharField(_("名前"), max_length=60)
    need = models.ForeignKey(
        Need,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("困りごと"),
        help_text=_("帯の下に、この困りごとの窓口を出します"),
    )
    heading = models.CharField(_("帯の見出し"), max_length=60)
    text = models.CharField(_("帯の文"), max_length=200, help_text=_("落ち着いた、短い文で書きます"))
    family_text = models.CharField(
        _("家族や近くの人への文"), max_length=200, blank=True, help_text=_("本人でない人が書いたと分かるときに出ます")
    )
    emergency = models.BooleanField(_("110番・119番を先に出す"), default=False)
    at_night = models.BooleanField(_("夜間・休日の案内を出す"), default=False)
    role = models.CharField(
        _("ほかの話題とのかかわり"),
        max_length=12,
        choices=TopicRole,
        blank=True,
        help_text=_("ふつうは選びません。「いのちのこと」は、ほかの話題のことばがあっても、軽い話題の下になりません"),
    )
    kind_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("大きな話題"),
        help_text=_("誤飲や出産は「急な病気」のひとつ、というように"),
    )
    order = models.PositiveSmallIntegerField(_("並び順"), default=0, help_text=_("先のものほど上に出ます"))
    retired = models.BooleanField(_("使わない"), default=False)

    class Meta:
        verbose_name = _("危険の話題")
        verbose_name_plural = _("危険の話題")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class DangerLine(models.Model):
    """A line of a topic's band; the first ones are shown, the rest folded away. A side that has lines of its own shows them alone."""

    topic = ParentalKey(DangerTopic, on_delete=models.CASCADE, related_name="lines")
    side = models.CharField(_("だれの立場"), max_length=10, choices=Side, blank=True, help_text=ANY_SIDE)
    patient = models.CharField(
        _("だれのこと"), max_length=10, choices=Patient, blank=True, help_text=_("選ばなければ、だれのことでも出ます")
    )
    line = models.ForeignKey(NationalLine, on_delete=models.CASCADE, verbose_name=_("相談電話"))
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)

    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("帯に出す相談電話")
        verbose_name_plural = _("帯に出す相談電話")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return str(self.line)


class DangerVoice(models.Model):
    """What the band says to one side, where it is not what it says to the others."""

    topic = ParentalKey(DangerTopic, on_delete=models.CASCADE, related_name="voices")
    side = models.CharField(_("だれの立場"), max_length=10, choices=Side)
    heading = models.CharField(_("帯の見出し"), max_length=60)
    text = models.CharField(_("帯の文"), max_length=200, help_text=_("落ち着いた、短い文で書きます"))
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)

    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("立場ごとの文")
        verbose_name_plural = _("立場ごとの文")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.heading


class DangerAnswer(models.Model):
    """A type of institution whose desk leads below the band; the first one first. A side that has its own shows those alone."""

    topic = ParentalKey(DangerTopic, on_delete=models.CASCADE, related_name="answers")
    side = models.CharField(_("だれの立場"), max_length=10, choices=Side, blank=True, help_text=ANY_SIDE)
    type = models.ForeignKey(InstitutionType, on_delete=models.CASCADE, verbose_name=_("機関の種類"))
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)

    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("帯の下に出す窓口")
        verbose_name_plural = _("帯の下に出す窓口")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return str(self.type)


class DangerPattern(Entry):
    """Words of danger, as `search.questions.danger` reads them."""

    topic = models.ForeignKey(
        DangerTopic, on_delete=models.CASCADE, related_name="patterns", verbose_name=_("危険の話題")
    )
    say = models.TextField(
        _("こう書いてあったら"),
        max_length=1_000,
        help_text=_("／は「または」、＋は「近くに両方あれば」です。例：殴／なぐ＋夫／旦那／彼氏"),
    )
    unless = models.TextField(
        _("これもあったら出さない"), max_length=1_000, blank=True, help_text=_("例：研修／わかちあい／遺族")
    )
    side = models.CharField(
        _("だれの立場"),
        max_length=10,
        choices=Side,
        blank=True,
        help_text=_("このことばだけで立場が分かるときに選びます"),
    )
    note = models.CharField(_("メモ"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("危険のことば")
        verbose_name_plural = _("危険のことば")
        ordering = ["topic__order", "pk"]

    def __str__(self) -> str:
        return self.say

    def clean(self) -> None:
        """A pattern that fires always, or never, is refused."""
        super().clean()
        check_pattern(self.say, self.unless)
        if DangerPattern.objects.filter(topic=self.topic_id, say=self.say).exclude(pk=self.pk).exists():
            raise ValidationError({"say": _("同じことばが、もうあります。")})
