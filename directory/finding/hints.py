"""What questions say beside their matter: words of places, days, ways of contact, and what they mean in our facets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext as _

from search.questions.slots import Hint
from search.text.analysis import is_common_word, is_kana

from ..areas.index import AreaIndex, AreaNode, area_index, belongs_to, home_area
from ..cache import remembered
from ..choices import Access, Language
from ..fixtures import read_csv
from ..models import Town
from .facets import FILTERS
from .filters import day_options, options_of

WHEN, SPEAKER = "when", "speaker"
WEEKEND = ("sat", "sun")
DAYTIME = ("mon", "tue", "wed", "thu", "fri")
# 東部圏域 is 東部 to everybody who lives there, and 豊川市 is 豊川.
_LAYER_WORDS = re.compile(r"(?:日常生活圏域|圏域|地区|小学校区|中学校区|小学校|中学校|学区|校区)$")
_CITY_WORDS = re.compile(r"(?<=..)[市区町村]$")
_ENDS_AS_A_PLACE = re.compile(r"(?:町|通|通り|丁目|ケ丘|ヶ丘|が丘|新田|団地)$")
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
    options = {item.facet: item.options for item in FILTERS}
    options |= {"language": partial(options_of, Language), "access": partial(options_of, Access)}
    return dict(options[slot]())[values[0]] if slot in options else ""


def _places(index: AreaIndex) -> Iterator[Hint]:
    """Names of areas, and of the 町字 that lie in them; the narrowest area that is meant, or all that may be.

    What is at home goes before what bears the same name elsewhere.
    """
    taken: set[str] = set()
    home = home_area()
    own = belongs_to(index, home)
    for node in sorted(index.choices(), key=lambda node: own is not None and node.pk not in own):
        for name in _names(node):
            if len(name) >= (SHORTEST_READING if is_kana(name) else SHORTEST_PLACE) and name not in taken:
                taken.add(name)
                alone = name == _LAYER_WORDS.sub("", node.name) and name not in node.aliases.split() and _is_word(name)
                yield Hint(name, "area", (node.slug,), node.name, is_name=True, alone=alone)
    for name, areas in _towns(index, home).items():
        if name not in taken:
            label = f"{name}（{areas[0].name}）" if len(areas) == 1 else name
            slugs = tuple(area.slug for area in areas)
            yield Hint(name, "area", slugs, label, is_name=True, alone=_is_word(name))


def _towns(index: AreaIndex, home: AreaNode | None) -> dict[str, list[AreaNode]]:
    """Names and readings of 町字 with the areas that may be meant, those of the home municipality alone where it has any.

    A name of two characters counts where it is at home: elsewhere it is a word more often than a place.
    """
    found: dict[str, list[AreaNode]] = {}
    at_home: set[str] = set()
    towns = list(Town.objects.order_by("pk"))
    for town in sorted(towns, key=lambda town: home is not None and town.municipality_id != home.pk):
        is_ours = home is None or town.municipality_id == home.pk
        for name in dict.fromkeys((town.name, town.reading)):
            if len(name) < (1 if is_ours else SHORTEST_READING) or (is_kana(name) and len(name) < SHORTEST_READING):
                continue
            if name in at_home and not is_ours:
                continue
            if is_ours:
                at_home.add(name)
            areas = found.setdefault(name, [])
            areas += [area for area in _areas_of(index, town) if area not in areas]
    return {name: areas for name, areas in found.items() if areas}


def _is_word(name: str) -> bool:
    """Whether a name is an ordinary word as well; 港町 ends as only places do."""
    return not _ENDS_AS_A_PLACE.search(name) and (len(name) == 1 or is_common_word(name))


def _names(node: AreaNode) -> list[str]:
    names = [node.name, *node.aliases.split(), node.reading]
    names += [_LAYER_WORDS.sub("", node.name), _CITY_WORDS.sub("", node.name)]
    return list(dict.fromkeys(filter(None, names)))


def _areas_of(index: AreaIndex, town: Town) -> list[AreaNode]:
    """The areas of the narrowest layer that a 町字 lies in."""
    areas = [index.nodes[pk] for pk in sorted(index.areas_of_town(town.pk)) if pk in index.nodes]
    narrowest = max((area.layer_order for area in areas), default=0)
    return [area for area in areas if area.layer_order == narrowest]
