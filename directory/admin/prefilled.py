"""Forms of new records that begin with what their address says: who comes from a report writes nothing twice."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest

MOST_VALUES = 20


class Prefilled:
    """A view that makes something new; of its address it takes the named fields, and only for the empty form."""

    prefilled: tuple[str, ...] = ()
    model: type[Model]
    request: HttpRequest

    def get_initial(self) -> dict[str, Any]:
        """Strings as they came: the form judges them when it is sent, as if somebody had typed them."""
        initial: dict[str, Any] = super().get_initial()  # type: ignore[misc]
        if self.request.method == "GET":
            for name in self.prefilled:
                if values := self.request.GET.getlist(name)[:MOST_VALUES]:
                    initial[name] = values if self.model._meta.get_field(name).many_to_many else values[0]
        return initial
