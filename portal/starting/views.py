"""The page of the admin on which an approver opens the site, with what is still missing beside it, or closes it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from .missing import Missing, missing
from .opening import may_open, site_settings, switch

ACTIONS = {"open": True, "close": False}


def shown(found: Iterable[Missing], user: Any) -> list[dict[str, Any]]:
    """What is missing as templates show it: the way there only for those who may go it."""
    return [
        {
            "text": item.text,
            "url": item.url if not item.permission or user.has_perm(item.permission) else "",
            "is_needed": item.is_needed,
        }
        for item in found
    ]


def opening(request: HttpRequest) -> HttpResponse:
    """The state and the one button; a POST says `action=open` or `action=close`, and twice is as good as once."""
    if not may_open(request.user):
        raise PermissionDenied
    if request.method == "POST":
        opens = ACTIONS.get(request.POST.get("action", ""))
        if opens is None:
            messages.error(request, _("どちらにするか、分かりませんでした。もう一度、ボタンを押してください。"))
        elif not switch(request.user, opens=opens):
            messages.info(request, _("すでに、そうなっています。"))
        elif opens:
            messages.success(request, _("サイトを公開しました。いまから、だれでも見られます。"))
        else:
            messages.success(request, _("サイトを準備中にもどしました。いまから、職員だけが見られます。"))
        return redirect("opening")
    own = site_settings()
    items = shown(missing(), request.user)
    context = {
        "settings": own,
        "needed": [item for item in items if item["is_needed"]],
        "better": [item for item in items if not item["is_needed"]],
    }
    return render(request, "portal/admin/opening.html", context)
