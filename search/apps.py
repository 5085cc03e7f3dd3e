"""Django application of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """See the package's docstring."""

    name = "search"
    verbose_name = _("検索")
    default_auto_field = "django.db.models.BigAutoField"
