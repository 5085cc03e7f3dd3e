"""The answers to a question in the order shown: band, desk, hits. Pages, the API and the evaluation all take these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from directory import hours
from directory.areas import AreaNode, area_index
from directory.asking import INTERPRETER, SOUGHT, Understanding, ask
from directory.choices import Side
from directory.danger import Band, band_of
from directory.hotlines import is_sensitive, named_lines
from directory.languages import ForeignAnswer, foreign_answer, interpreters_desk, tongue_of
from directory.models import NationalLine
from directory.public import PublicResource
from directory.search_source import row
from directory.selectors import EVERYTHING, Card, card, desks_of_types, resource_by_key
from search.engines.base import EngineHit, EngineResult, EngineUnavailable
from search.languages import HELD, JAPANESE
from search.text import normalise

from .leading import MOST_LEADS, leading_types
from .listing import PER_PAGE, Asked, run

# Types that answer less surely than this do not bring documents in by themselves.
LEAST_TYPE = 0.3
# For these reasons a desk leads that the question surely told.
TOLD = frozenset({"need", "several"})
# So many characters, and so much of a name, must have been typed to mean just that.
SHORTEST_NAME, NAME_SHARE = 4, 0.75


@dataclass(frozen=True, slots=True)
class Answers:
    """All that a page of results shows. `lines` are those that the question names and that the band does not hold; `desk`
    leads; `hits` of the first page begin with what else was pinned. `foreign` answers in the question's own language.
    """

    asked: Asked
    understanding: Understanding
    band: Band | None
    desk: Card | None
    desk_reason: str
    hits: tuple[EngineHit, ...] = ()
    total: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    widened: str = ""
    is_down: bool = False
    lines: tuple[NationalLine, ...] = ()
    foreign: ForeignAnswer | None = None

    @property
    def language(self) -> str:
        """The code of the question's language: "ja" for Japanese, also easy Japanese; "" where nobody can tell."""
        return self.understanding.question.language

    @property
    def is_quiet(self) -> bool:
        """Whether the page must not betray what was asked: neither by its title nor by marked words."""
        return self.band is not None or any(map(is_sensitive, self.lines))

    @property
    def area(self) -> AreaNode | None:
        """The visitor's area: chosen, or named in the question."""
        chosen = self.asked.filters.get("area", ())
        return area_index().by_slug.get(chosen[-1]) if chosen else self.understanding.area


def answer(asked: Asked, home: AreaNode | None, *, per_page: int = PER_PAGE) -> Answers:
    """Answer what was asked. Never raises for a missing index: band and desk stand without it."""
    understanding = ask(asked.q, off=asked.off)
    tongue = tongue_of(understanding.question.language)
    band = band_of(understanding.danger, tongue.code if tongue else JAPANESE)
    found = Answers(asked, understanding, band, None, "", lines=_lines(asked, band))
    interpreter = interpreters_desk(found.area, home) if tongue else None
    leads: tuple[PublicResource | str, ...] = ()
    promoted: list[EngineHit] = []
    # What was asked for by filters alone is a list, not a question.
    if asked.q and asked.page == 1 and asked.sort == "relevance":
        leads, reason = _leads(understanding, found.area, home)
        if band or understanding.when == "now":
            leads = _open_first(leads)
        if interpreter and (found.language or understanding.question.is_held):
            told = reason == "danger" or (reason in TOLD and found.language in HELD)
            leads, reason = _with_interpreter(leads, interpreter, reason if told else "language")
        promoted = [hit for key in understanding.question.promoted if (hit := _promoted(key))]
        found = replace(found, desk_reason=reason)
    try:
        asked, result, widened = _found(asked, understanding, home, per_page)
    except EngineUnavailable:
        result, widened = EngineResult(0, (), {}), ""
        found = replace(found, is_down=True)
    named = _named(asked.q, result.hits)
    desk, first = _arranged(() if named else leads, result.hits)
    if asked.q and not (desk or first or promoted or result.total or found.is_down):
        # No dead end: where nothing fits, the desk for everything answers.
        desk = next(iter(desks_of_types([EVERYTHING], found.area, home, a_type=1)), None)
        found = replace(found, desk_reason="nothing")
    hits: dict[str, EngineHit] = {}
    for hit in (*promoted, *named, *first, *result.hits):
        # What leads the page need not stand in the list once more.
        if desk is None or hit.row["url"] != desk.path:
            hits.setdefault(hit.row["url"], hit)
    return replace(
        found,
        asked=asked,
        desk=card(desk, timezone.localtime()) if desk else None,
        desk_reason=found.desk_reason if desk else "",
        hits=tuple(hits.values()),
        total=max(result.total, len(hits)),
        facets=result.facets,
        widened=widened,
        foreign=foreign_answer(found.language, interpreter, band),
    )


