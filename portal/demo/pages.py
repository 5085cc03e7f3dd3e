"""The pages of the demo city out of `fixtures/demo/situations.yaml` and `pages.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.html import escape
from wagtail.images import get_image_model
from wagtail.models import Page, Site

from directory.fixtures import FixtureError
from directory.models import Area, ConsultationDesk, Field, Need

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
from .pictures import picture

NOTICE = "ここは、架空のまち「よろず市」のデモサイトです。電話番号や住所も架空のもので、つながりません。"


class PageBuilder:
    """Builds the tree under one origin; `desks` are the loaded resources by their key in the files."""

    def __init__(self, origin: str, desks: Mapping[str, Any], municipality: Area) -> None:
        self.origin = origin
        self.desks = desks
        self.municipality = municipality
        self.fields = {field.code: field for field in Field.objects.all()}
        self.needs = {need.code: need for need in Need.objects.all()}

    def build(self, texts: Mapping[str, Any], situations: list[Mapping[str, Any]]) -> HomePage:
        """Make all pages and point the site at the new home page."""
        root = Page.get_first_root_node()
        home = self._add(root, HomePage, texts["home"], slug="yorozu", lead=texts["home"]["lead"])
        index = self._add(home, SituationIndexPage, texts["situation_index"], slug="こんなとき", show_in_menus=True)
        for entry in situations:
            self._situation(index, entry)
        index = self._add(home, GuidanceIndexPage, texts["guidance_index"], slug="案内", show_in_menus=True)
        for entry in texts["guidance"]:
            self._guidance(index, entry)
        index = self._add(home, NewsIndexPage, texts["news_index"], slug="お知らせ", show_in_menus=True)
        for entry in texts["news"]:
            day = entry["date"] if isinstance(entry["date"], date) else date.fromisoformat(str(entry["date"]))
            self._add(index, NewsPage, entry, date=day, body=[("text", _html(entry["text"]))])
        for entry in texts["standard"]:
            self._add(home, StandardPage, entry, show_in_menus=bool(entry.get("in_menu")), body=self._body(entry))
        self._point_site_at(home)
        return home

    def _add(self, parent: Page, model: Any, entry: Mapping[str, Any], **values: Any) -> Any:
        page = model(
            title=entry["title"],
            slug=values.pop("slug", None) or entry["slug"],
            intro=" ".join(str(entry.get("intro") or "").split()),
            origin=self.origin,
            locale_id=parent.locale_id,
            **values,
        )
        parent.add_child(instance=page)
        page.save_revision().publish()
        return model.objects.get(pk=page.pk)

    def _situation(self, parent: Page, entry: Mapping[str, Any]) -> None:
        self._add(
            parent,
            SituationPage,
            entry,
            need=self.needs[entry["need"]],
            voices=[("voice", {"who": voice["who"], "text": voice["text"].strip()}) for voice in entry["voices"]],
            signs=[("sign", sign) for sign in entry["signs"]],
            what_happens=entry["what_happens"].strip(),
            if_refused=(entry.get("if_refused") or "").strip(),
            questions=[("question", {"q": item["q"], "a": _html(item["a"])}) for item in entry["questions"]],
            danger=bool(entry.get("danger")),
            topics=[("topic", topic) for topic in entry.get("lines") or ()],
        )

    def _guidance(self, parent: Page, entry: Mapping[str, Any]) -> None:
        photo = entry.get("photo")
        page = self._add(
            parent,
            GuidancePage,
            entry,
            body=self._body(entry),
            photo=picture(photo["motif"], self.origin) if photo else None,
            photo_alt=photo["alt"] if photo else "",
        )
        page.fields = [self.fields[code] for code in entry.get("fields") or ()]
        page.save_revision().publish()

    def _body(self, entry: Mapping[str, Any]) -> list[tuple[str, Any]]:
        return list(self._blocks(entry))

    def _blocks(self, entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for block in entry.get("body") or ():
            (name, value), *more = block.items()
            if more:
                raise FixtureError([f"pages.yaml: {entry['key']}: one key a block: {list(block)}"])
            match name:
                case "heading":
                    yield name, value
                case "text":
                    yield name, _html(value)
                case "steps":
                    yield name, [{"title": step["title"], "text": step.get("text", "")} for step in value]
                case "callout" | "warning":
                    yield name, {"title": value["title"], "text": _html(value["text"])}
                case "question":
                    yield name, {"q": value["q"], "a": _html(value["a"])}
                case "desk":
                    yield name, {"desk": ConsultationDesk.objects.get(pk=self.desks[value].pk)}
                case "resources":
                    yield (
                        name,
                        {"title": value.get("title", ""), **{k: value.get(k) or "" for k in ("kind", "field", "area")}},
                    )
                case "lines":
                    yield name, {"topics": list(value or ())}
                case "bodies":
                    yield name, None
                case "programmes":
                    yield name, {"municipality": value}
                case _:
                    raise FixtureError([f"pages.yaml: {entry['key']}: unknown block {name}"])

    def _point_site_at(self, home: HomePage) -> None:
        site = Site.objects.filter(is_default_site=True).first() or Site(hostname="localhost", is_default_site=True)
        site.root_page = home
        site.site_name = "よろず"
        site.save()
        settings = PortalSettings.for_site(site)
        settings.municipality = self.municipality
        settings.notice = NOTICE
        settings.save()


def remove_pages(origin: str) -> int:
    """Delete the pages of the origin, deepest last; the site goes back to Wagtail's root. Returns how many."""
    removed = 0
    for home in HomePage.objects.filter(origin=origin):
        Site.objects.filter(root_page=home).update(root_page=Page.get_first_root_node())
        removed += 1 + home.get_descendant_count()
        home.delete()
    get_image_model().objects.filter(tags__name=origin).delete()
    return removed


def _html(text: str) -> str:
    parts = [part.strip() for part in str(text).split("\n\n") if part.strip()]
    return "".join(f"<p>{escape(part)}</p>" for part in parts)
