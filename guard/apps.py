"""The app of the doors."""

from django.apps import AppConfig


class GuardConfig(AppConfig):
    """Limits, uploads, headers."""

    name = "guard"
    verbose_name = "守り"

    def ready(self) -> None:
        """Register what follows a log-in; damaged pictures make no page fail."""
        from .logins import sessions  # noqa: F401
        from .uploads import damage

        damage.live_with_it()
