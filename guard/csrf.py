"""What is shown when a form was sent without its token."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from .logins.held import hold, may_hold


def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The site's own page, which needs no database and does not repeat what was sent; an editor's form is held, though.

    The reason is for developers.
    """
    if may_hold(request):
        return hold(request)
    return HttpResponse(render_to_string("403_csrf.html"), status=403)
