"""The band: words of danger bring the fitting lines above everything, whatever the index does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from directory.asking import Understanding
from directory.memory import remembered
from directory.models import DangerTopic, NationalLine

# More would push the city's own desk off a telephone's screen; the rest is folded away.
SHOWN_LINES = 2
MOST_TOPICS = 2


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of danger with its words and lines."""

    code: str
    heading: str
    text: str
    family_text: str
    emergency: bool
    at_night: bool
    lines: tuple[NationalLine, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """What stands above the answers: one heading, one sentence, two lines, and more to unfold."""

    topics: tuple[str, ...]
    heading: str
    text: str
    emergency: bool
    at_night: bool
    lines: tuple[NationalLine, ...]
    more: tuple[NationalLine, ...]


def topics() -> dict[str, Topic]:
    """All topics in use, the most urgent first; their lines are those that may be shown today."""
    return remembered("dangers", "topics", _read)


def _read() -> dict[str, Topic]:
    shown = {line.pk: line for line in NationalLine.objects.published().select_related("type")}
    return {
        topic.code: Topic(
            topic.code,
            topic.heading,
            topic.text,
            topic.family_text,
            topic.emergency,
            topic.at_night,
            tuple(shown[item.line_id] for item in topic.lines.all() if item.line_id in shown),
        )
        for topic in DangerTopic.objects.filter(retired=False).prefetch_related("lines")
    }


def band(understanding: Understanding) -> Band | None:
    """The band of a question, or None. Of several topics the most urgent one speaks, and each brings its first line."""
    known = topics()
    found = [topic for topic in known.values() if topic.code in understanding.dangers][:MOST_TOPICS]
    if not found:
        return None
    lines = _in_turn([topic.lines for topic in found])
    first = found[0]
    from_family = understanding.speaker in {"family", "neighbour", "employer"} and first.family_text
    return Band(
        tuple(topic.code for topic in found),
        first.heading,
        first.family_text if from_family else first.text,
        any(topic.emergency for topic in found),
        any(topic.at_night for topic in found),
        tuple(lines[:SHOWN_LINES]),
        tuple(lines[SHOWN_LINES:]),
    )


def _in_turn(groups: Sequence[Sequence[NationalLine]]) -> list[NationalLine]:
    """The first of each, then the second of each ..., each once."""
    found: dict[int, NationalLine] = {}
    for rank in range(max(map(len, groups), default=0)):
        for group in groups:
            if rank < len(group):
                found.setdefault(group[rank].pk, group[rank])
    return list(found.values())
