"""Which need somebody speaks of: their words compared with phrases that people in that need are known to use.

Each phrase is a bag of features (words, what is denied, sounds, pairs of characters) weighed by how few needs use them.
A question is compared with every phrase that shares a feature; the needs whose phrases it covers best are found.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from search.text import Analysis, Unit, analyse, fold_long_vowels, to_hiragana

# How much each kind of feature counts before rarity: whole words say most, sounds and characters bridge spellings.
WEIGHTS = {"w": 1.0, "p": 0.35, "d": 0.8, "g": 0.22, "c": 0.3, "l": 1.0, "s": 0.3, "x": 0.3, "f": 0.25}
# A phrase that is matched this far counts as said; below, only as an echo.
LEAST_SCORE = 0.5
MOST_NEEDS = 3
LEAST_ECHO, MOST_ECHOES = 0.15, 5
# How much the next phrases of a target count beside the best, where it must have been said, and where it is only guessed at.
SOFTLY, LOUDLY = 0.25, 1.0
# Evidence (in weighed features) at which half of the certainty is reached: one rare word is enough, a particle is not.
HALF_EVIDENCE = 1.3
# A question of a page's length is compared by its beginning.
MOST_FEATURES = 160

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

# Of each target its phrases with how like they are, the likest first.
_Like = dict[str, list[tuple[float, int]]]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that people say, and the code of the target (need or type of institution) that it speaks of.

    `is_own`: somebody in this city wrote or changed it, so it counts whatever the learned ear thinks.
    """

    target: str
    text: str
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class FoundNeed:
    """A target that a question speaks of: how surely (0 to 1; of an echo also more), and the phrase that told."""

    target: str
    score: float
    phrase: str
    is_own: bool = False


class NeedFinder:
    """All phrases, ready for questions."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = tuple(phrases)
        bags = [frozenset(features(analyse(phrase.text))) for phrase in self._phrases]
        spread: dict[str, set[str]] = defaultdict(set)
        for phrase, bag in zip(self._phrases, bags, strict=True):
            for feature in bag:
                spread[feature].add(phrase.target)
        targets = max(len({phrase.target for phrase in self._phrases}), 2)
        self._weights = {
            feature: WEIGHTS[feature[0]] * math.log(1 + targets / len(users)) / math.log(1 + targets)
            for feature, users in spread.items()
        }
        self._sums = [sum(self._weights[feature] for feature in bag) for bag in bags]
        self._postings: dict[str, list[int]] = defaultdict(list)
        for number, bag in enumerate(bags):
            for feature in bag:
                self._postings[feature].append(number)

    def listen(self, analysis: Analysis) -> tuple[list[FoundNeed], list[FoundNeed]]:
        """The targets that a question speaks of, the surest first; and those whose phrases are most like it, the likest first.

        What one target explains is taken out before the next is looked for, so that two needs are found only where the
        question gives reasons for both. Somebody who tells a story says little that others have said before; what is
        likest is then still the best guess.
        """
        left = self._known(analysis)
        like = self._like(left)
        return self._told(left, like), self._echoes(like)

    def _told(self, left: dict[str, float], like: _Like) -> list[FoundNeed]:
        found: list[FoundNeed] = []
        while left and len(found) < MOST_NEEDS:
            known = {item.target for item in found}
            scores = {target: _joined(items, SOFTLY) for target, items in like.items() if target not in known}
            if not scores:
                break
            target, (score, number) = max(scores.items(), key=lambda item: (item[1][0], item[0]))
            if score < LEAST_SCORE:
                break
            found.append(self._found(target, min(score, 1.0), number))
            left = {feature: weight for feature, weight in left.items() if not self._used_by(feature, target)}
            like = self._like(left)
        return found

    def _echoes(self, like: _Like) -> list[FoundNeed]:
        scores = {target: _joined(items, LOUDLY) for target, items in like.items()}
        best = sorted(scores.items(), key=lambda item: (item[1][0], item[0]), reverse=True)[:MOST_ECHOES]
        return [self._found(target, score, number) for target, (score, number) in best if score >= LEAST_ECHO]

    def _found(self, target: str, score: float, number: int) -> FoundNeed:
        phrase = self._phrases[number]
        return FoundNeed(target, score, phrase.text, phrase.is_own)

    def _known(self, analysis: Analysis) -> dict[str, float]:
        """The features of a question that any phrase has, with their weights."""
        asked = dict.fromkeys(features(analysis))
        return {feature: self._weights[feature] for feature in list(asked)[:MOST_FEATURES] if feature in self._weights}

    def _used_by(self, feature: str, target: str) -> bool:
        return any(self._phrases[number].target == target for number in self._postings[feature])

    def _like(self, asked: dict[str, float]) -> _Like:
        """How like a question the phrases of each target are, the likest first."""
        shared: Counter[int] = Counter()
        for feature, weight in asked.items():
            for number in self._postings[feature]:
                shared[number] += weight
        found: _Like = defaultdict(list)
        for number, weight in shared.items():
            covered = weight / self._sums[number]
            certain = weight / (weight + HALF_EVIDENCE)
            found[self._phrases[number].target].append((covered * (0.4 + 0.6 * certain) * (1 + certain) / 1.3, number))
        for items in found.values():
            items.sort(reverse=True)
        return found


def _joined(items: list[tuple[float, int]], voice: float) -> tuple[float, int]:
    """The best phrase counts, and by `voice` a little of the next ones: several echoes are a voice."""
    score = items[0][0]
    for rank, (other, _number) in enumerate(items[1:4], start=2):
        score += other * voice / rank
    return score, items[0][1]


def features(analysis: Analysis) -> Iterable[str]:
    """Features of a text; the first letter is their kind in `WEIGHTS`."""
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
