"""The search as JSON: the same answers as the page, for other software of the municipality; and suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from directory.finding.answers import answer
from directory.finding.danger import Band
from directory.finding.documents import row
from directory.finding.hotlines import opening, type_of, ways_without_voice
from directory.finding.languages import ForeignAnswer
from directory.finding.query import Asked, all_options
from directory.finding.suggestions import suggest
from directory.models import NationalLine
from directory.public.days import told_of_row

from ..listing import page_links
from ..models.base import home_municipality
from ..shell import night_guidance

# Machines ask seldom for the same thing twice; people's words must not lie in caches between.
NO_STORE = {"Cache-Control": "no-store"}


@transaction.non_atomic_requests
@require_safe
def search(request: HttpRequest) -> JsonResponse:
    """`/api/search?q=`: `band`, `lines`, `desk` and `hits` in the order shown, `foreign` in the question's language.

    Parameters as on the page of results. Where each area has a desk of its own and none was told, `desk` is one of
    `desks_by_area`; `desk_reason` says why it leads.
    """
    found = answer(Asked.read(request.GET, all_options()), home_municipality(request))
    return _json(
        {
            "q": found.asked.q,
            "band": band_data(found.band, night_guidance(request)) if found.band else None,
            "lines": [_line(line) for line in found.lines],
            "desk": _row(row(found.desk.resource)) if found.desk else None,
            "desk_reason": found.desk_reason,
            "desks_by_area": [{"area": area.name, **_row(row(other.resource))} for area, other in found.by_area],
            "hits": [_row(hit.row) for hit in found.hits],
            "total": found.total,
            "page": found.asked.page,
            "pages": page_links(found.asked, found.total)["count"],
            "understood": [{"code": chip.code, "label": chip.label} for chip in found.understanding.chips],
            "index_available": not found.is_down,
            "language": found.language,
            "foreign": foreign_data(found.foreign) if found.foreign else None,
        }
    )


@transaction.non_atomic_requests
@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """`/api/suggest?q=`: words that a visitor may be about to type."""
    return _json({"suggestions": suggest(request.GET.get("q", ""), home_municipality(request))})


def band_data(band: Band, night_guidance: str) -> dict[str, Any]:
    """A band as JSON; `lines` are shown, `more_lines` folded away."""
    return {
        "topics": list(band.topics),
        "side": band.side,
        "heading": band.heading,
        "text": band.text,
        "emergency": band.emergency,
        "night_guidance": night_guidance if band.at_night else "",
        "lines": [_line(line) for line in band.lines],
        "more_lines": [_line(line) for line in band.more],
    }


def foreign_data(answer: ForeignAnswer) -> dict[str, Any]:
    """The answer in another language as JSON; `danger_sentence` is empty where there is no band."""
    return {
        "language": answer.language,
        "lang": answer.tongue.tag,
        "dir": answer.tongue.direction,
        "name": answer.name,
        "sentence": answer.sentence,
        "danger_sentence": answer.danger_sentence,
        "desk": {**_row(row(answer.desk.resource)), "status": answer.desk_status} if answer.desk else None,
        "lines": [{**_line(item.line), "status": item.status} for item in answer.lines],
    }


def _line(line: NationalLine) -> dict[str, Any]:
    now = opening(line, timezone.localtime())
    return {
        "title": line.name,
        "number": line.number,
        "hours": line.hours,
        "status": now.status,
        "is_open": now.is_open,
        "without_voice": ways_without_voice(line),
        "cost": line.cost,
        "institution_type": type_of(line),
        "checked_on": line.checked_on.isoformat() if line.checked_on else None,
        "source": line.source_kind,
        "source_date": line.source_date,
    }


def _row(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What is public of a row; the passage for the page is not repeated."""
    found = {name: value for name, value in shown.items() if name != "text"}
    if "schedule" in found:
        # Beside what recurs, what is said of certain days: it goes before it.
        found["notices"] = [notice.model_dump(mode="json") for notice in told_of_row(shown)]
    return found


def _json(data: dict[str, Any]) -> JsonResponse:
    return JsonResponse(data, headers=NO_STORE, json_dumps_params={"ensure_ascii": False})
