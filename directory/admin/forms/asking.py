"""What the form asks for while somebody writes. Nothing is saved, and all of it is for those who may write entries."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from ...areas.index import home_area
from ...models import Organisation, Resource, Town, kind_tables
from ..freshness.owning import may_edit
from . import bringing
from .completeness import completeness
from .entry_form import as_written
from .hours import LONGEST_SENTENCE, read_sentence, shown, shown_of
from .map import draw, point_of

View = Callable[..., HttpResponse]
# More figures are no key of any row, and more than a database takes.
MOST_FIGURES = 18
TABLES: dict[str, type[Resource]] = {str(table._meta.model_name): table for table in kind_tables().values()}


def _may_write(user: Any) -> bool:
    return any(user.has_perm(f"directory.{verb}_{name}") for name in TABLES for verb in ("add", "change"))


def for_writers(view: View) -> View:
    """A view for those who may write entries of any kind."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _may_write(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@require_POST
@for_writers
def look(request: HttpRequest, table: str, pk: int | None = None) -> HttpResponse:
    """A form that is not sent yet, as it stands: `filled` and `hours` as HTML."""
    if table not in TABLES:
        raise Http404
    model = TABLES[table]
    entry = _entry(request, model, pk)
    viewset: Any = model.snippet_viewset  # type: ignore[attr-defined]
    form = viewset.get_form_class(for_update=True)(request.POST, instance=entry, for_user=request.user)
    form.defer_required_fields()
    written = as_written(form)
    pieces: dict[str, tuple[str, dict[str, Any]]] = {
        "filled": ("filled", {"filled": completeness(written)}),
        "hours": ("hours_now", {"shown": shown_of(written, timezone.localdate())}),
    }
    return JsonResponse({name: _rendered(template, context) for name, (template, context) in pieces.items()})


def _entry(request: HttpRequest, model: type[Resource], pk: int | None) -> Resource:
    """A new entry, or one with its draft, for whoever may write it."""
    verb = "add" if pk is None else "change"
    if not request.user.has_perm(f"directory.{verb}_{model._meta.model_name}"):
        raise PermissionDenied
    if pk is None:
        return model()
    row = get_object_or_404(model, pk=pk)
    if not may_edit(request.user, row):
        raise PermissionDenied
    return row.get_latest_revision_as_object()


@require_POST
@for_writers
def hours(request: HttpRequest) -> HttpResponse:
    """A sentence of opening times: `html` says how it was read; `rows` of rules and a `note` are what can be put in."""
    reading = read_sentence(request.POST.get("sentence", "")[: LONGEST_SENTENCE + 1])
    context = {"reading": reading, "shown": shown(reading.schedule, timezone.localdate())}
    return JsonResponse({"html": _rendered("hours_read", context), "rows": reading.rows(), "note": reading.note})


@require_GET
@for_writers
def reading(request: HttpRequest) -> HttpResponse:
    """How a name is probably read."""
    return JsonResponse({"reading": bringing.reading_of(request.GET.get("name", ""))})


@require_GET
@for_writers
def town(request: HttpRequest) -> HttpResponse:
    """What a 町字 brings along."""
    chosen = get_object_or_404(Town.objects.prefetch_related("postal_codes"), pk=_key(request, "town"))
    return JsonResponse(bringing.of_town(chosen))


@require_GET
@for_writers
def bring(request: HttpRequest) -> HttpResponse:
    """What an organisation brings along."""
    organisation = get_object_or_404(Organisation, pk=_key(request, "organisation"))
    return JsonResponse(bringing.of_organisation(organisation, other_than=_key(request, "entry")))


@require_GET
@for_writers
def town_map(request: HttpRequest) -> HttpResponse:
    """The map to place an entry on, as HTML: around `at` (latitude, longitude) and so `wide`, with a mark at `lat`, `lon`."""
    asked = request.GET
    drawn = draw(
        home_area(),
        timezone.localdate(),
        mark=point_of(asked.get("lat", ""), asked.get("lon", "")),
        town=_key(request, "town"),
        middle=point_of(*asked.get("at", "").partition(",")[::2]),
        width=_key(request, "wide"),
    )
    return JsonResponse({"html": _rendered("map_drawn", {"map": drawn})})


def _key(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_FIGURES else None


def _rendered(template: str, context: dict[str, Any]) -> str:
    return render_to_string(f"directory/admin/forms/{template}.html", context)
