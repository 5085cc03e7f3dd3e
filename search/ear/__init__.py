"""The learned ear: hears danger, who speaks, and which desk is meant, also where nobody wrote a pattern or a phrase.

It stands beside the patterns and phrases that editors change and never replaces them. It was trained from labelled
sentences (`fixtures/ear/`); here it is only a file of weights. Without the file patterns and phrases answer alone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.conf import settings

from .model import Ear, EarError, Heard

__all__ = ["NOTHING", "Ear", "Heard", "current_ear", "ear_problem", "forget_ear", "hearing"]

logger = logging.getLogger("search")
WEIGHTS = "weights.npz"
NOTHING = Heard()

_lock = threading.Lock()
_loaded: dict[Path, tuple[Ear | None, str]] = {}
# The ear that this thread tries out, before it is written.
_tried: ContextVar[Ear | None] = ContextVar("tried_ear", default=None)


def current_ear() -> Ear | None:
    """The ear of the settings, loaded once by each process; None when its file is missing or damaged."""
    return _tried.get() or _load(Path(settings.EAR_DIR) / WEIGHTS)[0]


@contextmanager
def hearing(ear: Ear) -> Iterator[None]:
    """Questions of this thread are heard by another ear inside."""
    token = _tried.set(ear)
    try:
        yield
    finally:
        _tried.reset(token)


def ear_problem() -> str:
    """Why there is no ear, for the operator; nothing when there is one."""
    return _load(Path(settings.EAR_DIR) / WEIGHTS)[1]


def forget_ear() -> None:
    """Load the file anew when it is asked for next."""
    _loaded.clear()


def _load(path: Path) -> tuple[Ear | None, str]:
    known = _loaded.get(path)
    if known is None:
        with _lock:
            known = _loaded.get(path)
            if known is None:
                known = _read(path)
                _loaded[path] = known
    return known


def _read(path: Path) -> tuple[Ear | None, str]:
    try:
        return Ear.read(path), ""
    except EarError as error:
        logger.warning("The learned ear is away, patterns answer alone: %s", error)
        return None, str(error)
