"""Labelled sentences from which the ear learns: one CSV file a writer, so that it can be judged by writers it never read."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("text", "lang", "band", "topic", "side", "needs", "desks")
# Sentences that are learned from and never judged by: those who wrote them knew the vocabulary.
INSIDERS = frozenset({"questions", "vocabulary"})
BANDS = frozenset({"yes", "no", "either"})
MOST_PROBLEMS = 50


class SentencesError(Exception):
    """Files that cannot be learned from; `problems` names file, row and reason of each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Sentence:
    """What somebody types, and what is right about it. `band`: "yes", "no", or "either" where nobody could say.

    Of what is empty (side, needs, types) nothing is learned.
    """

    text: str
    lang: str
    band: str
    topic: str
    side: str
    needs: tuple[str, ...]
    types: tuple[str, ...]
    writer: str


def read_sentences(paths: Iterable[Path], known: Mapping[str, Collection[str]]) -> list[Sentence]:
    """All sentences of some files; the name of a file is its writer's.

    `known` has the codes that may be used, by "topic", "side", "need" and "type". Raises SentencesError.
    """
    sentences: list[Sentence] = []
    problems: list[str] = []
    for path in paths:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file, strict=True)
                missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
                if missing:
                    problems.append(f"{path.name}: no column {', '.join(missing)}")
                    continue
                for number, row in enumerate(reader, start=2):
                    sentence = _sentence(row, path.stem)
                    problems += [f"{path.name}, row {number}: {problem}" for problem in _problems(sentence, known)]
                    sentences.append(sentence)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            problems.append(f"{path.name}: {error}")
    if not sentences and not problems:
        problems.append("no sentences")
    if problems:
        more = len(problems) - MOST_PROBLEMS
        raise SentencesError(problems[:MOST_PROBLEMS] + ([f"and {more} more"] if more > 0 else []))
    return sentences


def _sentence(row: Mapping[str, str], writer: str) -> Sentence:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    return Sentence(
        cells["text"],
        cells["lang"],
        cells["band"],
        cells["topic"],
        cells["side"],
        tuple(cells["needs"].split()),
        tuple(filter(None, cells["desks"].split("+"))),
        writer,
    )


def _problems(sentence: Sentence, known: Mapping[str, Collection[str]]) -> Iterable[str]:
    if not sentence.text:
        yield "empty text"
    if sentence.band not in BANDS:
        yield f"unknown band {sentence.band!r}"
    elif (sentence.band == "no") == bool(sentence.topic):
        yield "a topic without a band, or a band without a topic"
    if sentence.topic and sentence.topic not in known["topic"]:
        yield f"unknown topic {sentence.topic!r}"
    if sentence.side and sentence.side not in known["side"]:
        yield f"unknown side {sentence.side!r}"
    yield from (f"unknown need {code!r}" for code in sentence.needs if code not in known["need"])
    yield from (f"unknown type {code!r}" for code in sentence.types if code not in known["type"])
