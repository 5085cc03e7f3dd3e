"""How good the answers are: a file of questions with the right types of institution, and the figures over them.

The file has the columns of `data/queries.csv`: id, query, first, second (codes joined by +), banner (not empty: a band must
stand above the answers).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from directory.areas import AreaNode

from .answers import Answers, answer
from .listing import Asked
from .views.api import answer_types

COLUMNS = ("query", "first", "second", "banner")
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
            )
        )
    return judged


def summary(judged: list[Judged]) -> dict[str, Any]:
    """The figures: shares of 1, and counts."""
    count = len(judged) or 1
    with_band = [item for item in judged if item.wants_band]
    return {
        "first@3": round(sum(item.is_first for item in judged) / count, 4),
        "first_or_second@3": round(sum(item.is_first_or_second for item in judged) / count, 4),
        "dead_ends": sum(not item.answers for item in judged),
        "band_recall": round(sum(item.has_band for item in with_band) / len(with_band), 4) if with_band else 1.0,
        "band_false_alarms": sum(item.has_band and not item.wants_band for item in judged),
    }


def _codes(text: str) -> frozenset[str]:
    return frozenset(code.strip() for code in text.split("+") if code.strip())
