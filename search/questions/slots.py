"""What a question says beside its matter: where, when, how to get in touch. A table of words, no grammar."""

import re
from collections import defaultdict
from dataclasses import dataclass

from ..text.analysis import Unit
from .spans import SpanFinder, span_key

_OF_A_PERSON = ("さん", "ちゃん", "くん", "君", "様", "氏", "先生", "夫妻", "家の")
_BESIDE_PLACES = re.compile(
    "地区|地域|町内|周辺|近辺|付近|方面|あたり|辺り|在住|に住|に在住|の近く|の近所|の周辺|の辺|のあたり|の人|の者|にある|[0-9一二三四五六七八九]+丁目"
)


@dataclass(frozen=True, slots=True)
class Hint:
    """A word, and what it says: `values` of `slot`, shown to the visitor as `label`.

    `slot` is the name of a facet, or another word that the floor above understands ("when", "speaker").
    `matter`: the word also says what is looked for, and stays a word of the question (a field's name). `is_name`: a name of
    a place, which before さん is somebody's. `alone`: it is an ordinary word as well (月見), and a name only where it stands
    between spaces or beside a word of places.
    """

    words: str
    slot: str
    values: tuple[str, ...]
    label: str = ""
    matter: bool = False
    is_name: bool = False
    alone: bool = False

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
            Found(hint, span.first, span.last)
            for span in self._spans.find(units)
            for hint in self._hints[span.key]
            if _counts(hint, units, span.first, span.last)
        )


def _counts(hint: Hint, units: tuple[Unit, ...], first: int, last: int) -> bool:
    """Whether a name is one here."""
    if not (hint.is_name or hint.alone):
        return True
    rest = "".join(unit.surface for unit in units[last + 1 : last + 4])
    if rest.startswith(_OF_A_PERSON):
        return False
    if not hint.alone:
        return True
    begins = first == 0 or units[first - 1].role in {"space", "particle"}
    return begins and (not rest or units[last + 1].role == "space" or bool(_BESIDE_PLACES.match(rest)))
