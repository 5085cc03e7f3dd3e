"""What a filter of lists is, and what there is to choose from. Which there are stands with their facets (`facets`).

A filter knows its parameter, its facet in the index, its label and its choices; it reads itself from a query string and drops
what it does not know, so that an old or mistyped address still shows something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..areas.index import area_index
from ..cache import remembered
from ..choices import Audience, Kind
from ..models import Field

WEEKDAY_VALUES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
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
    """The kinds of resource, and pages of guidance."""
    return [*options_of(Kind), ("guide", str(_("案内ページ")))]


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
    return _days(get_language())


@cache
def _days(_language: str | None) -> Options:
    names = (_("月曜"), _("火曜"), _("水曜"), _("木曜"), _("金曜"), _("土曜"), _("日曜"))
    days = [(value, str(name)) for value, name in zip(WEEKDAY_VALUES, names, strict=True)]
    return (*days, ("evening", str(_("夜（18時以降）"))), ("holiday", str(_("祝日"))))


def who_options() -> Options:
    """Open to anyone, or made for somebody."""
    return [("anyone", str(_("どなたでも"))), *options_of(Audience)]


def options_of(choices: type[TextChoices]) -> Options:
    """A closed list. Its words are the same for every page; a page of results asks for all lists."""
    return _words_of(choices, get_language())


@cache
def _words_of(choices: type[TextChoices], _language: str | None) -> Options:
    return tuple((value, str(label)) for value, label in choices.choices)
