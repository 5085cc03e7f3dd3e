"""What two texts may have in common: words, what is denied, sounds, pairs of characters, letters without their marks."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from .analysis import Analysis, Unit, fold_long_vowels, to_hiragana

_HAN = re.compile(r"[㐀-鿿]{2,}")
_LATIN = re.compile(r"[a-zà-ɏạ-ỹ]+")
_KANA_RUN = re.compile(r"[ぁ-ゖ]+")
_DENIALS = {"ない", "無い", "ず", "ぬ", "ん", "へん", "ひん", "まい"}
# Auxiliaries that tell wishing, asking and giving apart.
_WISHES = {
    "たい": "wish",
    "欲しい": "ask",
    "呉れる": "ask",
    "貰う": "ask",
    "下さる": "ask",
    "下さい": "ask",
    "頂く": "ask",
}
_EMPTY = frozenset(
    {"為る", "有る", "居る", "成る", "事", "物", "所", "人", "様", "言う", "御", "其れ", "此れ", "思う", "見る"}
)


def features(analysis: Analysis) -> Iterable[str]:
    """Features of a text; the first letter is their kind (`search.questions.needs.WEIGHTS`)."""
    words: list[str] = []
    units = analysis.units
    for number, unit in enumerate(units):
        if unit.term in _WISHES:
            yield f"f{_WISHES[unit.term]}"
        elif unit.is_content and unit.term not in _EMPTY and not _is_latin(unit):
            word = unit.term
            yield f"w{word}"
            yield from (f"w{part}" for part in unit.parts if len(part) > 1)
            if _is_denied(units, number):
                yield f"d{word}"
            words.append(word)
    yield from (f"p{first} {second}" for first, second in pairwise(words))
    yield from _sounds(analysis)
    yield from (f"c{run[at : at + 2]}" for run in _HAN.findall(analysis.surface) for at in range(len(run) - 1))
    yield from _latin(analysis.surface)


def _is_denied(units: tuple[Unit, ...], number: int) -> bool:
    """Whether a ない follows within the phrase, before the next word that says something."""
    for unit in units[number + 1 : number + 5]:
        if unit.term in _DENIALS or unit.surface in _DENIALS:
            return True
        if unit.role in {"word", "number", "space"} and unit.term not in _EMPTY:
            return False
    return False


def _sounds(analysis: Analysis) -> Iterable[str]:
    reading = fold_long_vowels(to_hiragana("".join(unit.reading for unit in analysis.units)))
    for run in _KANA_RUN.findall(reading):
        yield from (f"g{run[at : at + 3]}" for at in range(len(run) - 2))


def _is_latin(unit: Unit) -> bool:
    return bool(_LATIN.match(unit.surface))


def _latin(surface: str) -> Iterable[str]:
    """Words with and without their marks: who types on a foreign keyboard leaves them out."""
    words = []
    for word in _LATIN.findall(surface):
        bare = "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
        bare = bare.replace("đ", "d")
        yield f"l{bare}"
        # Five letters stand for the word's other forms: help, helping.
        yield f"s{bare[:5]}"
        if bare != word:
            yield f"x{word}"
        words.append(bare)
    yield from (f"p{first} {second}" for first, second in pairwise(words))
