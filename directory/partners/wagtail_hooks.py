"""What partner institutions see: its place in the admin, and the way from there to the partner pages."""

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from .access import is_office
from .viewsets import PartnersGroup

register_snippet(PartnersGroup)


class OfficeItem(MenuItem):
    """Shown to those who may go there."""

    def is_shown(self, request: object) -> bool:
        """Whether the user is of the city and may see contact points."""
        return is_office(request.user)


@hooks.register("register_admin_menu_item")
def office_item() -> MenuItem:
    """To the city's side of the partner pages."""
    return OfficeItem(_("連携機関のページ"), reverse("partners:office"), icon_name="link-external", order=156)
