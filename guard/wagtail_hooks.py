"""In the admin: that somebody is still there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin.views.bulk_action import BulkAction

from .logins.people import refuse_bulk


@require_POST
def still_here(request: HttpRequest) -> HttpResponse:
    """Nothing but that the session lives; asked for once a minute while somebody types (`sessions.Sessions`)."""
    return HttpResponse(status=204)


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    """See `still_here`."""
    return [path("still-here/", still_here, name="still_here")]


@hooks.register("insert_global_admin_js")
def session_script() -> SafeString:
    """On every page of the admin."""
    return format_html(
        '<script src="{}" data-address="{}" data-ended="{}"></script>',
        static("guard/session.js"),
        reverse("still_here"),
        _(
            "ログアウトしています。この画面は閉じないでください。"
            "別のタブでログインしてから、この画面で保存すれば、書いたものは残ります。"
        ),
    )


@hooks.register("before_bulk_action")
def keep_to_own(request: HttpRequest, action: str, objects: Sequence[Model], view: BulkAction) -> HttpResponse | None:
    """Nobody gives many people at once what they do not have."""
    return refuse_bulk(request, action, objects, view.model)
