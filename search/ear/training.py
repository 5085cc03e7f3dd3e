"""How the ear learns: linear classifiers over rare and common signs, one for each question. Needs scikit-learn (extra `train`).

The same sentences give the same bytes on one machine: nothing here is random.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from search.text import analyse

from .model import FORMAT, GROUPS, Ear, script_of
from .sentences import Sentence
from .signs import signs

# What stands once is a writer's own word; of the rest the weightiest are kept, so that the file stays small.
LEAST_TIMES, MOST_SIGNS = 2, 56_000
# Softer than usual: writers differ more among each other than their sentences do.
PENALTY = {"danger": 0.7, "topic": 0.4, "side": 0.4, "type": 0.3, "need": 0.3}
# So many of a hundred harmless look-alikes of unseen writers may be taken for danger. They were written to mislead: of what a
# town is really asked, far fewer are. A line too many is easier to bear than one that is missing.
FALSE_ALARMS = 0.03
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Lesson:
    """Sentences as numbers: for each its families of signs."""

    sentences: tuple[Sentence, ...]
    families: tuple[tuple[frozenset[int], ...], ...]
    scripts: tuple[str, ...]

    @classmethod
    def of(cls, sentences: Sequence[Sentence]) -> Lesson:
        """Analyse them all."""
        analyses = [analyse(sentence.text) for sentence in sentences]
        return cls(
            tuple(sentences),
            tuple(signs(analysis) for analysis in analyses),
            tuple(script_of(analysis.surface) for analysis in analyses),
        )

    def part(self, chosen: Collection[int]) -> Lesson:
        """Some of the sentences."""
        places = sorted(chosen)
        return Lesson(
            tuple(self.sentences[place] for place in places),
            tuple(self.families[place] for place in places),
            tuple(self.scripts[place] for place in places),
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """Thresholds by script and slopes by group, as `judging` chose them from sentences of unseen writers."""

    thresholds: dict[str, float]
    slopes: dict[str, list[float]]


PLAIN = Figures(
    dict.fromkeys(("kana", "han", "latin", "other"), 0.0), {group: [2.0, 0.0] for group in GROUPS if group != "danger"}
)


def train(lesson: Lesson, figures: Figures, labels: Mapping[str, Sequence[str]] | None = None) -> Ear:
    """Learn from all sentences of a lesson. `labels` fixes the columns (else what the sentences name)."""
    labels = dict(labels or labels_of(lesson.sentences))
    table = _Table.of(lesson)
    matrix = table.matrix(lesson)
    targets = [(group, code) for group in GROUPS for code in labels[group]]
    with ThreadPoolExecutor(WORKERS) as pool:
        fitted = list(pool.map(lambda target: _fit(matrix, lesson.sentences, *target), targets))
    weights = np.array([weight for weight, _intercept in fitted]).T
    chosen = _weightiest(weights, table.times)
    scale = np.abs(weights[chosen]).max(axis=0) / 127.0
    scale[scale == 0] = 1.0
    meta = {
        "format": FORMAT,
        "labels": labels,
        "thresholds": figures.thresholds,
        "slopes": figures.slopes,
        "strange": float(table.strange),
        "sentences": len(lesson.sentences),
        "writers": len({sentence.writer for sentence in lesson.sentences}),
    }
    return Ear(
        meta,
        {
            "keys": table.keys[chosen],
            "rarity": table.rarity[chosen].astype(np.float16),
            "weights": np.rint(weights[chosen] / scale).astype(np.int8),
            "scale": scale.astype(np.float32),
            "intercept": np.array([intercept for _weight, intercept in fitted], dtype=np.float32),
        },
    )


def labels_of(sentences: Sequence[Sentence]) -> dict[str, list[str]]:
    """The columns of each group: every code that a sentence names."""
    return {
        "danger": ["danger"],
        "topic": sorted({sentence.topic for sentence in sentences} - {""}),
        "side": sorted({sentence.side for sentence in sentences}),
        "type": sorted({code for sentence in sentences for code in sentence.types}),
        "need": sorted({code for sentence in sentences for code in sentence.needs}),
    }


def out_of_writer(lesson: Lesson, folds: int) -> tuple[NDArray[np.float32], dict[str, list[str]]]:
    """Scores of every sentence by an ear that read nothing of its writer (nor of the others in the same fold)."""
    labels = labels_of(lesson.sentences)
    writers = sorted({sentence.writer for sentence in lesson.sentences})
    scores = np.zeros((len(lesson.sentences), sum(map(len, labels.values()))), dtype=np.float32)
    for fold in range(min(folds, len(writers))):
        out = set(writers[fold::folds])
        places = [place for place, sentence in enumerate(lesson.sentences) if sentence.writer in out]
        others = [place for place, sentence in enumerate(lesson.sentences) if sentence.writer not in out]
        ear = train(lesson.part(others), PLAIN, labels)
        for place in places:
            scores[place] = ear.scores(analyse(lesson.sentences[place].text))
    return scores, labels


def choose(lesson: Lesson, scores: NDArray[np.float32], labels: Mapping[str, Sequence[str]]) -> Figures:
    """Thresholds and slopes from scores of unseen writers."""
    return Figures(_thresholds(lesson, scores[:, 0]), _slopes(lesson, scores, labels))


def _thresholds(lesson: Lesson, danger: NDArray[np.float32]) -> dict[str, float]:
    """By script: so high that `FALSE_ALARMS` of the harmless sentences are above."""
    found = {}
    for script in ("kana", "han", "latin", "other"):
        harmless = sorted(
            (
                float(score)
                for score, sentence, written in zip(danger, lesson.sentences, lesson.scripts, strict=True)
                if sentence.band == "no" and written == script
            ),
            reverse=True,
        )
        found[script] = round(harmless[int(FALSE_ALARMS * len(harmless))], 3) if harmless else 0.0
    return found


def _slopes(
    lesson: Lesson, scores: NDArray[np.float32], labels: Mapping[str, Sequence[str]]
) -> dict[str, list[float]]:
    """How a score becomes a likelihood, one rule for all codes of a group."""
    slopes = {}
    start = 0
    for group in GROUPS:
        codes = labels[group]
        block = scores[:, start : start + len(codes)]
        start += len(codes)
        if group == "danger":
            continue
        truth = np.array([[_says(sentence, group, code) for code in codes] for sentence in lesson.sentences])
        use = np.array([sentence.band == "yes" or group != "topic" for sentence in lesson.sentences])
        rule = LogisticRegression().fit(block[use].reshape(-1, 1), truth[use].reshape(-1))
        slopes[group] = [round(float(rule.coef_[0, 0]), 3), round(float(rule.intercept_[0]), 3)]
    return slopes


@dataclass(frozen=True, slots=True)
class _Table:
    """The signs that are used, sorted, with how often and how rare each is."""

    keys: NDArray[np.uint32]
    times: NDArray[np.int64]
    rarity: NDArray[np.float64]
    strange: float

    @classmethod
    def of(cls, lesson: Lesson) -> _Table:
        count: Counter[int] = Counter()
        for families in lesson.families:
            for family in families:
                count.update(family)
        keys = np.array(sorted(key for key, times in count.items() if times >= LEAST_TIMES), dtype=np.uint32)
        times = np.array([count[int(key)] for key in keys])
        whole = len(lesson.sentences)
        # As float16, so that training and use see the same numbers.
        rarity = (np.log(whole / (1 + times)) + 1).astype(np.float16).astype(np.float64)
        return cls(keys, times, rarity, float(np.log(whole / 2) + 1))

    def matrix(self, lesson: Lesson) -> csr_matrix:
        """One row a sentence, each family of length one."""
        columns: list[NDArray[np.int64]] = []
        values: list[NDArray[np.float64]] = []
        starts = [0]
        for families in lesson.families:
            for family in families:
                asked = np.fromiter(sorted(family), dtype=np.uint32, count=len(family))
                places = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
                places = places[self.keys[places] == asked]
                rarity = self.rarity[places]
                strange = len(asked) - len(places)
                length = np.sqrt((rarity**2).sum() + strange * self.strange**2)
                columns.append(places)
                values.append(rarity / (length or 1.0))
            starts.append(starts[-1] + sum(len(part) for part in columns[-len(families) :]))
        data, indices = np.concatenate(values), np.concatenate(columns)
        matrix = csr_matrix((data, indices, starts), shape=(len(lesson.families), len(self.keys)))
        matrix.sum_duplicates()
        return matrix


def _says(sentence: Sentence, group: str, code: str) -> bool:
    if group == "danger":
        return sentence.band == "yes"
    if group == "topic":
        return sentence.topic == code
    if group == "side":
        return sentence.side == code
    return code in (sentence.types if group == "type" else sentence.needs)


def _fit(matrix: csr_matrix, sentences: Sequence[Sentence], group: str, code: str) -> tuple[NDArray[Any], float]:
    truth = np.array([_says(sentence, group, code) for sentence in sentences])
    # Of what nobody could say, the ear learns no topic and no alarm.
    use = (
        np.array([sentence.band != "either" for sentence in sentences])
        if group in {"danger", "topic"}
        else np.ones(len(sentences), dtype=bool)
    )
    if not truth[use].any():
        return np.zeros(matrix.shape[1]), -1.0
    model = LinearSVC(C=PENALTY[group], random_state=1, tol=1e-3).fit(matrix[use], truth[use])
    return model.coef_[0], float(model.intercept_[0])


def _weightiest(weights: NDArray[Any], times: NDArray[np.int64]) -> NDArray[np.int64]:
    """The signs that say most, danger as much as all else together; in the order of their numbers."""
    rest = np.abs(weights[:, 1:]).max(axis=1)
    worth = (np.abs(weights[:, 0]) / np.abs(weights[:, 0]).max() + rest / rest.max()) * np.sqrt(times)
    return np.sort(np.argsort(-worth, kind="stable")[:MOST_SIGNS])
