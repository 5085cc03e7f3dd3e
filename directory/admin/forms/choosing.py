"""Choosing out of many: a list that a script makes into a box with suggestions and chips, and what a city has to choose from.

The list itself (`<select>`) stays the source of truth; without the script it is a list as browsers have it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ...areas.index import area_index, belongs_to, home_area
from ...models import Area, Field, Need, Town

# Rows of a list that is shown as it is.
ROWS = 8
# What the script says.
WORDS: dict[str, str | Promise] = {
    "choose": _("名前・よみ・ふだんの言葉でさがす"),
    "chosen": _("選んだもの（{name}）"),
    "found": _("候補が{count}件"),
    "none": _("見つかりません。別の言葉でさがしてください"),
    "more": _("ほかにもあります。もう少し書くと、しぼれます"),
    "remove": _("{name}を外す"),
    "added": _("{name}を入れました"),
    "removed": _("{name}を外しました"),
}


class _Chips:
    """What both widgets say of their rows: under which heading they stand, and by which words they are found."""

    def __init__(
        self,
        *,
        words: Callable[[Any], Iterable[str]] = lambda row: (),
        heading: Callable[[Any], str] = lambda row: "",
        attrs: dict[str, Any] | None = None,
    ) -> None:
        self.words, self.heading = words, heading
        super().__init__(attrs=attrs)  # type: ignore[call-arg]

    def build_attrs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With what the script says; its presence is what the script looks for."""
        words = json.dumps({name: str(text) for name, text in WORDS.items()}, ensure_ascii=False)
        return {**super().build_attrs(*args, **kwargs), "data-chips": words}  # type: ignore[misc]

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With the words by which it is found."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        row = getattr(value, "instance", None)
        if row is not None and (words := " ".join(filter(None, self.words(row)))):
            option["attrs"]["data-words"] = words
        return option

    def optgroups(self, name: str, value: list[Any], attrs: dict[str, Any] | None = None) -> list[Any]:
        """Rows under their headings, in the order in which they come."""
        found: dict[str, list[Any]] = {}
        for _heading, options, _number in super().optgroups(name, value, attrs):  # type: ignore[misc]
            for option in options:
                row = getattr(option["value"], "instance", None)
                found.setdefault(self.heading(row) if row is not None else "", []).append(option)
        return [(heading or None, options, number) for number, (heading, options) in enumerate(found.items())]


class ManyChips(_Chips, forms.SelectMultiple):
    """Several rows of a table."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.attrs["size"] = ROWS


class OneChip(_Chips, forms.Select):
    """One row of a table, or none."""


def words_of_need(need: Need) -> Iterable[str]:
    """Its reading, and how people say it."""
    return need.reading, need.plain


def words_of_area(area: Area) -> Iterable[str]:
    """Its reading and other names."""
    return area.reading, area.aliases


def words_of_town(town: Town) -> Iterable[str]:
    """Its reading and postal codes."""
    return town.reading, *(postal.code for postal in town.postal_codes.all())


def areas_chips() -> ManyChips:
    """Areas under the names of their layers."""
    return ManyChips(words=words_of_area, heading=lambda area: area.layer.name)


def needs_chips() -> ManyChips:
    """Troubles, found by what people say."""
    return ManyChips(words=words_of_need)


def town_chip() -> OneChip:
    """A 町字, found by its reading or postal code."""
    return OneChip(words=words_of_town, heading=lambda town: town.municipality.name)


def areas_of_city(chosen: Iterable[int] = ()) -> QuerySet[Area]:
    """The areas of the city whose register this is and those around it; another city's and a retired one only if `chosen`."""
    rows = Area.objects.select_related("layer").order_by("layer__order", "order", "reading", "pk")
    allowed = belongs_to(area_index(), home_area())
    within = Q(retired=False) if allowed is None else Q(retired=False, pk__in=allowed)
    return rows.filter(within | Q(pk__in=list(chosen)))


def towns_of_city(chosen: int | None = None) -> QuerySet[Town]:
    """The 町字 of the city whose register this is; another one only if `chosen`."""
    rows = Town.objects.select_related("municipality").prefetch_related("postal_codes")
    home = home_area()
    return rows.filter(Q(municipality=home.pk) | Q(pk=chosen)) if home else rows


def needs_in_use(chosen: Iterable[int] = ()) -> QuerySet[Need]:
    """Troubles that the city uses; others only if `chosen`."""
    return Need.objects.filter(Q(retired=False) | Q(pk__in=list(chosen)))


def fields_in_use(chosen: Iterable[int] = ()) -> QuerySet[Field]:
    """Fields of welfare that the city uses; others only if `chosen`."""
    return Field.objects.filter(Q(retired=False) | Q(pk__in=list(chosen)))


def limit_to_city(fields: dict[str, forms.Field], instance: Any, initial: dict[str, Any]) -> None:
    """Let a form offer only what is the city's own, what its entry has already, and what its address asked for."""

    def chosen(name: str) -> list[int]:
        own = [row.pk for row in getattr(instance, name).all()] if instance is not None else []
        return [*own, *(getattr(row, "pk", row) for row in initial.get(name) or ())]

    offers: dict[str, Callable[[], QuerySet]] = {
        "areas": lambda: areas_of_city(chosen("areas")),
        "default_for": lambda: areas_of_city(chosen("default_for")),
        "fields": lambda: fields_in_use(chosen("fields")),
        "needs": lambda: needs_in_use(chosen("needs")),
        "town": lambda: towns_of_city(instance.town_id),
    }
    for name, offer in offers.items():
        field = fields.get(name)
        if isinstance(field, ModelChoiceField):
            field.queryset = offer()
            field.error_messages["invalid_choice"] = _("このまちの中から選んでください。")
