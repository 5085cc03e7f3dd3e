"""One analysis for documents and questions: normalised terms, and kana n-grams of the reading.

Engines receive terms, not Japanese, so every engine finds the same.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import jaconv
from sudachipy import Dictionary, Morpheme, SplitMode

QUESTION_LIMIT = 2_000
DOCUMENT_LIMIT = 100_000
# Sudachi refuses more than about 49,000 bytes at once; this many characters are at most 16,000.
CHUNK = 4_000
GRAM = 3

CONTENT = {"名詞", "代名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞"}
_SPACE = re.compile(r"\s+")
_BREAKS = re.compile(r"(?<=[。！？!?\n])")
_KANA = re.compile(r"[ぁ-ゖー]+")
_ROWS = {
    "あ": "あかさたなはまやらわがざだばぱぁゃ",
    "い": "いきしちにひみりぎじびぴぃえけせてねへめれげぜでべぺぇ",
    "う": "うくすつぬふむゆるぐずぶぷぅゅおこそとのほもよろごぞどぼぽぉょ",
}
_LONG = {kana: vowel for vowel, row in _ROWS.items() for kana in row}
_ALIKE = str.maketrans({"ぢ": "じ", "づ": "ず", "を": "お", "ゐ": "い", "ゑ": "え"})

_local = threading.local()
_dictionary: Dictionary | None = None
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: its term in the long unit, its short units if it has any, and how it is read and written."""

    term: str
    parts: tuple[str, ...]
    surface: str
    reading: str
    part_of_speech: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is left of a text: words in order, all terms in long and short units, and n-grams of the reading."""

    surface: str
    words: tuple[Word, ...]
    reading: str

    @property
    def terms(self) -> tuple[str, ...]:
        """Terms in order, each long unit followed by its short units."""
        return tuple(term for word in self.words for term in (word.term, *word.parts))

    @property
    def grams(self) -> tuple[str, ...]:
        """N-grams of the reading, run by run."""
        return kana_grams(self.reading)


def normalise(text: str, limit: int = QUESTION_LIMIT) -> str:
    """NFKC (so half width becomes full and the other way round), lower case, without control and direction characters."""
    folded = unicodedata.normalize("NFKC", text[:limit]).lower()
    kept = "".join(sign if sign == "\n" or unicodedata.category(sign)[0] != "C" else " " for sign in folded)
    return re.sub(r"[^\S\n]+", " ", kept).strip()[:limit]


def _tokenizer() -> object:
    """This thread's tokenizer over the shared dictionary; a tokenizer is not safe between threads."""
    global _dictionary
    if not hasattr(_local, "tokenizer"):
        with _lock:
            if _dictionary is None:
                _dictionary = Dictionary(dict="core")
        _local.tokenizer = _dictionary.tokenizer(mode=SplitMode.C)
    return _local.tokenizer


def _chunks(text: str) -> Iterator[str]:
    for sentence in _BREAKS.split(text):
        for start in range(0, len(sentence), CHUNK):
            yield sentence[start : start + CHUNK]


def morphemes(text: str) -> Iterator[Morpheme]:
    """Morphemes of a normalised text in long units."""
    tokenizer = _tokenizer()
    for chunk in _chunks(text):
        yield from tokenizer.tokenize(chunk)


def analyse(text: str, limit: int = QUESTION_LIMIT) -> Analysis:
    """The content words of a text and its reading."""
    surface = normalise(text, limit)
    words, reading = [], []
    for morpheme in morphemes(surface):
        parts = morpheme.part_of_speech()
        reading.append(_reading(morpheme))
        if parts[0] in CONTENT or (parts[0] == "記号" and parts[1] == "文字"):
            word = _word(morpheme, parts[0])
            if word is not None:
                words.append(word)
    return Analysis(surface, tuple(words), "".join(reading))


def _reading(morpheme: Morpheme) -> str:
    if morpheme.part_of_speech()[0] in {"空白", "補助記号"} and not _KANA.fullmatch(morpheme.surface()):
        return " "
    return to_hiragana(morpheme.reading_form())


def _word(morpheme: Morpheme, part_of_speech: str) -> Word | None:
    term = _SPACE.sub("", morpheme.normalized_form())
    if not term:
        return None
    short = morpheme.split(SplitMode.A)
    parts = tuple(_SPACE.sub("", piece.normalized_form()) for piece in short) if len(short) > 1 else ()
    return Word(
        term, tuple(filter(None, parts)), morpheme.surface(), to_hiragana(morpheme.reading_form()), part_of_speech
    )


def to_hiragana(text: str) -> str:
    """Katakana as hiragana."""
    return jaconv.kata2hira(text)


def fold_kana(kana: str) -> str:
    """Spellings that sound alike become one: long vowels written out, ぢ as じ, を as お."""
    folded: list[str] = []
    for sign in kana.translate(_ALIKE):
        folded.append(_LONG.get(folded[-1], "") if sign == "ー" and folded else sign)
    return "".join(folded)


def is_kana(text: str) -> bool:
    """Whether a text is written in hiragana or katakana only."""
    return bool(_KANA.fullmatch(to_hiragana(text)))


def kana_grams(reading: str) -> tuple[str, ...]:
    """Trigrams of each run of hiragana, each once, in order; a run of one or two is taken whole."""
    found: dict[str, None] = {}
    for run in _KANA.findall(to_hiragana(reading)):
        folded = fold_kana(run)
        if len(folded) < GRAM:
            found[folded] = None
        for start in range(len(folded) - GRAM + 1):
            found[folded[start : start + GRAM]] = None
    found.pop("", None)
    return tuple(found)


def joined(terms: Iterable[str]) -> str:
    """Terms as the text that engines split at spaces."""
    return " ".join(terms)
