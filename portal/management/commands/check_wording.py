"""What an upgraded Wagtail says in English, for developers."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from portal.wording.installed import DOMAINS, compile_own, missing, own_file


class Command(BaseCommand):
    """See `portal.wording.installed`."""

    help = _("入っている部品の言葉のうち、日本語のないものを並べます（あれば終了コード1）。")

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do before."""
        parser.add_argument("--compile", action="store_true", help=_("先に、書いた訳（.po）から .mo を作ります"))

    def handle(self, *, compile: bool, **options: Any) -> None:
        """Write what is missing, as it would stand in our catalogue; exit with 1 when something is."""
        if compile:
            compile_own()
        count = 0
        for domain in DOMAINS:
            entries = missing(domain)
            count += len(entries)
            if entries:
                self.stdout.write(f"# {own_file(domain)}")
            for entry in entries:
                self.stdout.write(entry.as_po())
        self.stdout.write(_("日本語のないもの：%(count)s件") % {"count": count})
        if count:
            sys.exit(1)
