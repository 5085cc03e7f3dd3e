"""The app of the doors."""

from django.apps import AppConfig


class GuardConfig(AppConfig):
    """Limits, uploads, headers."""

    name = "guard"
    verbose_name = "守り"

    def ready(self) -> None:
        """Register the checks; damaged pictures make no page fail."""
        from . import checks, damage  # noqa: F401

        damage.live_with_it()
