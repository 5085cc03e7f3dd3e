"""Words for the same thing: found in a question by their characters, answered by the other words' terms."""

import re
from collections import defaultdict
from dataclasses import dataclass

from ..text.analysis import Unit, analyse
from .spans import SpanFinder, span_key

# What a synonym says less than the word that was typed.
LAYERS = {"spelling": 1.0, "name": 0.9, "paraphrase": 0.5}

_HIRAGANA = re.compile(r"[ぁ-ゖー]+")

Others = tuple[tuple[tuple[str, ...], float], ...]


@dataclass(frozen=True, slots=True)
class SynonymGroup:
    """Words that mean the same, in a layer of `LAYERS`."""

    layer: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Synonym:
    """A found word: the units it covers, and the terms of each other word with its weight."""

    first: int
    last: int
    others: Others


class SynonymFinder:
    """The longest word of any group at each place of a text."""

    def __init__(self, groups: tuple[SynonymGroup, ...]) -> None:
        others: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
        for group in groups:
            weight = LAYERS[group.layer]
            # A word in hiragana is recognised in questions; as terms to look for, its splinters would find anything.
            sought = [terms_of(word) for word in group.words if not _HIRAGANA.fullmatch(word)]
            for word in group.words:
                known, own = others[span_key(word)], terms_of(word)
                for other_terms in sought:
                    if other_terms and other_terms != own:
                        known[other_terms] = max(weight, known.get(other_terms, 0.0))
        self._others: dict[str, Others] = {key: tuple(found.items()) for key, found in others.items() if found}
        self._spans = SpanFinder(self._others)

    def find(self, units: tuple[Unit, ...]) -> list[Synonym]:
        """The words in a text's units, left to right, without overlaps."""
        return [Synonym(span.first, span.last, self._others[span.key]) for span in self._spans.find(units)]


def terms_of(word: str) -> tuple[str, ...]:
    """The terms that stand for a word in an index, in long units."""
    return tuple(dict.fromkeys(unit.term for unit in analyse(word).units if unit.is_content))
