"""What every page of the site has, and the settings of the city."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Page, PageViewRestriction, Site

from directory.areas.index import AreaNode, area_index
from directory.cache import remembered
from directory.models import Area
from search.modelsearch.records import searchable

from ..cms.tree import private_paths, site_of

# What stands around every page is remembered under this name until settings or pages change (`portal.signals`).
MEMORY = "shell"


class PortalPage(Page):
    """A page with an introduction, and with the mark of the command that made it ("" for an editor)."""

    origin = models.CharField(max_length=40, blank=True, editable=False, db_index=True)
    intro = models.CharField(_("はじめの一文"), max_length=300, blank=True, help_text=_("一覧と検索の結果にも出ます"))

    search_fields = [*Page.search_fields, *searchable("intro", "slug")]
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        abstract = True

    def get_view_restrictions(self) -> models.QuerySet:
        """As Wagtail finds them; where no page is private, nothing is asked."""
        if not private_paths():
            return PageViewRestriction.objects.none()
        return super().get_view_restrictions()


@register_setting(icon="cog")
class PortalSettings(BaseSiteSetting):
    """What differs from city to city."""

    municipality = models.ForeignKey(
        Area,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("市町村"),
        limit_choices_to={"layer__is_municipality": True},
    )
    site_name = models.CharField(_("サイトの名前"), max_length=60, default=_("くらしの相談ナビ"))
    notice = models.CharField(
        _("全ページのお知らせ"), max_length=200, blank=True, help_text=_("すべてのページの一番上に出ます")
    )
    night_guidance = models.TextField(
        _("夜間・休日の案内"), blank=True, help_text=_("窓口が閉まっているあいだの連絡先など")
    )
    # Until then the site is being prepared, and only staff see it (`portal.starting.curtain`).
    opened_at = models.DateTimeField(_("公開した日時"), null=True, blank=True, editable=False)

    panels = [
        MultiFieldPanel([FieldPanel("municipality"), FieldPanel("site_name")], heading=_("この市のこと")),
        FieldPanel("notice"),
        FieldPanel("night_guidance"),
    ]

    class Meta:
        verbose_name = _("サイトの設定")
        verbose_name_plural = _("サイトの設定")


def home_municipality(request: HttpRequest) -> AreaNode | None:
    """The municipality whose site this is."""
    site = site_of(request)
    return _municipality(site.pk if site else None, lambda: site)


def default_municipality() -> AreaNode | None:
    """The municipality of the default site, for what runs without a request."""
    return _municipality("default", lambda: Site.objects.filter(is_default_site=True).first())


def _municipality(key: int | str | None, find: Callable[[], Site | None]) -> AreaNode | None:
    def read() -> int | None:
        site = find()
        return PortalSettings.for_site(site).municipality_id if site else None

    pk = remembered(MEMORY, ("municipality", key), read)
    return area_index().nodes.get(pk) if pk else None
