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
        from search.documents import register_facets, register_source
        from search.questions.vocabulary import register_vocabulary
        from search.text.dictionary import register_words

        from . import signals  # noqa: F401
        from .exchange.importing import ways
        from .finding.documents import ResourceSource
        from .finding.facets import FACETS
        from .vocabulary.dictionary import words
        from .vocabulary.provider import provide

        register_facets(*(facet.name for facet in FACETS))
        register_source(ResourceSource())
        register_vocabulary(provide)
        register_words(words)
        ways.register()
