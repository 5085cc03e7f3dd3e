"""Making and changing entries of the register in the admin: what a form begins with, and whose an entry is."""

from __future__ import annotations

from typing import Any

from django.utils.functional import cached_property
from wagtail.admin.views.generic import CopyViewMixin
from wagtail.snippets.views.snippets import CreateView, EditView

from ..models import Resource
from .drafts import MergingEditView
from .flow.editing import FlowEditView, TwoStepPublishing
from .forms.copying import copy_of
from .forms.linking import follow
from .freshness.owning import OwnedView, own_office
from .gate import WarnedDeleteView, WarnedEditView, WarnedUnpublishView
from .prefilled import MOST_FIGURES, Prefilled
from .shown import ShownEditView

# In the address of a new entry: the template from which it is made.
TEMPLATE = "template"


class ResourceCreateView(TwoStepPublishing, Prefilled, CreateView):
    """A new record; its name and where it is needed may come from a report, its texts from a template."""

    model: type[Resource]

    prefilled = ("name", "fields", "areas")

    def get_initial_form_instance(self) -> Resource:
        """A new entry; one that is made from a template remembers it."""
        entry = self.model()
        if template := self._template():
            follow(entry, template)
        return entry

    def get_add_url(self) -> str:
        """The template goes along when the form is sent once more."""
        url: str = super().get_add_url()
        return f"{url}?{TEMPLATE}={template.pk}" if (template := self._template()) else url

    def _template(self) -> Resource | None:
        key = self.request.GET.get(TEMPLATE, "")
        if not (key.isascii() and key.isdigit() and len(key) <= MOST_FIGURES):
            return None
        return self.model._default_manager.filter(pk=key, is_template=True).first()

    def get_initial(self) -> dict[str, Any]:
        """What somebody makes is their office's, unless they say otherwise."""
        initial = super().get_initial()
        if office := own_office(self.request.user):
            initial.setdefault("owner", office.pk)
        return initial


class ResourceCopyView(OwnedView, CopyViewMixin, ResourceCreateView):
    """The form of a new entry, filled in like another one; it is sent as that of any new entry."""

    @cached_property
    def original(self) -> Resource:
        """The other one; whoever may make entries may see all."""
        return self.get_object()

    def get_initial_form_instance(self) -> Resource:
        """See `forms.copying`."""
        return copy_of(self.original)

    def get_add_url(self) -> str:
        """With the template, which the new entry remembers."""
        url: str = super().get_add_url()
        return f"{url}?{TEMPLATE}={self.original.pk}" if self.original.is_template else url


class ResourceEditView(OwnedView, ShownEditView, FlowEditView, MergingEditView, EditView):
    """Only for whose entry it is."""


class DeskEditView(OwnedView, ShownEditView, FlowEditView, MergingEditView, WarnedEditView):
    """The same, with the calls that a change would break."""


class DeskDeleteView(OwnedView, WarnedDeleteView):
    """A desk that goes, by whose it is."""


class DeskUnpublishView(OwnedView, WarnedUnpublishView):
    """A desk that nobody will see, by whose it is."""
