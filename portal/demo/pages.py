"""The pages of the demo city out of `fixtures/demo/situations.yaml` and `pages.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from django.utils import timezone
from taggit.models import Tag
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, PageLogEntry, Site

from directory.models import Area, Field, Need

from ..models import (
    GuidanceIndexPage,
    GuidancePage,
    HomePage,
    NewsIndexPage,
    NewsPage,
    PortalSettings,
    SituationIndexPage,
    SituationPage,
    StandardPage,
)
from ..starting.pages import PageWriter, as_html, own_home, set_up_site
from .papers import paper
from .pictures import picture

NOTICE = "ここは、架空のまち「よろず市」のデモサイトです。電話番号や住所も架空のもので、つながりません。"


class PageBuilder:
    """Builds the tree under one origin; `desks` are the loaded resources by their key in the files."""

    def __init__(self, origin: str, desks: Mapping[str, Any], municipality: Area) -> None:
        self.origin = origin
        self.writer = PageWriter("pages.yaml", origin, desks, partial(paper, origin=origin))
        self.municipality = municipality
        self.fields = {field.code: field for field in Field.objects.all()}
        self.needs = {need.code: need for need in Need.objects.all()}

    def build(self, texts: Mapping[str, Any], situations: list[Mapping[str, Any]]) -> HomePage:
        """Make all pages, and point the site at the new home page where no city has begun its own."""
        root = Page.get_first_root_node()
        home = self.writer.add(root, HomePage, texts["home"], slug="yorozu", lead=texts["home"]["lead"])
        index = self.writer.add(
            home, SituationIndexPage, texts["situation_index"], slug="こんなとき", show_in_menus=True
        )
        for entry in situations:
            self._situation(index, entry)
        index = self.writer.add(home, GuidanceIndexPage, texts["guidance_index"], slug="案内", show_in_menus=True)
        for entry in texts["guidance"]:
            self._guidance(index, entry)
        index = self.writer.add(home, NewsIndexPage, texts["news_index"], slug="お知らせ", show_in_menus=True)
        for entry in texts["news"]:
            day = entry["date"] if isinstance(entry["date"], date) else date.fromisoformat(str(entry["date"]))
            self.writer.add(index, NewsPage, entry, date=day, body=[("text", as_html(entry["text"]))])
        for entry in texts["standard"]:
            self.writer.add(
                home, StandardPage, entry, show_in_menus=bool(entry.get("in_menu")), body=self.writer.body(entry)
            )
        # Beside a city's own site the demo is there to be looked at in the admin.
        if own_home() is None:
            set_up_site(home, self.municipality, notice=NOTICE, opened_at=timezone.now())
        return home

    def _situation(self, parent: Page, entry: Mapping[str, Any]) -> None:
        self.writer.add(
            parent,
            SituationPage,
            entry,
            need=self.needs[entry["need"]],
            voices=[("voice", {"who": voice["who"], "text": voice["text"].strip()}) for voice in entry["voices"]],
            signs=[("sign", sign) for sign in entry["signs"]],
            what_happens=entry["what_happens"].strip(),
            if_refused=(entry.get("if_refused") or "").strip(),
            questions=[("question", {"q": item["q"], "a": as_html(item["a"])}) for item in entry["questions"]],
            danger=bool(entry.get("danger")),
            topics=[("topic", topic) for topic in entry.get("lines") or ()],
        )

    def _guidance(self, parent: Page, entry: Mapping[str, Any]) -> None:
        photo = entry.get("photo")
        page = self.writer.add(
            parent,
            GuidancePage,
            entry,
            body=self.writer.body(entry),
            photo=picture(photo["motif"], self.origin) if photo else None,
            photo_alt=photo["alt"] if photo else "",
        )
        page.fields = [self.fields[code] for code in entry.get("fields") or ()]
        page.save_revision().publish()


def remove_pages(origin: str) -> int:
    """Delete the pages of the origin, deepest last, and what was logged of them; a site that showed them is as it was before.

    Returns how many.
    """
    removed = 0
    for home in HomePage.objects.filter(origin=origin):
        for site in Site.objects.filter(root_page=home):
            _give_back(site)
        pages = list(home.get_descendants(inclusive=True).values_list("pk", flat=True))
        removed += len(pages)
        home.delete()
        PageLogEntry.objects.filter(page_id__in=pages).delete()
    get_image_model().objects.filter(tags__name=origin).delete()
    get_document_model().objects.filter(tags__name=origin).delete()
    Tag.objects.filter(name=origin).delete()
    PortalSettings.objects.filter(notice=NOTICE).update(notice="")
    return removed


def _give_back(site: Site) -> None:
    """The city's own first page where there is one, else the page that Wagtail itself begins with."""
    root = Page.get_first_root_node()
    stock = root.get_children().not_type(HomePage).first()
    site.root_page, site.site_name = own_home() or stock or root, ""
    site.save()
    for settings in PortalSettings.objects.filter(site=site):
        settings.municipality, settings.opened_at, settings.notice, settings.night_guidance = None, None, "", ""
        settings.site_name = PortalSettings._meta.get_field("site_name").get_default()
        settings.save()
