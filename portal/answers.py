"""The answers to a question in the order shown: band, desk, hits. Pages, the API and the evaluation all take these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from directory import hours
from directory.areas import AreaNode, area_index
from directory.asking import SOUGHT, SURE, Understanding, ask
from directory.search_source import row
from directory.selectors import EVERYTHING, Card, card, desks_of_types, resource_by_key
from search.engines.base import EngineHit, EngineResult, EngineUnavailable

from .danger import Band, band
from .listing import PER_PAGE, Asked, run

MOST_DESKS = 3
# Types that answer less surely than this do not bring documents in by themselves.
LEAST_TYPE = 0.3


@dataclass(frozen=True, slots=True)
class Answers:
    """All that a page of results shows. `desk` leads; `hits` of the first page begin with what else was pinned."""

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

    @property
    def area(self) -> AreaNode | None:
        """The visitor's area: chosen, or named in the question."""
        chosen = self.asked.filters.get("area", ())
        return area_index().by_slug.get(chosen[-1]) if chosen else self.understanding.area


def answer(asked: Asked, home: AreaNode | None, *, per_page: int = PER_PAGE) -> Answers:
    """Answer what was asked. Never raises for a missing index: band and desk stand without it."""
    understanding = ask(asked.q, off=asked.off)
    found = Answers(asked, understanding, band(understanding), None, "")
    pinned: list[EngineHit] = []
    # What was asked for by filters alone is a list, not a question.
    if asked.q and asked.page == 1 and asked.sort == "relevance":
        desks, reason = _desks(understanding, found.area, home)
        promoted = [hit for key in understanding.question.promoted if (hit := _promoted(key))]
        if desks:
            found = replace(found, desk=card(desks[0], timezone.localtime()), desk_reason=reason)
        pinned = [*promoted, *(EngineHit(f"resource:{desk.short_id}", 0.0, row(desk), None) for desk in desks[1:])]
    try:
        asked, result, widened = _found(asked, understanding, home, per_page)
    except EngineUnavailable:
        return replace(found, hits=tuple(pinned), total=len(pinned), is_down=True)
    if asked.q and not (found.desk or pinned or result.total):
        # No dead end: where nothing fits, the desk for everything answers.
        desks = desks_of_types([EVERYTHING], found.area, home, a_type=1)
        found = replace(found, desk=card(desks[0], timezone.localtime()), desk_reason="nothing") if desks else found
    leading = {found.desk.resource.path} if found.desk else set()
    hits: dict[str, EngineHit] = {}
    for hit in (*pinned, *result.hits):
        # What leads the page need not stand in the list once more.
        if hit.row["url"] not in leading:
            hits.setdefault(hit.row["url"], hit)
    return replace(
        found,
        asked=asked,
        hits=tuple(hits.values()),
        total=max(result.total, len(hits)),
        facets=result.facets,
        widened=widened,
    )


def _desks(understanding: Understanding, area: AreaNode | None, home: AreaNode | None) -> tuple[list, str]:
    """Desks that stand first, and why: where to ask, several fields at once, or one clear need."""
    types: list[str] = []
    reason = ""
    if understanding.asks_where:
        types, reason = [EVERYTHING], "where"
    elif understanding.fields_touched > 1:
        types, reason = [EVERYTHING], "several"
    for target in understanding.targets:
        if target.score >= SURE and target.types and target.types[0] not in SOUGHT:
            types.append(target.types[0])
            reason = reason or "need"
    desks = []
    for code in dict.fromkeys(types):
        desks += desks_of_types([code], area, home, a_type=1)
    return desks[:MOST_DESKS], reason if desks else ""


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
