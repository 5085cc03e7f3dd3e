"""Organisations, the roles they play in the programmes, and the offices of the city hall that look after entries."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.search import index

from search.modelsearch.records import searchable

from ..choices import ConfirmBy
from ..validators import validate_visible
from .areas import Area
from .base import Child, Record
from .taxonomy import Field, InstitutionType, Programme


class Organisation(Record, index.Indexed, ClusterableModel):
    """An institution or group: city office, NPO, council of volunteers ..."""

    name = models.CharField(_("名前"), max_length=120, validators=[validate_visible])
    reading = models.CharField(_("よみ"), max_length=200, blank=True, validators=[validate_visible])
    type = models.ForeignKey(
        InstitutionType, on_delete=models.PROTECT, related_name="organisations", verbose_name=_("機関の種類")
    )
    municipality = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("市町村"),
        limit_choices_to={"layer__is_municipality": True},
    )
    prefecture = models.CharField(_("都道府県"), max_length=10, blank=True)
    locality = models.CharField(
        _("市町村の名前"), max_length=60, blank=True, help_text=_("この登録簿に市町村がないときだけ、文字で書きます")
    )
    operator = models.CharField(_("運営している法人・団体"), max_length=120, blank=True, validators=[validate_visible])
    website = models.URLField(_("ホームページ"), blank=True)
    active_from = models.DateField(_("活動の始まり"), null=True, blank=True)
    active_to = models.DateField(
        _("活動の終わり"), null=True, blank=True, help_text=_("終わった活動は「終了」と表示します")
    )
    source = models.CharField(_("出典"), max_length=300, blank=True)
    quote = models.TextField(_("出典の文"), blank=True)
    confirm_by = models.CharField(
        _("確認のお願いのしかた"),
        max_length=5,
        choices=ConfirmBy,
        default=ConfirmBy.MAIL,
        help_text=_("公開されません。メールアドレスがないときは、担当の係にお願いが届きます"),
    )
    confirm_mail = models.EmailField(
        _("確認のお願いを送るメール"),
        blank=True,
        help_text=_("公開されません。個人のものではなく、団体のアドレスを書きます"),
    )
    staff_note = models.TextField(_("職員用のメモ"), blank=True, help_text=_("公開されません"))

    search_fields = [
        *searchable("name", "reading", boost=10),
        *searchable("operator", "locality", "website", "source", "quote", "staff_note"),
        index.RelatedFields("roles", searchable("local_name", "note")),
        *map(index.FilterField, ("name", "reading", "type", "municipality", "active_to")),
    ]

    class Meta:
        verbose_name = _("機関・団体")
        verbose_name_plural = _("機関・団体")
        ordering = ["reading", "name", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """An end before the beginning is a slip of the pen."""
        super().clean()
        if self.active_from and self.active_to and self.active_to < self.active_from:
            raise ValidationError({"active_to": _("終わりの日が、始まりの日より前になっています。")})


class OrganisationRole(Child):
    """A programme that an organisation carries out, as its municipality writes it down."""

    organisation = ParentalKey(Organisation, on_delete=models.CASCADE, related_name="roles")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="roles", verbose_name=_("区分"))
    local_name = models.CharField(_("市町村での呼び方"), max_length=120, blank=True)
    note = models.CharField(_("備考"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("担う事業")
        verbose_name_plural = _("担う事業")
        ordering = ["programme__order", "pk"]

    def __str__(self) -> str:
        return str(self.programme)


# What the default office is called until somebody names it.
UNNAMED_OFFICE = "担当係（未設定）"


def people_of_the_city() -> models.Q:
    """Log-ins that come into the admin; people of partners do not."""
    may_enter = models.Q(groups__permissions__codename="access_admin")
    return models.Q(is_active=True) & (models.Q(is_superuser=True) | may_enter)


class Office(Record):
    """A section of the city hall（係）that answers for entries; people change, it does not."""

    name = models.CharField(_("係の名前"), max_length=80, unique=True, validators=[validate_visible])
    reading = models.CharField(_("よみ"), max_length=120, blank=True, validators=[validate_visible])
    mail = models.EmailField(
        _("係のメール"), blank=True, help_text=_("個人のものではなく、係のアドレスを書きます。異動があっても届きます")
    )
    phone = models.CharField(_("係の電話"), max_length=40, blank=True)
    is_default = models.BooleanField(
        _("担当の決まっていない案内を受け持つ"),
        default=False,
        help_text=_("1つの係だけに付きます。別の係に付けると、前の係からは外れます"),
    )
    retired = models.BooleanField(_("なくなった係"), default=False, help_text=_("付けると、選べなくなります"))
    fields = models.ManyToManyField(
        Field,
        related_name="offices",
        blank=True,
        verbose_name=_("受け持つ分野"),
        help_text=_("この分野の案内は、担当の係でなくても、この係の人が直せます"),
    )
    areas = models.ManyToManyField(
        Area,
        related_name="offices",
        blank=True,
        verbose_name=_("受け持つ圏域"),
        help_text=_("この圏域（と、その中の圏域）の案内を直せます。分野も選んだときは、両方に当てはまる案内だけです"),
    )
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="offices",
        blank=True,
        verbose_name=_("係の人（ログイン）"),
        limit_choices_to=people_of_the_city,
        help_text=_(
            "ここに入れた人は、係の案内と分野の案内だけを直せます。ほかの案内は、見ることと、変更を届けることができます"
        ),
    )

    class Meta:
        verbose_name = _("係")
        verbose_name_plural = _("係")
        ordering = ["reading", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_office"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Somebody must answer for what has no office of its own."""
        super().clean()
        if self.is_default and self.retired:
            raise ValidationError(
                {"retired": _("担当の決まっていない案内を受け持つ係です。先に、別の係に移してください。")}
            )
        if not self.is_default and Office.objects.filter(pk=self.pk, is_default=True).exists():
            raise ValidationError(
                {"is_default": _("外すかわりに、受け持つ係のほうに印を付けてください。ここからは自然に外れます。")}
            )

    def validate_constraints(self, exclude: Any = None) -> None:
        """That only one is the default is no mistake of whoever marks another: `save` takes the mark from the one before."""
        super().validate_constraints(exclude={*(exclude or ()), "is_default"})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """One office is the default."""
        with transaction.atomic():
            if self.is_default:
                Office.objects.filter(is_default=True).exclude(pk=self.pk).update(is_default=False)
            super().save(*args, **kwargs)

    @classmethod
    def default(cls) -> "Office":
        """The office that answers for entries without one; made anew where somebody deleted it."""
        return (
            cls.objects.filter(is_default=True).first()
            or cls.objects.update_or_create(name=UNNAMED_OFFICE, defaults={"is_default": True, "retired": False})[0]
        )
