"""What is kept no longer than it is needed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from ...retention import clean_up
from ..clock import add_clock_flag, refuse_wrong_clock


class Command(BaseCommand):
    """See `directory.partners.retention`."""

    help = "Take away what is older than the settings say: trail, versions of contact points, invitations, sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        """See `management.clock`."""
        add_clock_flag(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Take away, and say how much. CommandError where the clock may be wrong."""
        refuse_wrong_clock(options)
        for name, count in clean_up().items():
            self.stdout.write(_("{name}: {count}件を消しました").format(name=name, count=f"{count:,}"))
