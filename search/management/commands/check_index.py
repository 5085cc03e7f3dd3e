"""Compare the index with what is public."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from search.engines.base import EngineUnavailable
from search.indexing import CheckReport, check, rebuild, repair


class Command(BaseCommand):
    """See `search.indexing.check`."""

    help = "Compare the index with the sources, document by document; --repair mends the differences."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to mend."""
        parser.add_argument("--repair", action="store_true", help="mend the differences; an unreadable index is rebuilt")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 while differences are left."""
        try:
            report = check()
        except EngineUnavailable as error:
            if not options["repair"]:
                raise CommandError(_("索引を読めません。--repair を付けると作り直します")) from error
            self.stdout.write(_("索引を読めないので、作り直します"))
            rebuild()
            report = check()
        self._tell(report)
        if not report.is_clean and options["repair"]:
            repair(report)
            report = check()
            self._tell(report)
        if not report.is_clean:
            raise CommandError(_("くい違いが残っています"))

    def _tell(self, report: CheckReport) -> None:
        if report.is_clean:
            self.stdout.write(_("索引は登録簿と一致しています"))
            return
        for label, keys in ((_("足りない"), report.missing), (_("古い"), report.stale), (_("余分"), report.surplus)):
            if keys:
                self.stdout.write(f"{label}: {len(keys)}  {' '.join(keys[:5])}{' …' if len(keys) > 5 else ''}")
