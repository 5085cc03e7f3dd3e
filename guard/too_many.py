"""What somebody gets who asks too often: one answer for pages, forms and machines."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


class TooMany(Exception):
    """More than a limit allows. Raised by views, answered by `rates.Rates` with 429."""

    def __init__(self, wait: int, why: str = "") -> None:
        super().__init__(wait)
        self.wait = wait
        self.why = why


def duration(seconds: int) -> str:
    """A time to wait in words, rounded up."""
    if seconds <= 90:
        return _("1分ほど") if seconds > 30 else _("30秒ほど")
    minutes = -(-seconds // 60)
    return _("{n}分ほど").format(n=minutes) if minutes <= 90 else _("{n}時間ほど").format(n=-(-minutes // 60))


def too_many(request: HttpRequest, wait: int, why: str = "") -> HttpResponse:
    """429, with the time to wait, and for people with what to do meanwhile. Needs no database."""
    if request.path_info.startswith("/api/"):
        response: HttpResponse = JsonResponse({"error": "too many requests", "retry_after": wait}, status=429)
    else:
        context = {"wait": duration(wait), "why": why}
        response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(wait)
    response["Cache-Control"] = "no-store"
    return response
