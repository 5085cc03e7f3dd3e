"""Django application of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    """Connects the signals and the search source."""

    name = "directory"
    verbose_name = _("社会資源")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to publication and give the index its documents."""
        from search.documents import register_source

        from . import signals  # noqa: F401
        from .search_source import ResourceSource

        register_source(ResourceSource())
