"""The site's place in the admin: what it still lacks and whether it is open, and how the city's own calls stand."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from directory.admin.desk.waiting import WAITS, Wait
from directory.admin.shown import ENTRY_DELETED
from directory.judging.calls import last_broken_calls

from .editing import finding, menus, showing, writing
from .starting.missing import missing
from .starting.opening import action_names, may_open, site_settings
from .starting.views import opening, shown
from .views.calls import broken

VIEW = "directory.view_call"


class CallsMenuItem(MenuItem):
    """Shown to those who may see the calls."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return request.user.has_perm(VIEW)


@hooks.register(WAITS)
def broken_calls_wait(request: HttpRequest) -> Iterator[Wait]:
    """For those who may see the calls: how many did not hold when they were last judged."""
    if request.user.has_perm(VIEW):
        yield Wait(len(last_broken_calls() or ()), str(_("外れている呼びかけ")), reverse("broken_calls"))


@hooks.register(WAITS)
def pages_with_gone_wait(request: HttpRequest) -> Iterator[Wait]:
    """See `editing.showing`."""
    return showing.gone_wait(request)


class BeginningPanel(Component):
    """On the admin's first page: whether the site is open, and what is missing; nothing once it is open and whole."""

    name = "beginning"
    order = 10

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def render_html(self, parent_context: Any = None) -> SafeString:
        """The list, or nothing."""
        own, found = site_settings(), missing()
        is_open = bool(own and own.opened_at)
        if is_open and not found:
            return SafeString("")
        context = {
            "is_open": is_open,
            "items": shown(found, self.request.user),
            "url": reverse("opening"),
            "may_open": may_open(self.request.user),
        }
        return render_to_string("portal/admin/beginning_panel.html", context)


@hooks.register("construct_homepage_panels")
def beginning_panel(request: HttpRequest, panels: list[Component]) -> None:
    """For everybody who works on the site."""
    panels.append(BeginningPanel(request))


class OpeningItem(MenuItem):
    """Shown to those who may open the site."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return may_open(request.user)


@hooks.register("register_settings_menu_item")
def register_opening() -> MenuItem:
    """See `starting.views`."""
    return OpeningItem(_("サイトの公開"), reverse("opening"), icon_name="globe", order=50)


@hooks.register("register_log_actions")
def register_actions(actions: Any) -> None:
    """What the log of the pages says of it."""
    for action, text in action_names().items():
        actions.register_action(action, text, text)
    actions.register_action(ENTRY_DELETED, _("出ている案内の削除"), _("このページに出ている案内が削除されました"))


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    """See `views.calls`, `starting.views` and `editing`."""
    return [
        path("calls/broken/", broken, name="broken_calls"),
        path("opening/", opening, name="opening"),
        path("find/", finding.everything, name="find_everything"),
        path("shown/", showing.gone, name="pages_with_gone"),
        path("write/<slug:model>/", writing.write, name="write_page"),
    ]


@hooks.register("construct_main_menu", order=1000)
def menu_by_task(request: HttpRequest, items: list[MenuItem]) -> None:
    """See `editing.menus`."""
    menus.by_task(request, items)


@hooks.register("register_admin_search_area")
def search_everything() -> finding.EverythingArea:
    """See `editing.finding`."""
    return finding.EverythingArea()


@hooks.register("insert_editor_js")
def paste_script() -> SafeString:
    """What comes from Word and Excel, for rich text."""
    return format_html('<script src="{}"></script>', static("portal/paste.js"))


@hooks.register("insert_global_admin_css")
def frame_style() -> SafeString:
    """Our name and colours on every page of the admin."""
    return format_html('<link rel="stylesheet" href="{}">', static("portal/admin.css"))


@hooks.register("construct_help_menu")
def only_japanese_help(request: HttpRequest, items: list[MenuItem]) -> None:
    """Without what leads to Wagtail's own site, which is English."""
    items[:] = [item for item in items if not item.url.startswith(("http://", "https://"))]


@hooks.register("register_reports_menu_item")
def register_calls() -> MenuItem:
    """See `views.calls`."""
    return CallsMenuItem(str(_("外れている呼びかけ")), reverse("broken_calls"), icon_name="warning", order=890)
