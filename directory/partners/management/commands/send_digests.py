"""The daily mail to people of partners."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse
from django.utils.translation import gettext as _

from ...digests import send_digests
from ..clock import add_clock_flag, refuse_wrong_clock


class Command(BaseCommand):
    """See `directory.partners.digests`."""

    help = "Tell people of partners by mail that something changed for them; run it once a day. A second run sends nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """See `management.clock`."""
        add_clock_flag(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Send, showing how far it is. CommandError where the clock may be wrong: it would tell that everything ended."""
        refuse_wrong_clock(options)

        def progress(done: int, total: int) -> None:
            self.stdout.write(f"  {done:,} / {total:,}", ending="\r")
            self.stdout.flush()

        link = urljoin(settings.WAGTAILADMIN_BASE_URL, reverse("partners:home"))
        sent = send_digests(link, progress=progress)
        self.stdout.write(
            _(
                "{members}人を調べ、{mails}通を送りました。送れなかったのは{failed}通です（次の回にもう一度送ります）"
            ).format(members=f"{sent.members:,}", mails=f"{sent.mails:,}", failed=f"{sent.failed:,}")
        )
