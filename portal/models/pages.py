"""The pages that editors write."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField

from directory.areas.index import area_index
from directory.cache import remembered
from directory.choices import KIND_DESCRIPTIONS, Kind
from directory.finding.hotlines import is_sensitive, lines_of
from directory.finding.needs import need_by_pk
from directory.finding.query import facet_counts, search_address
from directory.models import Field, NationalLine, Need
from directory.public.selectors import card, desks_of_types
from search.modelsearch.records import searchable

from ..blocks import Body, Question, Voice, topic_choices
from ..cms.by_area import spread
from ..cms.entries import ENTRIES
from ..cms.tree import PAGES, visible
from .base import PortalPage, home_municipality


def entries(pages: Any) -> list[dict[str, Any]]:
    """Pages as the lists of an index show them."""
    return [{"title": page.title, "url": page.url, "intro": getattr(page, "intro", "")} for page in pages]


class HomePage(PortalPage):
    """The first page: the search box, the desk for everything, and the ways in."""

    lead = models.CharField(_("大きな一文"), max_length=120, blank=True)

    template = "portal/home.html"
    max_count = 1  # type: ignore[assignment]
    subpage_types = [
        "portal.GuidanceIndexPage",
        "portal.SituationIndexPage",
        "portal.NewsIndexPage",
        "portal.StandardPage",
    ]
    search_fields = [*PortalPage.search_fields, *searchable("lead")]
    content_panels = [*PortalPage.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = _("ホーム")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict:
        """Situations, guides and news, kinds with counts, fields."""
        context = super().get_context(request, *args, **kwargs)
        counts = facet_counts("kind", home_municipality(request))
        context.update(
            **remembered(PAGES, ("below", self.path), self._below),
            kinds=[
                {
                    "kind": kind.value,
                    "label": kind.label,
                    "description": KIND_DESCRIPTIONS[kind],
                    "url": f"/browse/{kind.value}/",
                    "count": counts.get(kind.value, 0),
                }
                for kind in Kind
            ],
            fields=[
                {
                    "name": field.name,
                    "description": field.description,
                    "url": search_address({"kind": (Kind.DESK,), "field": (field.code,)}),
                }
                for field in remembered("fields", "all", lambda: list(Field.objects.filter(retired=False)))
            ],
        )
        return context

    def _below(self) -> dict[str, list[dict[str, Any]]]:
        return {
            "situations": entries(visible(SituationPage.objects.live().descendant_of(self).order_by("path")[:8])),
            "guides": entries(visible(GuidancePage.objects.live().descendant_of(self).order_by("path")[:6])),
            "news": [
                {"title": page.title, "url": page.url, "date": page.date}
                for page in visible(NewsPage.objects.live().descendant_of(self).order_by("-date", "-pk")[:3])
            ],
        }


class GuidanceIndexPage(PortalPage):
    """All guidance pages."""

    template = "portal/guidance_index.html"
    parent_page_types = ["portal.HomePage"]
    subpage_types = ["portal.GuidancePage"]

    class Meta:
        verbose_name = _("案内の一覧")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict:
        """The pages below."""
        context = super().get_context(request, *args, **kwargs)
        context["children"] = entries(visible(GuidancePage.objects.live().child_of(self)))
        return context


class GuidancePage(PortalPage):
    """How to get help with something."""

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
    fields = ParentalManyToManyField(Field, blank=True, related_name="+", verbose_name=_("分野"))
    body = StreamField(Body(), blank=True, verbose_name=_("本文"))

    template = "portal/article_page.html"
    parent_page_types = ["portal.GuidanceIndexPage"]
    subpage_types: list[str] = []
    search_fields = [*PortalPage.search_fields, *searchable("photo_alt", "body")]
    content_panels = [
        *PortalPage.content_panels,
        MultiFieldPanel([FieldPanel("photo"), FieldPanel("photo_alt")], heading=_("写真")),
        FieldPanel("fields"),
        FieldPanel("body"),
        ENTRIES,
    ]

    class Meta:
        verbose_name = _("案内ページ")

    def clean(self) -> None:
        """A picture comes with words."""
        super().clean()
        if self.photo_id and not self.photo_alt.strip():
            raise ValidationError({"photo_alt": _("写真が見えない人のために、写真の説明を書いてください。")})


class SituationIndexPage(PortalPage):
    """All situations, by field."""

    template = "portal/situation_index.html"
    parent_page_types = ["portal.HomePage"]
    subpage_types = ["portal.SituationPage"]

    class Meta:
        verbose_name = _("「こんなとき」の一覧")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict:
        """The pages below by the first field of their need."""
        context = super().get_context(request, *args, **kwargs)
        pages = SituationPage.objects.live().child_of(self).select_related("need").prefetch_related("need__fields")
        groups: dict[str, list] = {}
        for page in visible(pages):
            fields = list(page.need.fields.all()) if page.need else []
            groups.setdefault(fields[0].name if fields else str(_("いろいろ")), []).append(page)
        context["groups"] = [{"field": name, "pages": entries(members)} for name, members in groups.items()]
        return context


class SituationPage(PortalPage):
    """A need told in plain words, for whoever noticed it, ending in desks."""

    need = models.ForeignKey(
        Need,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="situation_pages",
        verbose_name=_("困りごと"),
    )
    voices = StreamField([("voice", Voice())], blank=True, verbose_name=_("ひとの言葉"))
    signs = StreamField(
        [("sign", blocks.CharBlock(label=_("気づくこと"), max_length=120))], blank=True, verbose_name=_("気づくこと")
    )
    what_happens = models.TextField(_("相談するとどうなるか"), blank=True)
    if_refused = models.TextField(_("本人が望まないとき"), blank=True)
    questions = StreamField([("question", Question())], blank=True, verbose_name=_("よくある質問"))
    danger = models.BooleanField(
        _("いのち・暴力にかかわる"), default=False, help_text=_("全国の相談電話と、すぐ離れるボタンを一番上に出します")
    )
    topics = StreamField(
        [("topic", blocks.ChoiceBlock(label=_("話題"), choices=topic_choices))],
        blank=True,
        verbose_name=_("全国の相談電話の話題"),
    )

    template = "portal/situation_page.html"
    parent_page_types = ["portal.SituationIndexPage"]
    subpage_types: list[str] = []
    search_fields = [
        *PortalPage.search_fields,
        *searchable("voices", "signs", "what_happens", "if_refused", "questions", "topics"),
    ]
    content_panels = [
        *PortalPage.content_panels,
        FieldPanel("need"),
        FieldPanel("voices"),
        FieldPanel("signs"),
        FieldPanel("what_happens"),
        FieldPanel("if_refused"),
        FieldPanel("questions"),
        MultiFieldPanel([FieldPanel("danger"), FieldPanel("topics")], heading=_("急ぐとき")),
    ]

    class Meta:
        verbose_name = _("「こんなとき」のページ")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict:
        """The desks that answer the need, in its own order, at this moment."""
        context = super().get_context(request, *args, **kwargs)
        now = timezone.localtime()
        need = need_by_pk(self.need_id)
        home = home_municipality(request)
        area = area_index().by_slug.get(request.GET.get("area", "")[:60])
        lines: list[NationalLine] = []
        if topics := [block.value for block in self.topics]:
            lines = lines_of(topics)
        types = need.types if need else ()
        served = dict.fromkeys(types, (need.code,)) if need else None
        context.update(
            need_text=need.plain if need else "",
            desks=spread(
                (card(desk, now) for desk in desks_of_types(types, area, home, needs=served)),
                area,
                home,
                served or {},
                lambda node: f"?area={node.slug}",
                now,
            ),
            signs=[block.value for block in self.signs],
            lines=lines,
            is_sensitive=self.danger or any(map(is_sensitive, lines)),
        )
        return context


class NewsIndexPage(PortalPage):
    """All news, the latest first."""

    template = "portal/news_index.html"
    parent_page_types = ["portal.HomePage"]
    subpage_types = ["portal.NewsPage"]

    class Meta:
        verbose_name = _("お知らせの一覧")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict:
        """The pages below."""
        context = super().get_context(request, *args, **kwargs)
        pages = visible(NewsPage.objects.live().child_of(self).order_by("-date", "-pk"))
        context["items"] = [{**entry, "date": page.date} for entry, page in zip(entries(pages), pages, strict=True)]
        return context


class NewsPage(PortalPage):
    """A piece of news."""

    date = models.DateField(_("日付"), default=timezone.localdate)
    body = StreamField(Body(), blank=True, verbose_name=_("本文"))

    template = "portal/news_page.html"
    parent_page_types = ["portal.NewsIndexPage"]
    subpage_types: list[str] = []
    search_fields = [*PortalPage.search_fields, *searchable("body")]
    content_panels = [*PortalPage.content_panels, FieldPanel("date"), FieldPanel("body"), ENTRIES]

    class Meta:
        verbose_name = _("お知らせ")


class StandardPage(PortalPage):
    """アクセシビリティ方針, プライバシー, このサイトについて and their like."""

    body = StreamField(Body(), blank=True, verbose_name=_("本文"))

    template = "portal/article_page.html"
    parent_page_types = ["portal.HomePage", "portal.StandardPage"]
    search_fields = [*PortalPage.search_fields, *searchable("body")]
    content_panels = [*PortalPage.content_panels, FieldPanel("body"), ENTRIES]

    class Meta:
        verbose_name = _("ふつうのページ")
