"""Addresses that no page can be looked up by are answered before anything tries to."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# Far beyond any address that the site makes; what people paste into the box is cut by the views.
LONGEST_QUERY = 200_000
LONGEST_PATH = 2_000


class ReadableAddresses:
    """A NUL or an endless address: 400 in the site's own look (PostgreSQL would refuse a NUL with an error)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what can be read."""
        too_long = len(request.path_info) > LONGEST_PATH or len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY
        if too_long or "\x00" in request.path_info:
            return render(request, "400.html", status=400)
        return self.get_response(request)