def _with_interpreter(
    leads: Sequence[PublicResource | str], interpreter: PublicResource, reason: str
) -> tuple[tuple[PublicResource | str, ...], str]:
    """The interpreter's desk after the desk of a danger or of what was surely told, before what is only guessed."""
    others = [lead for lead in leads if isinstance(lead, str) or lead.type.code != INTERPRETER]
    if others and reason != "language":
        return (others[0], interpreter, *others[1:]), reason
    return (interpreter, *others), reason


def _leads(
    understanding: Understanding, area: AreaNode | None, home: AreaNode | None
) -> tuple[tuple[PublicResource | str, ...], str]:
    """What stands first, in order: desks, and types of which the best hit does; and why."""
    leading, reason = leading_types(understanding)
    types = list(leading)[:MOST_LEADS]
    at_desks = [code for code in types if code not in SOUGHT]
    # Who is hurt is sent to the desk for just that; who hurts somebody, to the one that knows the strain behind it too.
    narrow = bool(understanding.danger) and understanding.danger.side != Side.DOER
    found = desks_of_types(at_desks, area, home, a_type=1, needs=leading, narrow=narrow)
    desks = {desk.type.code: desk for desk in found}
    return tuple(code if code in SOUGHT else desks[code] for code in types if code in SOUGHT or code in desks), reason


def _lines(asked: Asked, band: Band | None) -> tuple[NationalLine, ...]:
    """National lines that were asked for by name, number or purpose, beside those of the band."""
    shown = {line.pk for line in (*band.lines, *band.more)} if band else set()
    named = named_lines(asked.q) if asked.page == 1 else []
    return tuple(line for line in named if line.pk not in shown)


def _open_first(leads: Sequence[PublicResource | str]) -> tuple[PublicResource | str, ...]:
    """Of the desks what is open at this moment first, what is closed last; types of which the best hit leads keep their place."""
    now = timezone.localtime()

    def rank(desk: PublicResource) -> int:
        return ("open", "unknown", "closed").index(hours.status(desk.schedule, now).state)

    desks = iter(sorted((lead for lead in leads if not isinstance(lead, str)), key=rank))
    return tuple(lead if isinstance(lead, str) else next(desks) for lead in leads)


def _named(text: str, found: Sequence[EngineHit]) -> list[EngineHit]:
    """Hits whose very name was typed: nobody who knows it wants another desk first."""
    typed = normalise(text).replace(" ", "")
    named = []
    for hit in found if len(typed) >= SHORTEST_NAME else ():
        # What stands in brackets after a name explains it.
        name = normalise(hit.row["title"]).partition("(")[0].replace(" ", "")
        if typed in name and len(typed) >= NAME_SHARE * len(name):
            named.append(hit)
    return named


def _arranged(
    leads: Sequence[PublicResource | str], found: Sequence[EngineHit]
) -> tuple[PublicResource | None, list[EngineHit]]:
    """The desk that leads the page, if a desk comes first, and the rows that follow it."""
    desk = leads[0] if leads and not isinstance(leads[0], str) else None
    rows: list[EngineHit] = []
    for lead in leads[1:] if desk else leads:
        if isinstance(lead, str):
            rows += [hit for hit in found if hit.row.get("institution_type") == lead][:1]
        else:
            rows.append(EngineHit(f"resource:{lead.short_id}", 0.0, row(lead), None))
    return desk, rows


def _promoted(key: str) -> EngineHit | None:
    """What an editor put first, if it is public."""
    resource = resource_by_key(key)
    return EngineHit(key, 0.0, row(resource), None) if resource else None


def _found(
    asked: Asked, understanding: Understanding, home: AreaNode | None, per_page: int
) -> tuple[Asked, EngineResult, str]:
    """The engine's answer; what was only understood is let go when nothing fits it. Raises EngineUnavailable."""
    types = tuple(code for code, weight in understanding.types.items() if weight >= LEAST_TYPE)
    understood = dict(understanding.filters)

    def at() -> tuple[Asked, EngineResult]:
        return run(
            asked,
            understanding.question,
            home=home.pk if home else None,
            per_page=per_page,
            understood=understood,
            boosts=understanding.boosts,
            also={"type": types},
            rank=_by_opening(understanding.when) if understanding.when else None,
        )

    found, result = at()
    for facet in ("day", "area"):
        if result.total == 0 and understood.pop(facet, None):
            found, result = at()
            if result.total:
                return found, result, facet
    return found, result, ""


def _by_opening(when: str) -> Callable[[Sequence[EngineHit]], Sequence[EngineHit]]:
    """What is open at the asked time first, otherwise in their order."""
    now = timezone.localtime()
    return lambda hits: sorted(hits, key=lambda hit: not _is_open(hit.row, when, now))


def _is_open(shown: Mapping[str, Any], when: str, now: datetime) -> bool:
    if "schedule" not in shown:
        return False
    state = hours.status(hours.Schedule.model_validate(shown["schedule"]), now)
    if state.state == "open" or when == "now" or state.opens_at is None:
        return state.state == "open"
    return (state.opens_at.date() - now.date()).days <= {"today": 0, "week": 6 - now.weekday()}[when]
