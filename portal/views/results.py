"""The results page: one box over guidance and all resources."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from directory.areas.index import AreaNode
from directory.choices import NeedRole
from directory.finding.answers import Answers, answer
from directory.finding.needs import all_needs
from directory.finding.query import PER_PAGE, SORTS, Asked, all_options
from directory.finding.suggestions import did_you_mean
from directory.public.selectors import AreaCard
from search.excerpts import NOTHING, needles

from ..cms.tickets import keep
from ..listing import active_filters, facet_groups, near_label, page_links, shown
from ..misses import note_miss
from ..models.base import home_municipality
from ..shell import night_guidance

MOST_RELATED = 6


@transaction.non_atomic_requests
def results(request: HttpRequest) -> HttpResponse:
    """Answer what was asked; without the index the page still shows the band, the desks and the desk for everything."""
    options = all_options()
    home = home_municipality(request)
    found = answer(Asked.read(request.GET, options), home)
    asked = found.asked
    first = (asked.page - 1) * PER_PAGE + 1 if found.total else 0
    note_miss(found)
    if not (asked.q or asked.near or found.is_down):
        keep(request, asked.address(page=asked.page))
    context: dict[str, Any] = {
        "q": asked.q,
        "found": found,
        "band": found.band,
        "night_guidance": night_guidance(request) if found.band and found.band.at_night else "",
        "asks_where": found.understanding.asks_where and bool(asked.q),
        "chips": _chips(found),
        "desks_by_area": _by_area(found),
        "either": [{"label": node.name, "url": _in_area(found, node)} for node in found.understanding.either]
        if "area" not in asked.filters
        else [],
        "active": active_filters(asked, options),
        "clear_url": asked.address(filters={}, sort="relevance"),
        "wider_url": _wider(found),
        "related": _related(found),
        "did_you_mean": [(text, asked.address(q=text, off=())) for text in did_you_mean(found, home)],
        "sorts": [
            {"value": value, "label": label, "url": asked.address(sort=value), "active": asked.sort == value}
            for value, label in SORTS
        ],
        "hidden": [pair for pair in asked.parameters() if pair[0] not in {"q", "page", "off"}],
        "area_slug": found.area.slug if found.area else "",
        "hits": shown(found.hits, words=NOTHING if found.is_quiet else needles(found.understanding.question)),
        "total": found.total,
        "facets": facet_groups(asked, found.facets, options, home=home, named=found.area),
        "pages": page_links(asked, found.total),
        "first": first,
        "near_label": near_label(asked, home.pk if home else None),
        "last": min(found.total, asked.page * PER_PAGE),
        "engine_down": found.is_down,
    }
    return render(request, "search/results.html", context)


def _chips(found: Answers) -> list[dict[str, str]]:
    """What was understood, each with the address that takes it out."""
    asked = found.asked
    return [
        {"label": chip.label, "remove_url": asked.address(off=(*asked.off, chip.code))}
        for chip in found.understanding.chips
    ]


def _by_area(found: Answers) -> list[AreaCard]:
    """The desks of each area with the address that says: this is mine."""
    return [AreaCard(area, _in_area(found, area), desk) for area, desk in found.by_area]


def _in_area(found: Answers, area: AreaNode) -> str:
    return found.asked.address(filters={**found.asked.filters, "area": (area.slug,)})


def _related(found: Answers) -> list[dict[str, str]]:
    """Other needs of the fields that the question touches, those that the same institutions answer first."""
    known = [target for target in found.understanding.targets if target.need]
    codes = {target.code for target in known}
    fields = {code for target in known for code in target.fields}
    types = set(found.understanding.types)
    near = [
        (len(types & set(need.types)), need)
        for need in all_needs()
        if need.code not in codes and need.role != NeedRole.WHERE and any(code in fields for code, _name in need.fields)
    ]
    near.sort(key=lambda item: -item[0])
    return [{"name": need.name, "url": Asked(q=need.name).address()} for _shared, need in near[:MOST_RELATED]]


def _wider(found: Answers) -> str:
    """The address of the same question for the whole city, when an area narrows it."""
    asked, area = found.asked, found.understanding.area
    if "area" in asked.filters:
        return asked.address(filters={name: values for name, values in asked.filters.items() if name != "area"})
    return asked.address(off=(*asked.off, f"area:{area.slug}")) if area else ""
