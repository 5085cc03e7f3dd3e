"""Making and changing entries of the register in the admin: what a form begins with, and whose an entry is."""

from __future__ import annotations

from typing import Any

from wagtail.snippets.views.snippets import CreateView, EditView

from .flow.editing import FlowEditView, TwoStepPublishing
from .freshness.owning import OwnedView, own_office
from .gate import WarnedDeleteView, WarnedEditView, WarnedUnpublishView
from .prefilled import Prefilled


class ResourceCreateView(TwoStepPublishing, Prefilled, CreateView):
    """A new record; its name and where it is needed may come from a report."""

    prefilled = ("name", "fields", "areas")

    def get_initial(self) -> dict[str, Any]:
        """What somebody makes is their office's, unless they say otherwise."""
        initial = super().get_initial()
        if office := own_office(self.request.user):
            initial.setdefault("owner", office.pk)
        return initial


class ResourceEditView(OwnedView, FlowEditView, EditView):
    """Only for whose entry it is."""


class DeskEditView(OwnedView, FlowEditView, WarnedEditView):
    """The same, with the calls that a change would break."""


class DeskDeleteView(OwnedView, WarnedDeleteView):
    """A desk that goes, by whose it is."""


class DeskUnpublishView(OwnedView, WarnedUnpublishView):
    """A desk that nobody will see, by whose it is."""
