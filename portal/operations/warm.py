"""What the first search would wait for, read before anybody asks (`gunicorn.conf.py`)."""

from __future__ import annotations

import logging
from typing import Any

from django.db import connections
from django.http import QueryDict
from django.template import engines

from directory.finding.answers import answer
from directory.finding.query import Asked, all_options
from search.ear import current_ear
from search.text.analysis import analyse

from ..models.base import default_municipality
from .catalogues import put_together

log = logging.getLogger(__name__)
QUESTION = "相談"


def read_files() -> None:
    """Dictionary, ear, translations and templates, before workers are forked: they share what was read. Asks no database."""
    put_together()
    analyse(QUESTION)
    current_ear()
    backend: Any = engines["jinja2"]
    pages = backend.env
    for name in pages.list_templates():
        pages.get_template(name)


def ask_once() -> None:
    """A whole search, in a worker that takes no visitors yet: words, areas, lines, index. What fails is left to the visitors'
    own requests, which know how to answer."""
    try:
        answer(Asked.read(QueryDict(), all_options()), default_municipality())
        answer(Asked.read(QueryDict(f"q={QUESTION}"), all_options()), default_municipality())
    except Exception as error:  # a worker that cannot search yet still answers with numbers to dial
        log.warning("The first search could not be tried: %s", type(error).__name__)
    finally:
        # Requests are answered by other threads, with connections of their own.
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()
