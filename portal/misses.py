"""Which questions count as not found: those that nothing answered, and those whose answers nobody would take."""

from __future__ import annotations

from django.utils import timezone

from directory.finding.answers import Answers
from directory.finding.danger import is_faint
from guard.background import run_later
from search.misses import is_japanese, record_miss


def note_miss(found: Answers) -> None:
    """Keep the words of a question that nothing fitting answered, after the answer: with a writer at work it would take seconds,
    and nobody waits for what they leave behind.

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
    area, day = found.area.slug if found.area else "", timezone.localdate()
    run_later(lambda: record_miss(question, day=day, area=area, results=found.total), lane="misses")
