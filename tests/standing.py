"""What takes seconds to set up, set up once for the tests of a module or a package: each begins with it, and leaves it as it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from search import engines
from tests import warmth

FOLDERS = ("SEARCH_INDEX_DIR", "SEARCH_DICTIONARY_DIR")


@contextmanager
def standing(blocker: Any, folder: Path) -> Iterator[None]:
    """Changes of the database and of the index (a copy in `folder`) that last until the end, around transactions of tests.

    Whoever asks for it must let no test run inside that does not know of it: a fixture of a package or a module whose tests
    all ask for the same. `blocker`: pytest-django's `django_db_blocker`.
    """
    before = {name: getattr(settings, name) for name in FOLDERS}
    with blocker.unblock(), transaction.atomic():
        try:
            for name in FOLDERS:
                setattr(settings, name, Path(shutil.copytree(before[name], folder / name.lower())))
            engines.forget_engines()
            yield
        finally:
            transaction.set_rollback(True)
            for name, value in before.items():
                setattr(settings, name, value)
            engines.forget_engines()
            cache.clear()
            warmth.remember_the_demo()
