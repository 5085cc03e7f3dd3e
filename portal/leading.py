"""Which types of institution answer first: where everything may be asked, those of the told needs, then the likeliest."""

from __future__ import annotations

from directory.asking import SOUGHT, SURE, Understanding
from directory.selectors import EVERYTHING

MOST_LEADS = 3
# A single word that no phrase knows is looked up and not guessed at.
FEWEST_CLAUSES = 2


def leading_types(understanding: Understanding) -> tuple[list[str], str]:
    """Codes of types in the order in which they answer, and why: "where", "several", "need", "guess", or "" for none.

    Where a place or an activity is surely sought, what the engine finds stands as it is. A told need is followed by the
    second type that answers it, and then by what the question may mean besides: whoever tells a story rather than
    naming a thing is served by three likely desks better than by texts with the same words.
    """
    sure = [target for target in understanding.targets if target.types and target.score >= SURE]
    types = [target.types[0] for target in sure]
    reason = "need" if sure else ""
    if understanding.asks_where or understanding.fields_touched > 1:
        types, reason = [EVERYTHING, *types], "where" if understanding.asks_where else "several"
    if not any(target.types[0] in SOUGHT for target in sure) and (sure or not reason):
        types += [code for target in sure for code in target.types[1:2]]
        types += _likely(understanding)
    types = list(dict.fromkeys(types))
    return types, reason or ("guess" if types else "")


def _likely(understanding: Understanding) -> list[str]:
    if sum(not clause.optional for clause in understanding.question.clauses) < FEWEST_CLAUSES:
        return []
    unsure = [target for target in understanding.targets if target.score < SURE]
    return [target.types[0] for target in (*unsure, *understanding.guesses) if target.types]
