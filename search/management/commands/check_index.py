"""Compare the search index with the records, and repair it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ...engines import engines_in_use
from ...engines.base import Engine, EngineError, EngineUnavailable
from ...indexing import CheckReport, check, rebuild
from ...indexing import repair as repair_index

SHOWN_KEYS = 20


class Command(BaseCommand):
    """Exit code 1 when differences are left, so that a timer can raise the alarm."""

    help = _("検索の索引と登録内容を突き合わせます。違いが残ると終了コードは 1 になります。")

    def add_arguments(self, parser: CommandParser) -> None:
        """Only look, or repair as well."""
        parser.add_argument("--repair", action="store_true", help=_("違いを直します"))

    def handle(self, *, repair: bool, **options: Any) -> None:
        """Write one line for each kind of difference, for each index of this host."""
        failed = [engine for engine in engines_in_use() if not self._is_clean(engine, repair=repair)]
        if failed:
            raise CommandError(_("索引に違いがあります。直すには --repair を付けてください。"))

    def _is_clean(self, engine: Engine, *, repair: bool) -> bool:
        try:
            report = self._checked(engine, repair=repair)
        except EngineError as error:
            raise CommandError(
                _("索引を調べられませんでした（%(engine)s）：%(error)s") % {"engine": engine.name, "error": error}
            ) from error
        if report.is_clean:
            self.stdout.write(_("%s：索引は登録内容と一致しています。") % engine.name)
        return report.is_clean

    def _checked(self, engine: Engine, *, repair: bool) -> CheckReport:
        try:
            report = check(engine)
        except EngineUnavailable:
            if not repair:
                raise
            self.stdout.write(_("索引を読めないので、作り直します。"))
            rebuild(engine)
            report = check(engine)
        self._write(report)
        if repair and not report.is_clean:
            repair_index(report, engine)
            self.stdout.write(_("違いを直しました。もう一度突き合わせます。"))
            report = check(engine)
            self._write(report)
        return report

    def _write(self, report: CheckReport) -> None:
        for label, keys in (
            (_("索引にない"), report.missing),
            (_("索引が古い"), report.stale),
            (_("索引に余分にある"), report.surplus),
        ):
            if keys:
                shown = "、".join(keys[:SHOWN_KEYS]) + ("…" if len(keys) > SHOWN_KEYS else "")
                self.stdout.write(f"{label}（{len(keys)}）：{shown}")
