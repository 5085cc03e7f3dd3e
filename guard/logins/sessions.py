"""How long somebody stays logged in: until the browser closes, until they rest, and never longer than a working day."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ..policy import NO_CLICKS, STAFF_PAGES
from .marked import MarkedRequest

STARTED, SEEN = "session_started", "session_seen"
WHY = {
    "idle": _("しばらく操作がなかったので、ログアウトしました。"),
    "old": _("ログインから時間がたったので、ログアウトしました。"),
    "slow": _("確認コードを入れるまでに時間がたったので、はじめからお願いします。"),
    "elsewhere": _("ほかの場所でログインしたので、こちらはログアウトしました。"),
}


def age(request: HttpRequest) -> int:
    """Seconds since the password was given."""
    return int(time.time()) - int(request.session.get(STARTED, 0))


def end_of(request: HttpRequest) -> str:
    """Why the session is at its end: "idle", "old", or nothing."""
    now = int(time.time())
    if age(request) > settings.PARTNER_SESSION_MINUTES * 60:
        return "old"
    if now - int(request.session.get(SEEN, 0)) > settings.PARTNER_IDLE_MINUTES * 60:
        return "idle"
    return ""


@receiver(user_logged_in)
def begin(sender: type, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Every log-in, at whatever door. The session also ends with the browser: the next person may sit at the same machine."""
    if hasattr(request, "session"):
        request.session[STARTED] = request.session[SEEN] = int(time.time())
        request.session.set_expiry(0)


class Sessions:
    """Ends sessions that are over; `request.session_ended` says why, for the page that asks to log in again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: MarkedRequest) -> HttpResponse:
        """Look at the session where somebody works."""
        request.session_ended = ""
        working = settings.SESSION_COOKIE_NAME in request.COOKIES and request.path_info.startswith(STAFF_PAGES)
        if working and request.user.is_authenticated:
            if why := end_of(request):
                logout(request)
                request.session_ended = why
                if request.path_info.startswith("/admin/"):
                    messages.warning(request, WHY[why])
            # Written at most once a minute: each write of a session is a write of the database. What the admin asks for on its
            # own while nobody is there is no click.
            elif time.time() - request.session[SEEN] > 60 and not request.path_info.startswith(NO_CLICKS):
                request.session[SEEN] = int(time.time())
        return self.get_response(request)
