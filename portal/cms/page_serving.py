"""Pages of the tree in few queries: one look-up by address, one look at what is private."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve as wagtail_serve

from .tickets import keep

SomePage = TypeVar("SomePage", bound=Page)


@transaction.non_atomic_requests
def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Wagtail's own view, after the page was found by its whole address instead of level by level.

    Reading needs no transaction; on SQLite one would wait for editors that save.
    """
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    components = [component for component in path.split("/") if component]
    url_path = site.root_page.url_path + "".join(f"{component}/" for component in components)
    page = Page.objects.filter(url_path=url_path, live=True).specific().first()
    if page is None or not page.path.startswith(site.root_page.path):
        raise Http404
    if visible([page], request):
        keep(request)
    request._wagtail_route_for_request = RouteResult(page)
    return wagtail_serve(request, path)


def private_paths(request: HttpRequest | None) -> tuple[str, ...]:
    """Tree paths of pages that are private, asked for once a request."""
    known: tuple[str, ...] | None = getattr(request, "_private_paths", None)
    if known is None:
        known = tuple(PageViewRestriction.objects.values_list("page__path", flat=True))
        if request is not None:
            request._private_paths = known
    return known


def visible(pages: QuerySet[SomePage] | Iterable[SomePage], request: HttpRequest | None) -> list[SomePage]:
    """The pages that anybody may see: neither private themselves nor below a private one."""
    private = private_paths(request)
    return [page for page in pages if not any(page.path.startswith(path) for path in private)]
