"""The results page: one box over guidance and all resources."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from directory.areas import area_index
from directory.selectors import EVERYTHING, card, desks_of_types
from search.engines.base import EngineUnavailable
from search.query import understand

from ..listing import (
    PER_PAGE,
    SORTS,
    Asked,
    active_filters,
    all_options,
    facet_groups,
    near_label,
    page_links,
    run,
    shown,
)
from ..shell import home_municipality


@transaction.non_atomic_requests
def results(request: HttpRequest) -> HttpResponse:
    """Answer what was asked; without the index the page still ends with the desk for everything."""
    options = all_options()
    asked = Asked.read(request.GET, options)
    question = understand(asked.q)
    home = home_municipality(request)
    area_slug = asked.filters.get("area", ("",))[-1]
    context: dict[str, Any] = {
        "q": asked.q,
        "is_open_question": question.is_open,
        "active": active_filters(asked, options),
        "clear_url": asked.address(filters={}, sort="relevance"),
        "sorts": [
            {"value": value, "label": label, "url": asked.address(sort=value), "active": asked.sort == value}
            for value, label in SORTS
        ],
        "hidden": [pair for pair in asked.parameters() if pair[0] not in {"q", "page"}],
        "area_slug": area_slug,
        "lead_desks": [],
        "engine_down": False,
    }
    if question.is_open and asked.page == 1:
        context["lead_desks"] = _lead_desks(area_slug, home)
    try:
        asked, result = run(asked, question, home=home.pk if home else None)
    except EngineUnavailable:
        context.update(hits=[], total=0, facets=[], pages=page_links(asked, 0), first=0, last=0, engine_down=True)
        return render(request, "search/results.html", context)
    leading = {card.resource.path for card in context["lead_desks"]}
    first = (asked.page - 1) * PER_PAGE + 1 if result.total else 0
    context.update(
        # What leads the page need not stand in the list once more.
        hits=[hit for hit in shown(result) if hit["row"]["url"] not in leading],
        total=result.total,
        facets=facet_groups(asked, result, options),
        pages=page_links(asked, result.total),
        first=first,
        near_label=near_label(asked, home.pk if home else None),
        last=min(result.total, asked.page * PER_PAGE),
    )
    return render(request, "search/results.html", context)


def _lead_desks(area_slug: str, home: Any) -> list:
    """The desks for everything, the city's first, when the question is "where can I ask?"."""
    now = timezone.localtime()
    area = area_index().by_slug.get(area_slug)
    return [card(desk, now) for desk in desks_of_types([EVERYTHING], area, home, a_type=1)]
