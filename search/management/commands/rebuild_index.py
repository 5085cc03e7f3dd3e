"""Build the search index anew."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ...engines import ENGINES, engine_named, engines_in_use
from ...engines.base import Engine, EngineError
from ...indexing import catch_up, rebuild, renewed


class Command(BaseCommand):
    """The old index answers until the new one is whole."""

    help = _("検索の索引を作り直します。作り終わるまでは、いまの索引がそのまま使われます。")

    def add_arguments(self, parser: CommandParser) -> None:
        """One engine, or all that this host keeps; forwards or back."""
        parser.add_argument(
            "--engine", choices=sorted(ENGINES), help=_("検索エンジン（省略時は、設定で使うものすべて）")
        )
        parser.add_argument(
            "--rollback", action="store_true", help=_("作り直さずに、ひとつ前の索引に戻します（Elasticsearch）")
        )

    def handle(self, *, engine: str | None, rollback: bool, verbosity: int, **options: Any) -> None:
        """Report documents, seconds and speed, for each engine; one that is away keeps no other waiting."""
        chosen = (engine_named(engine),) if engine else engines_in_use()
        if rollback:
            self._roll_back(chosen[0])
            return
        failed = [each.name for each in chosen if not self._is_rebuilt(each, verbosity)]
        if failed:
            raise CommandError(
                _("索引を作り直せなかったものがあります：%s。前の索引があれば、それが使われます。") % "、".join(failed)
            )

    def _is_rebuilt(self, engine: Engine, verbosity: int) -> bool:
        def progress(count: int) -> None:
            if verbosity > 1:
                self.stdout.write(_("%(count)d 件まで終わりました。") % {"count": count})

        started = time.monotonic()
        try:
            count = rebuild(engine, progress)
        except EngineError as error:
            self.stderr.write(
                _("索引を作り直せませんでした（%(engine)s）：%(error)s") % {"engine": engine.name, "error": error}
            )
            return False
        seconds = max(time.monotonic() - started, 0.001)
        self.stdout.write(
            _("%(engine)s：%(count)d 件を %(seconds).1f 秒で索引にしました（毎秒 %(rate)d 件）。")
            % {"engine": engine.name, "count": count, "seconds": seconds, "rate": count / seconds}
        )
        return True

    def _roll_back(self, engine: Engine) -> None:
        """The earlier index answers again, and catches up with what changed since it was left."""
        if not hasattr(engine, "rollback"):
            raise CommandError(_("%s には、戻せる索引がありません。") % engine.name)
        try:
            index = engine.rollback()
            renewed.send(type(engine), engine=engine)
            catch_up(engine)
        except EngineError as error:
            raise CommandError(_("戻せませんでした：%s") % error) from error
        self.stdout.write(_("前の索引 %s に戻しました。") % index)
