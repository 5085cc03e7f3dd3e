"""Which need somebody speaks of: their words compared with phrases that people in that need are known to use.

Each phrase is a bag of features (words, what is denied, sounds, pairs of characters) weighed by how few needs use them.
A question is compared with every phrase that shares a feature; the needs whose phrases it covers best are found.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..text.analysis import Analysis, analyse
from ..text.features import features

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
        self._sums = np.array([sum(self._weights[feature] for feature in bag) for bag in bags])
        self._users = dict(spread)
        postings: dict[str, list[int]] = defaultdict(list)
        for number, bag in enumerate(bags):
            for feature in bag:
                postings[feature].append(number)
        self._postings: dict[str, NDArray[np.int32]] = {
            feature: np.array(numbers, dtype=np.int32) for feature, numbers in postings.items()
        }

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
        return target in self._users[feature]

    def _like(self, asked: dict[str, float]) -> _Like:
        """How like a question the phrases of each target are, the likest first."""
        found: _Like = defaultdict(list)
        if not asked:
            return found
        postings = [self._postings[feature] for feature in asked]
        weights = np.repeat(list(asked.values()), [len(numbers) for numbers in postings])
        shared = np.bincount(np.concatenate(postings), weights, minlength=len(self._phrases))
        numbers = np.flatnonzero(shared)
        weight = shared[numbers]
        covered = weight / self._sums[numbers]
        certain = weight / (weight + HALF_EVIDENCE)
        scores = covered * (0.4 + 0.6 * certain) * (1 + certain) / 1.3
        for number, score in zip(numbers.tolist(), scores.tolist(), strict=True):
            found[self._phrases[number].target].append((score, number))
        for items in found.values():
            items.sort(reverse=True)
        return found


def _joined(items: list[tuple[float, int]], voice: float) -> tuple[float, int]:
    """The best phrase counts, and by `voice` a little of the next ones: several echoes are a voice."""
    score = items[0][0]
    for rank, (other, _number) in enumerate(items[1:4], start=2):
        score += other * voice / rank
    return score, items[0][1]
