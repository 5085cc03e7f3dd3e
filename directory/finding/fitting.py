"""Whether answers fit: do they hold what was asked, or were they only guessed at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import jaconv

from search.documents import reading_key
from search.engines.base import EngineHit
from search.questions.query import Question
from search.questions.vocabulary import vocabulary, weak_words
from search.text.analysis import analyse, is_kana

# Who looks at a list looks at so many.
LOOKED_AT = 3
# A kana or two sound like a piece of anything.
SHORTEST_SOUND = 3
SHORTEST_WORD = 2
_COLUMNS = ("title", "summary", "text", "type_name", "organisation")


def is_held(question: Question, hits: Iterable[EngineHit]) -> bool:
    """Whether one of the first rows holds a word of the question as it was typed, by a synonym, or by its sound."""
    words, sounds = _words(question), _sounds(question)
    return any(holds(hit.row, words, sounds) for hit in list(hits)[:LOOKED_AT])


def titled(question: Question, hits: Sequence[EngineHit]) -> list[EngineHit]:
    """The hits whose title holds a word of the question or most of a long one, those that hold most of them first."""
    parts = {"".join(pair) for unit in question.analysis.units for pair in pairwise(unit.parts)}
    words, sounds = _words(question) | {_folded(part) for part in parts}, _sounds(question)

    def count(hit: EngineHit) -> int:
        title = {"title": hit.row["title"]}
        return sum(holds(title, frozenset({word}), ()) for word in words) + holds(title, frozenset(), sounds)

    counts = {hit.key: count(hit) for hit in hits}
    return sorted((hit for hit in hits if counts[hit.key]), key=lambda hit: -counts[hit.key])


def holds(row: Mapping[str, Any], words: frozenset[str], sounds: tuple[str, ...]) -> bool:
    """Whether a row holds one of the words, or in its title and summary one of the sounds."""
    text = _folded(" ".join(str(row.get(name) or "") for name in _COLUMNS))
    if any(word in text for word in words):
        return True
    return bool(sounds) and any(sound in _sound_of(f"{row['title']} {row.get('summary') or ''}") for sound in sounds)


def sound(text: str) -> str:
    """How a text sounds, without spaces, long vowels written one way."""
    return reading_key("".join(unit.reading for unit in analyse(text).units)).replace(" ", "")


@lru_cache(maxsize=1_000)
def _sound_of(text: str) -> str:
    return sound(text)


def _words(question: Question) -> frozenset[str]:
    """Words that say something: those of the question, and what stands for them in the vocabulary."""
    words = vocabulary()
    empty = words.stop_terms | weak_words()
    units = question.analysis.units
    found = {
        word
        for unit in units
        if unit.role == "word" and unit.term not in empty and (unit.is_own or not is_kana(unit.surface))
        for word in (unit.surface, unit.term)
    }
    for synonym in words.synonym_finder.find(units):
        if any(unit.is_content and unit.term not in empty for unit in units[synonym.first : synonym.last + 1]):
            found |= {"".join(terms) for terms, _weight in synonym.others}
    return frozenset(_folded(word) for word in found if len(word) >= SHORTEST_WORD)


def _sounds(question: Question) -> tuple[str, ...]:
    """The words that were typed in kana, between spaces, as they sound."""
    empty = vocabulary().stop_terms | weak_words()
    typed = [word for word in question.text.split() if is_kana(word)]
    typed += [unit.surface for unit in question.analysis.units if unit.role == "word" and unit.term not in empty]
    sounds = (reading_key(word) for word in typed if is_kana(word))
    return tuple(dict.fromkeys(item for item in sounds if len(item) >= SHORTEST_SOUND))


def _folded(text: str) -> str:
    return jaconv.kata2hira(text.lower())
