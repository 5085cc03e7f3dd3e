"""Django application of the contact points."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    """See the package's docstring."""

    name = "directory.partners"
    label = "partners"
    verbose_name = _("連絡先（職員限り）")
    default_auto_field = "django.db.models.BigAutoField"
