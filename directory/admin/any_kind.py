"""An entry of any kind, by the table that all kinds share, which has no pages in the admin.

Its kind's pages answer for it; without this Wagtail's reports of approvals fail as soon as an entry waits for approval (Wagtail
7.4). And one entry is chosen out of all of them in a window with a search: a list of all would be megabytes in a large town.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import AdminURLFinder, register_admin_url_finder
from wagtail.admin.viewsets.chooser import ChooserViewSet

from ..models import Resource


class OfItsKind:
    """Finds the page on which an entry is edited by whoever asks."""

    def __init__(self, user: Any = None) -> None:
        self.finder = AdminURLFinder(user)

    def get_edit_url(self, resource: Resource) -> str | None:
        """That of its kind; None for who may not edit it."""
        return self.finder.get_edit_url(resource.specific)


def register() -> None:
    """Once, when the admin is put together."""
    register_admin_url_finder(Resource, OfItsKind)
    # Each kind has one of its own, which hides this.
    Resource.snippet_viewset = property(lambda resource: resource.specific.snippet_viewset)  # type: ignore[attr-defined]


class EntryChooser(ChooserViewSet):
    """Used by every form with a link to an entry."""

    model = Resource
    icon = "list-ul"
    choose_one_text = _("案内を選ぶ")
    choose_another_text = _("ほかの案内を選ぶ")
    edit_item_text = _("この案内を直す")

    def get_urlpatterns(self) -> list[Any]:
        """Without making one: an entry is of a kind."""
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "create"]


entry_chooser = EntryChooser("entry_chooser", url_prefix="entries/choose")
