"""What it costs each group, where a list has a column for each: 参加費_小学生, 参加費_大人."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from django.utils.translation import gettext as _

from directory.choices import Cost

from . import cells, dates


def cost_of_groups(pairs: Sequence[tuple[str, str]]) -> tuple[Cost, str]:
    """Cost and note of cells with their headers. Free for all is free; some who pay make it partly so; an empty group says nothing."""
    priced = [(_group(header), _price(text)) for text, header in pairs if not cells.is_nothing(text)]
    if not priced:
        return Cost.UNKNOWN, ""
    free = [price == "" for _name, price in priced]
    if all(free) and len(priced) == len(pairs):
        return Cost.FREE, ""
    parts = []
    for price, same in groupby(priced, key=lambda pair: pair[1]):
        names = "・".join(name for name, _price in same)
        parts.append(_("%(names)sは無料") % {"names": names} if not price else f"{names} {price}")
    note = "、".join(parts)
    if all(free):
        # What the others pay is not said.
        return Cost.UNKNOWN, note
    return (Cost.PARTLY if any(free) else Cost.PAID), note


def _group(header: str) -> str:
    return header.rsplit("_", 1)[-1]


def _price(text: str) -> str:
    """As it is said to people; empty for nothing to pay."""
    bare = dates.folded(text).strip()
    if re.fullmatch(r"0+(?:\.0+)?(?:円)?|無料", bare):
        return ""
    return f"{bare}円" if re.fullmatch(r"\d[\d,]*", bare) else text.strip()
