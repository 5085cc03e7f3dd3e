"""What a question means for the register: needs and types of institution, an area, days; as chips, filters and boosts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from search.questions.query import Question, understand

from ..areas.index import AreaNode, area_index
from ..areas.locate import locate
from ..choices import NeedRole, TypeRole
from ..public.roles import all_types, is_sought, kind_of_type, role_of, types_as
from .danger import NO_DANGER, Danger, danger_of, leading_types
from .facets import FACETS
from .hints import SPEAKER, WHEN
from .needs import NeedEntry, need_by_code

# How sure a need must be to count when the number of fields is reckoned.
SURE = 0.62
# And a thing of the city hall, to be nothing more than that.
SAID = 0.8
# What the ear says of a need or a type counts from here on.
CLEAR, LIKELY = 0.5, 0.3
# A label of the ear's own, for what no row of the register can mean.
NOT_OURS = "other"
FEW_CLAUSES = 2
TYPE_BOOST, NEED_BOOST, SLOT_BOOST, KIND_BOOST = 14.0, 10.0, 6.0, 12.0
# The first type that answers a need counts whole, the next ones less.
TYPE_SHARES = (1.0, 0.6, 0.4, 0.3)
_POSTAL_CODE = re.compile(r"(?<!\d)〒?\s?(\d{3})[-‐−ー]?(\d{4})(?!\d)")
_SLOT_FACETS = frozenset(facet.name for facet in FACETS if facet.is_slot)


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

    @property
    def role(self) -> str:
        """What the need means beside what answers it (`NeedRole`); "" for a type of institution."""
        return self.need.role if self.need else ""

    @property
    def is_section(self) -> bool:
        """Whether a section of the city hall is meant and no need: which of them, only the words can tell."""
        return self.need is None and role_of(self.types[0]) == TypeRole.SECTION

    @property
    def is_of_the_city_hall(self) -> bool:
        """Whether it is something of the city hall: a section of it, or what one does there."""
        return self.is_section or self.role == NeedRole.SECTION


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
        if self.question.is_open or self.told_role == NeedRole.WHERE:
            return True
        heard = None if self._is_told else need_by_code(self._heard_need)
        return heard is not None and heard.role == NeedRole.WHERE

    @property
    def told_role(self) -> str:
        """What the need that was told first means beside what answers it (`NeedRole`), or ""."""
        return self.targets[0].role if self.targets else ""

    @property
    def is_not_ours(self) -> bool:
        """Whether it is something that a town hall is asked and this register does not hold."""
        if not self.question.is_held or self.danger:
            return False
        if any(target.score >= SURE and not target.is_of_the_city_hall for target in self.targets):
            return False
        told = bool(self.targets) and self.targets[0].is_section and self.targets[0].score >= SAID
        heard = self.question.heard.types[:1]
        is_contradicted = any(role_of(code) != TypeRole.SECTION and likely >= CLEAR for code, likely in heard)
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
            if target.need is None or target.score < SURE or not target.fields or target.role == NeedRole.WHERE:
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
            return dict.fromkeys(types_as(TypeRole.SECTION), 1.0)
        weights = dict.fromkeys(leading_types(self.danger), 1.0)
        if self.question.language and not self.question.is_held:
            # Nothing of what is said is surely known but that an interpreter is needed.
            weights.update(dict.fromkeys(types_as(TypeRole.INTERPRETER), 1.0))
        for code, likelihood in self.question.heard.types:
            if likelihood >= LIKELY and self.question.is_held and not self._is_unknown_word:
                weights[code] = max(weights.get(code, 0.0), likelihood)
        for target in self.targets:
            for code, share in zip(target.types, TYPE_SHARES, strict=False):
                weights[code] = max(weights.get(code, 0.0), target.score * share)
        return dict(sorted(weights.items(), key=lambda item: item[1], reverse=True))

    @property
    def seeks_place(self) -> bool:
        """Whether one goes to what is looked for, so that days and hours decide.

        In a longer text that no phrase knows, a word of time may belong to a name or a story.
        """
        if self.targets:
            return bool(self.targets[0].types) and is_sought(self.targets[0].types[0])
        return sum(not clause.optional for clause in self.question.clauses) <= FEW_CLAUSES

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """What narrows the answers, by facet: the area, and days where one wants to go somewhere."""
        found: dict[str, tuple[str, ...]] = {"area": (self.area.slug,)} if self.area else {}
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
        if self.told_role == NeedRole.WANTS_HELP:
            # Who wants help looks among the entries of volunteering for those that bring it, and not for a role.
            return ""
        if self.asks_where:
            return "desk"
        # Who looks for a canteen wants to eat there, not to wash its dishes, although both are of one institution.
        return kind_of_type(self.targets[0].types[0]) if self.targets and self.targets[0].types else ""


def ask(text: str, *, off: Collection[str] = ()) -> Understanding:
    """Understand a question; `off` are codes of chips that the visitor removed. Takes any text, never raises."""
    question = understand(text, off=off)
    targets = tuple(target for need in question.needs if (target := _target(need.target, need.score)))
    chips = [Chip(f"need:{target.code}", target.label) for target in targets if target.role != NeedRole.WHERE]
    slots: dict[str, dict[str, None]] = {}
    area, when, speaker = _by_postal_code(text, off), "", ""
    if area:
        chips.append(Chip(f"area:{area.slug}", area.name))
    index = area_index()
    either: tuple[AreaNode, ...] = ()
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
        known = all_types().get(code.removeprefix("type:"))
        return Target(code, known.name, score, (known.code,), ()) if known else None
    need = need_by_code(code)
    if need is None:
        return None
    return Target(code, need.name, score, need.types, tuple(field for field, _name in need.fields), need)


def _narrower(area: AreaNode | None, other: AreaNode | None) -> AreaNode | None:
    """Of よろず市 and 東部 the latter; of two of the same breadth the first."""
    if area is None or other is None:
        return area or other
    return other if other.layer_order > area.layer_order else area


def _by_postal_code(text: str, off: Collection[str]) -> AreaNode | None:
    match = _POSTAL_CODE.search(text[:2_000])
    area = locate("".join(match.groups())).area if match else None
    return area if area and f"area:{area.slug}" not in off else None
