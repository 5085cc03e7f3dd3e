"""Build the search index anew."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from search.engines import ENGINES, get_engine
from search.engines.base import EngineError
from search.indexing import rebuild


class Command(BaseCommand):
    """The old index answers until the new one is whole."""

    help = _("検索の索引を作り直します。作り終わるまでは、いまの索引がそのまま使われます。")

    def add_arguments(self, parser: CommandParser) -> None:
        """One engine, or the one of the setting."""
        parser.add_argument("--engine", choices=sorted(ENGINES), help=_("検索エンジン（省略時は設定のもの）"))

    def handle(self, *, engine: str | None, verbosity: int, **options: Any) -> None:
        """Report documents, seconds and speed."""

        def progress(count: int) -> None:
            if verbosity > 1:
                self.stdout.write(_("%(count)d 件まで終わりました。") % {"count": count})

        chosen = get_engine(engine)
        started = time.monotonic()
        try:
            count = rebuild(chosen, progress)
        except EngineError as error:
            raise CommandError(_("索引を作り直せませんでした：%(error)s") % {"error": error}) from error
        seconds = max(time.monotonic() - started, 0.001)
        self.stdout.write(
            _("%(engine)s：%(count)d 件を %(seconds).1f 秒で索引にしました（毎秒 %(rate)d 件）。")
            % {"engine": chosen.name, "count": count, "seconds": seconds, "rate": count / seconds}
        )
