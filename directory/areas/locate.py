"""Which area somebody is in, by what they type about where they live; answered from our own tables."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.db.models import Q

from ..models import Town
from .index import AreaIndex, AreaNode, area_index, home_area


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What was made of what somebody typed about where they live."""

    text: str
    towns: tuple[Town, ...] = ()
    area: AreaNode | None = None

    @property
    def is_ambiguous(self) -> bool:
        """Several 町字 fit, and they lie in different areas."""
        return self.area is None and len(self.towns) > 1


def locate(text: str) -> Whereabouts:
    """Find the area of a postal code, a 町字 or an area's name as typed; an unknown text gives no area.

    The area given is the narrowest one that all fitting 町字 have in common, so that no wrong half of town is guessed.
    """
    cleaned = unicodedata.normalize("NFKC", text).replace("\x00", "").strip()[:80]
    index = area_index()
    if not cleaned:
        return Whereabouts(cleaned)
    digits = re.sub(r"[\s〒ー‐−–-]", "", cleaned)
    if re.fullmatch(r"\d{7}", digits):
        towns = list(Town.objects.filter(postal_codes__code=digits).distinct()[:20])
    else:
        for node in index.choices():
            if cleaned in {node.name, node.reading, *node.aliases.split()}:
                return Whereabouts(cleaned, area=node)
        town_name = re.sub(r"[0-9０-９].*$", "", cleaned)
        for node in index.choices():
            if node.is_municipality:
                town_name = town_name.removeprefix(node.name)
        towns = (
            list(Town.objects.filter(Q(name__startswith=town_name) | Q(reading__startswith=town_name)).distinct()[:20])
            if town_name
            else []
        )
        exact = [town for town in towns if town_name in {town.name, town.reading}]
        towns = exact or towns
        home = home_area()
        # Every second city has a 本町; whoever asks here means ours.
        towns = [town for town in towns if home and town.municipality_id == home.pk] or towns
    return Whereabouts(cleaned, tuple(towns), _narrowest_common(index, towns))


def _narrowest_common(index: AreaIndex, towns: list[Town]) -> AreaNode | None:
    common: frozenset[int] | None = None
    for town in towns:
        areas = index.areas_of_town(town.pk) | {town.municipality_id}
        common = areas if common is None else common & areas
    known = [index.nodes[pk] for pk in common or () if pk in index.nodes]
    # Among the layers the narrowest one; a municipality alone is no answer to "which of these 町字".
    known.sort(key=lambda node: -node.layer_order)
    if not known or (len(towns) > 1 and known[0].is_municipality):
        return None
    return known[0]
