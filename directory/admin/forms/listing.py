"""Lists of entries: how complete each is, in a bounded number of questions."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.models import WorkflowState

from ...models import Resource
from ..list_files import FileIndexView
from .completeness import RELATIONS, completeness


def _in_words(entry: Resource) -> str:
    filled = completeness(entry)
    if filled.needed:
        return gettext("公開まで、あと{count}つ").format(count=len(filled.needed))
    return gettext("{of}のうち{said}").format(of=filled.of, said=len(filled.said))


class CompletenessColumn(Column):
    """What an entry says of what residents look for; of one with a draft, what is saved as its row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("completeness", label=_("書いてあること"), accessor=_in_words, **kwargs)


class ResourceIndexView(FileIndexView):
    """With what the column reads."""

    def get_base_queryset(self) -> QuerySet:
        """See `FileIndexView`; and what Wagtail asks of each row for its status."""
        rows = super().get_base_queryset()
        if self.is_export:
            return rows
        running = WorkflowState.objects.active().select_related("current_task_state__task")
        in_approval = Prefetch("_workflow_states", queryset=running, to_attr="_current_workflow_states")
        return rows.select_related("type", "organisation").prefetch_related(*RELATIONS, in_approval)
