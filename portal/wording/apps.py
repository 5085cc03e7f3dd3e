"""Django application of this room; it stands last, behind all that it renames."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class WordingConfig(AppConfig):
    """Gives Japanese to what no catalogue reaches."""

    name = "portal.wording"
    label = "wording"
    verbose_name = _("画面の言葉")

    def ready(self) -> None:
        """Name the fields and columns, and after every migration the permissions."""
        from . import labels, names, permissions

        labels.put()
        names.put()
        post_migrate.connect(permissions.translate, sender=self, dispatch_uid="portal.wording")
