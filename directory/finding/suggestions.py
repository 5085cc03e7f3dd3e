"""Helping along: what a visitor may be about to type, and what they may have meant."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.utils import timezone
from rapidfuzz import fuzz, process

from search.documents import reading_key
from search.engines import get_engine
from search.engines.base import EngineError
from search.questions.spans import span_key
from search.questions.vocabulary import vocabulary
from search.text.analysis import is_kana
from search.text.characters import normalise
from search.text.languages import JAPANESE

from ..areas.index import AreaNode, area_index, at_home
from ..choices import Surface
from ..models import InstitutionType
from .answers import Answers
from .filters import field_options
from .fitting import sound
from .needs import all_needs

MOST = 8
# Of the eight, so many may be names of single places.
MOST_NAMES = 4
MOST_MEANT = 3
# Below this likeness (0 to 100) of two readings a guess would be a nuisance.
LIKENESS = 72
# So like must they be where something was found after all.
SURE_LIKENESS = 85
SHORTEST_GUESS, LONGEST_GUESS = 3, 20
LONGEST = 60
# What was typed in kanji is also looked for by its sound from so many kana on.
SHORTEST_SOUND = 4


@dataclass(frozen=True, slots=True)
class Table:
    """Words that can be suggested: sorted keys (reading or spelling, folded) with the word that each stands for."""

    keys: tuple[str, ...]
    words: tuple[str, ...]
    readings: dict[str, str]

    @property
    def sounds(self) -> Collection[str]:
        """How the words sound."""
        return self.readings.values()


def suggest(typed: str, home: AreaNode | None = None) -> list[str]:
    """At most eight things to ask for that begin with what was typed, by spelling or by reading; never raises.

    Names of places and areas are those of `home`.
    """
    text = normalise(typed, limit=LONGEST)
    if not text:
        return []
    table = _table(vocabulary().version, home.pk if home else None)
    spelled, read = span_key(text), sound(text)
    found: dict[str, None] = {}
    if not is_kana(spelled) and len(read) < SHORTEST_SOUND:
        # What only sounds like a kanji or two is about something else (死 and しいたけ, 死に and シニア).
        read = ""
    for key in dict.fromkeys((spelled, read)):
        for word in _beginning(table, key):
            found[word] = None
            if len(found) >= MOST:
                break
    names = [name for name in _names(read, home) if name not in found][:MOST_NAMES]
    return [*list(found)[: MOST - len(names)], *names]


def _beginning(table: Table, key: str) -> Iterator[str]:
    place = bisect_left(table.keys, key)
    while key and place < len(table.keys) and table.keys[place].startswith(key):
        yield table.words[place]
        place += 1


def _names(reading: str, home: AreaNode | None) -> list[str]:
    try:
        return [hit.row["title"] for hit in get_engine().suggest(reading, MOST, at_home(home), timezone.localdate())]
    except EngineError:
        return []


def did_you_mean(found: Answers, home: AreaNode | None = None) -> list[str]:
    """Words of the vocabulary that sound like the question, where it is none of them and nothing that came holds it.

    A word in kana is also compared when rows came that only sound like it: then it must be very like one that is known.
    """
    understanding, question = found.understanding, found.understanding.question
    if found.language not in {JAPANESE, ""}:
        # Words of other languages sound like Japanese ones by chance alone.
        return []
    if found.is_down or found.band or question.is_empty or question.is_open or question.is_noise:
        return []
    reading = sound(question.text)[:LONGEST]
    table = _table(vocabulary().version, home.pk if home else None)
    if not SHORTEST_GUESS <= len(reading) <= LONGEST_GUESS or reading in table.sounds:
        return []
    is_one_word = is_kana(question.text)
    if not is_one_word and (understanding.targets or (found.total and found.is_held)):
        return []
    least = LIKENESS if not found.total or not found.is_held else SURE_LIKENESS
    close = process.extract(reading, table.readings, scorer=fuzz.ratio, limit=MOST_MEANT, score_cutoff=least)
    return [word for _reading, _score, word in close]


@lru_cache(maxsize=4)
def _table(version: str, home: int | None) -> Table:
    """All words, made once for a version of the vocabulary and a municipality."""
    entries: dict[str, str] = {}
    readings: dict[str, str] = {}
    for word, reading in _entries(home):
        heard = reading_key(reading).replace(" ", "") if reading else sound(word)
        for key in (span_key(word), heard):
            if key:
                entries.setdefault(key, word)
        readings.setdefault(word, heard)
    keys = sorted(entries)
    return Table(tuple(keys), tuple(entries[key] for key in keys), readings)


def _entries(home: int | None) -> Iterator[tuple[str, str]]:
    """What one can ask for, the most helpful first: needs, fields, types of institution, areas, words of the vocabulary."""
    for need in all_needs():
        yield need.name, ""
    for _code, name in field_options():
        yield name, ""
    for name in InstitutionType.objects.filter(surface=Surface.PUBLIC).values_list("name", flat=True):
        # What stands in brackets explains; nobody types it.
        yield name.partition("（")[0], ""
    for node in area_index().choices(home):
        yield node.name, node.reading
    for group in vocabulary().synonyms:
        yield group.words[0], ""
