"""Desks of pages where nobody told where they live: one for each area in place of the first that comes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from directory.areas.index import AreaNode
from directory.public.selectors import AreaCard, Card, card, desks_by_area


def spread(
    cards: Iterable[Card],
    area: AreaNode | None,
    home: AreaNode | None,
    needs: Mapping[str, Collection[str]],
    address: Callable[[AreaNode], str],
    now: datetime,
) -> list[Card]:
    """The cards; one of a desk that is only for a part of the city holds those of all areas, each with its address.

    Once an area is told, every card stands as it is.
    """
    if home is None or (area is not None and not area.is_municipality):
        return list(cards)
    shown: list[Card] = []
    spread_out: set[str] = set()
    for item in cards:
        code = item.resource.type.code
        groups = desks_by_area(item.resource, area or home, needs.get(code, ()))
        if code in spread_out:
            continue
        if groups:
            spread_out.add(code)
            item = replace(item, by_area=tuple(AreaCard(node, address(node), card(desk, now)) for node, desk in groups))
        shown.append(item)
    return shown
