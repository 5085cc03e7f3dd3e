"""The kinds of resource; each adds only what is its own."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField

from search.modelsearch.records import searchable

from ..choices import Insurance, Kind, Pathway, Pay
from .areas import Area
from .resources import Resource
from .taxonomy import Programme


class ConsultationDesk(Resource):
    """A desk at which residents consult（相談窓口）."""

    KIND = Kind.DESK
    admin_icon = "comment"

    programme = models.ForeignKey(
        Programme,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="desks",
        verbose_name=_("重層的支援体制整備事業の区分"),
    )
    any_attribute = models.BooleanField(_("属性・世代・内容を問わない"), default=False)
    default_for = ParentalManyToManyField(
        Area,
        related_name="default_desks",
        blank=True,
        verbose_name=_("分野を問わない窓口とする圏域"),
        help_text=_("この圏域で、どこに相談してよいか分からない人に案内します"),
    )

    class Meta:
        verbose_name = _("相談窓口")
        verbose_name_plural = _("相談窓口")


class GatheringPlace(Resource):
    """A place to be（居場所）."""

    KIND = Kind.PLACE
    admin_icon = "home"

    drop_in = models.BooleanField(_("ふらっと行ってよい"), null=True, blank=True)
    run_by = models.CharField(_("開いている人"), max_length=120, blank=True)
    capacity = models.CharField(_("広さ・人数"), max_length=80, blank=True)
    indoors = models.BooleanField(_("屋内"), null=True, blank=True)
    meal = models.BooleanField(_("食事が出る"), null=True, blank=True)

    search_fields = [*Resource.search_fields, *searchable("run_by", "capacity")]

    class Meta:
        verbose_name = _("居場所")
        verbose_name_plural = _("居場所")


class VolunteerOpportunity(Resource):
    """Something to do for others（ボランティア）."""

    KIND = Kind.VOLUNTEER
    admin_icon = "group"

    activity = models.CharField(_("すること"), max_length=200)
    commitment = models.CharField(_("どのくらい"), max_length=120, blank=True)
    skills = models.CharField(_("必要な経験・資格"), max_length=120, blank=True)
    insurance = models.CharField(_("保険"), max_length=10, choices=Insurance, default=Insurance.UNKNOWN)
    deadline = models.DateField(_("締め切り"), null=True, blank=True)

    search_fields = [*Resource.search_fields, *searchable("activity", "commitment", "skills")]

    class Meta:
        verbose_name = _("ボランティア")
        verbose_name_plural = _("ボランティア")


class EmploymentPathway(Resource):
    """A way into work（就労）."""

    KIND = Kind.WORK
    admin_icon = "cogs"

    pathway = models.CharField(_("働き方"), max_length=12, choices=Pathway)
    hours_min = models.PositiveSmallIntegerField(
        _("週に何時間から"), null=True, blank=True, validators=[MaxValueValidator(60)]
    )
    hours_max = models.PositiveSmallIntegerField(
        _("週に何時間まで"), null=True, blank=True, validators=[MaxValueValidator(60)]
    )
    pay = models.CharField(_("受け取るもの"), max_length=6, choices=Pay)
    pay_note = models.CharField(_("金額など"), max_length=120, blank=True)
    support = models.CharField(_("仕事中の支え"), max_length=200, blank=True)

    search_fields = [*Resource.search_fields, *searchable("pay_note", "support")]

    class Meta:
        verbose_name = _("就労")
        verbose_name_plural = _("就労")

    def clean(self) -> None:
        """At least is not more than at most."""
        super().clean()
        if self.hours_min is not None and self.hours_max is not None and self.hours_min > self.hours_max:
            raise ValidationError({"hours_max": _("「まで」が「から」より小さくなっています。")})
