"""What partner institutions see: its place in the admin, and the way from there to the partner pages."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.snippets.models import register_snippet

from .choices import ProposalState
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


class WaitingProposals(Component):
    """On the admin's first page: that partners wait for an answer."""

    name = "waiting_proposals"
    order = 90

    def render_html(self, parent_context: Any = None) -> SafeString:
        """A panel, or nothing where nobody waits."""
        count = Proposal.objects.filter(state=ProposalState.WAITING).count()
        context = {"count": count, "url": reverse("partners:office")}
        return render_to_string("partners/admin_panel.html", context) if count else SafeString("")


@hooks.register("construct_homepage_panels")
def waiting_proposals(request: Any, panels: list[Component]) -> None:
    """For those who may see contact points."""
    if is_office(request.user):
        panels.append(WaitingProposals())


@hooks.register("found_everywhere")
def found_in_one_search() -> type[ContactPoint]:
    """For the admin's one search box (`portal/editing/finding.py`), which shows it to those who may see contact points."""
    return ContactPoint
