"""Migrate and load the demo as an operator does, in the environment that is there; prints which modules that took.

A program of its own (see `tests.template`), and so without `tests.environment`.
"""

from __future__ import annotations

import gc
import json
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
# Python looks for garbage after so many new objects: a page of the admin makes as many, and migrating more. A fifth of the time; a
# command of the site keeps to Python's own numbers, for an import would take three times the memory.
SWEEPS = (50_000, 20, 100)
# The database as it was before the demo, beside its own.
EMPTY = "empty.sqlite3"
ROOMS = ("guard", "search", "directory", "portal", "tests")


def main() -> None:
    """Warnings are errors here as well."""
    gc.set_threshold(*SWEEPS)
    django.setup()
    warnings.simplefilter("error")
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from portal.demo import city

    call_command("migrate", verbosity=0)
    if _in_one_file(connection):
        database = Path(settings.DATABASES["default"]["NAME"])
        shutil.copy(database, database.with_name(EMPTY))
    city.load(seed=1, resources=0)
    _in_one_file(connection)
    files = [Path(module.__file__) for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
    names = [str(file.relative_to(ROOT)) for file in files if file.is_relative_to(ROOT)]
    sys.stdout.write(json.dumps([name for name in names if name.startswith(ROOMS)]))


def _in_one_file(connection: Any) -> bool:
    """Close the database; on SQLite so that its one file can be copied. Whether it has one."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    return bool(connection.vendor == "sqlite")


if __name__ == "__main__":
    main()
