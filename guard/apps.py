"""The app of the doors."""

from django.apps import AppConfig


class GuardConfig(AppConfig):
    """Limits, uploads, headers."""

    name = "guard"
    verbose_name = "守り"

    def ready(self) -> None:
        """Register the checks."""
        from . import checks  # noqa: F401
