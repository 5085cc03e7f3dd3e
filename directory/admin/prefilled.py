"""Forms of new records that begin with what their address says: who comes from a report writes nothing twice."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest

MOST_VALUES = 20
LONGEST = 200
# More figures are no key of any row, and more than a database takes.
MOST_FIGURES = 18


class Prefilled:
    """A view that makes something new; of its address it takes the named fields, and only for the empty form."""

    prefilled: tuple[str, ...] = ()
    model: type[Model]
    request: HttpRequest

    def get_initial(self) -> dict[str, Any]:
        """Texts as they came, for the form judges them when it is sent; of other records only those that exist."""
        initial: dict[str, Any] = super().get_initial()  # type: ignore[misc]
        if self.request.method != "GET":
            return initial
        for name in self.prefilled:
            values: list[Any] = [value.replace("\x00", "")[:LONGEST] for value in self.request.GET.getlist(name)]
            field = self.model._meta.get_field(name)
            if field.is_relation:
                values = _existing(field.related_model, values[:MOST_VALUES])
            if values:
                initial[name] = values if field.many_to_many else values[0]
        return initial


def _existing(table: Any, values: list[str]) -> list[int]:
    asked = [int(value) for value in values if value.isascii() and value.isdigit() and len(value) <= MOST_FIGURES]
    return list(table._default_manager.filter(pk__in=asked).values_list("pk", flat=True))
