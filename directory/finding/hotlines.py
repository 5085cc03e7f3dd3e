"""Nationwide lines for pages: which may be shown today, which one was asked for, and whether it answers at this moment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from search.questions.spans import span_key
from search.text.languages import JAPANESE

from ..cache import remembered
from ..choices import TypeRole
from ..hours import rules as hours
from ..hours import text as hours_text
from ..models import NationalLine
from ..models.words.vocabulary import split_words

# A number alone (119, 189) is a name; of letters it takes more to name a line.
SHORTEST_NAME = 3
# The same in the whole country, and named by the pages themselves: no city has others.
EMERGENCY_NUMBERS = frozenset({"110", "119"})
# 「ほかの方法」 is free text: other numbers and remarks stand there too. Its parts end at commas that are in no brackets.
_PART = re.compile(r"(?:[^、。（]|（[^（）]*）)+")
_FOR_WHOM = re.compile("^聞こえない・話せないときは")
_WITHOUT_VOICE = re.compile("FAX|ファクス|ファックス|SNS|LINE|チャット|メール|アプリ|NET119|手話|文字")


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a line answers at a moment: in words, and as yes, no or unknown; and whether it always does."""

    status: str
    is_open: bool | None
    always: bool = False


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
    now = hours.moment()
    return sorted(lines, key=lambda line: opening(line, now).is_open is False)


def opening(line: NationalLine, now: datetime) -> Opening:
    """Whether a line answers at an aware moment; unknown where its hours differ from place to place."""
    state = hours.status(_schedule(line), now)
    return Opening(
        hours_text.describe_line(state, now),
        {"open": True, "closed": False}.get(state.state),
        state.state == "open" and state.closes_at is None,
    )


def _schedule(line: NationalLine) -> hours.Schedule:
    """The hours of a line, made once for each time that it is read: lines are remembered."""
    known: hours.Schedule | None = line.__dict__.get("_schedule")
    if known is None:
        known = line.__dict__["_schedule"] = hours.Schedule(
            rules=tuple(
                hours.OpeningRule(
                    weekdays=tuple(rule.weekdays), opens=rule.opens, closes=rule.closes, holidays=rule.holidays
                )
                for rule in line.opening_rules.all()
            )
        )
    return known


def line_at_night() -> NationalLine | None:
    """One line for anybody that answers at this moment, while desks are closed; those that always answer first."""
    now = hours.moment()
    known = [(opening(line, now), line) for line in shown_lines() if line.number and has_role(line, TypeRole.CRISIS)]
    known.sort(key=lambda item: not item[0].always)
    return next((line for state, line in known if state.is_open), None)


def speaks(line: NationalLine, language: str) -> bool:
    """Whether a line is known to speak a language. All speak Japanese; police and fire brigade call an interpreter."""
    return language == JAPANESE or line.number in EMERGENCY_NUMBERS or language in line.languages.split()


def ways_without_voice(line: NationalLine) -> str:
    """How to reach a line without speaking, or nothing."""
    parts = (_FOR_WHOM.sub("", part) for part in _PART.findall(line.other_channels))
    return "、".join(part for part in parts if _WITHOUT_VOICE.search(part))


def type_of(line: NationalLine) -> str:
    """The type of institution of a line, or nothing."""
    return line.type.code if line.type else ""


def has_role(line: NationalLine, role: TypeRole) -> bool:
    """Whether a line is of a type of institution that plays this part."""
    return line.type is not None and line.type.role == role


def is_sensitive(line: NationalLine) -> bool:
    """Whether somebody who looks for this line may have to leave the page quickly, unseen."""
    return line.type is not None and (line.type.is_sensitive or line.type.role == TypeRole.EMERGENCY)


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
