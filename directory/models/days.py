"""Bad days: what many entries say at once for certain days, the band above all pages, and pages that wait for such a day."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from ..choices import Kind
from ..validators import validate_visible
from .areas import Area
from .base import Child, Record, Row
from .resources import Resource
from .taxonomy import Field, InstitutionType, Need


class MeasureState(models.TextChoices):
    """How far a measure is: an editor has prepared it, it is shown (while its time lasts), it was taken back."""

    WAITING = "waiting", _("承認を待っています")
    OPEN = "open", _("出しています")
    UNDONE = "undone", _("取り消しました")


class Measures(models.QuerySet):
    """Measures by whether their time is over."""

    def lasting(self, at: datetime) -> Self:
        """Shown at a moment or later."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=at), state=MeasureState.OPEN)


class Measure(models.Model):
    """Something that holds from a moment until another and then ends by itself; None as its end is until further notice.

    `key` comes from the form: the same form sent twice makes one measure.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(_("状態"), max_length=8, choices=MeasureState, default=MeasureState.WAITING)
    since = models.DateTimeField(_("始まり"))
    until = models.DateTimeField(_("終わり"), null=True, blank=True, db_index=True)
    made_at = models.DateTimeField(_("作った日時"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("作った人"),
    )
    opened_at = models.DateTimeField(_("出した日時"), null=True, blank=True)
    undone_at = models.DateTimeField(_("取り消した日時"), null=True, blank=True)

    objects = Measures.as_manager()

    class Meta:
        abstract = True
        ordering: ClassVar = ["-made_at", "-pk"]

    def is_over(self, at: datetime) -> bool:
        """Whether nothing of it is shown at a moment or later."""
        return self.state == MeasureState.UNDONE or (self.until is not None and self.until <= at)

    def clean(self) -> None:
        """Time goes forward."""
        super().clean()
        if self.since and self.until and self.until <= self.since:
            raise ValidationError({"until": _("終わりが、始まりと同じか、それより前になっています。")})


class DaysKind(models.TextChoices):
    """What a notice says; the value is that of `hours.schedule.DayNotice`."""

    CLOSED = "closed", _("臨時休止（お休みにする）")
    HOURS = "hours", _("開く時間を変える")
    WORDS = "words", _("お知らせだけ（時間は変えない）")


class DaysNotice(Measure):
    """What the chosen entries say for certain days. Neither the entries nor their drafts are written: `public.days` lays it over
    what is public, so that taking it back takes back just this."""

    what = models.CharField(_("どうするか"), max_length=6, choices=DaysKind, default=DaysKind.CLOSED)
    opens = models.TimeField(_("開く時刻"), null=True, blank=True)
    closes = models.TimeField(_("閉まる時刻"), null=True, blank=True)
    opens_daily = models.BooleanField(_("ふだん休みの日も、この時間に開く"), default=False)
    reason = models.CharField(_("理由・お知らせのことば"), max_length=120, blank=True, validators=[validate_visible])
    # In words, how the entries were chosen; which they are stands in `entries`.
    scope = models.CharField(_("選び方"), max_length=200, blank=True)
    entries = models.ManyToManyField(Resource, related_name="days_notices", verbose_name=_("案内"))
    # When whoever looks after it is asked whether it still holds; only for what has no end.
    asked_on = models.DateField(_("次にたずねる日"), null=True, blank=True)

    class Meta(Measure.Meta):
        verbose_name = _("急なお休み・お知らせ")
        verbose_name_plural = _("急なお休み・お知らせ")

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.reason}".strip()

    def clean(self) -> None:
        """Other hours have both times; words say something."""
        super().clean()
        if self.what == DaysKind.HOURS and (self.opens is None or self.closes is None):
            raise ValidationError({"opens": _("開く時刻と閉まる時刻を、両方書いてください。")})
        if self.what == DaysKind.WORDS and not self.reason.strip():
            raise ValidationError({"reason": _("住民に伝えることばを書いてください。")})


class Level(models.TextChoices):
    """How much a band matters; each is told by a word and a drawing, not by colour alone."""

    INFO = "info", _("お知らせ")
    CAUTION = "caution", _("注意")
    URGENT = "urgent", _("緊急")


# Within the site, or a page elsewhere.
validate_link = RegexValidator(r"^(/(?!/)|https?://)", _("「/」か「https://」で始まるアドレスを書いてください。"))


class Banner(Measure):
    """The band above pages: of the whole site, or of an area; in its highest level everybody sees it."""

    level = models.CharField(_("重さ"), max_length=7, choices=Level, default=Level.INFO)
    words = models.CharField(_("ことば"), max_length=120, validators=[validate_visible])
    link = models.CharField(
        _("くわしいページ"),
        max_length=300,
        blank=True,
        validators=[validate_link],
        help_text=_("このサイトのページは「/」から、ほかのサイトは「https://」から書きます"),
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="banners",
        verbose_name=_("地域"),
        help_text=_("選ばなければ、サイト全体に出ます。「緊急」は、地域を選んでも、すべてのページに出ます"),
    )
    page = models.ForeignKey(
        "PreparedPage", on_delete=models.CASCADE, null=True, blank=True, related_name="banners", editable=False
    )

    class Meta(Measure.Meta):
        verbose_name = _("上に出す帯")
        verbose_name_plural = _("上に出す帯")

    def __str__(self) -> str:
        return self.words

    def clean(self) -> None:
        """A link leads somewhere; a band without an end would stand for ever."""
        super().clean()
        if self.link.startswith("http"):
            try:
                URLValidator(schemes=["http", "https"])(self.link)
            except ValidationError as error:
                raise ValidationError({"link": error}) from error
        if self.until is None:
            raise ValidationError({"until": _("終わりの日と時刻を書いてください。")})


class PreparedPage(Record, ClusterableModel):
    """A page for a kind of bad day, written in quiet days. It is public only while a band leads to it (`Banner.page`)."""

    slug = models.SlugField(
        _("アドレスの名前"), max_length=40, unique=True, help_text=_("/now/…/ の「…」。短い英字で書きます")
    )
    title = models.CharField(_("見出し"), max_length=60, validators=[validate_visible])
    lead = models.CharField(_("はじめの一文"), max_length=200, blank=True)
    steps = models.TextField(_("すること"), help_text=_("1行に1つずつ。いちばん大事なことを、はじめに書きます"))
    easy = models.TextField(_("やさしい日本語"), blank=True, help_text=_("同じことを、短い文で。1行に1つずつ"))
    level = models.CharField(
        _("帯の重さ"), max_length=7, choices=[(one.value, one.label) for one in (Level.CAUTION, Level.URGENT)],
        default=Level.URGENT,
    )  # fmt: skip
    band = models.CharField(_("帯のことば"), max_length=120, validators=[validate_visible])
    order = models.PositiveSmallIntegerField(_("並び順"), default=0)

    class Meta:
        verbose_name = _("備えのページ")
        verbose_name_plural = _("備えのページ")
        ordering = ["order", "title", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> str:
        """Its address, the same each time it opens."""
        return f"/now/{self.slug}/"


class PreparedList(Child, Row):
    """A list on a prepared page: public entries that fit all that is chosen here, places written by hand, or both."""

    page = ParentalKey(PreparedPage, on_delete=models.CASCADE, related_name="lists")
    heading = models.CharField(_("見出し"), max_length=60)
    note = models.CharField(_("説明"), max_length=200, blank=True)
    kind = models.CharField(_("種類"), max_length=12, choices=Kind, blank=True)
    field = models.ForeignKey(
        Field, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("分野")
    )
    need = models.ForeignKey(
        Need, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("困りごと")
    )
    type = models.ForeignKey(
        InstitutionType, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("機関の種類"),
    )  # fmt: skip
    indoors = models.BooleanField(_("屋内だけ"), default=False)
    open_now = models.BooleanField(_("いま開いているところだけ"), default=False)
    places = models.TextField(
        _("手で書く場所"),
        blank=True,
        help_text=_("避難所など、登録簿にないもの。1行に1つ、「名前／住所／ひとこと」の順に書きます"),
    )

    class Meta(Row.Meta):
        verbose_name = _("出す一覧")
        verbose_name_plural = _("出す一覧")

    def __str__(self) -> str:
        return self.heading

    @property
    def chooses(self) -> bool:
        """Whether entries of the register stand in it; one that names nothing would list them all."""
        return bool(self.kind or self.field_id or self.need_id or self.type_id or self.indoors)

    def clean(self) -> None:
        """It says something."""
        super().clean()
        if not (self.chooses or self.places.strip() or self.note.strip()):
            raise ValidationError({"places": _("出すものを選ぶか（種類・分野など）、場所か説明を手で書いてください。")})
