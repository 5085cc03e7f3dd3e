"""The worker of imports."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils.translation import gettext as _

from ...exchange.importing.runs import work_off

PAUSE = 2.0


class Command(BaseCommand):
    """See `directory.exchange.importing.runs`."""

    help = _("待っている取り込みを、ひとつずつ行います。途中で止まったものは、続きから行います。")

    def add_arguments(self, parser: CommandParser) -> None:
        """Once, or for ever."""
        parser.add_argument("--once", action="store_true", help=_("待っているものがなくなったら終わります"))

    def handle(self, *, once: bool, **options: Any) -> None:
        """Ends with its process; whatever it was doing is gone on with by the next."""
        while True:
            close_old_connections()
            count = work_off()
            if count:
                self.stdout.write(_("%s件の取り込みを行いました") % count)
            if once:
                return
            time.sleep(PAUSE)
