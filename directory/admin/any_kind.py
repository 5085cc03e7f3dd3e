"""Wagtail's reports of approvals know an entry by the table that all kinds share, which has no pages in the admin.

Its kind's pages answer for it; without this the reports fail as soon as an entry waits for approval (Wagtail 7.4).
"""

from typing import Any

from wagtail.admin.admin_url_finder import AdminURLFinder, register_admin_url_finder

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
