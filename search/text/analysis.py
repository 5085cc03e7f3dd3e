"""Japanese text into terms: the same analysis for documents and for questions, so that both meet in any engine.

Words become SudachiPy's normalised forms in long and short units (こども食堂 = 子ども食堂 = 子供食堂), readings become
kana n-grams (いばしょ finds 居場所). Particles, auxiliaries and symbols are dropped.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import jaconv
from sudachipy import Dictionary, Morpheme, SplitMode, Tokenizer

from . import dictionary
from .characters import QUERY_LIMIT, normalise

# Raise it whenever the same text would give other terms: every document then counts as stale in `check_index`.
ANALYSIS_VERSION = 2
# Sudachi refuses more than about 49 kB in one call; 4,000 characters stay below it even at four bytes each.
CHUNK = 4_000
TERM_LIMIT = 64
GRAM = 3

_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[。！？!?\n]")
_KANA_RUN = re.compile(r"[ぁ-ゖー]+")
_KANA_ONLY = re.compile(r"[ぁ-ゖァ-ヺー]+")
_VOWEL_ROWS = {
    "あ": "あかさたなはまやらわがざだばぱぁゃゎ",
    "い": "いきしちにひみりぎじぢびぴぃ",
    "う": "うくすつぬふむゆるぐずづぶぷぅゅっゔ",
    "え": "えけせてねへめれげぜでべぺぇ",
    "お": "おこそとのほもよろごぞどぼぽぉょを",
}
_VOWEL_OF = {kana: vowel for vowel, row in _VOWEL_ROWS.items() for kana in row}
# What may lengthen a row, and how it is written here: おー, おお and おう are one sound, as are えー, ええ and えい.
_LENGTHENED = {"あ": ("あ", "あ"), "い": ("い", "い"), "う": ("う", "う"), "え": ("えい", "い"), "お": ("おう", "う")}
_SAME_SOUND = str.maketrans("ぢづを", "じずお")
# What is written for a sound that follows another one, where that is not itself.
_FOLDED = {
    before + kana: _LENGTHENED[vowel][1]
    for before, vowel in _VOWEL_OF.items()
    for kana in ("ー", *_LENGTHENED[vowel][0])
}
# Where something else is written than was; few words have such a place.
_CHANGES = re.compile(f"ー|[{_VOWEL_ROWS['え']}]え|[{_VOWEL_ROWS['お']}]お")

_CONTENT = {"名詞", "動詞", "形容詞", "形状詞", "副詞"}
_AFFIX = {"接頭辞", "接尾辞"}
_SPLITTING_PARTICLES = frozenset({"が", "を", "に", "は", "も", "の", "と", "で", "へ", "や", "から", "まで", "より"})
# The polite prefix says nothing, and stands as a suffix wherever Sudachi breaks かいご.
_EMPTY_TERMS = frozenset({"御"})


@dataclass(frozen=True, slots=True)
class Unit:
    """One word of a text, as Sudachi's longest unit.

    `role`: "word", "number", "affix" (content), "particle" (joins phrases), "mark" (a lone ー or small kana: a sign
    of a word that Sudachi does not know in hiragana), "space", "function" (grammar) or
    "empty" (pronouns, interjections, conjunctions). `parts` are the short units'
    terms where they differ from `term`.
    """

    surface: str
    term: str
    reading: str
    role: str
    parts: tuple[str, ...] = ()
    # A word of the user dictionary: its spelling in kana is known for what it is, not guessed.
    is_own: bool = False

    @property
    def is_content(self) -> bool:
        """Whether the unit says something a document can be found by."""
        return self.role in {"word", "number", "affix"}


@dataclass(frozen=True, slots=True)
class Analysis:
    """A text as engines and questions see it: terms in order, kana n-grams of the reading, and the words behind."""

    terms: tuple[str, ...]
    grams: tuple[str, ...]
    surface: str
    units: tuple[Unit, ...]


class Words(NamedTuple):
    """What an index keeps of a text: terms and n-grams as `Analysis` has them, joined by spaces."""

    terms: str
    grams: str


def words_of(text: str, *, limit: int, with_grams: bool = True) -> Words:
    """The same terms and n-grams as `analyse` gives, for documents: nothing is made that no index keeps."""
    reader = _reader()
    said: list[str] = []
    readings: list[str] = []
    for known in _known_words(reader, normalise(text, limit=limit)):
        if known.said is not None:
            said.append(known.said)
        readings.append(known.unit.reading)
    return Words(" ".join(said), " ".join(kana_grams("".join(readings))) if with_grams else "")


def analyse(text: str, *, limit: int = QUERY_LIMIT) -> Analysis:
    """The terms and kana n-grams of a text of any length; characters beyond `limit` are ignored."""
    surface = normalise(text, limit=limit)
    units = tuple(known.unit for known in _known_words(_reader(), surface))
    terms = tuple(term for unit in units if unit.is_content for term in (unit.term, *unit.parts))
    return Analysis(terms, kana_grams("".join(unit.reading for unit in units)), surface, units)


def kana_grams(reading: str) -> tuple[str, ...]:
    """Hiragana 3-grams of each kana run in a reading, in order; a run of two gives one 2-gram, shorter ones nothing.

    Katakana counts as hiragana and long vowels are written one way (さーかす = さあかす, おとーさん = おとうさん).
    """
    grams: list[str] = []
    for run in _KANA_RUN.findall(to_hiragana(reading)):
        sound = fold_long_vowels(run)
        if len(sound) == GRAM - 1:
            grams.append(sound)
        grams.extend(sound[start : start + GRAM] for start in range(len(sound) - GRAM + 1))
    return tuple(grams)


def to_hiragana(text: str) -> str:
    """Katakana of any width as hiragana; everything else as it is."""
    return jaconv.kata2hira(unicodedata.normalize("NFKC", text))


def fold_long_vowels(hiragana: str) -> str:
    """Write a lengthened vowel one way, and ぢ, づ, を as they sound; the length in characters stays."""
    sounds = hiragana.translate(_SAME_SOUND)
    if not _CHANGES.search(sounds):
        return sounds
    folded: list[str] = []
    last = ""
    for kana in sounds:
        last = _FOLDED.get(last + kana, kana)
        folded.append(last)
    return "".join(folded)


def is_kana(text: str) -> bool:
    """Whether a text is written in kana only, so that its reading is all that is known of it."""
    return bool(_KANA_ONLY.fullmatch(text))


def analysis_state() -> str:
    """What decides which terms a text gives: this code and the dictionary in use."""
    return f"{ANALYSIS_VERSION} {dictionary.current()}"


def plain_reading(text: str) -> str:
    """How the system dictionary alone reads a text, in hiragana: where it errs, the user dictionary needs the word."""
    tokens = _reader().plain.tokenize(normalise(text), SplitMode.C)
    return fold_long_vowels(to_hiragana("".join(token.reading_form() for token in tokens)))


def plain_morphemes(text: str, mode: SplitMode) -> list[Morpheme]:
    """The morphemes of a text as it stands, by the dictionary without our own words."""
    return list(_reader().plain.tokenize(text, mode))


def is_common_word(text: str) -> bool:
    """Whether the system dictionary has a text as one word that is nobody's and no place's name."""
    tokens = list(_reader().plain.tokenize(normalise(text), SplitMode.C))
    return len(tokens) == 1 and not tokens[0].is_oov() and tokens[0].part_of_speech()[1] != "固有名詞"


class _Known(NamedTuple):
    """A unit with what is asked of it again and again; `said` are its terms joined by a space, None if it has none."""

    surface: str
    unit: Unit
    said: str | None

    @classmethod
    def of(cls, unit: Unit) -> "_Known":
        """All of a unit."""
        return cls(unit.surface, unit, " ".join((unit.term, *unit.parts)) if unit.is_content else None)


def _known_words(reader: "_Reader", surface: str) -> Iterator[_Known]:
    tokenize, find = reader.tokenizer.tokenize, reader.known.get
    for chunk in _chunks(surface):
        for morpheme in tokenize(chunk, SplitMode.C):
            known = find(morpheme.word_id())
            if known is None or known.surface != morpheme.surface():
                known = _learn(reader, morpheme)
            yield known


def _chunks(surface: str) -> Iterator[str]:
    """Pieces that Sudachi accepts, cut after a sentence or at a space where there is one."""
    start = 0
    while len(surface) - start > CHUNK:
        window = surface[start : start + CHUNK]
        ends = [match.end() for match in _SENTENCE_END.finditer(window)]
        cut = ends[-1] if ends else window.rfind(" ") + 1 or CHUNK
        yield window[:cut]
        start += cut
    if start < len(surface):
        yield surface[start:]


def _learn(reader: "_Reader", morpheme: Morpheme) -> _Known:
    if morpheme.is_oov():
        return _Known.of(_read(morpheme))
    known = _Known.of(_read_own(reader, morpheme) if morpheme.dictionary_id() > 0 else _read(morpheme))
    if len(reader.known) >= _KNOWN_LIMIT:
        reader.known.clear()
    reader.known[morpheme.word_id()] = known
    return known


# Splitting and reading a morpheme costs more than finding it; a town's texts use few thousand words over and over.
_KNOWN_LIMIT = 50_000


def _read_own(reader: "_Reader", morpheme: Morpheme) -> Unit:
    """A word of the user dictionary as the system dictionary reads its usual spelling, so that all spellings meet."""
    pieces = [_read(piece) for piece in reader.plain.tokenize(morpheme.normalized_form(), SplitMode.C)]
    if len(pieces) == 1:
        return Unit(morpheme.surface(), pieces[0].term, morpheme.reading_form(), "word", pieces[0].parts, True)
    term = _term(morpheme)
    parts = dict.fromkeys(part for piece in pieces if piece.is_content for part in (piece.term, *piece.parts))
    others = tuple(part for part in parts if part != term)
    return Unit(morpheme.surface(), term, morpheme.reading_form(), "word", others, True)


def _read(morpheme: Morpheme) -> Unit:
    role = _role(morpheme)
    term = _term(morpheme)
    parts: tuple[str, ...] = ()
    if role == "word":
        pieces = morpheme.split(SplitMode.A)
        if len(pieces) > 1:
            parts = tuple(
                part for piece in pieces if (part := _term(piece)) and part != term and part not in _EMPTY_TERMS
            )
    elif role == "affix" and term in _EMPTY_TERMS:
        role = "function"
    if not term and role in {"word", "number", "affix"}:
        role = "function"
    # A space keeps n-grams from running over from one word into a stranger.
    reading = " " if role == "space" else morpheme.reading_form()
    return Unit(morpheme.surface(), term, reading, role, parts)


def _term(morpheme: Morpheme) -> str:
    # Engines split at white space, so a term must not contain any.
    return "".join(morpheme.normalized_form().lower().split())[:TERM_LIMIT]


def _role(morpheme: Morpheme) -> str:
    role = _role_of(morpheme.part_of_speech())
    if role == "particle" and morpheme.surface() not in _SPLITTING_PARTICLES:
        return "function"
    if morpheme.surface() in "ーぁぃぅぇぉゃゅょっ":
        return "mark"
    if role == "symbol":
        return "word" if any(character.isalnum() for character in morpheme.surface()) else "space"
    return role


@lru_cache(maxsize=2_048)
def _role_of(part_of_speech: tuple[str, ...]) -> str:
    major, minor, detail = part_of_speech[:3]
    if minor == "数詞":
        return "number"
    if "助動詞語幹" in {minor, detail}:
        return "function"
    if major in _CONTENT:
        return "word"
    if major in _AFFIX:
        return "affix"
    return {"助詞": "particle", "助動詞": "function", "記号": "symbol", "補助記号": "symbol", "空白": "space"}.get(
        major, "empty"
    )


@dataclass(slots=True)
class _Reader:
    """This thread's tokenizers, which keep state between calls, with and without the user dictionary."""

    name: str
    tokenizer: Tokenizer
    plain: Tokenizer
    known: dict[int, _Known]


_local = threading.local()
_dictionary_lock = threading.Lock()


@lru_cache(maxsize=2)
def _dictionary(name: str) -> Dictionary:
    return dictionary.load(name)


@lru_cache(maxsize=2)
def _known(name: str) -> dict[int, _Known]:
    return {}


def _reader() -> _Reader:
    """This thread's tokenizers of the dictionary in use now."""
    reader: _Reader | None = getattr(_local, "reader", None)
    name = dictionary.current()
    if reader is None or reader.name != name:
        # A dictionary is loaded once, however many threads ask for it at the start.
        with _dictionary_lock:
            own, plain = _dictionary(name), _dictionary("")
            reader = _Reader(name, own.tokenizer(SplitMode.C), plain.tokenizer(SplitMode.C), _known(name))
        _local.reader = reader
    return reader
