"""Which questions count as not found: those that nothing answered, and those whose answers nobody would take."""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.utils import timezone

from directory.danger import is_faint
from search.misses import is_japanese, record_miss

from .answers import Answers

logger = logging.getLogger("portal")


def note_miss(found: Answers) -> None:
    """Keep the words of a question that nothing fitting answered; a failing database stops nobody's answer.

    Never of one that may speak of danger, however faintly, nor of one in another script: what nobody here can read may be
    anything.
    """
    question = found.understanding.question
    asked = found.asked
    is_plain = asked.page == 1 and not asked.filters and not asked.off
    if not is_plain or found.is_down or found.understanding.asks_where or found.understanding.targets or found.band:
        return
    if found.lines or question.is_empty or question.is_noise or (found.total > 0 and not found.is_weak):
        return
    if is_faint(question) or not is_japanese(question.text):
        return
    try:
        area = found.area.slug if found.area else ""
        record_miss(question, day=timezone.localdate(), area=area, results=found.total)
    except DatabaseError:
        logger.exception("What was not found could not be kept")
