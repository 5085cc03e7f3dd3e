"""The site's place in the admin: how the city's own calls stand."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from directory.judging.calls import last_broken_calls
from directory.models import Call

from .views.calls import broken

VIEW = "directory.view_call"


class CallsMenuItem(MenuItem):
    """Shown to those who may see the calls."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return request.user.has_perm(VIEW)


class CallsPanel(Component):
    """On the admin's first page: how many calls do not hold."""

    name = "calls"
    order = 95

    def render_html(self, parent_context: Any = None) -> SafeString:
        """One line, or nothing where there are no calls."""
        count = Call.objects.count()
        if not count:
            return SafeString("")
        broken = last_broken_calls()
        context = {
            "count": count,
            "is_judged": broken is not None,
            "broken": len(broken or ()),
            "url": reverse("broken_calls"),
        }
        return render_to_string("portal/admin/calls_panel.html", context)


@hooks.register("construct_homepage_panels")
def calls_panel(request: HttpRequest, panels: list[Component]) -> None:
    """For those who may see the calls."""
    if request.user.has_perm(VIEW):
        panels.append(CallsPanel())


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    """See `views.calls`."""
    return [path("calls/broken/", broken, name="broken_calls")]


@hooks.register("register_reports_menu_item")
def register_calls() -> MenuItem:
    """See `views.calls`."""
    return CallsMenuItem(_("外れている呼びかけ"), reverse("broken_calls"), icon_name="warning", order=890)
