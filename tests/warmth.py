"""What a process remembers of the demo once it has answered: every test begins with just that, whichever ran before it."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache import cache
from django.test import Client

from directory import cache as remembered
from search.questions import vocabulary
from tests.moments import in_office_hours

# Between them they ask for all that stands on pages, and for all that questions are understood with.
ASKED = ("/", "/find/", "/browse/", "/search/?q=相談", "/search/?q=死にたい", "/partners/login/")
_demo: dict[tuple[str, object], Any] = {}
_words = vocabulary.EMPTY


def warm_up() -> None:
    """Answer visitors of the demo as it was loaded, by day as the tests do."""
    global _words
    cache.clear()
    remembered.forget_all()
    with in_office_hours():
        for address in ASKED:
            # A page that fails is for its own test to tell.
            Client(raise_request_exception=False).get(address)
    _demo.update(remembered._values)
    _words = vocabulary._current
    remember_the_demo()


def remember_the_demo() -> None:
    """Know that, and nothing else: values of the generation that the demo has again after each test."""
    remembered.forget_all()
    until = time.monotonic() + remembered.SECONDS
    remembered._values.update({name: (generation, until, value) for name, (generation, _until, value) in _demo.items()})
    # Versions that a rolled-back test made come again with other words.
    vocabulary._current = _words
