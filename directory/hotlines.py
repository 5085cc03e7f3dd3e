"""Nationwide lines for pages: which may be shown today, which one was asked for, and whether it answers at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from search.spans import span_key

from . import hours, hours_text
from .memory import remembered
from .models import NationalLine
from .models.vocabulary import split_words

# A number alone (119, 189) is a name; of letters it takes more to name a line.
SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a line answers at a moment: in words, and as yes, no or unknown."""

    status: str
    is_open: bool | None


def shown_lines() -> list[NationalLine]:
    """Lines that may be shown today with their hours, in the register's order; remembered."""
    return remembered(
        "lines",
        timezone.localdate(),
        lambda: list(NationalLine.objects.published().select_related("type").prefetch_related("opening_rules")),
    )


def lines_of(topics: Sequence[str] = ()) -> list[NationalLine]:
    """Lines of the topics, in their order, or all as the register has them; what answers now stands first."""
    lines = shown_lines()
    if topics:
        lines = sorted((line for line in lines if line.topic in topics), key=lambda line: topics.index(line.topic))
    return by_opening(lines)


def by_opening(lines: Iterable[NationalLine]) -> list[NationalLine]:
    """What is known to be closed at this moment last, otherwise in their order."""
    now = timezone.localtime()
    return sorted(lines, key=lambda line: opening(line, now).is_open is False)


def opening(line: NationalLine, now: datetime) -> Opening:
    """Whether a line answers at an aware moment; unknown where its hours differ from place to place."""
    rules = tuple(
        hours.OpeningRule(
            weekdays=tuple(rule.weekdays), opens=rule.opens, closes=rule.closes, holidays=rule.holidays
        )
        for rule in line.opening_rules.all()
    )
    state = hours.status(hours.Schedule(rules=rules), now)
    return Opening(
        hours_text.describe_line(state, now), {"open": True, "closed": False}.get(state.state)
    )


def named_lines(text: str) -> list[NationalLine]:
    """The lines that a text names: by name, by number, or by the words that the register knows for them."""
    asked = span_key(text)
    if not asked:
        return []
    known = remembered("lines", "names", _names)
    return [line for line in shown_lines() if asked in known.get(line.pk, ())]


def _names() -> dict[int, frozenset[str]]:
    names = {}
    for line in shown_lines():
        words = [line.name, line.name.partition("（")[0], line.number, *split_words(line.asked_by)]
        keys = {span_key(word) for word in words}
        names[line.pk] = frozenset(key for key in keys if len(key) >= SHORTEST_NAME)
    return names
