"""Making pages out of files: those that every site begins with (`fixtures/starting/pages.yaml`), and those of the demo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.html import escape
from wagtail.models import Page, Site

from directory.fixtures import FixtureError, read_yaml
from directory.models import Area, kind_tables

from ..models import (
    GuidanceIndexPage,
    HomePage,
    NewsIndexPage,
    PortalSettings,
    SituationIndexPage,
    StandardPage,
)

FILE = "starting/pages.yaml"
# Pages are known again by this mark and their key, whatever they are called by then.
ORIGIN = "start"
# What the demo brought, which is nobody's own.
DEMO = "demo"
KINDS: dict[str, Any] = {kind.value: table for kind, table in kind_tables().items()}
INDEXES: tuple[tuple[str, type[Page], str], ...] = (
    ("situation_index", SituationIndexPage, "こんなとき"),
    ("guidance_index", GuidanceIndexPage, "案内"),
    ("news_index", NewsIndexPage, "お知らせ"),
)


class PageWriter:
    """Writes pages of a file under one origin; `desks` are resources by the keys that its blocks name, `papers` finds a document."""

    def __init__(
        self,
        file: str,
        origin: str,
        desks: Mapping[str, Any] | None = None,
        papers: Callable[[str], Any] | None = None,
    ) -> None:
        self.file = file
        self.origin = origin
        self.desks = desks or {}
        self.papers = papers

    def add(self, parent: Page, model: Any, entry: Mapping[str, Any], **values: Any) -> Any:
        """Add a published page below another."""
        page = model(
            title=entry["title"],
            slug=values.pop("slug", None) or entry["slug"],
            intro=" ".join(str(entry.get("intro") or "").split()),
            origin=values.pop("origin", self.origin),
            locale_id=parent.locale_id,
            **values,
        )
        parent.add_child(instance=page)
        page.save_revision().publish()
        return model.objects.get(pk=page.pk)

    def body(self, entry: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """The blocks of an entry. Raises FixtureError."""
        return list(self._blocks(entry))

    def _blocks(self, entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for block in entry.get("body") or ():
            (name, value), *more = block.items()
            if more:
                raise FixtureError([f"{self.file}: {entry['key']}: one key a block: {list(block)}"])
            match name:
                case "heading":
                    yield name, value
                case "text":
                    yield name, as_html(value)
                case "steps":
                    yield name, [{"title": step["title"], "text": step.get("text", "")} for step in value]
                case "callout" | "warning":
                    yield name, {"title": value["title"], "text": as_html(value["text"])}
                case "question":
                    yield name, {"q": value["q"], "a": as_html(value["a"])}
                case kind if kind in KINDS:
                    yield name, {name: KINDS[kind].objects.get(pk=self.desks[value].pk)}
                case "table":
                    yield name, {"caption": value["caption"], "cells": value["cells"], "row_headings": True}
                case "document" if self.papers:
                    yield (
                        name,
                        {
                            "document": self.papers(value["paper"]),
                            "title": value["title"],
                            "instead": value.get("instead") or "",
                        },
                    )
                case "video":
                    yield name, {key: value[key] for key in ("title", "url", "captions", "minutes", "summary")}
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
                    raise FixtureError([f"{self.file}: {entry['key']}: unknown block {name}"])


def as_html(text: str) -> str:
    """Plain text with empty lines between its paragraphs."""
    parts = [part.strip() for part in str(text).split("\n\n") if part.strip()]
    return "".join(f"<p>{escape(part)}</p>" for part in parts)


def default_site() -> Site:
    """The site that stands for all hosts, made where there is none."""
    return Site.objects.filter(is_default_site=True).first() or Site(hostname="localhost", is_default_site=True)


def set_up_site(home: HomePage, municipality: Area, **values: Any) -> PortalSettings:
    """Point the site at its first page and tell it whose it is; `values` are columns of its settings."""
    site = default_site()
    site.root_page = home
    site.site_name = site.site_name or "よろず"
    site.save()
    settings = PortalSettings.for_site(site)
    settings.municipality = municipality
    for name, value in values.items():
        setattr(settings, name, value)
    settings.save()
    return settings


def site_home() -> HomePage | None:
    """The first page that the site shows, whoever made it."""
    return HomePage.objects.filter(sites_rooted_here__is_default_site=True).first()


def own_home() -> HomePage | None:
    """The first page of the city's own site: the one that the site shows, or the one that the beginning made."""
    shown = site_home()
    if shown is not None and shown.origin != DEMO:
        return shown
    return HomePage.objects.filter(origin=f"{ORIGIN}:home").first()


def missing_pages(home: HomePage | None) -> list[str]:
    """Keys of the pages that the beginning makes and that are not there: whatever their title and address are by now."""
    if home is None:
        return ["home", *(key for key, _model, _slug in INDEXES), *(entry["key"] for entry in _texts()["standard"])]
    # An index that the city made itself is as good.
    missing = [key for key, model, _slug in INDEXES if not model.objects.child_of(home).exists()]
    made = set(StandardPage.objects.descendant_of(home).values_list("origin", flat=True))
    return missing + [entry["key"] for entry in _texts()["standard"] if f"{ORIGIN}:{entry['key']}" not in made]


def make_pages(name: str, slug: str) -> tuple[HomePage, list[str]]:
    """Make what is missing of the pages. Returns the first page and the titles of those that were made."""
    texts, home = _texts(), own_home()
    missing, writer, made = set(missing_pages(home)), PageWriter(FILE, ORIGIN), []
    if home is None:
        home = writer.add(
            Page.get_first_root_node(),
            HomePage,
            texts["home"],
            slug=_free_slug(slug),
            lead=texts["home"]["lead"],
            origin=f"{ORIGIN}:home",
        )
        made.append(home.title)
        _drop_stock_page()
    for key, model, address in INDEXES:
        if key in missing:
            page = writer.add(home, model, texts[key], slug=address, show_in_menus=True, origin=f"{ORIGIN}:{key}")
            made.append(page.title)
    for entry in texts["standard"]:
        if entry["key"] in missing:
            told = _named(entry, name)
            page = writer.add(
                home,
                StandardPage,
                told,
                body=writer.body(told),
                show_in_menus=bool(entry.get("in_menu")),
                origin=f"{ORIGIN}:{entry['key']}",
            )
            made.append(page.title)
    return home, made


def _drop_stock_page() -> None:
    """「Welcome to your new Wagtail site!」, with which Wagtail begins, if nobody has touched it."""
    for page in Page.get_first_root_node().get_children().exact_type(Page).filter(latest_revision=None, numchild=0):
        Site.objects.filter(root_page=page).update(root_page=own_home() or Page.get_first_root_node())
        page.delete()


def _texts() -> Mapping[str, Any]:
    return read_yaml(FILE)


def _free_slug(slug: str) -> str:
    taken = set(Page.get_first_root_node().get_children().values_list("slug", flat=True))
    return next(name for name in (slug, *(f"{slug}-{number}" for number in range(2, 100))) if name not in taken)


def _named(value: Any, name: str) -> Any:
    """The same with the municipality's name in all texts."""
    if isinstance(value, str):
        return value.replace("{name}", name)
    if isinstance(value, Mapping):
        return {key: _named(item, name) for key, item in value.items()}
    return [_named(item, name) for item in value] if isinstance(value, list) else value
