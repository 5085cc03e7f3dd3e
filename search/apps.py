"""Django application of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """See the package's docstring."""

    name = "search"
    verbose_name = _("検索")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, keep the admin's index at what is published, and tell the engines who follows the log."""
        from . import checks  # noqa: F401
        from .engines import register_follower
        from .indexing import follow_later
        from .modelsearch import signals  # noqa: F401

        register_follower(follow_later)
