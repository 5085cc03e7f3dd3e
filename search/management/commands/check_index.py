"""Compare the search index with the records, and repair it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from ...engines import engines_in_use
from ...engines.base import Engine, EngineError, IndexBroken
from ...indexing import CheckReport, check, follow, rebuild
from ...indexing import repair as repair_index

SHOWN_KEYS = 20


class Command(BaseCommand):
    """Exit code 1 when differences are left, so that a timer can raise the alarm."""

    help = _("検索の索引と登録内容を突き合わせます。違いが残ると終了コードは 1 になります。")

    def add_arguments(self, parser: CommandParser) -> None:
        """Only look, or repair as well."""
        parser.add_argument("--repair", action="store_true", help=_("違いを直します"))

    def handle(self, *, repair: bool, **options: Any) -> None:
        """Write one line for each kind of difference, for each index of this host; one that is away keeps no other waiting."""
        differing: list[str] = []
        failed: list[str] = []
        for engine in engines_in_use():
            try:
                report = self._checked(engine, repair=repair)
            except EngineError as error:
                failed.append(engine.name)
                self.stderr.write(
                    _("索引を調べられませんでした（%(engine)s）：%(error)s") % {"engine": engine.name, "error": error}
                )
                continue
            if report.is_clean:
                self.stdout.write(_("%s：索引は登録内容と一致しています。") % engine.name)
            else:
                differing.append(engine.name)
        self._complain(differing, failed)

    def _complain(self, differing: list[str], failed: list[str]) -> None:
        found = []
        if failed:
            found.append(_("調べられなかった索引があります：%s") % "、".join(failed))
        if differing:
            found.append(_("索引に違いがあります（%s）。直すには --repair を付けてください。") % "、".join(differing))
        if found:
            raise CommandError("\n".join(found))

    def _checked(self, engine: Engine, *, repair: bool) -> CheckReport:
        try:
            report = check(engine)
        except IndexBroken:
            if not repair:
                raise
            self.stdout.write(_("%s：索引を読めないので、作り直します。") % engine.name)
            rebuild(engine)
            report = check(engine)
        self._write(engine, report)
        if repair:
            if not report.is_clean:
                repair_index(report, engine)
                self.stdout.write(_("%s：違いを直しました。もう一度突き合わせます。") % engine.name)
            # Damage may show only to who writes, and what waits in the log is a difference of tomorrow.
            follow(engine)
            report = check(engine)
            self._write(engine, report)
        return report

    def _write(self, engine: Engine, report: CheckReport) -> None:
        if report.outdated:
            self.stdout.write(
                _("%s：別の版か、別の辞書のために作られた索引です。rebuild_index を実行してください。") % engine.name
            )
        for label, keys in (
            (_("索引にない"), report.missing),
            (_("索引が古い"), report.stale),
            (_("索引に余分にある"), report.surplus),
        ):
            if keys:
                shown = "、".join(keys[:SHOWN_KEYS]) + ("…" if len(keys) > SHOWN_KEYS else "")
                self.stdout.write(f"{engine.name}：{label}（{len(keys)}）：{shown}")
