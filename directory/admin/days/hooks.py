"""Where bad days stand in the admin: addresses, menu, first page, history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from ...days.measures import ACTIONS, action
from ...models import Banner, DaysNotice, MeasureState
from ..desk.waiting import Wait
from ..freshness.access import EDIT, LEAD
from . import making, views


def urls() -> list[Any]:
    """See the views."""
    return [
        path("days/", views.overview, name="days"),
        path("days/new/", making.new, name="days_new"),
        path("days/<int:pk>/", views.notice, name="days_notice"),
        path("days/band/new/", views.band_new, name="days_band_new"),
        path("days/band/<int:pk>/", views.band, name="days_band"),
        path("days/open/<int:pk>/", views.open_page, name="days_open"),
    ]


class DaysMenuItem(MenuItem):
    """Shown to those who keep the register."""

    def is_shown(self, request: HttpRequest) -> bool:
        """See MenuItem."""
        return request.user.has_perm(EDIT)


def menu_item() -> MenuItem:
    """The way to the list."""
    return DaysMenuItem(gettext_lazy("急なお休み・備え"), reverse("days"), icon_name="warning", order=153)


def waits(request: HttpRequest) -> Iterator[Wait]:
    """What waits for an approver, and what somebody should look at again."""
    if request.user.has_perm(LEAD):
        waiting = sum(table.objects.filter(state=MeasureState.WAITING).count() for table in (DaysNotice, Banner))
        yield Wait(waiting, _("出すのを待っている、お休み・お知らせ・帯"), f"{reverse('days')}?show=waiting")
    if request.user.has_perm(EDIT):
        yield Wait(
            views.to_ask(request.user).count(), _("まだ続くか確かめるお休み・お知らせ"), f"{reverse('days')}?show=ask"
        )


class DaysPanel(Component):
    """On the first page: the quick ways of a bad day, and what stands now."""

    name = "days"
    order = 25

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def render_html(self, parent_context: Any = None) -> SafeString:
        """Nothing for who may do nothing of it."""
        if not self.request.user.has_perm(EDIT):
            return SafeString("")
        now = timezone.now()
        context = {
            "notices": DaysNotice.objects.lasting(now).count(),
            "bands": list(Banner.objects.lasting(now).filter(since__lte=now)[:3]),
            "may_open": self.request.user.has_perm(LEAD),
        }
        return render_to_string("directory/admin/days/panel.html", context)


def register_actions(actions: Any) -> None:
    """What the log says of each step."""
    for step, (label, message) in ACTIONS.items():
        actions.register_action(action(step), label, message)
