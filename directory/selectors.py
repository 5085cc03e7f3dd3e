"""What reads for the public: public records, the desk for everything, desks that answer needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from . import hours, hours_text
from .areas import AreaNode, area_index
from .choices import Kind
from .memory import remembered
from .models import ConsultationDesk, Need, PublicRecord
from .public import PublicResource
from .publication import read

EVERYTHING = "sogo"
DESKS_A_TYPE = 2


@dataclass(frozen=True, slots=True)
class Card:
    """A resource as a card shows it at a moment."""

    resource: PublicResource
    status: str
    is_open: bool | None
    reason: str = ""


def card(resource: PublicResource, now: datetime, reason: str = "") -> Card:
    """The card of a public record; `now` is aware."""
    state = hours.status(resource.schedule, now)
    is_open = {"open": True, "closed": False}.get(state.state)
    return Card(resource, hours_text.describe_status(state, now), is_open, reason)


def public_resource(short_id: str) -> PublicResource | None:
    """The public record of an id, or None."""
    record = PublicRecord.objects.filter(short_id=short_id).first()
    return read(record) if record else None


def resource_by_key(key: str) -> PublicResource | None:
    """The public record behind a search document's key, if it is one of a resource."""
    prefix, _colon, short_id = key.partition(":")
    return public_resource(short_id) if prefix == "resource" else None


def public_resources(pks: Iterable[int]) -> dict[int, PublicResource]:
    """Public records by the resources' primary keys; what is not public is missing."""
    return {record.pk: read(record) for record in PublicRecord.objects.filter(pk__in=list(pks))}


def default_desk(area: AreaNode | None, home: AreaNode | None) -> PublicResource | None:
    """The desk for everything of an area: its own, else that of the next larger area, else the home municipality's."""
    name = f"default:{area.pk if area else ''}:{home.pk if home else ''}"
    return remembered("records", name, lambda: _default_desk(area, home))


def _default_desk(area: AreaNode | None, home: AreaNode | None) -> PublicResource | None:
    index = area_index()
    chain = [pk for start in (area, home) if start for pk in (start.pk, *index.ancestors(start.pk))]
    if not chain:
        return None
    choices = ConsultationDesk.default_for.through.objects.filter(
        area_id__in=chain, consultationdesk__public_record__isnull=False
    )
    found = list(choices.values_list("area_id", "consultationdesk__public_record__data", "consultationdesk_id"))
    if not found:
        return None
    _area, data, _pk = min(found, key=lambda row: (chain.index(row[0]), row[2]))
    return PublicResource.model_validate(data)


def _fits(own: QuerySet[Need], needs: Mapping[str, Collection[str]]) -> Combinable:
    """Whether a record is for one of the needs of its type."""
    served = [Q(type=code) & Exists(own.filter(code__in=codes)) for code, codes in needs.items()]
    return Case(When(reduce(or_, served), then=True), default=False) if served else Value(False)


def desks_of_types(
    types: Sequence[str],
    area: AreaNode | None,
    home: AreaNode | None,
    *,
    a_type: int = DESKS_A_TYPE,
    needs: Mapping[str, Collection[str]] | None = None,
) -> list[PublicResource]:
    """Desks of the types that serve the area, in the order of the types, the narrowest area first, some of each type.

    Without an area, those of the home municipality, the ones for the whole of it first. Of a type, desks for one of
    its `needs` stand before the others, and desks for many needs before special ones.
    """
    index = area_index()
    start = area or home
    if start is None or not types:
        return []
    # A prefecture has thousands of desks: they are chosen by few columns, and only the chosen ones are read.
    own = Need.objects.filter(resources=OuterRef("resource")).order_by()
    breadth = own.values("resources").annotate(count=Count("pk")).values("count")
    rows = (
        PublicRecord.objects.filter(kind=Kind.DESK, type__in=types, resource__areas__in=index.relevant_to(start.pk))
        .annotate(fits=_fits(own, needs or {}), breadth=Coalesce(Subquery(breadth), 0))
        .values_list("pk", "type", "weight", "resource__areas__layer__order", "fits", "breadth")
    )
    best: dict[int, tuple] = {}
    for pk, type_code, weight, layer, fits, breadth in rows:
        # The narrowest area first for somebody who lives in one; the whole city first for somebody who named none.
        by_breadth = (-breadth,) if needs is not None else ()
        order = (
            types.index(type_code),
            needs is not None and not fits,
            -layer if area else layer,
            *by_breadth,
            -weight,
            pk,
        )
        best[pk] = min(order, best.get(pk, order))
    chosen: list[int] = []
    taken: Counter[int] = Counter()
    for rank, *_others, pk in sorted(best.values()):
        if taken[rank] < a_type:
            taken[rank] += 1
            chosen.append(pk)
    found = public_resources(chosen)
    return [found[pk] for pk in chosen if pk in found]
