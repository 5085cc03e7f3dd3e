"""Migrate and load the demo as an operator does, in the environment that is there; prints which modules that took.

A program of its own (see `tests.template`), and so without `tests.environment`.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("guard", "search", "directory", "portal", "tests")


def main() -> None:
    """Warnings are errors here as well."""
    django.setup()
    warnings.simplefilter("error")
    from django.core.management import call_command
    from django.db import connection

    from portal.demo import city

    call_command("migrate", verbosity=0)
    city.load(seed=1, resources=0)
    if connection.vendor == "sqlite":
        # One file that can be copied.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    files = [Path(module.__file__) for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
    names = [str(file.relative_to(ROOT)) for file in files if file.is_relative_to(ROOT)]
    sys.stdout.write(json.dumps([name for name in names if name.startswith(ROOMS)]))


if __name__ == "__main__":
    main()
