"""What was asked: a visitor's words as clauses for an engine, the needs they speak of, places and times, danger.

Or the insight that they ask where to ask.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import jaconv

from ..ear import NOTHING, Heard, current_ear
from ..engines.base import Alternative, Clause
from ..text.analysis import Analysis, Unit, analyse, is_kana, kana_grams
from ..text.languages import JAPANESE, is_held, language_of
from .danger import SaidDanger
from .needs import FoundNeed
from .noise import is_noise
from .slots import Found
from .synonyms import Others, Synonym
from .vocabulary import Vocabulary, vocabulary, weak_words

# Nobody asks for more things at once; a pasted letter would only make the engine slow.
MAX_CLAUSES = 24
MATCH_SHARE = 0.6

FIELD_WEIGHTS = {"title": 4.0, "labels": 2.0, "summary": 1.5, "body": 1.0}
GRAM_WEIGHTS = {"grams": 3.0, "kana": 1.2}
# Short units say less than the word they are part of; a guess at a broken word less than a word that Sudachi knows.
PART_FACTOR = 0.4
GUESS_FACTOR = 0.6
# 出す beside ごみ tells one entry on rubbish from another, and no more.
WEAK_FACTOR = 0.25
ROMAJI_FACTOR = 0.8
# The group of a common word may be long; beyond this, others only cost time.
MOST_SYNONYMS = 12
SHORTEST_ROMAJI = 5
# Long enough to be a word, short enough not to be a sentence; stricter where particles stand inside.
GUESS_LENGTHS = range(3, 13)
RUN_LENGTHS = range(3, 9)
# Words of one or two hiragana are mostly pieces of words that Sudachi knows in kanji only.
SPLINTER = 2
# Slots of hints that say when.
TIMES = frozenset({"day", "when"})

_HIRAGANA = re.compile(r"[ぁ-ゖー]+")


@dataclass(frozen=True, slots=True)
class Question:
    """What a visitor typed, understood.

    `text` is the cleaned input; `is_open` says that no content word is left: the visitor asks where to ask. `needs` are
    targets of phrases, the surest first; `echoes` what is likest, sure or not; `hints` what the words say of places, times
    and ways; `dangers` what danger their patterns say; `heard`
    what the learned ear makes of it; `promoted` keys of documents that editors put first for these words; `language` its
    code, "" where nobody can tell it; `is_held` says whether vocabulary and register hold words like these, so that likeness
    means something. `is_noise`: it is surely no word (ぬぬぬぬ).
    """

    text: str
    analysis: Analysis
    is_open: bool
    clauses: tuple[Clause, ...]
    needs: tuple[FoundNeed, ...] = ()
    echoes: tuple[FoundNeed, ...] = ()
    hints: tuple[Found, ...] = ()
    dangers: tuple[SaidDanger, ...] = ()
    heard: Heard = NOTHING
    promoted: tuple[str, ...] = ()
    language: str = JAPANESE
    is_held: bool = True
    is_noise: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed at all."""
        return not self.text

    @property
    def minimum_match(self) -> int:
        """How many clauses a document must match: all of one or two, about 60 % of more; of a strange language all."""
        count = sum(not clause.optional for clause in self.clauses)
        return count if count <= 2 or not self.is_held else round(count * MATCH_SHARE)


def understand(text: str, *, off: Collection[str] = ()) -> Question:
    """A visitor's words as a question; takes any text, never raises.

    `off`: what the visitor does not want to have been understood, as "need:<target>" or the code of a hint.
    """
    words = vocabulary()
    analysis = analyse(text)
    language = language_of(text)
    held = is_held(text, language)
    slots = words.slot_finder.find(analysis.units) if held else ()
    hints = tuple(item for item in slots if item.hint.code not in off)
    aside = {number for item in hints if not item.hint.matter for number in range(item.first, item.last + 1)}
    needed: dict[Clause, None] = {}
    lifting: dict[Clause, None] = {}
    for clause in _Reading(analysis.units, words, aside).clauses():
        (lifting if clause.optional else needed).setdefault(clause)
    asks_when = bool(hints) and all(item.hint.slot in TIMES for item in hints) and _asks(analysis.units, words, aside)
    if not needed and not asks_when and (aside or any(unit.role == "number" for unit in analysis.units)):
        # Nothing but numbers and their counters, or places and times: then they are what was asked.
        needed, lifting = {replace(clause, optional=False): None for clause in lifting if not clause.weak}, {}
    clauses = (*list(needed)[:MAX_CLAUSES], *list(lifting)[:MAX_CLAUSES]) if needed else ()
    if not held:
        clauses = tuple(map(_as_written, clauses))
    noise = is_noise(analysis.surface)
    if noise:
        clauses = ()
    needs, echoes = words.need_finder.listen(analysis)
    return Question(
        analysis.surface,
        analysis,
        is_open=bool(analysis.surface) and not clauses and not noise,
        clauses=clauses,
        needs=tuple(need for need in needs if held and f"need:{need.target}" not in off),
        echoes=tuple(need for need in echoes if f"need:{need.target}" not in off),
        hints=hints,
        dangers=words.danger_detector.find(text),
        heard=ear.hear(analysis) if (ear := current_ear()) else NOTHING,
        promoted=tuple(words.promoted(text)),
        language=language,
        is_held=held,
        is_noise=noise,
    )


