"""The admin's search: Wagtail's own index tables, filled and asked with our terms instead of raw text.

SQLite's FTS5 and PostgreSQL take a run of Japanese as one word; here they receive words, sounds and letters that
`search.text.analysis` has told apart, in the tables that Wagtail's migrations made. Drafts and notes for staff are in
these tables only: the public index (`search.indexing`) knows nothing of them.

`WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.modelsearch"}}`
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from modelsearch.backends.base import BaseSearchBackend


def SearchBackend(params: dict[str, Any]) -> BaseSearchBackend:
    """The backend for the database in use."""
    # Imported here because both modules ask for models, and each for those of its own database.
    if connection.vendor == "sqlite":
        from .sqlite import SQLiteBackend

        return SQLiteBackend(params)
    if connection.vendor == "postgresql":
        from .postgres import PostgresBackend

        return PostgresBackend(params)
    raise ImproperlyConfigured(f"search.modelsearch knows SQLite and PostgreSQL, not {connection.vendor}")
