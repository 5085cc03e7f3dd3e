"""Opening the site for everybody, and taking that back; who may, and that it stands in the log of the pages."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log
from wagtail.models import Site

from ..models import PortalSettings
from .pages import site_home

OPENED, CLOSED = "yorozu.opened", "yorozu.closed"


def may_open(user: Any) -> bool:
    """Who may publish the first page may open the site: the approvers, and the administrators."""
    home = site_home()
    return bool(home and home.permissions_for_user(user).can_publish())


def site_settings() -> PortalSettings | None:
    """The settings of the site, once it has a first page."""
    site = Site.objects.filter(root_page=site_home(), is_default_site=True).first() if site_home() else None
    return PortalSettings.for_site(site) if site else None


@transaction.atomic
def switch(user: Any, *, opens: bool) -> bool:
    """Open the site or close it again; whether that changed anything. Every process knows at its next request."""
    settings, home = site_settings(), site_home()
    if settings is None or home is None or bool(settings.opened_at) == opens:
        return False
    settings.opened_at = timezone.now() if opens else None
    settings.save()
    log(instance=home, action=OPENED if opens else CLOSED, user=user)
    return True


def action_names() -> dict[str, Promise]:
    """What the log calls the two."""
    return {OPENED: _("サイトを公開しました"), CLOSED: _("サイトを準備中にもどしました")}
