"""Lists of the admin as files (CSV, Excel), for the people of the city: what the list shows, in its words.

They hold what an editor sees in the admin anyway and nothing of the partner pages: contact points leave only in the packs, which
note who took them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet

from ..exchange.shared import BOM, safe_cell
from .drafts import OnlyDraftsSaveThemselves


class FileIndexView(IndexView):
    """A list whose file Japanese spreadsheets open as it is: choices in words, nothing that they run as a formula."""

    def get_base_queryset(self) -> QuerySet:
        """As for the list; for a file with all that its columns need, in a few questions for all rows."""
        rows = super().get_base_queryset()
        if not self.is_export:
            return rows
        fields = [self.model._meta.get_field(name) for name in self.list_export]
        one = [field.name for field in fields if field.many_to_one or field.one_to_one]
        return rows.select_related(*one).prefetch_related(*(field.name for field in fields if field.many_to_many))

    def get_filename(self) -> str:
        """The table and the day."""
        return f"{self.model._meta.model_name}-{timezone.localdate().isoformat()}"

    def to_row_dict(self, item: Model) -> OrderedDict[str, Any]:
        """See SpreadsheetExportMixin."""
        return OrderedDict((name, cell(item, name)) for name in self.list_export)

    def stream_csv(self, queryset: QuerySet) -> Iterator[bytes]:
        """See SpreadsheetExportMixin; Excel knows UTF-8 by the mark in front."""
        yield BOM.encode()
        yield from super().stream_csv(queryset)


class PlainCreateView(OnlyDraftsSaveThemselves, CreateView):
    """See OnlyDraftsSaveThemselves."""


class PlainEditView(OnlyDraftsSaveThemselves, EditView):
    """See OnlyDraftsSaveThemselves."""


class FileViewSet(SnippetViewSet):
    """A table whose list can be taken away as a file; its columns are those of the list unless it names others."""

    index_view_class = FileIndexView
    add_view_class = PlainCreateView
    edit_view_class = PlainEditView

    @cached_property
    def list_export(self) -> list[str]:
        """Names of fields."""
        return [name for name in self.list_display if isinstance(name, str)]


def cell(item: Model, name: str) -> Any:
    """The value of a field as somebody reads it; dates and numbers stay what they are."""
    field = item._meta.get_field(name)
    if field.many_to_many:
        return safe_cell("、".join(str(one) for one in getattr(item, name).all()))
    value = getattr(item, f"get_{name}_display")() if getattr(field, "choices", None) else getattr(item, name)
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if value is None:
        return ""
    return safe_cell(str(value)) if isinstance(value, str | Model) else value
