"""What partner institutions see: its place in the admin, and the way from there to the partner pages."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_otp import user_has_device
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets.button import Button
from wagtail.snippets.models import register_snippet

from .choices import ProposalState
from .doors import staff
from .doors.access import is_office
from .models import ContactPoint, Proposal
from .viewsets import PartnersGroup

register_snippet(PartnersGroup)


class OfficeItem(MenuItem):
    """Shown to those who may go there."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the user is of the city and may see contact points."""
        return is_office(request.user)


@hooks.register("register_admin_menu_item")
def office_item() -> MenuItem:
    """To the city's side of the partner pages."""
    return OfficeItem(_("連携機関のページ"), reverse("partners:office"), icon_name="link-external", order=156)


@hooks.register("register_account_settings_panel")
def second_factor_panel(request: HttpRequest, user: Any, profile: Any) -> staff.SecondFactorPanel:
    """See `doors.staff`."""
    return staff.SecondFactorPanel(request, user, profile)


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    """See `doors.staff`."""
    return staff.admin_urls()


@hooks.register("register_user_listing_buttons")
def take_away_button(user: Any, request_user: Any) -> list[Button]:
    """For whose telephone is lost."""
    if not request_user.has_perm(staff.MAY_TAKE_AWAY) or not user_has_device(user):
        return []
    url = reverse("staff_factor_take_away", args=[user.pk])
    return [Button(_("二段階の確認を外す"), url, icon_name="lock-open", priority=40)]


class WaitingProposals(Component):
    """On the admin's first page: that partners wait for an answer."""

    name = "waiting_proposals"
    order = 90

    def render_html(self, parent_context: Any = None) -> SafeString:
        """A panel, or nothing where nobody waits."""
        count = Proposal.objects.filter(state=ProposalState.WAITING).count()
        context = {"count": count, "url": reverse("partners:office")}
        return render_to_string("partners/admin/panel.html", context) if count else SafeString("")


@hooks.register("construct_homepage_panels")
def waiting_proposals(request: Any, panels: list[Component]) -> None:
    """For those who may see contact points."""
    if is_office(request.user):
        panels.append(WaitingProposals())


@hooks.register("found_everywhere")
def found_in_one_search() -> type[ContactPoint]:
    """For the admin's one search box (`portal/editing/finding.py`), which shows it to those who may see contact points."""
    return ContactPoint
