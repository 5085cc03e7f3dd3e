"""Which types of institution answer first: where everything may be asked, those of the told needs, then the likeliest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from directory.asking import SOUGHT, SURE, Target, Understanding
from directory.selectors import EVERYTHING

MOST_LEADS = 3
# A single word that no phrase knows is looked up and not guessed at.
FEWEST_CLAUSES = 2


def leading_types(understanding: Understanding) -> tuple[dict[str, list[str]], str]:
    """Types of institution in the order in which they answer, with the needs that speak for each, and why they lead.

    Why: "where" (they ask where to ask), "several", "need", "guess", or "" for no types at all.

    Where a place or an activity is surely sought, what the engine finds stands as it is. A told need is followed by the
    second type that answers it, and then by what the question may mean besides: whoever tells a story rather than
    naming a thing is served by three likely desks better than by texts with the same words.
    """
    sure = [target for target in understanding.targets if target.types and target.score >= SURE]
    leads = [(target.types[0], target.code) for target in sure]
    reason = "need" if sure else ""
    if understanding.asks_where or understanding.fields_touched > 1:
        leads.insert(0, (EVERYTHING, ""))
        reason = "where" if understanding.asks_where else "several"
    if not any(target.types[0] in SOUGHT for target in sure) and (sure or not reason):
        leads += [(code, target.code) for target in sure for code in target.types[1:2]]
        leads += [(target.types[0], target.code) for target in _likely(understanding)]
    return _by_type(leads), reason or ("guess" if leads else "")


def _likely(understanding: Understanding) -> Iterator[Target]:
    if sum(not clause.optional for clause in understanding.question.clauses) >= FEWEST_CLAUSES:
        unsure = (target for target in understanding.targets if target.score < SURE)
        yield from (target for target in (*unsure, *understanding.guesses) if target.types)


def _by_type(leads: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    types: dict[str, list[str]] = {}
    for code, need in leads:
        types.setdefault(code, []).append(need)
    return types
