"""How well the ear hears sentences of writers that it never read: what `train_ear` writes down beside the weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .model import GROUPS
from .sentences import INSIDERS, Sentence
from .training import Judgement, Lesson

AMONG = 3
WORST = 10
Number = dict[str, float]


def figures(lesson: Lesson, labels: Mapping[str, Sequence[str]], judgement: Judgement) -> dict[str, Any]:
    """Shares of 1, whole and by topic, side and language; and the rows that were missed by most."""
    judged = [place for place, sentence in enumerate(lesson.sentences) if sentence.writer not in INSIDERS]
    topic = [labels["topic"][place] for place in judgement.topic.argmax(axis=1)]
    margins = lesson.margins(labels["topic"])
    above = np.array(
        [
            float(danger) - judgement.thresholds[script] - margins[name]
            for danger, script, name in zip(judgement.danger, lesson.scripts, topic, strict=True)
        ]
    )
    heard = above >= 0
    side = [labels["side"][place] for place in judgement.side.argmax(axis=1)]
    types = _types(labels, judgement)
    sentences = lesson.sentences

    def summary(places: Iterable[int]) -> Number:
        places = list(places)
        yes = [place for place in places if sentences[place].band == "yes"]
        no = [place for place in places if sentences[place].band == "no"]
        told = [place for place in yes if heard[place]]
        return {
            "dangers": len(yes),
            "harmless": len(no),
            "band_recall": _share(heard[place] for place in yes),
            "false_alarms": _share(heard[place] for place in no),
            "topic": _share(topic[place] == sentences[place].topic for place in told),
            "side": _share(side[place] == sentences[place].side for place in told),
            "desk@3": _share(bool(set(types[place]) & set(sentences[place].types)) for place in places),
        }

    def by(key: Callable[[Sentence], str]) -> dict[str, Number]:
        groups = sorted({key(sentences[place]) for place in judged} - {""})
        return {group: summary(place for place in judged if key(sentences[place]) == group) for group in groups}

    missed = sorted((place for place in judged if sentences[place].band == "yes"), key=lambda place: above[place])
    return {
        "writers": len({sentences[place].writer for place in judged}),
        "sentences": len(judged),
        "all": summary(judged),
        "by_topic": by(lambda sentence: sentence.topic),
        "by_side": by(lambda sentence: sentence.side),
        "by_language": by(lambda sentence: sentence.lang),
        "by_writer": by(lambda sentence: sentence.writer),
        "worst": [
            [sentences[place].text, sentences[place].topic, sentences[place].side, round(float(above[place]), 2)]
            for place in missed[:WORST]
        ],
        "thresholds": judgement.thresholds,
    }


def _types(labels: Mapping[str, Sequence[str]], judgement: Judgement) -> list[list[str]]:
    start = sum(len(labels[group]) for group in GROUPS[: GROUPS.index("type")])
    scores = judgement.scores[:, start : start + len(labels["type"])]
    return [[labels["type"][place] for place in row] for row in (-scores).argsort(axis=1)[:, :AMONG]]


def _share(values: Iterable[Any]) -> float:
    values = [bool(value) for value in values]
    return round(sum(values) / len(values), 4) if values else 1.0
