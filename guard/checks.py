"""What `manage.py check --deploy` says about the doors."""

from __future__ import annotations
