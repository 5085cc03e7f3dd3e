"""Django application of this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    """Connects the signals, and gives the search its documents and its words."""

    name = "directory"
    verbose_name = _("社会資源")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to publication and give the index its documents."""
        from search.dictionary import register_words
        from search.documents import register_source
        from search.vocabulary import register_vocabulary

        from . import signals  # noqa: F401
        from .search_source import ResourceSource
        from .vocabulary import provide
        from .words import words

        register_source(ResourceSource())
        register_vocabulary(provide)
        register_words(words)
