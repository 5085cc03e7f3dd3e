"""What commands have in common that act on what is old by the clock of this machine."""

from __future__ import annotations

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from ..retention import LONGEST_SILENCE, ClockDoubted, check_clock

FLAG = "clock_is_right"


def add_clock_flag(parser: CommandParser) -> None:
    """For a site that really slept."""
    parser.add_argument("--clock-is-right", action="store_true", help="Go on although the trail ends weeks ago")


def refuse_wrong_clock(options: dict[str, object]) -> None:
    """Raise CommandError where the clock may be wrong, unless somebody says that it is right."""
    if options[FLAG]:
        return
    try:
        check_clock()
    except ClockDoubted as doubt:
        raise CommandError(
            _(
                "何もしませんでした。最後の記録が{newest}で、今日（{today}）より{days}日以上前です。"
                "この機械の時計が正しいか、確かめてください。正しければ --clock-is-right を付けて、もう一度動かします。"
            ).format(
                newest=f"{timezone.localtime(doubt.newest):%Y-%m-%d}",
                today=f"{timezone.localdate():%Y-%m-%d}",
                days=LONGEST_SILENCE.days,
            )
        ) from None
