"""What the town has, lacks and is offered: how many resources stood in a month, what there is not, what others would give."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..choices import Confirmer, Kind
from ..validators import validate_number, validate_visible
from .areas import Area
from .base import Record
from .resources import Resource
from .taxonomy import Field


class CoverageSnapshot(models.Model):
    """How many public resources stood in a cell at the end of a month; the running month is written anew each day.

    `area` and `field` are the addresses and codes that stay for ever, so that a month can be read after an area is gone:
    "*" is everything, each resource once; "" as an area is what is for the whole municipality. Cells of nothing have no row.
    """

    month = models.DateField(_("月"), db_index=True, help_text=_("その月の1日"))
    layer = models.CharField(_("層"), max_length=60, blank=True)
    area = models.CharField(_("圏域"), max_length=60, blank=True)
    field = models.CharField(_("分野"), max_length=40)
    kind = models.CharField(_("種類"), max_length=12, choices=Kind)
    count = models.PositiveIntegerField(_("件数"))
    made_at = models.DateTimeField(_("数えた日時"), default=timezone.now)

    class Meta:
        verbose_name = _("月ごとの件数")
        verbose_name_plural = _("月ごとの件数")
        ordering = ["-month", "layer", "area", "field", "kind"]
        constraints = [models.UniqueConstraint(fields=["month", "area", "field", "kind"], name="coverage_once_a_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.area} {self.field} {self.kind}: {self.count}"


class MissingResource(Record):
    """What people look for and the town does not have（地域に無い社会資源）: words and a note, nothing of anybody."""

    words = models.CharField(
        _("ことば"), max_length=80, help_text=_("探されていたもの、足りないもの（例: 夜に開いている居場所）")
    )
    note = models.TextField(
        _("メモ"), blank=True, help_text=_("どこまで調べたか、だれに声をかけたか。相談した人のことは書きません")
    )
    field = models.ForeignKey(
        Field, on_delete=models.SET_NULL, null=True, blank=True, related_name="missing", verbose_name=_("分野")
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="missing",
        verbose_name=_("圏域"),
        help_text=_("市のどこにも無いときは、空けておきます"),
    )
    since = models.DateField(_("いつから"), default=timezone.localdate, help_text=_("無いと分かった日"))

    class Meta:
        verbose_name = _("地域に無い社会資源")
        verbose_name_plural = _("地域に無い社会資源")
        ordering = ["-since", "words", "pk"]

    def __str__(self) -> str:
        return self.words

    def clean(self) -> None:
        """Nothing is missing since tomorrow, and nothing stands here twice."""
        super().clean()
        if self.since and self.since > timezone.localdate():
            raise ValidationError({"since": _("先の日付になっています。")})
        same = MissingResource.objects.filter(words=self.words, field=self.field_id, area=self.area_id)
        if same.exclude(pk=self.pk).exists():
            raise ValidationError({"words": _("同じことばが、もうここにあります。")})


class OfferKind(models.TextChoices):
    """What somebody offers; each becomes an entry of one kind (`offers.drafting`)."""

    VISIT = "visit", _("見学・体験に来る人を受け入れる")
    WORK = "work", _("就労体験・職場実習を受け入れる")
    PLACE = "place", _("だれでも来られる居場所を開く")
    ROOM = "room", _("部屋や場所を貸す")
    JOBS = "jobs", _("小さな仕事を頼む（仕事の切り出し）")
    OTHER = "other", _("そのほかの手伝い・協力")


class OfferState(models.TextChoices):
    """How far an offer has come. Of what was accepted or declined nobody's name and mail stands here any more."""

    UNCHECKED = "unchecked", _("メールの確認を待っている")
    WAITING = "waiting", _("答えを待っている")
    ASKED = "asked", _("たずねている")
    ACCEPTED = "accepted", _("受け入れた")
    DECLINED = "declined", _("断った")


