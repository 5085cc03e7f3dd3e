"""On the admin's first page: how many offers wait for an answer."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from wagtail.admin.ui.components import Component

from ...models import OfferState
from ...offers.answering import arrived


class OffersPanel(Component):
    """One line, or nothing where nobody waits."""

    name = "offers"
    order = 90

    def render_html(self, parent_context: Any = None) -> SafeString:
        """See Component."""
        waiting = arrived().filter(state=OfferState.WAITING)
        count, oldest = waiting.count(), waiting.first()
        if oldest is None:
            return SafeString("")
        context = {"count": count, "since": oldest.arrived_at, "url": reverse("offers")}
        return render_to_string("directory/admin/offers/panel.html", context)
