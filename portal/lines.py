"""National lines for pages: remembered for the day, however many blocks show some of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from directory.memory import remembered
from directory.models import NationalLine


def lines_of(topics: Sequence[str] = ()) -> list[NationalLine]:
    """Lines that may be shown today, of the topics or of all."""
    lines = remembered("lines", timezone.localdate(), lambda: list(NationalLine.objects.published()))
    return [line for line in lines if not topics or line.topic in topics]
