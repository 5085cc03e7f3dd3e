"""The tree of pages, as far as it is remembered: which site, what lies where, what is private.

It is known to be old as soon as any page, site or restriction is saved (`kept.changes`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail.models import Page, PageViewRestriction, Site

from directory.cache import remembered

# What is remembered of pages is forgotten under this name.
PAGES = "pages"

SomePage = TypeVar("SomePage", bound=Page)


def site_of(request: HttpRequest) -> Site | None:
    """As Wagtail finds it, which asks the database in every request; Wagtail itself finds it here afterwards."""
    known = request.__dict__
    if "_wagtail_site" not in known:
        # Hosts are few: those of ALLOWED_HOSTS.
        name = ("site", request.get_host(), request.get_port())
        known["_wagtail_site"] = remembered(PAGES, name, lambda: Site._find_for_request(request))
    return known["_wagtail_site"]


def page_at(url_path: str) -> Page | None:
    """The live page of an address in the tree. Which one that is, is remembered; the page itself is read anew."""
    known = remembered(PAGES, "addresses", _addresses).get(url_path)
    if known is None:
        return None
    pk, type_id = known
    model: Any = ContentType.objects.get_for_id(type_id).model_class() or Page
    return model._default_manager.filter(pk=pk, live=True).first()


def _addresses() -> dict[str, tuple[int, int]]:
    pages = Page.objects.filter(live=True).order_by("-path").values_list("url_path", "pk", "content_type_id")
    return {url_path: (pk, type_id) for url_path, pk, type_id in pages}


def private_paths() -> tuple[str, ...]:
    """Tree paths of pages that are private."""
    return remembered(PAGES, "private", lambda: tuple(PageViewRestriction.objects.values_list("page__path", flat=True)))


def visible(pages: QuerySet[SomePage] | Iterable[SomePage]) -> list[SomePage]:
    """The pages that anybody may see: neither private themselves nor below a private one."""
    private = private_paths()
    return [page for page in pages if not any(page.path.startswith(path) for path in private)]
