"""Facets: by what documents of the register are narrowed, counted and lifted. Each is declared here, once.

The search is told their names when the site starts (`directory.apps`); what it finds by a facet, a filter (`filters`) or a word
of the question (`hints`) asks for. Their order is that of the index: a new one comes last, and an index of before is read on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..areas.index import EVERYWHERE, AreaIndex
from ..hours import rules
from ..public.record import PublicResource

WEEKDAY_VALUES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet: what it holds of a resource, and whether a question may say it beside its matter (`is_slot`)."""

    name: str
    values: Callable[[PublicResource, AreaIndex], Iterable[str]]
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


FACETS: tuple[Facet, ...] = (
    Facet("kind", lambda resource, index: (resource.kind,)),
    Facet("field", lambda resource, index: (term.code for term in resource.fields)),
    Facet("area", _areas),
    Facet("day", lambda resource, index: day_values(resource.schedule), is_slot=True),
    Facet("audience", _audience, is_slot=True),
    Facet("cost", lambda resource, index: (resource.shown_cost,) if resource.shown_cost else (), is_slot=True),
    Facet("type", lambda resource, index: (resource.type.code,)),
    Facet("need", lambda resource, index: (term.code for term in resource.needs)),
    Facet(
        "contact",
        lambda resource, index: sorted({str(item.kind) for item in resource.channels_without_voice}),
        is_slot=True,
    ),
    Facet("access", lambda resource, index: map(str, resource.accessibility), is_slot=True),
    Facet("language", lambda resource, index: map(str, resource.languages), is_slot=True),
)
