"""The page of one resource, and lists by kind, field and area."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.images import get_image_model

from directory.choices import KIND_DESCRIPTIONS, Kind
from directory.finding.query import Asked, all_options, facet_counts, run
from directory.hours import text
from directory.identity import SHORT_ID_ALPHABET, SHORT_ID_LENGTH
from directory.models import Resource
from directory.public import facts
from directory.public.days import laid_over
from directory.public.projection import project
from directory.public.record import PublicResource
from directory.public.selectors import (
    card,
    ended_resource,
    public_resource,
    steps_from,
    successor_of,
    tombstone,
)
from directory.public.unfinished import complete
from search.engines.base import EngineUnavailable
from search.questions.query import understand

from ..cms.tickets import keep
from ..listing import active_filters, facet_groups, hits_for, page_links, shown
from ..models.base import home_municipality

# So many others stand on the page of what has ended.
MOST_INSTEAD = 3


@transaction.non_atomic_requests
def resource_detail(request: HttpRequest, short_id: str) -> HttpResponse:
    """One resource by its public id; capitals and look-alikes (O, I, L) of a typed id are understood."""
    typed = short_id.lower().translate(str.maketrans("oil", "011"))
    if typed != short_id:
        return redirect("resource", short_id=typed, permanent=True)
    if len(typed) != SHORT_ID_LENGTH or set(typed) - set(SHORT_ID_ALPHABET):
        raise Http404
    resource = public_resource(typed)
    if resource is None:
        return _ended(request, typed)
    if not resource.is_sensitive:
        keep(request)
    return render(request, "directory/resource_detail.html", detail_context(resource))


def _ended(request: HttpRequest, short_id: str) -> HttpResponse:
    """What an address says for ever after: that it has ended, what came after it, and where others stand.

    410, not 200: crawlers and those who check links let go of it, while a person who kept the address or a leaflet reads the
    page all the same. Nobody keeps the answer, for an editor may put the last day off, and then the same address shows it again.
    Of what was taken back or deleted the page says neither name nor anything else: it may have been wrong to show.
    """
    resource = ended_resource(short_id)
    stone = None if resource else tombstone(short_id)
    if resource:
        kind, ended_on, successor = resource.kind, resource.until, resource.succeeded_by
        area_slug = resource.areas[0].slug if resource.areas else ""
        fields = tuple(field.code for field in resource.fields)
    elif stone:
        kind, ended_on, successor, area_slug, fields = Kind(stone.kind), stone.ended_on, stone.successor, stone.area, ()
    else:
        raise Http404
    after = successor_of(successor)
    try:
        hits, _total = hits_for({"kind": (kind.value,), "field": fields}, MOST_INSTEAD)
        hits = hits or hits_for({"kind": (kind.value,)}, MOST_INSTEAD)[0]
    except EngineUnavailable:
        hits = []
    context = {
        "resource": resource,
        "ended_on": ended_on,
        "after": card(after, timezone.localtime()) if after else None,
        "is_call": kind == Kind.VOLUNTEER,
        "is_sensitive": resource is not None and resource.is_sensitive,
        "hits": hits,
        "kind_label": kind.label,
        "kind_url": f"/browse/{kind.value}/",
        "area_slug": area_slug,
        "breadcrumbs": _breadcrumbs(kind),
    }
    response = render(request, "directory/resource_ended.html", context, status=410)
    response["Cache-Control"] = "no-store"
    return response


def _breadcrumbs(kind: Kind) -> list[dict[str, str]]:
    return [
        {"title": _("一覧から見る"), "url": "/browse/"},
        {"title": str(kind.label), "url": f"/browse/{kind.value}/"},
    ]


def detail_context(resource: PublicResource) -> dict[str, Any]:
    """What the page of a resource shows."""
    now = timezone.localtime()
    shown_card = card(resource, now)
    kind = Kind(resource.kind)
    own_heading, own = facts.OWN[kind]
    image = get_image_model().objects.filter(pk=resource.photo.image).first() if resource.photo else None
    return {
        "resource": resource,
        "status": shown_card.status,
        "is_open": shown_card.is_open,
        "words": shown_card.words,
        "hours": text.describe_schedule(resource.schedule, now.date()),
        "exceptions": text.describe_exceptions(resource.schedule, now.date()),
        "image": image,
        "now": now,
        "area_slug": resource.areas[0].slug if resource.areas else "",
        "steps": steps_from(resource),
        "who": facts.said(resource, facts.WHO),
        "first_day": facts.said(resource, facts.FIRST_VISIT),
        "own_heading": own_heading,
        "own": facts.said(resource, own),
        "breadcrumbs": _breadcrumbs(kind),
    }


def preview_context(draft: Resource) -> dict[str, Any]:
    """What the page will show when the draft is published; without the ways from here to other pages."""
    unsaid = complete(draft)
    public = project(draft, draft=True)
    # A draft says nothing of a bad day; its page does, for residents see both.
    public = public.model_copy(update={"schedule": laid_over(public.short_id, public.schedule)})
    context = detail_context(public)
    own = [fact for fact in context["own"] if fact.field not in unsaid]
    return {**context, "own": own, "breadcrumbs": []}


@transaction.non_atomic_requests
def browse(request: HttpRequest) -> HttpResponse:
    """The four kinds with their counts."""
    keep(request)
    counts = facet_counts("kind", home_municipality(request))
    kinds = [
        {
            "kind": kind.value,
            "label": kind.label,
            "description": KIND_DESCRIPTIONS[kind],
            "url": f"/browse/{kind.value}/",
            "count": counts.get(kind.value, 0),
        }
        for kind in Kind
    ]
    return render(request, "directory/browse.html", {"kinds": kinds})


@transaction.non_atomic_requests
def browse_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """One kind by field and area, in reading order."""
    if kind not in Kind.values:
        raise Http404
    chosen = Kind(kind)
    options = all_options()
    asked = Asked.read(request.GET, options, path=f"/browse/{kind}/")
    asked = Asked(
        filters={name: values for name, values in asked.filters.items() if name in {"field", "area"}},
        sort="reading",
        page=asked.page,
        path=asked.path,
    )
    home = home_municipality(request)
    full = Asked(filters={**asked.filters, "kind": (kind,)}, sort="reading", page=asked.page)
    context: dict[str, Any] = {
        "kind": kind,
        "kind_label": chosen.label,
        "description": KIND_DESCRIPTIONS[chosen],
        "heading": _heading(asked, options, str(chosen.label)),
        "active": active_filters(_quiet(asked), options),
        "breadcrumbs": [{"title": _("一覧から見る"), "url": "/browse/"}],
        "area_slug": asked.filters.get("area", ("",))[-1],
    }
    try:
        full, result = run(full, understand(""), home=home.pk if home else None)
    except EngineUnavailable:
        context.update(hits=[], total=0, fields=[], areas=[], pages=page_links(asked, 0), engine_down=True)
        return render(request, "directory/browse_kind.html", context)
    asked = Asked(filters=asked.filters, sort="reading", page=full.page, path=asked.path)
    keep(request, _quiet(asked).address(page=full.page))
    groups = {
        group["name"]: group["options"] for group in facet_groups(_quiet(asked), result.facets, options, home=home)
    }
    context.update(
        hits=shown(result.hits),
        total=result.total,
        fields=groups.get("field", []),
        areas=groups.get("area", []),
        pages=page_links(_quiet(asked), result.total),
    )
    return render(request, "directory/browse_kind.html", context)


def _quiet(asked: Asked) -> Asked:
    """Reading order is this page's own; its addresses need not say so."""
    return Asked(filters=asked.filters, page=asked.page, path=asked.path)


def _heading(asked: Asked, options: Any, kind: str) -> str:
    names = [dict(options[name])[value] for name in ("area", "field") for value in asked.filters.get(name, ())]
    return _("{narrowed}の{kind}").format(narrowed="・".join(names), kind=kind) if names else kind
