"""On the form of a page: the entries that it shows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel


class EntriesPanel(Panel):
    """Below the form of a page: the entries that it shows as it was saved last. Nothing where it shows none."""

    class BoundPanel(Panel.BoundPanel):
        """See Panel."""

        template_name = "portal/admin/entries_panel.html"

        def is_shown(self) -> bool:
            """A page that shows nothing has nothing to say."""
            return bool(self.entries)

        @property
        def entries(self) -> list[Any]:
            """With whether each is public, and where it is edited."""
            if not self.instance.pk:
                return []
            if not hasattr(self, "_entries"):
                # Imported here: they ask for all models, and pages are models that have this panel.
                from directory.admin.desk.own import entry_of
                from directory.admin.shown import entries_of
                from directory.models import PublicRecord

                rows = entries_of(self.instance)
                public = set(PublicRecord.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
                self._entries = [(entry_of(row, self.request.user), row.pk in public) for row in rows]
            return self._entries

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """See Panel."""
            return {**super().get_context_data(parent_context), "entries": self.entries}


ENTRIES = EntriesPanel(heading=_("このページに出ている案内"), icon="list-ul")
