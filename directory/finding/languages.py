"""How somebody is answered who asks in another language: one sentence of it, the interpreter's desk, the lines that speak it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.utils import timezone

from search.text.languages import JAPANESE

from ..areas.index import AreaNode
from ..choices import NeedRole, TypeRole
from ..fixtures import FIXTURES, read_csv
from ..models import NationalLine
from ..public.record import PublicResource
from ..public.roles import types_as
from ..public.selectors import Card, card, desks_of_types
from .danger import Band
from .hotlines import by_opening, has_role, opening, shown_lines
from .needs import needs_as

# Lines of these types hear everybody who speaks another language, with any trouble.
FOR_ANYTHING = (TypeRole.INTERPRETER, TypeRole.CRISIS)
# Whose language nobody can tell is answered in Japanese, and in this one.
ELSE = "en"
MOST_LINES = 3
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
# What browsers and screen readers call a code, where it is not the code itself.
_TAGS = {"zh": "zh-Hans", "tl": "fil"}


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language in which the site has something to say, in its own words."""

    code: str
    name: str
    sentence: str
    danger_sentence: str
    call: str
    open: str
    closed: str
    interpreter: str

    @property
    def tag(self) -> str:
        """For the attribute `lang`."""
        return _TAGS.get(self.code, self.code)

    @property
    def direction(self) -> str:
        """For the attribute `dir`."""
        return "rtl" if self.code in RIGHT_TO_LEFT else "ltr"

    def status(self, is_open: bool | None) -> str:
        """Whether something is open, or nothing where nobody knows."""
        if is_open is None:
            return ""
        return self.open if is_open else self.closed


@dataclass(frozen=True, slots=True)
class ForeignLine:
    """A line that speaks the language, and whether it answers now, in that language."""

    line: NationalLine
    status: str
    is_open: bool | None


@dataclass(frozen=True, slots=True)
class ForeignAnswer:
    """What stands in the box of another language; `danger_sentence` is empty where there is no danger."""

    tongue: Tongue
    danger_sentence: str = ""
    desk: Card | None = None
    desk_status: str = ""
    lines: tuple[ForeignLine, ...] = ()

    @property
    def is_desk_first(self) -> bool:
        """Whether the desk stands before the lines: not while it is closed and one of them answers."""
        return self.desk is None or self.desk.is_open is not False or not any(item.is_open for item in self.lines)

    @property
    def language(self) -> str:
        """The code of the language in which the box speaks."""
        return self.tongue.code

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return self.tongue.name

    @property
    def sentence(self) -> str:
        """That one can talk here in this language."""
        return self.tongue.sentence


@cache
def tongues() -> dict[str, Tongue]:
    """All languages with words of their own, by code: facts that ship with the software."""
    rows = read_csv("languages.csv", FIXTURES / "vocabulary")
    return {row["code"]: Tongue(**row) for row in rows}


def tongue_of(language: str) -> Tongue | None:
    """In which words a question of a language is answered besides Japanese; None for Japanese."""
    return None if language == JAPANESE else tongues().get(language or ELSE, tongues()[ELSE])


def interpreters_desk(area: AreaNode | None, home: AreaNode | None) -> PublicResource | None:
    """The desk where people of other languages are heard, if the municipality has one."""
    types, needs = types_as(TypeRole.INTERPRETER), needs_as(NeedRole.LANGUAGE)
    found = desks_of_types(types, area, home, a_type=1, needs=dict.fromkeys(types, needs))
    return next(iter(found), None)


def lines_in(language: str, band: Band | None = None) -> list[NationalLine]:
    """Lines that list a language: of the band, then for any trouble; what answers now first.

    A line for one trouble (violence ...) is for those who told of it. The band is in Japanese and does not say which of its
    lines speak the language, so they are named here once more.
    """
    fitting = [*band.lines, *band.more] if band else []
    for_anything = (line for line in shown_lines() if any(has_role(line, role) for role in FOR_ANYTHING))
    lines = {line.pk: line for line in (*fitting, *for_anything)}
    return by_opening(line for line in lines.values() if language in line.languages.split())


def foreign_answer(language: str, desk: PublicResource | None, band: Band | None = None) -> ForeignAnswer | None:
    """The answer for a language, or None for Japanese; beside a band it names nothing that is closed now."""
    tongue = tongue_of(language)
    if tongue is None:
        return None
    now = timezone.localtime()
    shown_card = card(desk, now) if desk else None
    lines = []
    for line in lines_in(tongue.code, band):
        is_open = opening(line, now).is_open
        if band and is_open is False:
            continue
        lines.append(ForeignLine(line, tongue.status(is_open), is_open))
    return ForeignAnswer(
        tongue,
        tongue.danger_sentence if band else "",
        shown_card,
        tongue.status(shown_card.is_open) if shown_card else "",
        tuple(lines[:MOST_LINES]),
    )
