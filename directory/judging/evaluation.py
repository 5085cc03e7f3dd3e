"""How good the answers are: a file of questions with the right types of institution, and the figures over them.

The file has the columns of `data/queries.csv`: id, query, first, second (codes joined by +), banner (not empty: a band must
stand above the answers). Five more may be there, and each may be empty: topic (of the band; codes joined by +, a kin of one
is right), line (name of the band's first line), side, desk (name of a resource that must be among the first three), language
(of the answer). Their figures are shares of the rows that fill them; a figure that no row asks for is left out.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from search.text.characters import normalise

from ..areas.index import AreaNode
from ..finding.answers import Answers, answer, answer_types
from ..finding.danger import topics
from ..finding.query import Asked
from .calls import language_is_right, language_of, topic_is_right

COLUMNS = ("query", "first", "second", "banner")
# Optional columns, and what their figures are called.
FIGURES = {"topic": "topic", "line": "first_line", "side": "side", "desk": "desk", "language": "language"}
AMONG = 3
SHOWN = 10


class JudgingError(Exception):
    """The file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with its answers (type, title), and what was right about them."""

    id: str
    query: str
    wanted: frozenset[str]
    accepted: frozenset[str]
    wants_band: bool
    has_band: bool
    answers: tuple[tuple[str, str], ...]
    # What came and whether it was right, by optional column; right ones only for columns that the row fills.
    came: Mapping[str, str] = field(default_factory=dict)
    right: Mapping[str, bool] = field(default_factory=dict)

    @property
    def is_first(self) -> bool:
        """Whether a wanted type is among the first three answers; without one, an accepted one will do."""
        return any(code in (self.wanted or self.accepted) for code, _title in self.answers[:AMONG])

    @property
    def is_first_or_second(self) -> bool:
        """Whether a wanted or accepted type is among the first three."""
        return any(code in self.wanted | self.accepted for code, _title in self.answers[:AMONG])


def read_queries(path: Path) -> list[dict[str, str]]:
    """Rows of a file of questions. Raises JudgingError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise JudgingError(f"{path}: {', '.join(missing)}")
            return [{name: value or "" for name, value in row.items() if name} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise JudgingError(str(error)) from error


def judge(
    rows: Iterable[dict[str, str]], home: AreaNode | None, ask: Callable[[Asked, AreaNode | None], Answers] = answer
) -> list[Judged]:
    """Ask each question and compare."""
    judged = []
    for number, row in enumerate(rows, start=1):
        found = ask(Asked(q=row["query"]), home)
        judged.append(
            Judged(
                row.get("id") or str(number),
                row["query"],
                _codes(row["first"]),
                _codes(row["second"]),
                bool(row["banner"].strip()),
                found.band is not None,
                tuple(answer_types(found)[:SHOWN]),
                _came(found),
                dict(_right(row, found)),
            )
        )
    return judged


def summary(judged: list[Judged]) -> dict[str, Any]:
    """The figures: shares of 1, and counts."""
    count = len(judged) or 1
    with_band = [item for item in judged if item.wants_band]
    figures = {
        "first@3": round(sum(item.is_first for item in judged) / count, 4),
        "first_or_second@3": round(sum(item.is_first_or_second for item in judged) / count, 4),
        "dead_ends": sum(not item.answers for item in judged),
        "band_recall": round(sum(item.has_band for item in with_band) / len(with_band), 4) if with_band else 1.0,
        "band_false_alarms": sum(item.has_band and not item.wants_band for item in judged),
    }
    for column, name in FIGURES.items():
        asked = [item.right[column] for item in judged if column in item.right]
        if asked:
            figures[name] = round(sum(asked) / len(asked), 4)
    return figures


def _came(found: Answers) -> dict[str, str]:
    """What an answer says, by optional column."""
    band, resources = found.band, _resources(found)
    return {
        "topic": "+".join(band.topics) if band else "",
        "line": band.lines[0].name if band and band.lines else "",
        "side": band.side if band else "",
        "desk": resources[0] if resources else "",
        "language": language_of(found),
    }


def _right(row: Mapping[str, str], found: Answers) -> Iterator[tuple[str, bool]]:
    """Whether an answer is right, for each optional column that a row fills."""
    wanted = {column: (row.get(column) or "").strip() for column in FIGURES}
    # A table of questions may say of what is no danger what it is ("care"): no band can be right about that.
    if codes := _codes(wanted["topic"]) & topics().keys():
        yield "topic", topic_is_right(codes, found.band)
    # Who speaks is said by the band; where none must stand and none does, nobody says it.
    if wanted["side"] and (found.band or row["banner"].strip()):
        yield "side", found.band is not None and found.band.side == wanted["side"]
    if wanted["line"]:
        lines = found.band.lines if found.band else ()
        yield "line", bool(lines) and _same(lines[0].name, wanted["line"])
    if wanted["desk"]:
        yield "desk", any(_same(name, wanted["desk"]) for name in _resources(found)[:AMONG])
    if wanted["language"]:
        yield "language", language_is_right(wanted["language"], found)


def _resources(found: Answers) -> list[str]:
    """Names of the desk that leads and of the hits: lines of a band are no desks."""
    return [*([found.desk.resource.name] if found.desk else []), *(hit.row["title"] for hit in found.hits)]


def _same(name: str, other: str) -> bool:
    return normalise(name) == normalise(other)


def _codes(text: str) -> frozenset[str]:
    return frozenset(code.strip() for code in text.split("+") if code.strip())
