"""Entries written anew when the same text gives other terms, or when many records were saved at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from modelsearch.backends import get_search_backend
from modelsearch.index import get_indexed_models

BATCH = 500
_waiting: ContextVar[bool] = ContextVar("waiting_for_renewal", default=False)


@contextmanager
def waiting_for_renewal() -> Iterator[None]:
    """Save without writing entries, until `renew`, with which whoever loads in bulk ends."""
    token = _waiting.set(True)
    try:
        yield
    finally:
        _waiting.reset(token)


@contextmanager
def writing_at_once() -> Iterator[None]:
    """Write entries inside `waiting_for_renewal` all the same: many together, where each for itself would be too slow."""
    token = _waiting.set(False)
    try:
        yield
    finally:
        _waiting.reset(token)


def is_waiting() -> bool:
    """Whether no entries are written for now."""
    return _waiting.get()


def renew() -> int:
    """Write the entry of every record that can be looked for, for after a load, another dictionary or other rules. Returns
    how many."""
    backend = get_search_backend()
    count = 0
    for model in get_indexed_models():
        objects = model.get_indexed_objects().order_by("pk")
        keys = list(objects.values_list("pk", flat=True))
        for start in range(0, len(keys), BATCH):
            records = list(objects.filter(pk__in=keys[start : start + BATCH]))
            backend.add_bulk(model, records)
            count += len(records)
    return count
