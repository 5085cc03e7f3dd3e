"""Filters of lists: each is defined once, for pages, feeds and files alike.

A filter knows its parameter, its facet in the index, its label and its choices; it reads itself from a query string and drops
what it does not know, so that an old or mistyped address still shows something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..areas.index import area_index
from ..cache import remembered
from ..choices import Audience, Cost, Kind
from ..models import Field
from .facets import WEEKDAY_VALUES

Options = Sequence[tuple[str, str]]
MOST_VALUES = 20


@dataclass(frozen=True, slots=True)
class Filter:
    """One way of narrowing a list."""

    name: str
    facet: str
    label: str | Promise
    options: Callable[[], Options]

    def read(self, query: QueryDict, options: Options | None = None) -> tuple[str, ...]:
        """The values of a query string that exist, each once, in the order of the choices."""
        asked = set(query.getlist(self.name)[:MOST_VALUES])
        if not asked:
            return ()
        return tuple(value for value, _label in (options or self.options()) if value in asked)


def kind_options() -> Options:
    """The four kinds of resource, and pages of guidance."""
    return [*((kind.value, str(kind.label)) for kind in Kind), ("guide", str(_("案内ページ")))]


def field_options() -> Options:
    """Fields in use, in the city's order."""
    return remembered(
        "fields", "options", lambda: list(Field.objects.filter(retired=False).values_list("code", "name"))
    )


def area_options() -> Options:
    """Areas in use, broad layers first."""
    return [(node.slug, node.name) for node in area_index().choices()]


def day_options() -> Options:
    """Days of the week, and what people ask for beside them."""
    names = (_("月曜"), _("火曜"), _("水曜"), _("木曜"), _("金曜"), _("土曜"), _("日曜"))
    days = [(value, str(name)) for value, name in zip(WEEKDAY_VALUES, names, strict=True)]
    return [*days, ("evening", str(_("夜（18時以降）"))), ("holiday", str(_("祝日")))]


def who_options() -> Options:
    """Open to anyone, or made for somebody."""
    return [("anyone", str(_("どなたでも"))), *((item.value, str(item.label)) for item in Audience)]


def cost_options() -> Options:
    """What it costs."""
    return [(item.value, str(item.label)) for item in Cost]


FILTERS: tuple[Filter, ...] = (
    Filter("kind", "kind", _("種類"), kind_options),
    Filter("field", "field", _("分野"), field_options),
    Filter("area", "area", _("圏域"), area_options),
    Filter("day", "day", _("曜日・時間"), day_options),
    Filter("who", "audience", _("対象"), who_options),
    Filter("cost", "cost", _("費用"), cost_options),
)
