"""What an import did to each record, for who opens 履歴: one line a record, as for a change by hand.

A line says who, when and that it was an import, and what Wagtail says of every change: the name. What was changed stands in the
journal (`ImportChange`), which goes with its run; nothing of it is written here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry

from ...models import ImportRun

TAKEN_IN, TAKEN_BACK = "yorozu.import", "yorozu.import_undone"


def note(run: ImportRun, action: str, records: Iterable[Any], *, deleted: bool = False) -> None:
    """Write the lines of some records, in the transaction in which they were written; they share the name of the run."""
    now = timezone.now()
    ModelLogEntry.objects.bulk_create(
        ModelLogEntry(
            content_type=ContentType.objects.get_for_model(record, for_concrete_model=False),
            object_id=str(record.pk),
            label=str(record),
            action=action,
            timestamp=now,
            user=run.user,
            uuid=run.uuid,
            data={},
            content_changed=True,
            deleted=deleted,
        )
        for record in records
        if registry.get_log_model_for_model(type(record)) is ModelLogEntry
    )
