"""What a question says beside its matter: where, when, how to get in touch. A table of words, no grammar."""

from collections import defaultdict
from dataclasses import dataclass

from search.spans import SpanFinder, span_key
from search.text import Unit


@dataclass(frozen=True, slots=True)
class Hint:
    """A word, and what it says: `values` of `slot`, shown to the visitor as `label`.

    `slot` is the name of a facet, or another word that the floor above understands ("when", "speaker").
    `matter`: the word also says what is looked for, and stays a word of the question (a field's name).
    """

    words: str
    slot: str
    values: tuple[str, ...]
    label: str = ""
    matter: bool = False

    @property
    def code(self) -> str:
        """How an address names it: slot and values."""
        return f"{self.slot}:{','.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Found:
    """A hint, and the units of the text that it covers."""

    hint: Hint
    first: int
    last: int


class SlotFinder:
    """The longest words of the table at each place of a text."""

    def __init__(self, hints: tuple[Hint, ...]) -> None:
        self._hints: dict[str, list[Hint]] = defaultdict(list)
        for hint in hints:
            self._hints[span_key(hint.words)].append(hint)
        self._spans = SpanFinder(self._hints)

    def find(self, units: tuple[Unit, ...]) -> tuple[Found, ...]:
        """What a text's units say, left to right; a word that says several things gives several."""
        return tuple(
            Found(hint, span.first, span.last) for span in self._spans.find(units) for hint in self._hints[span.key]
        )
