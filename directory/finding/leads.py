"""Which types of institution answer first: of a danger, where everything may be asked, of told needs, then the likeliest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..choices import NeedRole, TypeRole
from ..public.roles import is_sought, role_of, types_as
from .danger import leading_needs
from .needs import NeedEntry, needs_as
from .understanding import SURE, Understanding

MOST_LEADS = 3
# A single word that no phrase knows is looked up and not guessed at.
FEWEST_CLAUSES = 2
# So likely must a type be before its desk leads by the ear alone; below, the desk for everything does. Of unseen writers'
# sentences without danger the ear's first type was right in 80 of 100 above this, in 43 below (four at once tell in 75).
CERTAIN, SURELY = 0.4, 0.6
LEAST_LIKELY = 0.06

# Types of which there are lines to call and hardly desks.
LINES = frozenset({TypeRole.EMERGENCY, TypeRole.CRISIS})

# Needs of so many fields are a story, which the desk for everything hears first.
SEVERAL_FIELDS = 2

Leads = tuple[dict[str, list[str]], str]


def leading_types(understanding: Understanding) -> Leads:
    """Types of institution in the order in which they answer, with the needs that speak for each, and why they lead.

    Why: "danger", "where" (they ask where to ask), "several", "need", "guess", "not-ours" (a town hall is asked it, this
    register does not hold it), "not-understood" (it is no word at all), or "" for no types at all.

    Where a place or an activity is surely sought, what the engine finds stands as it is. A told need is followed by the
    second type that answers it, and then by what the question may mean besides: whoever tells a story rather than
    naming a thing is served by three likely desks better than by texts with the same words.
    """
    everything = [(code, "") for code in types_as(TypeRole.EVERYTHING)]
    if understanding.question.is_noise and not understanding.danger:
        return _by_type(everything), "not-understood"
    likely = list(_likely(understanding))
    if understanding.danger:
        led = leading_needs(understanding.danger)
        dangers = [(code, need) for code, needs in led.items() for need in needs or ("",)]
        # The lines of the band are these already.
        others = [(code, need) for code, need in likely if not is_line(code)]
        return _by_type([*dangers, *others]), "danger"
    sure = [target for target in understanding.targets if target.types and target.score >= SURE]
    if understanding.is_not_ours:
        sections = [(code, "") for code in types_as(TypeRole.SECTION)]
        # Where only a phrase says that it is of the city hall, the register may have the section after all.
        if understanding.is_heard_as_not_ours:
            return _by_type([*everything, *sections]), "not-ours"
        return _by_type([*sections, *everything, *_certain(understanding)]), "not-ours"
    leads = [(target.types[0], target.code) for target in sure]
    reason = "need" if sure else ""
    if understanding.asks_where or understanding.fields_touched > 1:
        leads[:0] = everything
        reason = "where" if understanding.asks_where else "several"
    if not any(is_sought(target.types[0]) for target in sure) and (sure or not reason):
        leads += [(code, target.code) for target in sure for code in target.types[1:2]]
        leads += likely
    if not reason and leads:
        heard = [item for item in understanding.question.heard.types if not is_line(item[0]) or item[1] >= SURELY]
        is_certain = bool(heard) and heard[0][1] >= CERTAIN and role_of(heard[0][0]) != TypeRole.EVERYTHING
        reason = "need" if is_certain else "guess"
        if reason == "guess" and heard:
            leads[:0] = everything
    return _by_type(leads), reason


def leading_types_of_needs(needs: Sequence[NeedEntry], is_unsure: bool) -> Leads:
    """The same for needs that were chosen and not told in words (the finder): all types that answer them.

    `is_unsure`: the visitor also said that they do not know. The desk for everything comes first for the reasons that it does
    in `leading_types`, otherwise where a need names it, or last; why is "several", "not-understood" (nothing was chosen that
    a desk answers), "where" or "need".
    """
    everything = [(code, "") for code in types_as(TypeRole.EVERYTHING)]
    told = [(code, need.code) for need in needs for code in need.types]
    if len({code for need in needs for code, _name in need.fields[:1]}) >= SEVERAL_FIELDS:
        reason = "several"
    elif is_unsure or not told:
        reason = "not-understood"
    else:
        reason = "where" if any(need.role == NeedRole.WHERE for need in needs) else "need"
    return _by_type([*told, *everything] if reason == "need" else [*everything, *told]), reason


def _likely(understanding: Understanding) -> Iterator[tuple[str, str]]:
    """Types that the question may mean, the likeliest first: as the ear hears it, then by phrases that are like it."""
    heard, is_held = understanding.question.heard.types, understanding.question.is_held
    is_word = sum(not clause.optional for clause in understanding.question.clauses) < FEWEST_CLAUSES
    # Of a language that the vocabulary does not hold the ear is believed where it is certain, of one that nobody knows never.
    if is_held or understanding.question.language:
        # Of a single word the ear knows little more than its letters.
        is_unknown = is_word and not understanding.targets
        least = CERTAIN if is_unknown or not is_held else LEAST_LIKELY
        # Where no danger was heard, police, firemen and the lines of a crisis are no second thought.
        yield from ((code, "") for code, likelihood in heard if likelihood >= (SURELY if is_line(code) else least))
    if is_held and not is_word:
        unsure = (target for target in understanding.targets if target.score < SURE)
        yield from ((target.types[0], target.code) for target in (*unsure, *understanding.guesses) if target.types)


def is_line(code: str) -> bool:
    """Whether a type of institution is one of lines to call, for danger or for anybody."""
    return role_of(code) in LINES


def is_section(code: object) -> bool:
    """Whether what leads is the type of the city hall's sections: which of them is meant, only the words can say."""
    return isinstance(code, str) and role_of(code) == TypeRole.SECTION


def is_any_section(code: str, needs: Iterable[str]) -> bool:
    """Whether some section of the city hall is meant and nobody said which: only one whose words fit may lead."""
    return is_section(code) and set(needs) <= set(needs_as(NeedRole.SECTION))


def _certain(understanding: Understanding) -> Iterator[tuple[str, str]]:
    """Types that the ear is sure of."""
    yield from ((code, "") for code, likelihood in understanding.question.heard.types if likelihood >= CERTAIN)


def _by_type(leads: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    types: dict[str, list[str]] = {}
    for code, need in leads:
        types.setdefault(code, []).extend([need] if need else [])
    return types
