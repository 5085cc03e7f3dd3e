"""Tables about programmes: who does what in a municipality, and the bodies of a programme that ended."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from django.utils import timezone

from directory.areas.index import area_index
from directory.choices import Surface
from directory.models import Organisation, OrganisationRole

COUNCIL_TYPE = "shogai_geneki"


def programme_rows(slug: str) -> dict[str, Any]:
    """Rows of 第1号イ ... 第6号 for the municipality of the slug: public desks link, staff-only bodies are named only.

    Returns `municipality` (name or "") and `rows` of item, function, field, institution, note, url.
    """
    municipality = area_index().by_slug.get(slug)
    if municipality is None:
        return {"municipality": "", "rows": []}
    roles = (
        OrganisationRole.objects.filter(organisation__municipality=municipality.pk)
        .select_related("programme", "organisation__type")
        .prefetch_related("organisation__resources__public_record")
        .order_by("programme__order", "organisation__reading", "pk")
    )
    return {"municipality": municipality.name, "rows": [_row(role) for role in roles]}


def _row(role: OrganisationRole) -> dict[str, Any]:
    organisation, programme = role.organisation, role.programme
    records = [
        resource.public_record for resource in organisation.resources.all() if hasattr(resource, "public_record")
    ]
    url = f"/resources/{records[0].short_id}/" if records and organisation.type.surface == Surface.PUBLIC else ""
    return {
        "item": f"{programme.item}{programme.sub}",
        "function": programme.function,
        "field": programme.field_name,
        "institution": organisation.name,
        "note": role.note,
        "url": url,
    }


def councils_by_prefecture() -> list[dict[str, Any]]:
    """The bodies of 生涯現役促進地域連携事業 by prefecture, each with its period and whether it ended."""
    councils = Organisation.objects.filter(type__code=COUNCIL_TYPE, active_to__isnull=False).order_by("pk")
    # The file goes from north to south; a prefecture that comes again in a later table joins its first place.
    order = {name: place for place, name in reversed(list(enumerate(row.prefecture for row in councils)))}
    rows = sorted(councils, key=lambda row: order[row.prefecture])
    return [
        {
            "prefecture": prefecture,
            "rows": [
                {
                    "name": row.name,
                    "locality": row.locality,
                    "course": row.source.removeprefix("生涯現役促進地域連携事業 "),
                    "period": f"{_month(row.active_from)}〜{_month(row.active_to)}",
                    "ended": row.active_to is not None and row.active_to < timezone.localdate(),
                }
                for row in group
            ],
        }
        for prefecture, group in groupby(rows, key=lambda row: row.prefecture)
    ]


def _month(day: date | None) -> str:
    return f"{day:%Y年%-m月}" if day else ""
