"""What is kept no longer than it is needed."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from directory.partners.retention import clean_up


class Command(BaseCommand):
    """See `directory.partners.retention`."""

    help = "Take away what is older than the settings say: trail, versions of contact points, invitations, sessions."

    def handle(self, *args: Any, **options: Any) -> None:
        """Take away, and say how much."""
        for name, count in clean_up().items():
            self.stdout.write(_("{name}: {count}件を消しました").format(name=name, count=f"{count:,}"))
