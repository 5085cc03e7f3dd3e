"""Which questions count as not found."""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.utils import timezone

from search.misses import record_miss

from .answers import Answers

logger = logging.getLogger("portal")


def note_miss(found: Answers) -> None:
    """Keep the words of a question that nothing answered; a failing database stops nobody's answer."""
    question = found.understanding.question
    asked = found.asked
    is_plain = asked.page == 1 and not asked.filters and not asked.off
    if not is_plain or found.is_down or found.understanding.asks_where or found.understanding.targets or found.band:
        return
    if found.total > 0 or found.lines or question.is_empty:
        return
    try:
        area = found.area.slug if found.area else ""
        record_miss(question, day=timezone.localdate(), area=area, results=found.total)
    except DatabaseError:
        logger.exception("What was not found could not be kept")
