"""What a question means for the register: needs and types of institution, an area, days; as chips, filters and boosts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from search.questions.query import Question, understand

from ..areas.index import AreaNode, area_index
from ..areas.locate import locate
from ..cache import remembered
from ..models import InstitutionType
from .danger import NO_DANGER, Danger, danger_of, leading_types
from .hints import SPEAKER, WHEN
from .needs import NeedEntry, all_needs

# The need that says "I do not know where to ask", and those that say so among other things.
WHERE_TO_ASK = frozenset({"anything", "many-troubles", "gave-up"})
# Types where one goes to a place or an activity rather than to a desk: for them the asked days decide what is found.
SOUGHT = frozenset({"ibasho", "volunteer", "sanka", "shokuji", "kosodate", "chika_chan", "chiiki", "silver"})
# How sure a need must be to count when the number of fields is reckoned.
SURE = 0.62
# And a thing of the city hall, to be nothing more than that.
SAID = 0.8
# What the ear says of a need or a type counts from here on.
CLEAR, LIKELY = 0.5, 0.3
NOT_OURS = "other"
# The type of institution that speaks other languages.
INTERPRETER = "tabunka"
# What is of the city hall and of no need: which section is meant, only its words can tell.
SECTION = "type:koho"
_OF_THE_CITY_HALL = frozenset({SECTION, "procedure"})
FEW_CLAUSES = 2
GIVES_HELP, WANTS_HELP = "volunteer", "help-wanted"
TYPE_BOOST, NEED_BOOST, SLOT_BOOST, KIND_BOOST = 14.0, 10.0, 6.0, 12.0
# Who looks for a canteen wants to eat there, not to wash its dishes, although both are of one institution.
KIND_OF_TYPE = {"ibasho": "place", "shokuji": "place", "chika_chan": "place", "volunteer": "volunteer", "sanka": "work"}
# The first type that answers a need counts whole, the next ones less.
TYPE_SHARES = (1.0, 0.6, 0.4, 0.3)
_POSTAL_CODE = re.compile(r"(?<!\d)〒?\s?(\d{3})[-‐−ー]?(\d{4})(?!\d)")
_SLOT_FACETS = frozenset({"day", "contact", "access", "language", "cost", "audience"})


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that was understood, as the visitor may read and remove it."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Target:
    """A need or a type of institution that the question speaks of, and how surely (0 to 1)."""

    code: str
    label: str
    score: float
    types: tuple[str, ...]
    fields: tuple[str, ...]
    need: NeedEntry | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question with its meaning. `when` is "now", "today", "week" or ""; `danger` what danger it speaks of, and from
    which side; `either` are the areas that a named place may mean, where it may mean several.
    """

    question: Question
    targets: tuple[Target, ...] = ()
    guesses: tuple[Target, ...] = ()
    area: AreaNode | None = None
    days: tuple[str, ...] = ()
    when: str = ""
    danger: Danger = NO_DANGER
    chips: tuple[Chip, ...] = ()
    slots: tuple[tuple[str, tuple[str, ...]], ...] = field(default_factory=tuple)
    either: tuple[AreaNode, ...] = ()

    @property
    def asks_where(self) -> bool:
        """Whether the visitor asks where to ask."""
        if self.question.is_open or bool(self.targets and self.targets[0].code in WHERE_TO_ASK):
            return True
        return not self._is_told and self._heard_need in WHERE_TO_ASK

    @property
    def is_not_ours(self) -> bool:
        """Whether it is something that a town hall is asked and this register does not hold."""
        if not self.question.is_held or self.danger:
            return False
        if any(target.score >= SURE and target.code not in _OF_THE_CITY_HALL for target in self.targets):
            return False
        told = bool(self.targets) and self.targets[0].code == SECTION and self.targets[0].score >= SAID
        heard = self.question.heard.types[:1]
        is_contradicted = any(f"type:{code}" != SECTION and likelihood >= CLEAR for code, likelihood in heard)
        return (told and not is_contradicted) or self.is_heard_as_not_ours

    @property
    def is_heard_as_not_ours(self) -> bool:
        """Whether the ear takes it for something that no register of this kind holds."""
        return self._heard_need == NOT_OURS

    @property
    def _is_told(self) -> bool:
        """Whether any phrase tells surely what is meant."""
        return any(target.score >= SURE for target in self.targets)

    @property
    def _is_unknown_word(self) -> bool:
        """Whether a single word was typed that no phrase knows: of that the ear knows little more than its letters."""
        return not self.targets and sum(not clause.optional for clause in self.question.clauses) <= 1

    @property
    def _heard_need(self) -> str:
        """The need that the ear hears clearly, if any."""
        heard = self.question.heard.needs
        return heard[0][0] if heard and heard[0][1] >= CLEAR else ""

    @property
    def fields_touched(self) -> int:
        """How many fields of welfare the question touches: needs that share a field touch one."""
        groups: list[set[str]] = []
        for target in self.targets:
            if target.need is None or target.score < SURE or not target.fields or target.code in WHERE_TO_ASK:
                continue
            fields = set(target.fields)
            for group in [group for group in groups if group & fields]:
                fields |= group
                groups.remove(group)
            groups.append(fields)
        return len(groups)

    @property
    def types(self) -> Mapping[str, float]:
        """Types of institution that answer, with how surely, the surest first."""
        if self.is_not_ours:
            # The city hall's own sections, and what the words find.
            return {SECTION.removeprefix("type:"): 1.0}
        weights: Counter[str] = Counter(dict.fromkeys(leading_types(self.danger), 1.0))
        if self.question.language and not self.question.is_held:
            # Nothing of what is said is surely known but that an interpreter is needed.
            weights[INTERPRETER] = 1.0
        for code, likelihood in self.question.heard.types:
            if likelihood >= LIKELY and self.question.is_held and not self._is_unknown_word:
                weights[code] = max(weights[code], likelihood)
        for target in self.targets:
            for code, share in zip(target.types, TYPE_SHARES, strict=False):
                weights[code] = max(weights[code], target.score * share)
        return dict(weights.most_common())

    @property
    def seeks_place(self) -> bool:
        """Whether one goes to what is looked for, so that days and hours decide.

        In a longer text that no phrase knows, a word of time may belong to a name or a story.
        """
        if self.targets:
            return bool(self.targets[0].types and self.targets[0].types[0] in SOUGHT)
        return sum(not clause.optional for clause in self.question.clauses) <= FEW_CLAUSES

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """What narrows the answers, by facet: the area, and days where one wants to go somewhere."""
        found = {"area": (self.area.slug,)} if self.area else {}
        if self.either and not self.area:
            found["area"] = tuple(node.slug for node in self.either)
        if self.days and self.seeks_place:
            found["day"] = self.days
        return found

    @property
    def boosts(self) -> tuple[tuple[str, str, float], ...]:
        """What lifts answers: (facet, value, weight)."""
        lifts = [("type", code, TYPE_BOOST * weight) for code, weight in self.types.items()]
        lifts += [("need", target.code, NEED_BOOST * target.score) for target in self.targets if target.need]
        lifts += [("kind", kind, KIND_BOOST)] if (kind := self._kind) else []
        lifts += [(slot, value, SLOT_BOOST) for slot, values in self.slots for value in values]
        return tuple(lifts)

    @property
    def _kind(self) -> str:
        """The kind of resource that is looked for, where that is certain."""
        if self.targets and self.targets[0].code == WANTS_HELP:
            # Who wants help looks among the entries of volunteering for those that bring it, and not for a role.
            return ""
        if self.asks_where:
            return "desk"
        return KIND_OF_TYPE.get(self.targets[0].types[0], "") if self.targets and self.targets[0].types else ""


