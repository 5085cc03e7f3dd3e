"""Who or what was named: rows of the register by their names, national lines by name, number or purpose."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from search.engines.base import EngineHit, EngineUnavailable
from search.results import search
from search.text.characters import normalise

from ..models import NationalLine
from .danger import Band
from .hotlines import named_lines
from .query import Asked
from .understanding import Understanding

# So many characters, and so much of a name, must have been typed to mean just that.
SHORTEST_NAME, NAME_SHARE = 4, 0.75
# A longer text is no name; of another municipality's hits the best few may bear it.
LONGEST_NAME, AMONG_NAMES = 60, 10
SHORTEST_WORD = 2
# Names of so many entries are kept normalised: each question compares itself with those of its first hits.
MOST_NAMES = 4_000


def named(text: str, found: Sequence[EngineHit]) -> list[EngineHit]:
    """Hits whose very name was typed: nobody who knows it wants another desk first."""
    typed = normalise(text).replace(" ", "")
    named = []
    for hit in found if len(typed) >= SHORTEST_NAME else ():
        name = _name_of(hit.row["title"])
        if typed in name and len(typed) >= NAME_SHARE * len(name):
            named.append(hit)
    return named


def named_in_pieces(text: str, found: Sequence[EngineHit]) -> list[EngineHit]:
    """Hits whose name holds each of the words that were typed: a surer answer than a guess."""
    words = normalise(text).split()
    if not words or len("".join(words)) < SHORTEST_NAME or min(map(len, words)) < SHORTEST_WORD:
        return []
    return [hit for hit in found if all(word in _whole(hit.row["title"]) for word in words)]


def _is_name(hit: EngineHit, typed: str) -> bool:
    return _name_of(hit.row["title"]) == typed.partition("(")[0]


def _name_of(title: str) -> str:
    # What stands in brackets after a name explains it.
    return _whole(title).partition("(")[0]


@lru_cache(maxsize=MOST_NAMES)
def _whole(title: str) -> str:
    """The name of an entry, of which there is nothing to hide, as what is typed is compared with it."""
    return normalise(title).replace(" ", "")


def named_elsewhere(asked: Asked, understanding: Understanding) -> list[EngineHit]:
    """What bears the very name that was typed, in whatever municipality: a full name names a place."""
    typed = understanding.question.text.replace(" ", "")
    if "area" in asked.filters or understanding.area or not SHORTEST_NAME <= len(typed) <= LONGEST_NAME:
        return []
    try:
        result = search(understanding.question, facets=(), limit=AMONG_NAMES)
    except EngineUnavailable:
        return []
    # Many cities have a 地域包括支援センター: only the whole name, its city's name included, names another one's.
    return [hit for hit in named(asked.q, result.hits) if _is_name(hit, typed)]


def lines_named(asked: Asked, band: Band | None) -> tuple[NationalLine, ...]:
    """National lines that were asked for by name, number or purpose, beside those that the band shows."""
    shown = {line.pk for line in band.lines} if band else set()
    named = named_lines(asked.q) if asked.page == 1 else []
    return tuple(line for line in named if line.pk not in shown)
