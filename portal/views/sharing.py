"""What is public, to be passed on: a leaflet on one sheet, a table, and JSON for other software."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directory.choices import Kind
from directory.exchange.qr import qr_code
from directory.exchange.shared import (
    SharedList,
    ended_item,
    ended_table,
    heading_of_fields,
    item,
    leaflet_desks,
    table,
    when,
)
from directory.public.record import PublicResource
from directory.public.selectors import ended, records_at_home

from ..models.base import home_municipality
from ..shell import ending_desk, shell

DESKS_ON_A_LEAFLET = 6
LINES_OF_HOURS = 2
# A file leaves in pieces of about so many characters.
PIECE = 32_000


@transaction.non_atomic_requests
@require_safe
def leaflet(request: HttpRequest) -> HttpResponse:
    """One sheet to lay out or hand over: the desk for everything, a few others, and the way to this site."""
    shared, today = SharedList.read(request.GET), timezone.localdate()
    main = ending_desk(request, shared.area[0] if shared.area else "")
    municipality = home_municipality(request)
    others = leaflet_desks(
        shared, municipality, most=DESKS_ON_A_LEAFLET, without=main.resource.short_id if main else ""
    )
    counts = dict(records_at_home(municipality).values_list("kind").annotate(Count("pk")).order_by())
    context: dict[str, Any] = {
        "headline": _headline(shared),
        "municipality_name": municipality.name if municipality else "",
        "main": _desk(main.resource) if main else None,
        "desks": [_desk(desk) for desk in others],
        "doors": [
            {"label": kind.label, "kind": kind.value, "count": counts.get(kind, 0)}
            for kind in Kind
            if kind != Kind.DESK
        ],
        "home_qr": qr_code(request.build_absolute_uri("/")),
        "browse_qr": qr_code(request.build_absolute_uri("/browse/")),
        "home_address": request.build_absolute_uri("/"),
        "today": today,
        "is_sensitive": any(desk.is_sensitive for desk in others),
        "table_url": "/share/list.csv" + (f"?{urlencode(shared.parameters)}" if shared.parameters else ""),
        "area_slug": shared.area[0] if shared.area else "",
    }
    return render(request, "portal/leaflet.html", context)


@dataclass(frozen=True, slots=True)
class Format:
    """A file of what is public: the ending of its name and of its address, what it is called, and its text, bit by bit.

    `is_saved`: for people, who want it on their disk; others are for software, on any site.
    """

    ending: str
    label: str
    content_type: str
    text: Callable[[HttpRequest, Iterable[PublicResource]], Iterable[str]]
    is_saved: bool = False


def _as_csv(request: HttpRequest, resources: Iterable[PublicResource]) -> Iterator[str]:
    """The table for spreadsheets."""
    return table(resources, request.build_absolute_uri, timezone.localdate())


def _as_json(request: HttpRequest, resources: Iterable[PublicResource]) -> Iterator[str]:
    """The same facts for other software."""
    municipality, now = home_municipality(request), timezone.localtime()
    head = {
        "municipality": municipality.name if municipality else "",
        "generated_at": now.isoformat(timespec="seconds"),
        "source": {"name": shell(request)["site_name"], "url": request.build_absolute_uri("/")},
        # Whoever keeps a copy learns what to take out of it, and what came after it.
        "ended": [ended_item(one) for one in ended(SharedList.read(request.GET).kinds)],
    }
    items = (item(resource, request.build_absolute_uri, now.date()) for resource in resources)
    return _object(head, "items", items)


FORMATS = (
    Format("csv", "CSV", "text/csv; charset=utf-8", _as_csv, is_saved=True),
    Format("json", "JSON", "application/json", _as_json),
)


@transaction.non_atomic_requests
@require_safe
def as_file(request: HttpRequest, form: Format) -> StreamingHttpResponse:
    """What somebody asked to share, in one of the formats."""
    municipality = home_municipality(request)
    text = form.text(request, SharedList.read(request.GET).resources(municipality))
    response = StreamingHttpResponse(_pieces(text), content_type=form.content_type)
    if not form.is_saved:
        response["Access-Control-Allow-Origin"] = "*"
    # A name that tells later on what the file was, and of when.
    name = _("{municipality}の相談先と居場所_{day}").format(
        municipality=municipality.name if municipality else "", day=timezone.localdate().isoformat()
    )
    response["Content-Disposition"] = content_disposition_header(form.is_saved, f"{name}.{form.ending}") or ""
    return response


@transaction.non_atomic_requests
@require_safe
def ended_as_csv(request: HttpRequest) -> StreamingHttpResponse:
    """What is public no more, for whoever keeps a copy of the table: its id, its last day, and what came after it."""
    text = ended_table(ended(SharedList.read(request.GET).kinds), request.build_absolute_uri)
    response = StreamingHttpResponse(_pieces(text), content_type="text/csv; charset=utf-8")
    name = _("終わった案内_{day}.csv").format(day=timezone.localdate().isoformat())
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _object(head: dict[str, Any], name: str, items: Iterable[Any]) -> Iterator[str]:
    """The JSON of `head` with a last member `name`, the list of `items`, item by item."""
    yield f"{_json(head)[:-1]}, {_json(name)}: ["
    for number, one in enumerate(items):
        yield f"{', ' if number else ''}{_json(one)}"
    yield "]}"


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def _pieces(texts: Iterable[str]) -> Iterator[str]:
    """The same text in pieces that are worth sending."""
    waiting: list[str] = []
    length = 0
    for text in texts:
        waiting.append(text)
        length += len(text)
        if length >= PIECE:
            yield "".join(waiting)
            waiting, length = [], 0
    yield "".join(waiting)


def _headline(shared: SharedList) -> str:
    if Kind.WORK in shared.kinds:
        return _("仕事のことだけでなく、くらしの困りごとも相談できます")
    return heading_of_fields(shared.field) or _("困りごと、ひとりでかかえていませんか")


def _desk(desk: PublicResource) -> dict[str, Any]:
    """A desk as it stands on paper: nothing that is true only at this moment."""
    hours = when(desk, timezone.localdate())
    return {
        "resource": desk,
        "channel": desk.first_channel,
        "hours": hours[:LINES_OF_HOURS],
        "has_more_hours": len(hours) > LINES_OF_HOURS,
    }
