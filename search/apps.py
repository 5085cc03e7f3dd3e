"""Django application of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """See the package's docstring."""

    name = "search"
    verbose_name = _("検索")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and keep the admin's index at what is published."""
        from search.modelsearch import signals  # noqa: F401

        from . import checks  # noqa: F401
