"""What the planner of the 地域福祉計画 keeps: how many resources stood in a month, and what the town does not have."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..choices import Kind
from .areas import Area
from .base import Record
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
