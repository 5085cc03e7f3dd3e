"""The daily work that keeps the register true."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from ...freshness.reminders import LONGEST_SILENCE, ClockDoubted, check_clock, run


class Command(BaseCommand):
    """See `directory.freshness.reminders`."""

    help = (
        "Ask by mail whether entries are still right, fill the queue of calls; once a day. A second run sends nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """For a site that really slept."""
        parser.add_argument("--clock-is-right", action="store_true", help="Go on although the last run was weeks ago")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say what was done. CommandError where the clock may be wrong: it would ask everybody at once."""
        day = timezone.localdate()
        if not options["clock_is_right"]:
            try:
                check_clock(day)
            except ClockDoubted as doubt:
                raise CommandError(
                    _(
                        "何もしませんでした。前に動いたのは{newest}で、今日（{today}）より{days}日以上前か、先の日です。"
                        "この機械の時計が正しいか、確かめてください。正しければ --clock-is-right を付けて、もう一度動かします。"
                    ).format(newest=doubt.newest.isoformat(), today=day.isoformat(), days=LONGEST_SILENCE.days)
                ) from None
        done = run(settings.WAGTAILADMIN_BASE_URL, day)
        self.stdout.write(
            _(
                "確認の日が来ている案内は{due}件です。メールを{mails}通送りました（送れなかったのは{failed}通）。"
                "電話の列に{queued}件、今月の抜き取りに{drawn}件を加えました。"
            ).format(
                due=f"{done.due:,}",
                mails=f"{done.mails:,}",
                failed=f"{done.failed:,}",
                queued=f"{done.queued:,}",
                drawn=f"{done.drawn:,}",
            )
        )
