"""The month's count, for the comparison with the next."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from ...areas.index import home_area
from ...reporting.snapshots import keep, month_of


class Command(BaseCommand):
    """See `directory.reporting.snapshots`."""

    help = "Keep how many resources stand in this month, by area, field and kind. Run it every day: the month is written anew."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the running month anew."""
        today = timezone.localdate()
        cells = keep(home_area(), today)
        self.stdout.write(
            _("{year}年{month}月の件数を残しました（{cells}）").format(
                year=month_of(today).year, month=month_of(today).month, cells=f"{cells:,}"
            )
        )
