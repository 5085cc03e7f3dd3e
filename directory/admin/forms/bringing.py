"""What can be proposed for an entry: from its name, from its town, from other entries of its organisation. Nothing is stored."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from search.text.analysis import analyse, to_hiragana

from ...models import Organisation, Resource, Town

LONGEST_NAME = 120
# Of another entry, what is written in fields of the same names.
PLACE = ("place_name", "postal_code", "address", "access_note")


def reading_of(name: str) -> str:
    """How a name is read, in hiragana; "" for one that says nothing. A proposal: of names of places readings are often wrong."""
    units = analyse(name[:LONGEST_NAME]).units
    return " ".join(to_hiragana("".join(unit.reading for unit in units)).split())


def of_town(town: Town) -> dict[str, Any]:
    """`areas`: keys of the areas that it lies in; `postal_code`: its code as 123-4567, "" unless it has just one."""
    codes = [str(postal) for postal in town.postal_codes.all()]
    areas = list(town.areas.filter(retired=False).values_list("pk", flat=True))
    return {"areas": areas, "postal_code": codes[0] if len(codes) == 1 else ""}


def of_organisation(organisation: Organisation, *, other_than: int | None = None) -> dict[str, Any]:
    """What its entry that was published last says besides itself, else the organisation's own data.

    `source` says in words where it is from. `fields`: texts and keys by the names of the form's fields, empty ones left out;
    `areas`: keys; `channels`: rows of texts. A place that its type hides is left out.
    """
    published = (
        Resource.objects.filter(organisation=organisation, live=True)
        .exclude(pk=other_than or 0)
        .select_related("type", "town")
        .order_by("-last_published_at", "-pk")
    )
    entry = published.first()
    if entry is None:
        return _of_itself(organisation)
    fields: dict[str, Any] = {"type": entry.type_id}
    if entry.type and not entry.type.hides_address:
        fields |= {name: getattr(entry, name) for name in PLACE} | {"town": entry.town_id}
    return {
        "source": _("「{name}」").format(name=entry.name),
        "fields": {name: value for name, value in fields.items() if value},
        "areas": [area.pk for area in entry.areas.all()],
        "channels": [
            {name: getattr(channel, name) for name in ("kind", "value", "note", "hours")}
            for channel in entry.channels.all()
        ],
    }


def _of_itself(organisation: Organisation) -> dict[str, Any]:
    channels = [{"kind": "web", "value": organisation.website, "note": "", "hours": ""}]
    return {
        "source": _("「{name}」の登録").format(name=organisation.name),
        "fields": {"type": organisation.type_id},
        "areas": [organisation.municipality_id] if organisation.municipality_id else [],
        "channels": channels if organisation.website else [],
    }
