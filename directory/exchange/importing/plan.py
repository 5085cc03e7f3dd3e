"""What an import would do, as plain data: for a page, for JSON, and for who then does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal

from ..tables.rows import Place, Problem


class Verdict(StrEnum):
    """What becomes of a record that a file names; a record is counted once, with its children and its draft."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Decision(StrEnum):
    """What somebody says of two records that look like one."""

    SAME = "same"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever imports has chosen.

    `publish`: new records are public, and changes show at once; otherwise all of it waits as drafts. `drafts`: what becomes of a
    draft that waits in the register and would be lost. `undecided`: what becomes of a new record that looks like another and of
    which nobody has decided. `decisions` are by `Pair.name`. `two_approve`: what two people must approve by its field waits as a
    draft all the same, for whoever imports is one.
    """

    publish: bool = True
    drafts: Literal["keep", "replace"] = "keep"
    undecided: Literal["refuse", "another"] = "refuse"
    two_approve: bool = False
    decisions: Mapping[str, Decision] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a record: what stands there, and what would. Of children, a line for each."""

    column: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Item:
    """What becomes of one record."""

    table: str
    key: str
    name: str
    verdict: Verdict
    place: Place
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records that look like one; `place` only of what stands in the file."""

    key: str
    name: str
    reading: str = ""
    address: str = ""
    phone: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A new record, and one of the register or of the file that may be the same."""

    this: Side
    other: Side
    # Columns in which they agree: name, reading, address, phone.
    alike: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the pair is called in decisions."""
        return f"{self.this.key}:{self.other.key}"


@dataclass(slots=True)
class Plan:
    """Counts, and everything that is wrong. The records themselves stay in the spool (`planning.items`)."""

    counts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    by_table: dict[str, dict[Verdict, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    rows: int = 0

    def count(self, table: str, verdict: Verdict, by: int = 1) -> None:
        """Count a record."""
        self.counts[verdict] += by
        self.by_table.setdefault(table, dict.fromkeys(Verdict, 0))[verdict] += by

    @property
    def is_clean(self) -> bool:
        """Whether nothing is refused and nothing is wrong."""
        return not (self.counts[Verdict.REFUSED] or self.problems)

    def as_json(self) -> dict[str, Any]:
        """For machines, and for keeping."""
        return {
            **{str(verdict): count for verdict, count in self.counts.items()},
            "rows": self.rows,
            "tables": {
                table: {str(verdict): count for verdict, count in counts.items()}
                for table, counts in self.by_table.items()
            },
            "problems": [problem_as_json(problem) for problem in self.problems],
            "pairs": [{**asdict(pair), "name": pair.name} for pair in self.pairs],
        }


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """A problem with its place beside it."""
    return {
        "sheet": problem.place.sheet,
        "row": problem.place.row,
        "column": problem.place.column,
        "value": problem.value,
        "message": problem.message,
    }


def problem_of_json(kept: Mapping[str, Any]) -> Problem:
    """A problem as it was kept."""
    return Problem(Place(kept["sheet"], kept["row"], kept["column"]), kept["value"], kept["message"])
