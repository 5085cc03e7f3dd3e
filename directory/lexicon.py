"""What questions say beside their matter: words of places, days, ways of contact, and what they mean in our facets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from search.slots import Hint
from search.text import is_kana

from .areas import AreaIndex, AreaNode, area_index
from .choices import Access, Audience, Cost, Language
from .files import read_csv
from .filters import day_options
from .memory import remembered
from .models import Town

WHEN, SPEAKER = "when", "speaker"
WEEKEND = ("sat", "sun")
DAYTIME = ("mon", "tue", "wed", "thu", "fri")
# 東部圏域 is 東部 to everybody who lives there, and 豊川市 is 豊川.
_LAYER_WORDS = re.compile(r"(?:日常生活圏域|圏域|地区|小学校区|中学校区|小学校|中学校|学区|校区)$")
_CITY_WORDS = re.compile(r"(?<=..)[市区町村]$")
SHORTEST_PLACE = 2
# きた is the north to some and "came" to everybody.
SHORTEST_READING = 3

TABLE = "vocabulary/hints.csv"


def hints() -> tuple[Hint, ...]:
    """All of them; remembered until an area changes."""
    return remembered("areas", "hints", lambda: (*_fixed(), *_places(area_index())))


def _fixed() -> Iterator[Hint]:
    for row in read_csv(TABLE):
        values = tuple(row["values"].split())
        label = _label(row["slot"], values)
        for word in row["words"].split("／"):
            yield Hint(word, row["slot"], values, label)


def _label(slot: str, values: tuple[str, ...]) -> str:
    """How the visitor reads what was understood."""
    if slot == "day":
        together = {WEEKEND: _("土曜・日曜"), DAYTIME: _("平日")}
        return together.get(values) or dict(day_options())[values[0]]
    if slot == WHEN:
        return {"now": _("いま開いている"), "today": _("今日開く"), "week": _("今週開く")}[values[0]]
    if slot == "contact":
        names = {("line",): "LINE", ("fax",): "FAX", ("mail", "form"): _("メール・フォーム")}
        return names.get(values, _("電話のほかの方法"))
    choices = {"language": Language, "access": Access, "cost": Cost, "audience": Audience}
    return str(choices[slot](values[0]).label) if slot in choices else ""


def _places(index: AreaIndex) -> Iterator[Hint]:
    """Names of areas, and of the 町字 that lie in them; the narrowest area that is meant."""
    taken: set[str] = set()
    for node in index.choices():
        for name in _names(node):
            if len(name) >= (SHORTEST_READING if is_kana(name) else SHORTEST_PLACE) and name not in taken:
                taken.add(name)
                yield Hint(name, "area", (node.slug,), node.name)
    for town in Town.objects.order_by("pk"):
        area = _area_of(index, town)
        if area is None:
            continue
        for name in dict.fromkeys((town.name, town.reading)):
            if len(name) > SHORTEST_PLACE and name not in taken:
                taken.add(name)
                yield Hint(name, "area", (area.slug,), f"{town.name}（{area.name}）")


def _names(node: AreaNode) -> list[str]:
    names = [node.name, *node.aliases.split(), node.reading]
    names += [_LAYER_WORDS.sub("", node.name), _CITY_WORDS.sub("", node.name)]
    return list(dict.fromkeys(filter(None, names)))


def _area_of(index: AreaIndex, town: Town) -> AreaNode | None:
    areas = [index.nodes[pk] for pk in index.areas_of_town(town.pk) if pk in index.nodes]
    return max(areas, key=lambda node: node.layer_order, default=None)
