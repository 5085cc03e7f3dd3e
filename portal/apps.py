"""Django application of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Connects the signals and the search source."""

    name = "portal"
    verbose_name = _("ポータル")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to the page tree, give the index its pages, and the words their judge."""
        from directory.areas import register_home
        from directory.gate import register_judge
        from search.documents import register_source

        from . import checks, signals  # noqa: F401
        from .calls import broken_calls
        from .operations import spare
        from .search_source import PageSource
        from .shell import default_municipality

        register_source(PageSource())
        register_home(default_municipality)
        register_judge(broken_calls)
        spare.listen(self)
