"""Areas: layers of areas, and the 町字 with their postal codes that say which area somebody is in."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.search import index

from search.modelsearch.records import searchable

from .base import Record

LATITUDE = [MinValueValidator(-90), MaxValueValidator(90)]
LONGITUDE = [MinValueValidator(-180), MaxValueValidator(180)]


class AreaLayer(Record):
    """A way of cutting the land into areas: 市町村, 日常生活圏域, 小学校区, 地区社協 ... Each city names its own."""

    name = models.CharField(_("層の名前"), max_length=60, unique=True)
    order = models.PositiveSmallIntegerField(_("並び順"), default=0, help_text=_("広い層ほど小さい数"))
    is_municipality = models.BooleanField(_("市町村の層"), default=False)

    class Meta:
        verbose_name = _("圏域の層")
        verbose_name_plural = _("圏域の層")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class Area(index.Indexed, Record):
    """An area of a layer. Areas of different layers may overlap freely: what they share is their 町字."""

    layer = models.ForeignKey(AreaLayer, on_delete=models.PROTECT, related_name="areas", verbose_name=_("層"))
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上の圏域"),
        help_text=_("市町村より下の圏域では、属する市町村か、ひとつ上の圏域を選びます"),
    )
    slug = models.SlugField(
        _("アドレスに使う名前"), max_length=60, unique=True, help_text=_("半角の英数字。後から変えません")
    )
    name = models.CharField(_("名前"), max_length=80)
    reading = models.CharField(_("よみ"), max_length=120, blank=True)
    aliases = models.CharField(
        _("ほかの呼び方"), max_length=200, blank=True, help_text=_("空白で区切ります（例: 東部 ひがし）")
    )
    code = models.CharField(
        _("全国地方公共団体コード"),
        max_length=6,
        blank=True,
        validators=[RegexValidator(r"^\d{6}$", _("検査数字を含む6けたの数字です。"))],
        help_text=_("市町村だけ"),
    )
    prefecture = models.CharField(_("都道府県"), max_length=10, blank=True)
    lat = models.FloatField(_("代表点の緯度"), null=True, blank=True, validators=LATITUDE)
    lon = models.FloatField(_("代表点の経度"), null=True, blank=True, validators=LONGITUDE)
    order = models.PositiveSmallIntegerField(_("並び順"), default=0)
    retired = models.BooleanField(
        _("使わない"), default=False, help_text=_("消すかわりに印をつけます。古い記録が壊れません")
    )

    search_fields = [*searchable("name", "reading", "aliases", boost=10), *searchable("slug", "code", "prefecture")]

    class Meta:
        verbose_name = _("圏域")
        verbose_name_plural = _("圏域")
        ordering = ["layer__order", "order", "reading", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """An area may not be its own ancestor."""
        super().clean()
        seen, above = set(), self.parent
        while above is not None and above.pk not in seen:
            if above.pk == self.pk and self.pk is not None:
                raise ValidationError({"parent": _("自分の下にある圏域を、上の圏域にはできません。")})
            seen.add(above.pk)
            above = above.parent


class Town(Record, index.Indexed, ClusterableModel):
    """A 町字 of a municipality, and the areas that it lies in."""

    municipality = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="towns_of", verbose_name=_("市町村"))
    name = models.CharField(_("町字"), max_length=80)
    reading = models.CharField(_("よみ"), max_length=120, blank=True)
    areas = models.ManyToManyField(Area, related_name="towns", blank=True, verbose_name=_("属する圏域"))
    note = models.CharField(_("備考"), max_length=120, blank=True, help_text=_("一部だけが圏域に入るときは、その範囲"))

    search_fields = [
        *searchable("name", "reading", boost=10),
        *searchable("note"),
        index.RelatedFields("postal_codes", searchable("code")),
    ]

    class Meta:
        verbose_name = _("町字")
        verbose_name_plural = _("町字")
        ordering = ["municipality", "reading", "pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="town_once_a_municipality")]

    def __str__(self) -> str:
        return self.name


class PostalCode(models.Model):
    """A postal code of a 町字; one code may stand for several 町字 and the other way round."""

    town = ParentalKey(Town, on_delete=models.CASCADE, related_name="postal_codes")
    code = models.CharField(
        _("郵便番号"), max_length=7, db_index=True, validators=[RegexValidator(r"^\d{7}$", _("7けたの数字です。"))]
    )

    class Meta:
        verbose_name = _("郵便番号")
        verbose_name_plural = _("郵便番号")
        ordering = ["code", "pk"]

    def __str__(self) -> str:
        return f"{self.code[:3]}-{self.code[3:]}"