class Offer(models.Model):
    """What a company, a group or a neighbour offers（受け入れ・場所・仕事の申し出）, until the city has answered.

    It is about the offer; who offers is an organisation. Name and mail of its contact go with the answer (`offers.answering`), or
    when nobody answers for long (`offers.retention`).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(
        _("状態"), max_length=9, choices=OfferState, default=OfferState.UNCHECKED, db_index=True, editable=False
    )
    kind = models.CharField(_("申し出の種類"), max_length=5, choices=OfferKind)
    name = models.CharField(_("団体・会社・お店の名前"), max_length=120, validators=[validate_visible])
    reading = models.CharField(_("よみ"), max_length=200, blank=True, validators=[validate_visible])
    text = models.TextField(_("できること"), max_length=1_000, validators=[validate_visible])
    when = models.CharField(_("いつ"), max_length=120, blank=True, validators=[validate_visible])
    how_many = models.CharField(_("何人くらい・どのくらい"), max_length=80, blank=True, validators=[validate_visible])
    needs = models.TextField(
        _("あるとよいもの・お願いしたいこと"), max_length=300, blank=True, validators=[validate_visible]
    )
    area = models.ForeignKey(
        Area, on_delete=models.SET_NULL, null=True, blank=True, related_name="offers", verbose_name=_("場所（圏域）")
    )
    fields = models.ManyToManyField(Field, related_name="offers", blank=True, verbose_name=_("分野"))
    phone = models.CharField(_("団体の電話"), max_length=40, blank=True, validators=[validate_visible, validate_number])
    website = models.URLField(_("ホームページ"), blank=True)
    contact_name = models.CharField(_("担当の方のお名前"), max_length=60, blank=True, validators=[validate_visible])
    contact_mail = models.EmailField(_("担当の方のメール"), blank=True)
    # Counts the questions of the city: the link of a mail is good for the round in which it was sent.
    round = models.PositiveSmallIntegerField(default=0, editable=False)
    question = models.TextField(_("市からの質問"), max_length=1_000, blank=True, editable=False)
    answer = models.TextField(_("質問への答え"), max_length=1_000, blank=True, editable=False)
    reason = models.TextField(_("断った理由"), max_length=1_000, blank=True, editable=False)
    # The draft that was made of it.
    resource = models.ForeignKey(
        Resource, on_delete=models.SET_NULL, null=True, blank=True, related_name="offers", editable=False
    )
    sent_at = models.DateTimeField(_("書いた日時"), default=timezone.now, editable=False, db_index=True)
    arrived_at = models.DateTimeField(_("届いた日時"), null=True, blank=True, editable=False)
    answered_on = models.DateField(_("答えた日"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("申し出")
        verbose_name_plural = _("申し出")
        ordering = ["arrived_at", "pk"]
        # Nobody writes one in the admin, and nobody deletes one by hand.
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return f"{self.name}: {self.get_kind_display()}"


class Intake(models.Model):
    """How many people an entry can receive now（受け入れのようす）, as its host or somebody of the city said; never public.

    A table of its own: a draft holds all columns of its resource and would bring old ones back when it is published.
    """

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, primary_key=True, related_name="intake")
    people = models.PositiveSmallIntegerField(
        _("いま受け入れられる人数"), null=True, blank=True, validators=[MaxValueValidator(999)]
    )
    next_on = models.DateField(_("次に受け入れられる日"), null=True, blank=True)
    paused = models.BooleanField(_("受け入れを休んでいる"), default=False)
    needs = models.CharField(
        _("あるとよいもの・条件"),
        max_length=300,
        blank=True,
        validators=[validate_visible],
        help_text=_("受け入れる側のことだけを書きます。だれかの名前や事情は書きません"),
    )
    told_on = models.DateField(_("聞いた日"), default=timezone.localdate, editable=False)
    role = models.CharField(_("だれから"), max_length=8, choices=Confirmer, default=Confirmer.EDITOR, editable=False)

    class Meta:
        verbose_name = _("受け入れのようす")
        verbose_name_plural = _("受け入れのようす")

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.people}"
