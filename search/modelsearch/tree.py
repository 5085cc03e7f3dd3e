"""What is asked of an index, without the words of any database: runs of tokens, joined by every, some and no."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens one after another; with `prefix`, the last one is the beginning of a token."""

    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """All parts; none at all is everything."""

    parts: tuple["Tree", ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part; none at all is nothing."""

    parts: tuple["Tree", ...] = ()


@dataclass(frozen=True, slots=True)
class No:
    """Whatever the part is not."""

    part: "Tree"


Tree = Run | Every | Some | No
EVERYTHING, NOTHING = Every(), Some()


def every(parts: Iterable[Tree]) -> Tree:
    """All of the parts, in the shortest way."""
    kept = tuple(dict.fromkeys(part for part in parts if part != EVERYTHING))
    if NOTHING in kept:
        return NOTHING
    return kept[0] if len(kept) == 1 else Every(kept)


def some(parts: Iterable[Tree]) -> Tree:
    """One of the parts, in the shortest way."""
    kept = tuple(dict.fromkeys(part for part in parts if part != NOTHING))
    if EVERYTHING in kept:
        return EVERYTHING
    return kept[0] if len(kept) == 1 else Some(kept)


def no(part: Tree) -> Tree:
    """The opposite, in the shortest way."""
    if part == EVERYTHING:
        return NOTHING
    if part == NOTHING:
        return EVERYTHING
    return part.part if isinstance(part, No) else No(part)


def has_no(tree: Tree) -> bool:
    """Whether something is denied in it."""
    if isinstance(tree, Every | Some):
        return any(map(has_no, tree.parts))
    return isinstance(tree, No)


def wanted(tree: Tree) -> Tree:
    """What speaks for a record, to rank by: the tree itself, or some of what is not denied in it."""
    if isinstance(tree, No):
        return NOTHING
    return some(map(wanted, tree.parts)) if isinstance(tree, Every | Some) and has_no(tree) else tree


def holds(tree: Tree, rows: Sequence[Sequence[str]]) -> bool:
    """Whether these rows of tokens are what is asked for."""
    if isinstance(tree, Every):
        return all(holds(part, rows) for part in tree.parts)
    if isinstance(tree, Some):
        return any(holds(part, rows) for part in tree.parts)
    if isinstance(tree, No):
        return not holds(tree.part, rows)
    return any(_begins(tree, row, start) for row in rows for start in range(len(row) - len(tree.tokens) + 1))


def _begins(run: Run, row: Sequence[str], start: int) -> bool:
    *first, last = run.tokens
    end = row[start + len(first)]
    return list(row[start : start + len(first)]) == first and (end.startswith(last) if run.prefix else end == last)
