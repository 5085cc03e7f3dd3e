#!/usr/bin/env python
"""Django's command line."""

import gc
import os
import sys

# A command makes many records and ends: Python looks for garbage after so many new objects, and not after 700 (a fifth of the
# time that it takes to migrate and to load a register).
SWEEPS = (50_000, 20, 100)


def main() -> None:
    """Run a management command with the project's settings."""
    gc.set_threshold(*SWEEPS)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
