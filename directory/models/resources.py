"""The base record of everything a resident can go to, call, join or work at."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.models import DraftStateMixin, LockableMixin, PreviewableMixin, Revision, RevisionMixin, WorkflowMixin
from wagtail.search import index

from search.modelsearch.records import searchable

from ..choices import Access, Audience, Booking, CheckEvery, Cost, Eligibility, Kind, Language, Surface, VerifiedBy
from ..fields import ChoiceSetField
from ..identity import SHORT_ID_LENGTH, new_short_id
from .areas import LATITUDE, LONGITUDE, Area, Town
from .base import Record
from .organisations import Office, Organisation
from .taxonomy import Field, InstitutionType, Need

# Columns that rows of drafts may lack, and no published one does.
_NEEDED_OF_ROWS = {"opening_rules": ("opens", "closes"), "opening_exceptions": ("start",), "next_steps": ("target",)}
# What shows a draft as its page; registered by the site, which the register does not know.
_pages: list[Callable[["Resource"], dict[str, Any]]] = []


def register_page(context: Callable[["Resource"], dict[str, Any]]) -> None:
    """Let previews show what the public page of a draft will (called when the site's application is ready)."""
    _pages[:] = [context]


class Resource(
    PreviewableMixin,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    Record,
    index.Indexed,
    ClusterableModel,
):
    """A resource of the community（社会資源）. One concrete table; the kinds add only what is theirs.

    Drafts live in this table: public code never reads it, but the `PublicRecord` made from it on publication.
    """

    # What a kind says of itself (`kinds`).
    KIND: ClassVar[Kind]
    admin_icon: ClassVar[str] = "doc-full"
    # Set by who saves a draft, and no column.
    is_unfinished = False

    short_id = models.CharField(max_length=SHORT_ID_LENGTH, unique=True, default=new_short_id, editable=False)
    kind = models.CharField(_("種類"), max_length=12, choices=Kind, editable=False, db_index=True)

    name = models.CharField(_("名前"), max_length=120)
    reading = models.CharField(_("よみ"), max_length=200, blank=True, help_text=_("ひらがなで。並び順と検索に使います"))
    summary = models.CharField(_("ひとことで"), max_length=160, help_text=_("何ができるところか、1〜2文で"))
    body = models.TextField(_("くわしく"), blank=True, help_text=_("段落のあいだは1行あけます"))
    easy = models.TextField(_("やさしい日本語"), blank=True)

    # A draft may begin with a name alone; nothing is published without both (`clean`).
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="resources", verbose_name=_("機関・団体")
    )
    type = models.ForeignKey(
        InstitutionType,
        on_delete=models.PROTECT,
        null=True,
        related_name="resources",
        verbose_name=_("機関の種類"),
        limit_choices_to={"surface": Surface.PUBLIC},
    )
    fields = ParentalManyToManyField(Field, related_name="resources", verbose_name=_("分野"))
    needs = ParentalManyToManyField(Need, related_name="resources", blank=True, verbose_name=_("困りごと"))
    areas = ParentalManyToManyField(
        Area, related_name="resources", verbose_name=_("対象の圏域"), help_text=_("市全体なら市を選びます")
    )

    place_name = models.CharField(_("建物・場所の名前"), max_length=120, blank=True)
    postal_code = models.CharField(_("郵便番号"), max_length=8, blank=True)
    town = models.ForeignKey(
        Town, on_delete=models.SET_NULL, null=True, blank=True, related_name="resources", verbose_name=_("町字")
    )
    address = models.CharField(_("番地など"), max_length=120, blank=True)
    lat = models.FloatField(_("緯度"), null=True, blank=True, validators=LATITUDE)
    lon = models.FloatField(_("経度"), null=True, blank=True, validators=LONGITUDE)
    access_note = models.CharField(_("行き方"), max_length=200, blank=True)

    eligibility = models.CharField(_("来てよい人"), max_length=10, choices=Eligibility, default=Eligibility.ANYONE)
    audiences = ChoiceSetField(_("対象"), allowed=Audience)
    eligibility_note = models.CharField(_("対象の説明"), max_length=200, blank=True)
    cost = models.CharField(_("費用"), max_length=10, choices=Cost, default=Cost.UNKNOWN)
    cost_note = models.CharField(_("費用の説明"), max_length=200, blank=True)
    languages = ChoiceSetField(_("使える言葉"), allowed=Language)
    accessibility = ChoiceSetField(_("設備・配慮"), allowed=Access)

    can_observe = models.BooleanField(_("見学だけでもよい"), null=True, blank=True)
    can_come_alone = models.BooleanField(_("一人で行ってよい"), null=True, blank=True)
    companion_welcome = models.BooleanField(_("付き添いと一緒でよい"), null=True, blank=True)
    booking = models.CharField(_("予約"), max_length=12, choices=Booking, default=Booking.UNKNOWN)
    first_visit_note = models.CharField(_("はじめての日のこと"), max_length=300, blank=True)

    hours_note = models.CharField(_("時間の備考"), max_length=200, blank=True)

    photo = models.ForeignKey(
        "wagtailimages.Image",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("写真"),
    )
    photo_alt = models.CharField(
        _("写真の説明"), max_length=200, blank=True, help_text=_("写真が見えない人に、何が写っているかを伝えます")
    )

    verified_on = models.DateField(_("最終確認日"), null=True, blank=True)
    verified_by = models.CharField(_("確認の方法"), max_length=10, choices=VerifiedBy, blank=True)
    source = models.CharField(_("出典"), max_length=300, blank=True)
    owner = models.ForeignKey(
        Office,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="resources",
        verbose_name=_("担当の係"),
        limit_choices_to={"retired": False},
        help_text=_("公開されません。空のときは「担当の決まっていない案内を受け持つ」係が受け持ちます"),
    )
    check_every = models.PositiveSmallIntegerField(
        _("確認の間隔"), choices=CheckEvery, default=CheckEvery.YEAR, help_text=_("公開されません")
    )
    no_check_reason = models.CharField(
        _("確認しない理由"), max_length=200, blank=True, help_text=_("「確認しない」ときだけ書きます。公開されません")
    )
    ends_on = models.DateField(
        _("載せる最後の日"),
        null=True,
        blank=True,
        help_text=_("次の日に、一覧・検索・ファイルから自然に消えます。ページの住所は残り、終わったことを伝えます"),
    )
    succeeded_by = models.CharField(
        _("あとを引きつぐ案内"),
        max_length=SHORT_ID_LENGTH,
        blank=True,
        help_text=_("終わったときに案内する先です。その案内のページの住所（/resources/…/）の、10文字の番号を書きます"),
    )

    staff_note = models.TextField(_("職員用のメモ"), blank=True, help_text=_("公開されません"))
    acceptance_note = models.TextField(
        _("受け入れの条件・余裕（内々に聞いたこと）"), blank=True, help_text=_("公開されません")
    )
    fits_participation_support = models.BooleanField(
        _("参加支援に向く"), null=True, blank=True, help_text=_("公開されません")
    )

    # An entry from which others are made (`admin.forms.linking`). What a copy remembers of its template is how the template's texts
    # were when somebody last decided about them.
    is_template = models.BooleanField(
        _("ひな型"),
        default=False,
        help_text=_(
            "公開されません。「ひな型から始める」に出て、あとでひな型を直すと、ここから作った案内にも知らせます"
        ),
    )
    template = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="copies"
    )
    template_said = models.JSONField(default=dict, blank=True, editable=False)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    # What editors find in the admin, notes for staff included; the public index is made of the public records alone.
    search_fields = [
        *searchable("name", "reading", boost=10),
        *searchable("summary", "body", "easy", "place_name", "address", "access_note", "short_id", "photo_alt"),
        *searchable("eligibility_note", "cost_note", "hours_note", "first_visit_note", "source"),
        *searchable("staff_note", "acceptance_note"),
        index.RelatedFields("channels", searchable("value", "note")),
        *map(index.FilterField, ("kind", "type", "organisation", "live", "locked", "verified_on", "name", "reading")),
    ]

    class Meta:
        verbose_name = _("社会資源")
        verbose_name_plural = _("社会資源")
        ordering = ["reading", "pk"]
        # All that the distances of all records read (`directory.reporting`): the rows themselves are long.
        indexes = [
            models.Index(fields=["kind", "type", "town", "lat", "lon"], name="resource_placed"),
            # What is planned to end is little of all (`admin.desk.planned`).
            models.Index(
                fields=["expire_at"], condition=models.Q(expire_at__isnull=False), name="resource_planned_end"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(live=False) | models.Q(organisation__isnull=False, type__isnull=False),
                name="published_is_somebodys",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def get_indexed_objects(cls) -> models.QuerySet:
        """Each record once, as its own kind."""
        return cls.objects.none() if cls is Resource else super().get_indexed_objects()

    def get_indexed_instance(self) -> "Resource | None":
        """The same when it was saved as a bare resource; nothing when its kind is deleted already, and its entry with it."""
        try:
            return self.specific
        except ObjectDoesNotExist:
            return None

    @property
    def is_staff_only_type(self) -> bool:
        """Whether its type of institution has no public desk at all."""
        return self.type is not None and self.type.surface == Surface.STAFF

    def clean(self) -> None:
        """Rules that no form may get around, with the field at which to mend them.

        What is only missing counts when an entry is submitted or published: of a draft (`is_unfinished`) nobody asks it yet.
        """
        super().clean()
        problems: dict[str, ValidationError] = {}

        def problem(field: str, text: Promise) -> None:
            problems[field] = ValidationError(str(text))

        self._find_wrong(problem)
        if not self.is_unfinished:
            self._find_missing(problem)
        if problems:
            raise ValidationError(problems)

    def _find_wrong(self, problem: Callable[[str, Promise], None]) -> None:
        """What may not even stand in a draft."""
        if self.type:
            if self.is_staff_only_type:
                problem("type", _("この種類の機関は職員だけが見る連絡先です。公開の窓口としては登録できません。"))
            if self.type.hides_address:
                for field in ("place_name", "postal_code", "town", "address", "lat", "lon", "access_note", "photo"):
                    if getattr(self, field) not in (None, ""):
                        problem(field, _("この種類の機関は、暴力から逃げる人を守るため、所在地を登録しません。"))
        if self.verified_on and self.verified_on > timezone.localdate():
            problem("verified_on", _("確認日が先の日付になっています。"))
        if self.succeeded_by and self.succeeded_by == self.short_id:
            problem("succeeded_by", _("この案内自身の番号です。あとを引きつぐ、別の案内の番号を書いてください。"))
        elif self.succeeded_by and not Resource.objects.filter(short_id=self.succeeded_by).exists():
            problem("succeeded_by", _("この番号の案内がありません。ページの住所の、10文字の番号を書いてください。"))
        # A new entry counts as live until its draft is saved.
        if self.is_template and self.live and not self._state.adding:
            problem(
                "is_template", _("公開している案内は、ひな型にできません。写しを作って、それをひな型にしてください。")
            )

    def _find_missing(self, problem: Callable[[str, Promise], None]) -> None:
        """What must stand before anybody else sees it."""
        if (self.lat is None) != (self.lon is None):
            problem("lat", _("緯度と経度は、両方書くか、両方空にします。"))
        if self.eligibility != Eligibility.ANYONE and not (self.audiences or self.eligibility_note.strip()):
            problem("audiences", _("「どなたでも」でないときは、対象を選ぶか、説明に書いてください。"))
        if self.photo_id and not self.photo_alt.strip():
            problem("photo_alt", _("写真が見えない人のために、写真の説明を書いてください。"))
        if self.verified_on and not self.verified_by:
            problem("verified_by", _("どうやって確かめたかを選んでください。"))
        if self.check_every == CheckEvery.NEVER and not self.no_check_reason.strip():
            problem(
                "no_check_reason", _("確認しない理由を書いてください。次の担当者が、そのままでよいか判断できます。")
            )

    def publish(self, revision: Revision, *args: Any, **kwargs: Any) -> None:
        """As Wagtail does; a version that lacks its organisation, its type or half a row is refused, wherever it comes from."""
        said = revision.content
        needed = [said.get("organisation"), said.get("type")]
        for rows, names in _NEEDED_OF_ROWS.items():
            needed += [row.get(name) for row in said.get(rows, ()) for name in names]
        if not all(needed):
            raise PublishPermissionError(
                _("「{name}」は、まだ公開できません。機関・団体、種類、書きかけの時間を確かめてください。").format(
                    name=self.name
                )
            )
        super().publish(revision, *args, **kwargs)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep `kind` true to the class."""
        if kind := getattr(self, "KIND", None):
            self.kind = kind
        super().save(*args, **kwargs)

    @classmethod
    def from_serializable_data(
        cls, data: dict[str, Any], check_fks: bool = True, strict_fks: bool = False
    ) -> "Resource | None":
        """A draft may name an organisation or type that was deleted since; then the one of its row stands.

        The row's own are protected from deletion; modelcluster would refuse to open the draft at all. A draft may name none.
        """
        for name, model in (("organisation", Organisation), ("type", InstitutionType)):
            # One of a new record has no row.
            named: Any = data.get(name)
            if named is not None and not model.objects.filter(pk=named).exists():
                own: Any = data.get("pk")
                row = Resource.objects.filter(pk=own).values_list(name, flat=True)
                data = {**data, name: row.first()}
        return super().from_serializable_data(data, check_fks, strict_fks)

    @property
    def specific(self) -> "Resource":
        """The record as its own kind."""
        return (
            self if type(self) is not Resource else getattr(self, str(kind_tables()[Kind(self.kind)]._meta.model_name))
        )

    def get_preview_template(self, request: object, mode_name: str) -> str:
        """Preview shows the very page that the public will see."""
        return "directory/resource_detail.html"

    def get_preview_context(self, request: object, mode_name: str) -> dict:
        """What the public page will show, made from the draft."""
        return {**super().get_preview_context(request, mode_name), **(_pages[0](self) if _pages else {})}

    @property
    def effective_owner(self) -> Office:
        """The office that answers for it: its own, unless that is no more; else the default one."""
        return self.owner if self.owner and not self.owner.retired else Office.default()

    def age_of_verification(self, on: date) -> int | None:
        """Days since somebody confirmed the entry; None if nobody ever did."""
        return (on - self.verified_on).days if self.verified_on else None


def kind_tables() -> dict[Kind, type[Resource]]:
    """The table of each kind, in the order of the kinds: those that stand on `Resource` and say their `KIND`."""
    tables = {table.KIND: table for table in Resource.__subclasses__()}
    return {kind: tables[kind] for kind in Kind if kind in tables}
