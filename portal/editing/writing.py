"""A new page at its place: editors say what they write, not where in the tree it goes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from ..models import GuidancePage, NewsPage, SituationPage

# By the name of its model, with the icon of its menu item.
WRITTEN = {"newspage": "date", "guidancepage": "doc-full", "situationpage": "comment"}
_MODELS: dict[str, type[Page]] = {"newspage": NewsPage, "guidancepage": GuidancePage, "situationpage": SituationPage}


def may_write(user: Any) -> bool:
    """Whether somebody adds pages anywhere."""
    return page_permission_policy.user_has_permission(user, "add")


def write(request: HttpRequest, model: str) -> HttpResponse:
    """To the form of a new page below the first index that takes one; where there is none, to the pages with a word on what to do."""
    if model not in _MODELS:
        raise Http404
    if not may_write(request.user):
        raise PermissionDenied
    page = _MODELS[model]
    indexes = Page.objects.type(*page.allowed_parent_page_models()).order_by("depth", "path")
    parent = (indexes.live().first() or indexes.first()) if page.allowed_parent_page_models() else None
    if (
        parent is None
        or not page.can_create_at(parent)
        or not parent.permissions_for_user(request.user).can_add_subpage()
    ):
        messages.warning(
            request,
            _("{page}を置く「一覧」のページが、まだありません。先に一覧のページを作ってください。").format(
                page=page._meta.verbose_name
            ),
        )
        return redirect("wagtailadmin_explore_root")
    return redirect("wagtailadmin_pages:add", page._meta.app_label, page._meta.model_name, parent.pk)
