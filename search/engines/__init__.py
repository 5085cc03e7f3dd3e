"""Engines by name; the setting SEARCH_ENGINE chooses."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from .base import Engine

ENGINES = {"tantivy": "search.engines.tantivy.TantivyEngine"}


@cache
def get_engine(name: str | None = None) -> Engine:
    """The engine of a name, or the one of the settings; one for each process. Raises KeyError for an unknown name."""
    return import_string(ENGINES[name or settings.SEARCH_ENGINE])()
