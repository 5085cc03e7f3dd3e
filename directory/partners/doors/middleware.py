"""What holds for every staff-only address, whatever view answers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ..audit import note
from ..choices import Act
from .access import Denied, needs_second_factor

STAFF_ONLY = ("/partners/", "/admin/")
# Of the admin: how one gets in and out.
DOORS = ("/admin/login/", "/admin/logout/", "/admin/password_reset/", "/admin/jsi18n/")

# Where the admin shows contact points: lists, forms, histories, choosers.
CONTACTS = "/partners/contactpoint/"
TITLE = re.compile(rb"<title>.*?</title>", re.DOTALL)


def _somebody(request: HttpRequest) -> AbstractBaseUser | None:
    return request.user if request.user.is_authenticated else None


class StaffOnly:
    """No store, no index; no admin without the second factor where one is wanted; a line for every refusal, and for contact
    points that are looked at in the admin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say that nobody keeps the answer."""
        if not request.path_info.startswith(STAFF_ONLY):
            return self.get_response(request)
        response = self._to_second_factor(request) or self.get_response(request)
        if CONTACTS in request.path_info and response.status_code == 200:
            if request.method == "GET":
                page = request.path_info[-120:]
                note(Act.VIEWED, user=_somebody(request), target=_("編集の画面の連絡先"), page=page)
            self._quiet_title(response)
        response["Cache-Control"] = "no-store, private"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Tell the trail of a refusal. Here, because the view's transaction is rolled back by now."""
        if isinstance(exception, Denied):
            note(Act.DENIED, user=_somebody(request), target=request.path_info, method=request.method)

    @staticmethod
    def _quiet_title(response: HttpResponse) -> None:
        """Wagtail puts the name of a record into the title, and titles stand in the history of a browser."""
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            title = f"<title>{_('連絡先')}</title>".encode()
            response.content = TITLE.sub(lambda _found: title, response.content, count=1)

    @staticmethod
    def _to_second_factor(request: HttpRequest) -> HttpResponse | None:
        path = request.path_info
        if not path.startswith("/admin/") or path.startswith(DOORS) or not request.user.is_authenticated:
            return None
        # Who may not come in is told so by the admin itself.
        if not request.user.has_perm("wagtailadmin.access_admin") or not needs_second_factor(request.user):
            return None
        return redirect(f"{reverse('partners:second_factor')}?{urlencode({'next': request.get_full_path()})}")
