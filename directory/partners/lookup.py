"""The look-up: who does this, for this field, in this area."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from ..areas.index import area_index
from ..models import Field, Programme
from .models import Partner
from .packs import coordinators, visible_contacts
from .words import words_of

PAGE = 20
MOST_ROLES = 20


@dataclass(frozen=True)
class Asked:
    """What is looked for; empty values ask for nothing. `role` may name several programmes, with commas between them."""

    words: str = ""
    role: str = ""
    field: str = ""
    area: str = ""
    wide: bool = False
    coordinator: bool = False
    page: int = 1

    @property
    def is_empty(self) -> bool:
        """Nothing was asked."""
        return not any((self.words, self.role, self.field, self.area, self.wide, self.coordinator))


def find(asked: Asked, partner: Partner | None) -> Page:
    """A page of the contact points that a partner may see and that fit, the one who coordinates first.

    An unknown role, field or area finds nothing, as does a word that occurs nowhere.
    """
    found = coordinators(partner) if asked.coordinator else visible_contacts(partner)
    if asked.role:
        found = found.with_roles([programme.code for programme in programmes(asked.role)])
    if asked.field:
        found = found.about(asked.field) if Field.objects.filter(code=asked.field).exists() else found.none()
    if asked.area:
        node = area_index().by_slug.get(asked.area)
        found = found.in_areas(area_index().relevant_to(node.pk)) if node else found.none()
    if asked.wide:
        found = found.filter(is_wide_area=True)
    found = found.saying(words_of(asked.words)).with_details()
    return Paginator(found.order_by("-is_coordinator", "is_wide_area", "organisation__reading", "pk"), PAGE).get_page(
        asked.page
    )


def programmes(role: str) -> list[Programme]:
    """The programmes that `Asked.role` names; 第1号 alone means all of its letters."""
    named = role.split(",")[:MOST_ROLES]
    return [
        programme
        for programme in Programme.objects.all()
        if any(programme.code == one or programme.code.startswith(f"{one}-") for one in named if one)
    ]
