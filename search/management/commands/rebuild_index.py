"""Build the index anew."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from search.engines import ENGINES, get_engine
from search.indexing import rebuild


class Command(BaseCommand):
    """See `search.indexing.rebuild`."""

    help = "Build a new index beside the old one and swap it in when it is whole."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which engine."""
        parser.add_argument("--engine", choices=sorted(ENGINES), help="the engine of the settings unless named")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build and tell how fast."""
        start = time.perf_counter()
        count = rebuild(get_engine(options["engine"]), self._progress)
        seconds = max(time.perf_counter() - start, 0.001)
        self.stdout.write(
            _("{count}件の索引を作りました（{seconds}秒、毎秒{speed}件）").format(
                count=f"{count:,}", seconds=f"{seconds:.1f}", speed=f"{count / seconds:,.0f}"
            )
        )

    def _progress(self, done: int) -> None:
        if done % 10_000 == 0:
            self.stdout.write(f"  {done:,}")
