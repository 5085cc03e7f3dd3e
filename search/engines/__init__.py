"""The engines, by the name that the setting SEARCH_ENGINE gives."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

from search.engines.base import Engine


def _tantivy() -> Engine:
    from search.engines.tantivy import TantivyEngine

    return TantivyEngine(Path(settings.SEARCH_INDEX_DIR))


ENGINES: dict[str, Callable[[], Engine]] = {"tantivy": _tantivy}


@cache
def get_engine(name: str | None = None) -> Engine:
    """This process's engine of that name, or the setting's. Raises ImproperlyConfigured for an unknown name."""
    if name is None:
        return get_engine(getattr(settings, "SEARCH_ENGINE", "tantivy"))
    if name not in ENGINES:
        raise ImproperlyConfigured(f"SEARCH_ENGINE is {name!r}; known engines are {', '.join(sorted(ENGINES))}")
    return ENGINES[name]()


@receiver(setting_changed)
def _forget_engines(*, setting: str, **_kwargs: Any) -> None:
    if setting.startswith("SEARCH_"):
        get_engine.cache_clear()
