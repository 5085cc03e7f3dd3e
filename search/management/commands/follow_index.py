"""Bring the indexes of this host up to date, once or again and again."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ...engines.base import EngineError
from ...indexing import follow


class Command(BaseCommand):
    """What every web process does by itself (`search.following`), for hosts without one and for timers."""

    help = _("登録内容の変更に、このサーバーの索引を追いつかせます。")

    def add_arguments(self, parser: CommandParser) -> None:
        """Once, or watching."""
        parser.add_argument("--watch", type=float, metavar="SECONDS", help=_("この秒数ごとに、止めるまで続けます"))

    def handle(self, *, watch: float | None, **options: Any) -> None:
        """Say how many changes were applied; while watching, a failure is told and tried again.

        An index that cannot follow is built anew.
        """
        while True:
            try:
                applied = follow()
            except EngineError as error:
                if watch is None:
                    raise CommandError(_("追いつけませんでした：%s") % error) from error
                self.stderr.write(_("追いつけませんでした：%s") % error)
            else:
                if applied or watch is None:
                    self.stdout.write(_("変更%s件を索引に入れました。") % applied)
            if watch is None:
                return
            time.sleep(max(watch, 1.0))
