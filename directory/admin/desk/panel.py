"""The desk as Wagtail's first page shows it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from wagtail.admin.ui.components import Component

from .own import drafts, endings
from .planned import overdue
from .since import news
from .waiting import waits


class DeskPanel(Component):
    """Before all that Wagtail lists, behind what a new site still lacks."""

    name = "desk"
    order = 20

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def render_html(self, parent_context: Any = None) -> SafeString:
        """See Component."""
        user = self.request.user
        context = {
            "waits": waits(self.request),
            "drafts": drafts(user),
            "endings": endings(user),
            "overdue": overdue(user),
            "news": news(self.request),
        }
        return render_to_string("directory/admin/desk.html", context)
