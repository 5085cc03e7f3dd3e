"""Judge the city's own calls, for cron."""

import json as json_format
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from directory.judging.calls import judge_anew
from directory.models import Call


class Command(BaseCommand):
    """See `directory.judging.calls`."""

    help = _("確かめる呼びかけをすべて試し、出てほしいものが出ないものを並べます（あれば終了コード1）。")

    def add_arguments(self, parser: CommandParser) -> None:
        """The form of the answer."""
        parser.add_argument("--json", action="store_true", help=_("JSONで書き出します"))

    def handle(self, *, json: bool, **options: Any) -> None:
        """Write what is broken; exit with 1 when something is."""
        calls, broken = Call.objects.count(), judge_anew()
        if json:
            problems = [{"text": call.text, "expected": call.expected, "came": call.came} for call in broken]
            figures = {"calls": calls, "broken": len(broken), "problems": problems}
            self.stdout.write(json_format.dumps(figures, ensure_ascii=False, indent=1))
        else:
            for call in broken:
                self.stdout.write(_("× %s｜出てほしい：%s｜出た：%s") % (call.text, call.expected, call.came))
            self.stdout.write(
                _("呼びかけ%(calls)s件のうち、%(broken)s件が外れています。") % {"calls": calls, "broken": len(broken)}
            )
        if broken:
            sys.exit(1)
