"""Words of the register that each city may set: fields, needs, types of institution, programmes."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.search import index

from search.modelsearch.records import searchable

from ..choices import NeedRole, Surface, TypeRole
from .base import Record

CODE = [RegexValidator(r"^[a-z0-9_-]+$", _("半角の英小文字・数字・ハイフンだけが使えます。"))]


_QUICK_EXIT = _("「このページをすぐ離れる」ボタンを出します。だれかに見られると危ない人が開くページのためです")


class Field(index.Indexed, Record):
    """A field of welfare（分野）; names and order are the city's."""

    code = models.CharField(_("コード"), max_length=40, unique=True, validators=CODE)
    name = models.CharField(_("名前"), max_length=60)
    reading = models.CharField(_("よみ"), max_length=80, blank=True)
    description = models.CharField(_("説明"), max_length=200, blank=True)
    leaflet_heading = models.CharField(
        _("ちらしの見出し"),
        max_length=60,
        blank=True,
        help_text=_("この分野の相談先を1枚の紙にするときの見出しです。空なら、いつもの見出しになります"),
    )
    order = models.PositiveSmallIntegerField(_("並び順"), default=0)
    # What protects people is on until somebody decides otherwise: a name that is missing costs a telephone call, one that
    # is shown cannot be taken back.
    hides_names = models.BooleanField(
        _("担当者の名前を載せない"),
        default=True,
        help_text=_("この分野の窓口では、連携機関に見せる連絡先でも、担当者の名前を書けず、出ません"),
    )
    is_sensitive = models.BooleanField(_("見ていることを知られないようにする"), default=True, help_text=_QUICK_EXIT)
    retired = models.BooleanField(_("使わない"), default=False)
    needs_second = models.BooleanField(
        _("公開の前に2人で確かめる"),
        default=False,
        help_text=_(
            "この分野の案内は、2人が承認してから公開されます。出した本人と、1回目に承認した人は、2回目の承認ができません"
        ),
    )
    second_office = models.ForeignKey(
        "directory.Office",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("2回目に確かめる係"),
        limit_choices_to={"retired": False},
        help_text=_("この係の人が2回目の承認をします。空のときや、係に人がいないときは、承認者ならだれでもできます"),
    )

    search_fields = [*searchable("name", "reading", boost=10), *searchable("description", "code")]

    class Meta:
        verbose_name = _("分野")
        verbose_name_plural = _("分野")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class InstitutionType(Record):
    """A type of institution by its code; its desks are public, or it has staff-only contact points."""

    code = models.CharField(_("コード"), max_length=40, unique=True, validators=CODE)
    name = models.CharField(_("名前"), max_length=80)
    surface = models.CharField(_("公開"), max_length=10, choices=Surface, default=Surface.PUBLIC)
    description = models.CharField(_("説明"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("並び順"), default=0)
    role = models.CharField(
        _("検索での役目"),
        max_length=12,
        choices=TypeRole,
        blank=True,
        help_text=_("さがす人に、この種類の何をどう出すかが変わります"),
    )
    # On for a new type until somebody decides otherwise, as in `Field`: of a place to flee to that is known too late.
    hides_names = models.BooleanField(
        _("担当者の名前を載せない"),
        default=True,
        help_text=_("連携機関に見せる連絡先でも、担当者の名前を書けず、出ません"),
    )
    hides_address = models.BooleanField(
        _("所在地を載せない"),
        default=True,
        help_text=_(
            "暴力から逃げる人を守るため、住所・地図・写真は登録できず、「直接たずねる」「手紙」の案内も出ません"
        ),
    )
    is_sensitive = models.BooleanField(_("見ていることを知られないようにする"), default=True, help_text=_QUICK_EXIT)

    class Meta:
        verbose_name = _("機関の種類")
        verbose_name_plural = _("機関の種類")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class Need(Record, index.Indexed, ClusterableModel):
    """A trouble（困りごと）: what it is called, how people say it, and which types of institution answer it, in order."""

    code = models.CharField(_("コード"), max_length=40, unique=True, validators=CODE)
    name = models.CharField(_("名前"), max_length=60)
    reading = models.CharField(_("よみ"), max_length=80, blank=True)
    plain = models.CharField(_("ふだんの言葉"), max_length=120, help_text=_("困っている人が口にする言い方"))
    fields = models.ManyToManyField(Field, related_name="needs", blank=True, verbose_name=_("分野"))
    role = models.CharField(
        _("検索での役目"),
        max_length=12,
        choices=NeedRole,
        blank=True,
        help_text=_("「答える機関」のほかに、答え方が変わるものだけ選びます"),
    )
    order = models.PositiveSmallIntegerField(_("並び順"), default=0)
    retired = models.BooleanField(_("使わない"), default=False)

    search_fields = [*searchable("name", "reading", "plain", boost=10), *searchable("code")]

    class Meta:
        verbose_name = _("困りごと")
        verbose_name_plural = _("困りごと")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class NeedAnswer(models.Model):
    """A type of institution that answers a need; the first one is shown first."""

    need = ParentalKey(Need, on_delete=models.CASCADE, related_name="answers")
    type = models.ForeignKey(InstitutionType, on_delete=models.CASCADE, verbose_name=_("機関の種類"))
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)

    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("答える機関")
        verbose_name_plural = _("答える機関")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return str(self.type)


class Programme(Record):
    """A programme of 社会福祉法第106条の4第2項: 第1号イ ... 第6号."""

    code = models.CharField(_("コード"), max_length=10, unique=True, validators=CODE)
    item = models.CharField(_("号"), max_length=10, help_text=_("例: 第1号"))
    sub = models.CharField(_("記号"), max_length=10, blank=True, help_text=_("例: イ"))
    function = models.CharField(_("機能"), max_length=60)
    name = models.CharField(_("事業の名前"), max_length=120)
    field_name = models.CharField(_("国の表の分野"), max_length=40, blank=True)
    legal_basis = models.CharField(_("根拠"), max_length=120, blank=True)
    order = models.PositiveSmallIntegerField(_("並び順"), default=0)

    class Meta:
        verbose_name = _("重層的支援体制整備事業の区分")
        verbose_name_plural = _("重層的支援体制整備事業の区分")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.item}{self.sub} {self.name}"

    def clean(self) -> None:
        """第1号 to 第6号 only: there are no others in the act."""
        super().clean()
        if self.item not in {f"第{number}号" for number in range(1, 7)}:
            raise ValidationError({"item": _("第1号から第6号までのどれかです。")})
