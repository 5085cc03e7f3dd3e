"""Django application of the partner institutions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    """See the package's docstring."""

    name = "directory.partners"
    label = "partners"
    verbose_name = _("連携機関（職員限り）")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to publication and to log-ins, and let files of the register have contact points."""
        from . import signals  # noqa: F401
        from .exchange.tables import register_contacts

        register_contacts()
