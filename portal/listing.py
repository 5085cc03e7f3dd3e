"""Lists of hits as a page shows them: hits, facets as links, pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from directory.areas.index import AreaNode, area_index, at_home, belongs_to, home_area
from directory.finding.facets import FILTERS
from directory.finding.filters import Options
from directory.finding.query import PER_PAGE, Asked, central_area
from directory.hours import rules
from directory.hours import text as hours_text
from directory.ladder import demoted_until
from directory.public.days import of_row
from search.engines.base import EngineHit
from search.excerpts import NOTHING, Needles, excerpt, mark
from search.questions.query import understand
from search.results import search

# Hours of so many rows are kept read and in words: all of a town of middle size.
MOST_HOURS = 2_000


def near_label(asked: Asked, home: int | None) -> str:
    """From where distances are reckoned, in words; nothing when there are none."""
    if asked.near:
        return str(_("距離は、指定された地点からの直線の長さです。"))
    node = central_area(asked, home) if asked.sort == "distance" else None
    return str(_("距離は、{area}の真ん中あたりからの直線の長さです。")).format(area=node.name) if node else ""


def shown(hits: Iterable[EngineHit], now: datetime | None = None, words: Needles = NOTHING) -> list[dict[str, Any]]:
    """Hits as templates show them: open at this moment or not, and where the words of the question stand."""
    now = now or rules.moment()
    return [
        {
            "row": hit.row,
            "distance_km": hit.distance_km,
            "title": mark(hit.row["title"], words),
            "excerpt": excerpt((hit.row.get("summary", ""), hit.row.get("text", "")), words),
            **_opening(hit.row, now),
        }
        for hit in hits
    ]


def _opening(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    if "schedule" not in row:
        return {"status": "", "is_open": None, "hours": [], "words": []}
    schedule, lines = _hours_of(row["schedule"], now.date())
    schedule = of_row(row, schedule)
    state = rules.status(schedule, now)
    return {
        "status": hours_text.describe_status(state, now),
        "is_open": {"open": True, "closed": False}.get(state.state),
        # For paper, on which nothing stands that is true only now.
        "hours": [*lines, row["hours_note"]] if row.get("hours_note") else lines,
        "words": hours_text.describe_words(schedule, now),
    }


# By the very object: an engine that keeps rows read hands the same ones over for each page.
_read: dict[int, tuple[object, date, rules.Schedule, list[str]]] = {}


def _hours_of(told: Mapping[str, Any], today: date) -> tuple[rules.Schedule, list[str]]:
    known = _read.get(id(told))
    if known is None or known[0] is not told or known[1] != today:
        if len(_read) >= MOST_HOURS:
            _read.clear()
        known = _read[id(told)] = (told, today, *_hours(json.dumps(told), today))
    return known[2], known[3]


@lru_cache(maxsize=MOST_HOURS)
def _hours(written: str, today: date) -> tuple[rules.Schedule, list[str]]:
    """What a row says of its hours, and that in words."""
    schedule = rules.Schedule.model_validate_json(written)
    return schedule, hours_text.describe_schedule(schedule, today)


def hits_for(filters: Mapping[str, tuple[str, ...]], limit: int) -> tuple[list[dict[str, Any]], int]:
    """The first hits of a filter alone, and how many there are. Raises EngineUnavailable."""
    narrowed, behind = {**at_home(home_area()), **filters}, demoted_until(localdate())
    result = search(understand(""), filters=narrowed, facets=(), limit=limit, demoted=behind)
    return shown(result.hits), result.total


def facet_groups(
    asked: Asked,
    facets: Mapping[str, Mapping[str, int]],
    options: Mapping[str, Options],
    *,
    home: AreaNode | None = None,
    named: AreaNode | None = None,
) -> list[dict[str, Any]]:
    """Facets with counts; each choice is a link that puts it in or takes it out.

    Areas are those of `home`; of another municipality, those of one that was chosen or is `named` in the question.
    """
    offered, address = _offered_areas(asked, home, named), asked.addresses()
    groups = []
    for item in FILTERS:
        counts, chosen = facets.get(item.facet, {}), asked.filters.get(item.name, ())
        choices = [
            {
                "value": value,
                "label": label,
                "count": counts.get(value, 0),
                "url": address(asked.toggled(item.name, value)),
                "active": value in chosen,
            }
            for value, label in options[item.name]
            if (counts.get(value) and _worth_showing(item.name, value, chosen, offered)) or value in chosen
        ]
        if choices:
            groups.append({"name": item.name, "label": item.label, "options": choices})
    return groups


def _offered_areas(asked: Asked, home: AreaNode | None, named: AreaNode | None) -> frozenset[int] | None:
    """The areas to choose from; None means all."""
    index = area_index()
    offered = belongs_to(index, home)
    if offered is None:
        return None
    asked_for = [index.by_slug[slug] for slug in asked.filters.get("area", ())] + ([named] if named else [])
    others = (belongs_to(index, index.municipality_of(node.pk)) for node in asked_for)
    return offered.union(*(areas for areas in others if areas))


def _worth_showing(name: str, value: str, chosen: tuple[str, ...], offered: frozenset[int] | None) -> bool:
    """Small areas are offered once the area around them has been chosen; a city has hundreds."""
    if name != "area":
        return True
    index = area_index()
    node = index.by_slug[value]
    if offered is not None and node.pk not in offered:
        return False
    above = node.parent is not None and index.nodes[node.parent]
    return not above or above.is_municipality or above.slug in chosen or value in chosen


def active_filters(asked: Asked, options: Mapping[str, Options]) -> list[dict[str, str]]:
    """What narrows the list at present, each with the address without it."""
    return [
        {
            "label": dict(options[name]).get(value, value),
            "remove_url": asked.address(filters=asked.toggled(name, value)),
        }
        for name, values in asked.filters.items()
        for value in values
    ]


def page_links(asked: Asked, total: int, per_page: int = PER_PAGE) -> dict[str, Any]:
    """Links to the pages around this one, the first and the last; None stands for a gap."""
    count, number = max(1, -(-total // per_page)), asked.page
    wanted = sorted({1, count, *range(max(1, number - 2), min(count, number + 2) + 1)})
    items: list[dict[str, Any] | None] = []
    for before, page in zip([0, *wanted], wanted, strict=False):
        if page - before > 1:
            items.append(None)
        items.append({"number": page, "url": asked.address(page=page), "current": page == number})
    return {
        "number": number,
        "count": count,
        "previous_url": asked.address(page=number - 1) if number > 1 else "",
        "next_url": asked.address(page=number + 1) if number < count else "",
        "items": items,
    }
