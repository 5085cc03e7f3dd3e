"""National lines for pages: remembered for the day, however many blocks show some of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from directory.memory import remembered
from directory.models import NationalLine


def lines_of(topics: Sequence[str] = ()) -> list[NationalLine]:
    """Lines that may be shown today: of the topics, in their order, or all as the register has them."""
    lines = remembered("lines", timezone.localdate(), lambda: list(NationalLine.objects.published()))
    if not topics:
        return lines
    return sorted((line for line in lines if line.topic in topics), key=lambda line: topics.index(line.topic))
