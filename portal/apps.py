"""Django application of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Connects the signals and the search source."""

    name = "portal"
    verbose_name = _("ポータル")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to the page tree, give the index its pages, and the drafts what their page shows."""
        from directory.areas.index import register_home
        from directory.models.resources import register_page
        from search.documents import register_source

        from . import signals  # noqa: F401
        from .documents import PageSource
        from .kept import changes, disk
        from .models.base import default_municipality
        from .models.checked import register_pages
        from .operations import checks, spare  # noqa: F401 (checks register themselves)
        from .views.resources import preview_context

        register_source(PageSource())
        register_home(default_municipality)
        register_page(preview_context)
        register_pages()
        changes.listen()
        disk.listen()
        spare.listen(self)
