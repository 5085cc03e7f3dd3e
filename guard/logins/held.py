"""A form of the admin that arrives after its sender was logged out, or with the token of an earlier log-in, is not lost.

A script tells whoever writes that they are logged out (`guard/session.js`); this is for what arrives all the same. It is shown
back as it came, kept nowhere but in that page, so that whoever wrote it logs in beside it and sends it again. Only
a form that the browser itself says came from this very site is shown back: another site's would be sent with one more click.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render

from .marked import MarkedRequest

# Where editors write. Log-ins, passwords and people are sent again by hand.
WRITING = ("/admin/snippets/", "/admin/pages/")
_OWN = {"csrfmiddlewaretoken"}


def may_hold(request: HttpRequest) -> bool:
    """Whether a request is a form that somebody wrote on this site, and that a page may show back."""
    if request.method != "POST" or not request.path_info.startswith(WRITING):
        return False
    if request.FILES or "application/json" in request.headers.get("Accept", ""):
        return False
    came_from = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    return (came_from.scheme, came_from.netloc) == (request.scheme, request.get_host())


def hold(request: HttpRequest) -> HttpResponse:
    """The page that holds the form. 403: nothing was done."""
    sent = [(name, value) for name, values in request.POST.lists() if name not in _OWN for value in values]
    context = {
        "sent": sent,
        "token": get_token(request),
        "address": request.get_full_path(),
        "is_logged_in": request.user.is_authenticated,
    }
    answer = render(request, "wagtailadmin/held.html", context, status=403)
    answer["Cache-Control"] = "no-store"
    return answer


class Held:
    """Looks at forms of the admin whose sender is logged out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: MarkedRequest) -> HttpResponse:
        """Hold what would be thrown away."""
        if (
            request.method == "POST"
            and request.path_info.startswith(WRITING)
            and not request.user.is_authenticated
            and may_hold(request)
        ):
            return hold(request)
        return self.get_response(request)