def _as_written(clause: Clause) -> Clause:
    """A clause without sounds: what is read as kana says nothing of a language that has none."""
    return replace(clause, alternatives=tuple(item for item in clause.alternatives if item.field not in GRAM_WEIGHTS))


def _asks(units: tuple[Unit, ...], words: Vocabulary, aside: set[int]) -> bool:
    """Whether words that ask (相談, 窓口) stand beside words of time: then the time is not what is looked for."""
    return any(unit.is_content and unit.term in words.stop_terms for n, unit in enumerate(units) if n not in aside)


class _Reading:
    """The clauses of a text's units."""

    def __init__(self, units: tuple[Unit, ...], words: Vocabulary, aside: set[int]) -> None:
        self._units = units
        self._stops = words.stop_terms
        self._weak = weak_words()
        self._synonyms = {
            synonym.first: synonym
            for synonym in words.synonym_finder.find(units)
            # A word that only asks stays one, however many words there are for it.
            if any(unit.is_content and unit.term not in self._stops for unit in units[synonym.first : synonym.last + 1])
        }
        self._aside = {id(units[number]) for number in aside}

    def clauses(self) -> Iterator[Clause]:
        """One for each thing that was asked, in the order of the text."""
        for synonym, stretch, is_cut in self._stretches():
            if synonym:
                yield self._together(stretch, synonym.others)
                continue
            runs = [(hiragana, list(run)) for hiragana, run in groupby(stretch, key=_is_hiragana)]
            for hiragana, run in runs:
                if hiragana:
                    yield from self._hiragana_clauses(run, is_ending=is_cut or len(runs) > 1)
                else:
                    yield from self._known_clauses(run)

    def _stretches(self) -> Iterator[tuple[Synonym | None, list[Unit], bool]]:
        """Units between spaces and synonyms; whether a synonym cut the stretch off."""
        stretch: list[Unit] = []
        is_cut, number = False, 0
        while number < len(self._units):
            synonym = self._synonyms.get(number)
            is_space = self._units[number].role == "space"
            if synonym is None and not is_space:
                stretch.append(self._units[number])
                number += 1
                continue
            if stretch:
                yield None, stretch, is_cut or synonym is not None
                stretch = []
            if synonym:
                yield synonym, list(self._units[synonym.first : synonym.last + 1]), False
            is_cut = synonym is not None
            number = synonym.last + 1 if synonym else number + 1
        if stretch:
            yield None, stretch, is_cut

    def _together(self, units: list[Unit], others: Others) -> Clause:
        """One clause for a word with synonyms: as it was typed, or any of the others."""
        terms = tuple(dict.fromkeys(unit.term for unit in units if unit.is_content))
        alternatives = [Alternative(name, terms, weight) for name, weight in FIELD_WEIGHTS.items()] if terms else []
        parts = tuple(dict.fromkeys(part for unit in units for part in unit.parts))
        if parts:
            alternatives += [Alternative(name, parts, weight * PART_FACTOR) for name, weight in FIELD_WEIGHTS.items()]
        typed = "".join(unit.surface for unit in units)
        if is_kana(typed) and not any(unit.is_own for unit in units):
            alternatives += _readings(typed, 1.0)
        for other, factor in others[:MOST_SYNONYMS]:
            alternatives += [Alternative(name, other, weight * factor) for name, weight in FIELD_WEIGHTS.items()]
        return Clause(tuple(dict.fromkeys(alternatives)), optional=self._is_aside(units))

    def _is_aside(self, units: Iterable[Unit]) -> bool:
        return any(id(unit) in self._aside for unit in units)

    def _known_clauses(self, units: Iterable[Unit]) -> Iterator[Clause]:
        """One clause for each word that says something; numbers and affixes (80歳) are never needed."""
        for unit in units:
            if not unit.is_content or unit.term in self._stops:
                continue
            alternatives = [Alternative(name, (unit.term,), weight) for name, weight in FIELD_WEIGHTS.items()]
            if unit.parts:
                alternatives += [
                    Alternative(name, unit.parts, weight * PART_FACTOR) for name, weight in FIELD_WEIGHTS.items()
                ]
            if is_kana(unit.surface) and not unit.is_own:
                alternatives += _readings(unit.surface, 1.0)
            elif kana := _from_romaji(unit.surface):
                alternatives += _readings(kana, ROMAJI_FACTOR)
            if unit.term in self._weak:
                lighter = (replace(item, weight=item.weight * WEAK_FACTOR) for item in alternatives)
                yield Clause(tuple(lighter), optional=True, weak=True)
                continue
            yield Clause(tuple(alternatives), optional=unit.role != "word" or self._is_aside([unit]))

    def _hiragana_clauses(self, run: list[Unit], *, is_ending: bool) -> Iterator[Clause]:
        """Clauses of a stretch in hiragana, where Sudachi breaks what it does not know (いばしょ becomes い, ば, しょ).

        `is_ending`: other script stands beside it, so that particles alone are its grammar and not a word in pieces.
        """
        if all(unit.role in {"particle", "function"} for unit in run):
            if not is_ending:
                yield from self._guess(run, run)
            return
        for is_joint, segment in groupby(run, key=lambda unit: unit.role == "particle"):
            if is_joint:
                continue
            units = list(segment)
            if any(map(self._is_suspicious, units)):
                yield from self._guess(units, run)
                continue
            # Two words that Sudachi knows may still be one that it does not (ふとうこう: 不当, こう).
            together = tuple(_sounds(units, GUESS_LENGTHS, GUESS_FACTOR)) if len(units) > 1 else ()
            for clause in self._known_clauses(units):
                yield clause if clause.weak else replace(clause, alternatives=clause.alternatives + together)

    def _guess(self, segment: list[Unit], run: list[Unit]) -> Iterator[Clause]:
        """One clause for a word in pieces: by its sound, or by those pieces that are words themselves."""
        stem = list(segment)
        while stem and (not stem[-1].is_content or stem[-1].term in self._stops) and stem[-1].role != "mark":
            stem.pop()
        alternatives = [
            *_sounds(segment, GUESS_LENGTHS, 1.0),
            *_sounds(stem, GUESS_LENGTHS, 1.0),
            *_sounds(run, RUN_LENGTHS, GUESS_FACTOR),
        ]
        empty = self._stops | self._weak
        # A lone kana is no word, whatever old verb Sudachi sees in it (ぬ: 寝る).
        said = [unit for unit in segment if unit.is_content and len(unit.surface) > 1]
        pieces = tuple(dict.fromkeys(unit.term for unit in said))
        if any(len(piece) > 1 and piece not in empty for piece in pieces):
            # A document that writes the word in hiragana is in the same pieces.
            alternatives += [Alternative(name, pieces, weight) for name, weight in FIELD_WEIGHTS.items()]
        for piece in pieces if len(pieces) > 1 else ():
            # What is still hiragana after normalising is a splinter.
            if not is_kana(piece) and piece not in empty:
                alternatives += [
                    Alternative(name, (piece,), weight * GUESS_FACTOR) for name, weight in FIELD_WEIGHTS.items()
                ]
        if alternatives:
            yield Clause(tuple(dict.fromkeys(alternatives)))

    def _is_suspicious(self, unit: Unit) -> bool:
        """Whether a unit looks like a splinter of a word rather than a word."""
        if unit.role == "mark":
            return True
        return unit.role == "word" and len(unit.surface) <= SPLINTER and unit.term not in self._stops


def _sounds(units: list[Unit], lengths: range, factor: float) -> Iterator[Alternative]:
    sound = "".join(unit.surface for unit in units)
    if len(sound) in lengths:
        yield from _readings(sound, factor)


def _readings(kana: str, factor: float) -> Iterator[Alternative]:
    if grams := tuple(dict.fromkeys(kana_grams(kana))):
        for name, weight in GRAM_WEIGHTS.items():
            yield Alternative(name, grams, weight * factor)


def _from_romaji(word: str) -> str:
    """The kana of a name in Latin letters（tomarigi）, or nothing when the letters do not make Japanese syllables."""
    if not (word.isascii() and word.isalpha() and len(word) >= SHORTEST_ROMAJI):
        return ""
    kana = jaconv.alphabet2kana(word)
    return kana if is_kana(kana) else ""


def _is_hiragana(unit: Unit) -> bool:
    return unit.role == "mark" or bool(_HIRAGANA.fullmatch(unit.surface))
