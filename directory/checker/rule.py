"""What a rule is, what it is asked about, and what it answers.

A rule looks at one text and knows nothing of forms, records or pages. The danger of a checker is that it nags: a rule that is
often wrong is worse than none, so each of them says only what can be told from the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from re import Pattern
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """What a text is for; it decides which rules look at it."""

    NAME = "name"
    READING = "reading"
    SENTENCE = "sentence"
    # やさしい日本語: written with spaces between words.
    EASY = "easy"
    HEADING = "heading"
    # A telephone or fax number.
    NUMBER = "number"
    # HTML of an editor, as it is kept.
    RICH = "rich"
    # Words for a picture.
    ALT = "alt"


PROSE = frozenset({Role.SENTENCE, Role.EASY, Role.RICH, Role.HEADING, Role.ALT})
WRITTEN = frozenset({*PROSE, Role.NAME})
EVERYWHERE = frozenset(Role)


class Level(TextChoices):
    """How sure it is that something has to be done."""

    MEND = "mend", _("直す")
    LOOK = "look", _("見直す")
    NOTE = "note", _("参考")


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a record. `field` is the name of its input in the form, `label` what the form calls it; `under`: the level of the
    heading above it on its page (1 is the title), 0 where nobody knows."""

    field: str
    label: str
    role: Role
    text: str
    under: int = 0


class HardWord(NamedTuple):
    """A word of offices, what people say instead, and whether the one may simply take the place of the other."""

    word: str
    plain: str
    can_swap: bool = False


@dataclass(frozen=True)
class World:
    """What rules have to know besides the text. `dead` maps what a link leads to ("page:3", "/resources/…/", "document:5") to what is
    the matter with it, in words; `familiar` are characters of names of places that everybody here can read."""

    today: date
    hard_words: tuple[HardWord, ...] = ()
    familiar: frozenset[str] = frozenset()
    dead: Callable[[str], str] = field(default=lambda link: "")

    @cached_property
    def hard_by_word(self) -> dict[str, HardWord]:
        """By the word itself."""
        return {word.word: word for word in self.hard_words}

    @cached_property
    def hard_pattern(self) -> Pattern[str] | None:
        """Finds any of the hard words, the longest first; None where there are none."""
        words = sorted(self.hard_by_word, key=lambda word: (-len(word), word))
        return re.compile("|".join(map(re.escape, words))) if words else None


@dataclass(frozen=True, slots=True)
class Hit:
    """Where in a text (start and end in characters), what to do, and what may stand there instead; None if only a person knows."""

    start: int
    end: int
    say: str
    mend: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to look for. `title` says what it is, `why` why it matters to a resident."""

    code: str
    level: Level
    title: str | Promise
    why: str | Promise
    roles: frozenset[Role]
    find: Callable[[Text, World], Iterator[Hit]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found in a text. `found` is the piece itself; `start` and `end` are -1 where it stands in no input."""

    rule: Rule
    text: Text
    start: int
    end: int
    found: str
    say: str
    mend: str | None = None
