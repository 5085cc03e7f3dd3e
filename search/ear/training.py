"""How the ear learns: linear classifiers over rare and common signs, one for each question. Needs scikit-learn (extra `train`).

The same sentences give the same bytes on one machine: nothing here is random.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import sklearn
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

from ..text.analysis import analyse
from .model import FORMAT, GROUPS, MIX, MIXED, SCRIPTS, Ear, Mix, mixed, places_of, script_of
from .sentences import INSIDERS, Sentence
from .signs import signs

# Places of the tables, powers of two. Half as many for danger cost 5 of 100 dangers at the same false alarms; a quarter of the
# narrow one's cost little.
SIZES = {"danger": 1 << 21, "rest": 1 << 16}
# Softer than usual: writers differ more among each other than their sentences do.
PENALTY = {"danger": 0.7, "topic": 0.4, "side": 0.4, "type": 0.3, "need": 0.3}
# So many of a hundred harmless look-alikes of unseen writers may be taken for danger. They were written to mislead: of what a
# town is really asked, far fewer are. A line too many is easier to bear than one that is missing.
FALSE_ALARMS = 0.03
# A miss costs more where minutes or a life are at stake, a needless band is odder where they are not: so far below (above) the
# threshold a topic for which 110 or 119 stand by (any other) is heard. Chosen by looking at 720 questions (262 dangers) that the
# ear of that day had mostly not learned from: of their dangers 98 of 100 were heard instead of 97, at as many false alarms.
URGENT, PATIENT = -1.0, 1.0
WORKERS = 2
# The second step: a small net over the scores of all columns. Held as tight as the other two and taught as long, that for danger
# heard Japanese worse (mean of three beginnings: 91.7 of 100 instead of 92.0, at as many false alarms); the others needed it.
HIDDEN = 32
ROUNDS = {"danger": 20, "topic": 40, "side": 40}
HELD = {"danger": 0.3, "topic": 1.0, "side": 1.0}


@dataclass(frozen=True, slots=True)
class Lesson:
    """Sentences as numbers: for each its families of signs. `urgent`: the topics in which a miss costs most."""

    sentences: tuple[Sentence, ...]
    families: tuple[tuple[frozenset[int], ...], ...]
    scripts: tuple[str, ...]
    urgent: frozenset[str] = frozenset()

    @classmethod
    def of(cls, sentences: Sequence[Sentence], urgent: Collection[str] = ()) -> Lesson:
        """Analyse them all."""
        analyses = [analyse(sentence.text) for sentence in sentences]
        return cls(
            tuple(sentences),
            tuple(signs(analysis) for analysis in analyses),
            tuple(script_of(analysis.surface) for analysis in analyses),
            frozenset(urgent),
        )

    def part(self, chosen: Collection[int]) -> Lesson:
        """Some of the sentences."""
        places = sorted(chosen)
        return Lesson(
            tuple(self.sentences[place] for place in places),
            tuple(self.families[place] for place in places),
            tuple(self.scripts[place] for place in places),
            self.urgent,
        )

    def fingerprint(self) -> str:
        """What an ear depends on that learns this: sentences, their signs, the code of this package, the libraries' versions."""
        digest = sha256(repr([np.__version__, scipy.__version__, sklearn.__version__, sorted(self.urgent)]).encode())
        for sentence, families in zip(self.sentences, self.families, strict=True):
            digest.update(repr((sentence, [sorted(family) for family in families])).encode())
        for module in sorted(Path(__file__).parent.glob("*.py")):
            digest.update(module.read_bytes())
        return digest.hexdigest()

    def margins(self, topics: Sequence[str]) -> dict[str, float]:
        """How far from the threshold each topic is heard."""
        return {topic: URGENT if topic in self.urgent else PATIENT for topic in topics}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What sentences of unseen writers say: the second step, thresholds by script, slopes by group; and how they scored.

    `scores` are of all sentences of a lesson, by ears that had read nothing of their writers; `danger`, `topic` and `side` the
    second step's logits, by nets that had not read them either.
    """

    mix: dict[str, Mix]
    thresholds: dict[str, float]
    slopes: dict[str, list[float]]
    scores: NDArray[np.float32]
    danger: NDArray[np.float32]
    topic: NDArray[np.float32]
    side: NDArray[np.float32]


def learn(lesson: Lesson, folds: int) -> tuple[Ear, Judgement]:
    """Judge by writers out of `folds` groups, then learn from all sentences."""
    labels = labels_of(lesson.sentences)
    judgement = judge(lesson, labels, folds)
    return _ear(lesson, labels, judgement), judgement


def _ear(lesson: Lesson, labels: Mapping[str, Sequence[str]], judgement: Judgement) -> Ear:
    arrays = _first_step(lesson, labels)
    meta = {
        "format": FORMAT,
        "labels": labels,
        "thresholds": judgement.thresholds,
        "margins": lesson.margins(labels["topic"]),
        "slopes": judgement.slopes,
        "sentences": len(lesson.sentences),
        "writers": len({sentence.writer for sentence in lesson.sentences}),
    }
    mixes = {f"mix_{group}_{name}": getattr(mix, name) for group, mix in judgement.mix.items() for name in MIX}
    return Ear(meta, {**arrays, **mixes})


def _first_step(lesson: Lesson, labels: Mapping[str, Sequence[str]]) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    intercepts: list[float] = []
    for name, groups in (("danger", GROUPS[:1]), ("rest", GROUPS[1:])):
        rarity = _rarity(lesson, SIZES[name])
        matrix = _matrix(lesson, rarity)
        targets = [(group, code) for group in groups for code in labels[group]]
        # Processes and not threads: the solver's chance is one for a whole process, and must begin anew for each question.
        with ProcessPoolExecutor(WORKERS, initializer=_work_on, initargs=(matrix, lesson.sentences)) as pool:
            fitted = list(pool.map(_fit, *zip(*targets, strict=True)))
        weights = np.array([weight for weight, _intercept in fitted]).T
        scale = np.abs(weights).max(axis=0) / 127.0
        scale[scale == 0] = 1.0
        arrays[f"{name}_rarity"] = rarity
        arrays[f"{name}_weights"] = np.rint(weights / scale).astype(np.int8)
        arrays[f"{name}_scale"] = scale.astype(np.float32)
        intercepts += [intercept for _weight, intercept in fitted]
    return {**arrays, "intercept": np.array(intercepts, dtype=np.float32)}


def labels_of(sentences: Sequence[Sentence]) -> dict[str, list[str]]:
    """The columns of each group: every code that a sentence names."""
    return {
        "danger": ["danger"],
        "topic": sorted({sentence.topic for sentence in sentences} - {""}),
        "side": sorted({sentence.side for sentence in sentences} - {""}),
        "type": sorted({code for sentence in sentences for code in sentence.types}),
        "need": sorted({code for sentence in sentences for code in sentence.needs}),
    }


def judge(lesson: Lesson, labels: Mapping[str, Sequence[str]], folds: int) -> Judgement:
    """Scores of every sentence by an ear that read nothing of its writer (nor of the others in the same group of writers)."""
    scores = np.zeros((len(lesson.sentences), sum(map(len, labels.values()))), dtype=np.float32)
    for out in _groups_of_writers(lesson, folds):
        places = [place for place, sentence in enumerate(lesson.sentences) if sentence.writer in out]
        others = [place for place, sentence in enumerate(lesson.sentences) if sentence.writer not in out]
        ear = Ear({"labels": labels}, _first_step(lesson.part(others), labels))
        for place in places:
            scores[place] = ear.scores(lesson.families[place])
    return _second_step(lesson, labels, scores, folds)


def _groups_of_writers(lesson: Lesson, folds: int) -> list[set[str]]:
    writers = sorted({sentence.writer for sentence in lesson.sentences} - INSIDERS)
    return [set(writers[fold::folds]) for fold in range(min(folds, len(writers)))]


def _second_step(
    lesson: Lesson, labels: Mapping[str, Sequence[str]], scores: NDArray[np.float32], folds: int
) -> Judgement:
    topic = slice(1, 1 + len(labels["topic"]))
    looked_at = mixed(scores, lesson.scripts, topic)
    by_writers = np.array([sentence.writer not in INSIDERS for sentence in lesson.sentences])
    mixes: dict[str, Mix] = {}
    logits: dict[str, NDArray[np.float32]] = {}
    for group in MIXED:
        truth = np.array([_answer(sentence, group) for sentence in lesson.sentences])
        judged = by_writers & np.array([_is_told(sentence, group) for sentence in lesson.sentences])
        classes = [False, True] if group == "danger" else list(labels[group])
        logits[group] = np.full((len(truth), 1 if group == "danger" else len(classes)), -99.0, dtype=np.float32)
        for out in _groups_of_writers(lesson, folds):
            there = np.array([sentence.writer in out for sentence in lesson.sentences])
            mix = _mix(group, looked_at[judged & ~there], truth[judged & ~there], classes)
            logits[group][there] = mix.logits(looked_at[there])
        mixes[group] = _mix(group, looked_at[judged], truth[judged], classes)
    danger = logits["danger"][:, 0]
    return Judgement(
        mixes,
        _thresholds(lesson, danger),
        _slopes(lesson, scores, labels),
        scores,
        danger,
        logits["topic"],
        logits["side"],
    )


def _answer(sentence: Sentence, group: str) -> bool | str:
    """What is right, where one answer is."""
    answers: dict[str, bool | str] = {
        "danger": sentence.band == "yes",
        "topic": sentence.topic,
        "side": sentence.side,
    }
    return answers[group]


def _mix(group: str, looked_at: NDArray[np.float32], truth: NDArray[Any], classes: Sequence[Any]) -> Mix:
    """A net that answers with one of the classes; one that it never saw answers never."""
    mean, spread = looked_at.mean(axis=0), looked_at.std(axis=0) + 1e-6
    net = MLPClassifier(
        (HIDDEN,),
        alpha=HELD[group],
        max_iter=ROUNDS[group],
        batch_size=min(256, len(truth)),
        learning_rate_init=1e-3,
        random_state=1,
        tol=0.0,
    )
    with warnings.catch_warnings():
        # It stops after a number of rounds, on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        net.fit((looked_at - mean) / spread, truth)
    second, bias = net.coefs_[1], net.intercepts_[1]
    if len(classes) > 2:
        known = {name: place for place, name in enumerate(net.classes_)}
        second = np.array([second[:, known[name]] if name in known else np.zeros(HIDDEN) for name in classes]).T
        bias = np.array([bias[known[name]] if name in known else -99.0 for name in classes])
    values = (mean, spread, net.coefs_[0], net.intercepts_[0], second, bias)
    return Mix(*(np.asarray(value, dtype=np.float32) for value in values))


def _thresholds(lesson: Lesson, danger: NDArray[np.float32]) -> dict[str, float]:
    """By script: so high that `FALSE_ALARMS` of the harmless sentences are above."""
    found = {}
    for script in SCRIPTS:
        harmless = sorted(
            (
                float(score)
                for score, sentence, written in zip(danger, lesson.sentences, lesson.scripts, strict=True)
                if sentence.band == "no" and written == script and sentence.writer not in INSIDERS
            ),
            reverse=True,
        )
        found[script] = round(harmless[int(FALSE_ALARMS * len(harmless))], 3) if harmless else 0.0
    return found


def _slopes(lesson: Lesson, scores: NDArray[np.float32], labels: Mapping[str, Sequence[str]]) -> dict[str, list[float]]:
    """How a score becomes a likelihood, one rule for all codes of a group."""
    slopes = {}
    start = 0
    for group in GROUPS:
        codes = labels[group]
        block = scores[:, start : start + len(codes)]
        start += len(codes)
        if group in MIXED:
            continue
        truth = np.array([[_says(sentence, group, code) for code in codes] for sentence in lesson.sentences])
        use = np.array([sentence.writer not in INSIDERS for sentence in lesson.sentences])
        rule = LogisticRegression().fit(block[use].reshape(-1, 1), truth[use].reshape(-1))
        slopes[group] = [round(float(rule.coef_[0, 0]), 3), round(float(rule.intercept_[0]), 3)]
    return slopes


def _rarity(lesson: Lesson, size: int) -> NDArray[np.float16]:
    """How rare the signs of each place are; a place that no sentence has is as rare as can be."""
    times = np.zeros(size, dtype=np.int64)
    for families in lesson.families:
        for family in families:
            times[places_of(np.fromiter(family, dtype=np.int64, count=len(family)), size)] += 1
    return (np.log(len(lesson.families) / (1 + times)) + 1).astype(np.float16)


def _matrix(lesson: Lesson, rarity: NDArray[np.float16]) -> csr_matrix:
    """One row a sentence, each family of length one."""
    columns: list[NDArray[np.int64]] = []
    values: list[NDArray[np.float32]] = []
    starts = [0]
    for families in lesson.families:
        width = 0
        for family in filter(None, families):
            # In a fixed order, so that sums come out the same.
            places = places_of(np.fromiter(family, dtype=np.int64, count=len(family)), len(rarity))
            rare = rarity[places].astype(np.float32)
            columns.append(places)
            values.append(rare / np.sqrt((rare**2).sum()))
            width += len(places)
        starts.append(starts[-1] + width)
    matrix = csr_matrix(
        (np.concatenate(values), np.concatenate(columns), starts), shape=(len(lesson.families), len(rarity))
    )
    matrix.sum_duplicates()
    return matrix


def _is_told(sentence: Sentence, group: str) -> bool:
    """Whether a sentence has an answer to the question of a group.

    Topics and sides are learned from dangers alone: what matters is which of them it is, not whether it is one.
    """
    if group == "danger":
        return sentence.band != "either"
    if group in {"topic", "side"}:
        return sentence.band == "yes" and bool(sentence.side if group == "side" else sentence.topic)
    return bool({"type": sentence.types, "need": sentence.needs}[group])


def _says(sentence: Sentence, group: str, code: str) -> bool:
    if group == "danger":
        return sentence.band == "yes"
    if group == "topic":
        return sentence.topic == code
    if group == "side":
        return sentence.side == code
    return code in (sentence.types if group == "type" else sentence.needs)


_work: dict[str, Any] = {}


def _work_on(matrix: csr_matrix, sentences: Sequence[Sentence]) -> None:
    _work.update(matrix=matrix, sentences=sentences)


def _fit(group: str, code: str) -> tuple[NDArray[Any], float]:
    """Weights and intercept of one question, in a process that was told what to work on."""
    matrix, sentences = _work["matrix"], _work["sentences"]
    truth = np.array([_says(sentence, group, code) for sentence in sentences])
    use = np.array([_is_told(sentence, group) for sentence in sentences])
    if not truth[use].any():
        return np.zeros(matrix.shape[1]), -1.0
    model = LinearSVC(C=PENALTY[group], random_state=1, tol=1e-3).fit(matrix[use], truth[use])
    return model.coef_[0], float(model.intercept_[0])
