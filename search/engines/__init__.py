"""The engines, by the name that the setting SEARCH_ENGINE gives."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

from .base import Engine
from .failover import Failover


def _tantivy() -> Engine:
    from .tantivy import TantivyEngine

    return TantivyEngine(Path(settings.SEARCH_INDEX_DIR))


def _elasticsearch() -> Engine:
    try:
        from .elasticsearch import ElasticsearchEngine
        from .elasticsearch_cluster import ClusterOptions
    except ImportError as error:
        raise ImproperlyConfigured("SEARCH_ENGINE=elasticsearch needs: pip install 'yorozu[elasticsearch]'") from error
    return ElasticsearchEngine(ClusterOptions(**settings.ELASTICSEARCH))


ENGINES: dict[str, Callable[[], Engine]] = {"tantivy": _tantivy, "elasticsearch": _elasticsearch}


def _chosen() -> str:
    name = settings.SEARCH_ENGINE
    if name not in ENGINES:
        raise ImproperlyConfigured(f"SEARCH_ENGINE is {name!r}; known engines are {', '.join(sorted(ENGINES))}")
    return name


@cache
def engine_named(name: str) -> Engine:
    """This process's engine of that name."""
    return ENGINES[name]()


def engines_in_use() -> tuple[Engine, ...]:
    """All indexes that this host keeps up to date, the one that answers first. Raises ImproperlyConfigured."""
    return tuple(engine_named(name) for name in dict.fromkeys((_chosen(), "tantivy")))


@cache
def get_engine() -> Engine | Failover:
    """What answers questions: the embedded index, or the cluster with the embedded index behind it."""
    chosen = engine_named(_chosen())
    if chosen.name == "tantivy":
        return chosen
    return Failover(chosen, engine_named("tantivy"), on_away=_bring_up_to_date)


_followers: list[Callable[[], None]] = []


def register_follower(follow: Callable[[], None]) -> None:
    """Tell the engines who brings all of them up to date when one begins to answer (called when the application is ready)."""
    _followers[:] = [follow]


def _bring_up_to_date() -> None:
    for follow in _followers:
        follow()


def forget_engines() -> None:
    """Make them anew when they are next asked for."""
    engine_named.cache_clear()
    get_engine.cache_clear()


@receiver(setting_changed)
def _forget_engines(*, setting: str, **_kwargs: Any) -> None:
    if setting.startswith(("SEARCH_", "ELASTICSEARCH")):
        forget_engines()
