"""Entries written anew when the same text gives other terms."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.contenttypes.models import ContentType
from modelsearch.backends import get_search_backend
from modelsearch.conf import get_app_config

BATCH = 500
_waiting: ContextVar[bool] = ContextVar("waiting_for_renewal", default=False)


@contextmanager
def waiting_for_renewal() -> Iterator[None]:
    """Save without reading any text: entries stay blank until `renew`, with which whoever loads in bulk ends."""
    token = _waiting.set(True)
    try:
        yield
    finally:
        _waiting.reset(token)


def is_waiting() -> bool:
    """Whether entries stay blank for now."""
    return _waiting.get()


def renew() -> int:
    """Write anew every entry that stands, for after another dictionary or other rules. Returns how many.

    Records without an entry stay without: Wagtail's `update_index` is for those.
    """
    entries = get_app_config().get_model("IndexEntry").objects.order_by()
    backend = get_search_backend()
    count = 0
    for content_type in ContentType.objects.filter(pk__in=entries.values("content_type")):
        model: Any = content_type.model_class()
        if model is None:
            continue
        keys = list(entries.filter(content_type=content_type).values_list("object_id", flat=True))
        for start in range(0, len(keys), BATCH):
            records = list(model.get_indexed_objects().filter(pk__in=keys[start : start + BATCH]))
            backend.add_bulk(model, records)
            count += len(records)
    return count
