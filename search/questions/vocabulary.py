"""The words that help questions to be understood: content of the floors above, compiled here for use.

A provider hands over a version and, when that version is new to this process, the words themselves. So a change in the
admin takes effect without a restart, and nothing is read or compiled twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from ..text.analysis import analyse
from ..text.characters import normalise
from .danger import DangerDetector, DangerPattern
from .needs import NeedFinder, Phrase
from .slots import Hint, SlotFinder
from .synonyms import SynonymFinder, SynonymGroup

STOP_WORDS = Path(__file__).parent.parent / "data" / "stop_words.txt"
WEAK_WORDS = Path(__file__).parent.parent / "data" / "weak_words.txt"


# What is compiled from which words.
_MADE_OF = {
    "synonym_finder": "synonyms",
    "need_finder": "phrases",
    "danger_detector": "dangers",
    "slot_finder": "hints",
    "stop_terms": "stop_words",
}


@dataclass(frozen=True, slots=True)
class Promotion:
    """Shown first for a question that contains all of the words: `key` is a document's key."""

    words: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Vocabulary:
    """All words at one moment; finders are compiled when they are first asked for."""

    version: str = ""
    synonyms: tuple[SynonymGroup, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    dangers: tuple[DangerPattern, ...] = ()
    hints: tuple[Hint, ...] = ()
    stop_words: frozenset[str] = field(default_factory=frozenset)
    promotions: tuple[Promotion, ...] = ()

    @cached_property
    def synonym_finder(self) -> SynonymFinder:
        """Finds words of synonym groups in a text."""
        return SynonymFinder(self.synonyms)

    @cached_property
    def need_finder(self) -> NeedFinder:
        """Finds the needs that a text speaks of."""
        return NeedFinder(self.phrases)

    @cached_property
    def danger_detector(self) -> DangerDetector:
        """Finds words of danger."""
        return DangerDetector(self.dangers)

    @cached_property
    def slot_finder(self) -> SlotFinder:
        """Finds areas, days, ways of contact ..."""
        return SlotFinder(self.hints)

    @cached_property
    def stop_terms(self) -> frozenset[str]:
        """Stop words as terms, those that ship with the code included."""
        return shipped_stop_words() | {term for word in self.stop_words for term in analyse(word).terms}

    def sharing(self, other: Vocabulary) -> Vocabulary:
        """These words with what the other ones have compiled already where they are the same: seconds, for phrases."""
        for made, part in _MADE_OF.items():
            if made in vars(other) and getattr(self, part) == getattr(other, part):
                vars(self)[made] = vars(other)[made]
        return self

    def promoted(self, text: str) -> list[str]:
        """Keys that are promoted for a text, in the order of the vocabulary."""
        clean = normalise(text).replace(" ", "")
        return [
            item.key
            for item in self.promotions
            if item.words and all(normalise(word).replace(" ", "") in clean for word in item.words)
        ]


def shipped_stop_words() -> frozenset[str]:
    """Terms that only ask and say nothing of the matter, as the code ships them."""
    return _listed(STOP_WORDS)


@lru_cache(maxsize=1)
def weak_words() -> frozenset[str]:
    """Terms that say something only together with others (出す): they never find anything alone."""
    return _listed(WEAK_WORDS)


def _listed(file: Path) -> frozenset[str]:
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line)


Provider = Callable[[], tuple[str, Callable[[], Vocabulary]]]

_provider: Provider | None = None
_lock = threading.Lock()
EMPTY = Vocabulary()
_current = EMPTY
_tried: ContextVar[Vocabulary | None] = ContextVar("tried_vocabulary", default=None)


def register_vocabulary(provider: Provider | None) -> None:
    """Let an upper floor provide the words: a call gives their version and a function that reads them."""
    global _provider
    _provider = provider


def vocabulary() -> Vocabulary:
    """The words in use now."""
    global _current
    if (tried := _tried.get()) is not None:
        return tried
    if _provider is None:
        return EMPTY
    version, read = _provider()
    if version != _current.version:
        with _lock:
            if version != _current.version:
                _current = read().sharing(_current)
    return _current


@contextmanager
def trying(words: Vocabulary) -> Iterator[None]:
    """Understand questions by these words inside, in this thread alone; those in use stay what they are."""
    token = _tried.set(words)
    try:
        yield
    finally:
        _tried.reset(token)