def ask(text: str, *, off: Collection[str] = ()) -> Understanding:
    """Understand a question; `off` are codes of chips that the visitor removed. Takes any text, never raises."""
    question = understand(text, off=off)
    targets = tuple(target for need in question.needs if (target := _target(need.target, need.score)))
    chips = [Chip(f"need:{target.code}", target.label) for target in targets if target.code not in WHERE_TO_ASK]
    slots: dict[str, dict[str, None]] = {}
    area, when, speaker = _by_postal_code(text, off), "", ""
    if area:
        chips.append(Chip(f"area:{area.slug}", area.name))
    index, either = area_index(), ()
    for found in question.hints:
        hint = found.hint
        if hint.slot == SPEAKER:
            speaker = speaker or hint.values[0]
            continue
        if hint.slot == WHEN:
            when = when or hint.values[0]
        elif hint.slot == "area":
            nodes = [index.by_slug[slug] for slug in hint.values if slug in index.by_slug]
            if len(nodes) > 1:
                either = either or tuple(nodes)
            else:
                area = _narrower(area, next(iter(nodes), None))
        elif hint.slot in _SLOT_FACETS:
            slots.setdefault(hint.slot, {}).update(dict.fromkeys(hint.values))
        chip = Chip(hint.code, hint.label)
        if chip not in chips:
            chips.append(chip)
    known = {target.code for target in targets}
    guesses = (_target(echo.target, echo.score) for echo in question.echoes if echo.target not in known)
    return Understanding(
        question,
        targets,
        tuple(filter(None, guesses)),
        area,
        tuple(slots.get("day", ())),
        when,
        danger_of(question, speaker),
        tuple(chips),
        tuple((slot, tuple(values)) for slot, values in slots.items()),
        either if area is None or area.is_municipality else (),
    )


def _target(code: str, score: float) -> Target | None:
    if code.startswith("type:"):
        name = _type_names().get(code.removeprefix("type:"))
        return Target(code, name, score, (code.removeprefix("type:"),), ()) if name else None
    need = next((need for need in all_needs() if need.code == code), None)
    if need is None:
        return None
    return Target(code, need.name, score, need.types, tuple(field for field, _name in need.fields), need)


def _type_names() -> dict[str, str]:
    return remembered("needs", "types", lambda: dict(InstitutionType.objects.values_list("code", "name")))


def _narrower(area: AreaNode | None, other: AreaNode | None) -> AreaNode | None:
    """Of よろず市 and 東部 the latter; of two of the same breadth the first."""
    if area is None or other is None:
        return area or other
    return other if other.layer_order > area.layer_order else area


def _by_postal_code(text: str, off: Collection[str]) -> AreaNode | None:
    match = _POSTAL_CODE.search(text[:2_000])
    area = locate("".join(match.groups())).area if match else None
    return area if area and f"area:{area.slug}" not in off else None
