"""Requests that are too long, too large or unreadable for any view, also behind another server than ours."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from . import policy
from .sizes import largest_body

Answering = Callable[[HttpRequest], HttpResponse]


class ReadableAddresses:
    """A NUL or an endless address: 400 in the site's own look (PostgreSQL would refuse a NUL with an error)."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what can be read."""
        path, query = request.path_info, request.META.get("QUERY_STRING", "")
        if len(path) > policy.LONGEST_PATH or len(query) > policy.LONGEST_QUERY or "\x00" in path:
            return render(request, "400.html", status=400)
        return self.get_response(request)


class Sizes:
    """A body larger than may be sent here: 413 before anything reads it. Files are taken only from who is logged in."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what is small enough."""
        if self._size(request) > self._largest(request):
            return render(request, "413.html", status=413)
        return self.get_response(request)

    @staticmethod
    def _size(request: HttpRequest) -> int:
        try:
            return int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return 0

    def _largest(self, request: HttpRequest) -> int:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        largest = largest_body(request.path_info, request.method or "", has_session=has_session)
        # Asked last: who somebody is costs the database a question.
        if largest > policy.LARGEST_BODY and self._size(request) > policy.LARGEST_BODY:
            return largest if request.user.is_authenticated else policy.LARGEST_BODY
        return largest
