"""Facets: by what documents of the register are narrowed, counted and lifted. Each is declared once.

A field with a closed list of its own says so where its words are (`public.facts`); others stand here, with the filter by
which a visitor chooses, if there is one. The search is told their names when the site starts (`directory.apps`); a word of the
question asks for them too (`hints`). Their order is that of the index: a new one comes last, and an index of before is read on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from ..areas.index import EVERYWHERE, AreaIndex
from ..choices import Cost
from ..hours import rules
from ..public.facts import Fact, narrowing, value_of
from ..public.record import PublicResource
from .filters import (
    WEEKDAY_VALUES,
    Filter,
    area_options,
    day_options,
    field_options,
    kind_options,
    options_of,
    who_options,
)


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet: what it holds of a resource, how lists are narrowed by it, and whether a question may say it beside its matter
    (`is_slot`)."""

    name: str
    values: Callable[[PublicResource, AreaIndex], Iterable[str]]
    filter: Filter | None = None
    is_slot: bool = False


def day_values(schedule: rules.Schedule) -> tuple[str, ...]:
    """The days and times on which somebody may come, as the facet of days names them."""
    days = [WEEKDAY_VALUES[day] for day in rules.open_days(schedule)]
    if rules.opens_on_holidays(schedule):
        days.append("holiday")
    if rules.opens_in_evening(schedule):
        days.append("evening")
    return tuple(days)


def _areas(resource: PublicResource, index: AreaIndex) -> tuple[str, ...]:
    """Every area whose residents the resource is of use to: so a filter by an area is one lookup."""
    found: dict[str, None] = {}
    for area in resource.areas:
        node = index.by_slug.get(area.slug)
        if node is not None:
            for pk in sorted(index.relevant_to(node.pk)):
                found[index.nodes[pk].slug] = None
    return tuple(found) or (EVERYWHERE,)


def _audience(resource: PublicResource, index: AreaIndex) -> tuple[str, ...]:
    return ("anyone",) if resource.accepts_anyone else tuple(resource.audiences)


def _of_fact(fact: Fact, choices: type[TextChoices]) -> Facet:
    """What a field holds, where it says anything."""

    def values(resource: PublicResource, _index: AreaIndex) -> tuple[str, ...]:
        value = value_of(resource, fact)
        held = value if isinstance(value, tuple) else (value,)
        return tuple(str(item) for item in held if item is not None and fact.words(value))

    name = fact.field.rpartition(".")[2]
    return Facet(name, values, Filter(name, name, fact.label, partial(options_of, choices)), is_slot=fact.is_slot)


FACETS: tuple[Facet, ...] = (
    Facet("kind", lambda resource, index: (resource.kind,), Filter("kind", "kind", _("種類"), kind_options)),
    Facet(
        "field",
        lambda resource, index: (term.code for term in resource.fields),
        Filter("field", "field", _("分野"), field_options),
    ),
    Facet("area", _areas, Filter("area", "area", _("圏域"), area_options)),
    Facet(
        "day",
        lambda resource, index: day_values(resource.schedule),
        Filter("day", "day", _("曜日・時間"), day_options),
        is_slot=True,
    ),
    Facet("audience", _audience, Filter("who", "audience", _("対象"), who_options), is_slot=True),
    Facet(
        "cost",
        lambda resource, index: (resource.shown_cost,) if resource.shown_cost else (),
        Filter("cost", "cost", _("費用"), partial(options_of, Cost)),
        is_slot=True,
    ),
    Facet("type", lambda resource, index: (resource.type.code,)),
    Facet("need", lambda resource, index: (term.code for term in resource.needs)),
    Facet(
        "contact",
        lambda resource, index: sorted({str(item.kind) for item in resource.channels_without_voice}),
        is_slot=True,
    ),
    Facet("access", lambda resource, index: map(str, resource.accessibility), is_slot=True),
    Facet("language", lambda resource, index: map(str, resource.languages), is_slot=True),
    *(_of_fact(fact, fact.facet) for fact in narrowing() if fact.facet),
)
FILTERS: tuple[Filter, ...] = tuple(facet.filter for facet in FACETS if facet.filter)
