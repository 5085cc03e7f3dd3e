"""What a question means for the register: needs and types of institution, an area, days; as chips, filters and boosts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from search.query import Question, understand

from .areas import AreaNode, area_index, locate
from .lexicon import SPEAKER, WHEN
from .memory import remembered
from .models import DangerTopic, InstitutionType
from .needs import NeedEntry, all_needs

# The need that says "I do not know where to ask", and those that say so among other things.
WHERE_TO_ASK = frozenset({"anything", "many-troubles", "gave-up"})
# Types where one goes to a place or an activity rather than to a desk: for them the asked days decide what is found.
SOUGHT = frozenset({"ibasho", "volunteer", "sanka", "shokuji", "kosodate", "chika_chan", "chiiki", "silver"})
# How sure a need must be to count when the number of fields is reckoned.
SURE = 0.62
DANGER_SCORE = 0.9
# An urgent need is heard although no pattern of danger says so when it is the likeliest meaning by so much: a line too
# many is easier to bear than one that is missing.
TOLD_DANGER = 0.8
# Words of people who work on a matter, or remember it, and are not in it.
_ABOUT = re.compile(
    "防止|対策|予防|要望|申込|イベント|研修|講座|講演|講師|出前|授業|ボランティア|啓発|ポスター|チラシ|リーフレット|条例|計画|統計|件数|資料|月間|週間|推進|会議|助成"
    "|支援者|職員向け|遺族|遺児|わかちあい|分かち合い|サポーター|リボン|制度|法律|とは$"
    "|手続|年金|戸籍|遺品|training|volunteer|course|curso|讲座|tập huấn"
)
FEW_CLAUSES = 2
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
    """A question with its meaning. `when` is "now", "today", "week" or ""; `speaker` who seems to be asking; `dangers` topics of
    danger, by their patterns or because a need that has one was told very surely.
    """

    question: Question
    targets: tuple[Target, ...] = ()
    guesses: tuple[Target, ...] = ()
    area: AreaNode | None = None
    days: tuple[str, ...] = ()
    when: str = ""
    speaker: str = ""
    dangers: tuple[str, ...] = ()
    chips: tuple[Chip, ...] = ()
    slots: tuple[tuple[str, tuple[str, ...]], ...] = field(default_factory=tuple)

    @property
    def asks_where(self) -> bool:
        """Whether the visitor asks where to ask."""
        return self.question.is_open or bool(self.targets and self.targets[0].code in WHERE_TO_ASK)

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
        weights: Counter[str] = Counter()
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
        if self.days and self.seeks_place:
            found["day"] = self.days
        return found

    @property
    def boosts(self) -> tuple[tuple[str, str, float], ...]:
        """What lifts answers: (facet, value, weight)."""
        lifts = [("type", code, TYPE_BOOST * weight) for code, weight in self.types.items()]
        lifts += [("need", target.code, NEED_BOOST * target.score) for target in self.targets if target.need]
        kind = KIND_OF_TYPE.get(self.targets[0].types[0]) if self.targets and self.targets[0].types else None
        lifts += [("kind", kind, KIND_BOOST)] if kind else []
        lifts += [(slot, value, SLOT_BOOST) for slot, values in self.slots for value in values]
        return tuple(lifts)


def ask(text: str, *, off: Collection[str] = ()) -> Understanding:
    """Understand a question; `off` are codes of chips that the visitor removed. Takes any text, never raises."""
    question = understand(text, off=off)
    dangers = question.dangers or _told_dangers(question)
    targets = _with_danger(
        tuple(target for need in question.needs if (target := _target(need.target, need.score))), dangers, off
    )
    chips = [Chip(f"need:{target.code}", target.label) for target in targets if target.code not in WHERE_TO_ASK]
    slots: dict[str, dict[str, None]] = {}
    area, when, speaker = _by_postal_code(text, off), "", ""
    if area:
        chips.append(Chip(f"area:{area.slug}", area.name))
    index = area_index()
    for found in question.hints:
        hint = found.hint
        if hint.slot == SPEAKER:
            speaker = speaker or hint.values[0]
            continue
        if hint.slot == WHEN:
            when = when or hint.values[0]
        elif hint.slot == "area":
            area = _narrower(area, index.by_slug.get(hint.values[0]))
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
        speaker,
        dangers,
        tuple(chips),
        tuple((slot, tuple(values)) for slot, values in slots.items()),
    )


def _with_danger(targets: tuple[Target, ...], dangers: tuple[str, ...], off: Collection[str]) -> tuple[Target, ...]:
    """Words of danger speak of a need even where no phrase is like them: it comes first."""
    codes = [code for topic in dangers if (code := danger_needs().get(topic)) and f"need:{code}" not in off]
    meant = [target for code in dict.fromkeys(codes) if (target := _target(code, DANGER_SCORE))]
    known = {target.code for target in targets}
    first = [target for target in targets if target.code in codes]
    return (
        *first,
        *(target for target in meant if target.code not in known),
        *(target for target in targets if target not in first),
    )


def _told_dangers(question: Question) -> tuple[str, ...]:
    told = {need.target for need in question.echoes[:1] if need.score >= TOLD_DANGER}
    if not told or _ABOUT.search(question.text):
        return ()
    topics = {code: topic for topic, code in reversed(urgent_needs().items())}
    return tuple(topics[code] for code in topics if code in told)


def urgent_needs() -> dict[str, str]:
    """The need of each topic in which every minute may count."""
    topics = DangerTopic.objects.filter(retired=False, emergency=True, need__retired=False)
    return remembered("dangers", "urgent", lambda: dict(topics.values_list("code", "need__code")))


def danger_needs() -> dict[str, str]:
    """The need of each topic of danger that has one."""
    topics = DangerTopic.objects.filter(retired=False, need__retired=False)
    return remembered("dangers", "needs", lambda: dict(topics.values_list("code", "need__code")))


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
