"""Pages of the tree in few queries: found by their whole address, at once."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from wagtail.url_routing import RouteResult
from wagtail.views import serve as wagtail_serve

from .tickets import keep
from .tree import page_at, site_of, visible


@transaction.non_atomic_requests
def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Wagtail's own view, after the page was found by its whole address instead of level by level.

    Reading needs no transaction; on SQLite one would wait for editors that save.
    """
    site = site_of(request)
    if site is None:
        raise Http404
    components = [component for component in path.split("/") if component]
    page = page_at(site.root_page.url_path + "".join(f"{component}/" for component in components))
    if page is None or not page.path.startswith(site.root_page.path):
        raise Http404
    if visible([page]):
        keep(request)
    # Where Wagtail looks before it asks the tree.
    request.__dict__["_wagtail_route_for_request"] = RouteResult(page)
    return wagtail_serve(request, path)
