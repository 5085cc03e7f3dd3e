"""The app of the doors."""

from django.apps import AppConfig


class GuardConfig(AppConfig):
    """Limits, uploads, headers."""

    name = "guard"
    verbose_name = "守り"

    def ready(self) -> None:
        """Register what follows a log-in."""
        from . import sessions  # noqa: F401
