"""One's own account in the admin, without a portrait: nobody needs one here, and a picture less can be uploaded."""

from __future__ import annotations

from wagtail.admin.views import account


class AccountView(account.AccountView):
    """Wagtail's own, one panel shorter; what is sent for that panel is not looked at."""

    def get_panels(self) -> list[account.BaseSettingsPanel]:
        """See Wagtail's."""
        return [panel for panel in super().get_panels() if not isinstance(panel, account.AvatarSettingsPanel)]
