"""A cluster with the embedded index behind it: when the cluster is away, this host answers, and visitors notice nothing.

Only reading goes through here. Each of the two follows the log of changes by itself (`search.indexing`).
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from .base import Engine, EngineError, EngineHit, EngineQuery, EngineResult, EngineStatus, Filters

logger = logging.getLogger("search")

Answer = TypeVar("Answer")
# After a failure the cluster is left alone for so long; then one visitor's question finds out whether it is back.
REST_SECONDS = 5.0


class Failover:
    """Answers from `primary`, or from `fallback` while the primary is away.

    `on_away` is called when the fallback begins to answer, to bring it up to date; a visitor waits for it.
    """

    def __init__(
        self,
        primary: Engine,
        fallback: Engine,
        *,
        rest: float = REST_SECONDS,
        on_away: Callable[[], None] = lambda: None,
    ) -> None:
        self.primary, self.fallback = primary, fallback
        self.name = primary.name
        self._rest, self._on_away = rest, on_away
        self._away_until = 0.0
        self._is_away = False
        self._trying = threading.Lock()

    def search(self, query: EngineQuery) -> EngineResult:
        """See Engine. Raises EngineUnavailable only when neither answers."""
        return self._answered(lambda engine: engine.search(query))

    def suggest(
        self, prefix: str, limit: int, filters: Filters | None = None, on: date | None = None
    ) -> tuple[EngineHit, ...]:
        """See Engine."""
        return self._answered(lambda engine: engine.suggest(prefix, limit, filters, on))

    def status(self) -> EngineStatus:
        """The primary's; or the fallback's, with a detail that says why."""
        status = self.primary.status()
        if status.available:
            return status
        spare = self.fallback.status()
        detail = f"{self.primary.name} is away ({status.detail}); {self.fallback.name} answers: {spare.detail}"
        return EngineStatus(spare.available, spare.documents, spare.built_at, detail)

    def answering(self) -> Engine:
        """The engine that a question would be answered by now."""
        return self.primary if self.primary.status().available else self.fallback

    @property
    def is_away(self) -> bool:
        """Whether the fallback answers at present."""
        return self._is_away

    def _answered(self, ask: Callable[[Engine], Answer]) -> Answer:
        if not self._is_away:
            return self._from_primary(ask)
        # While the cluster is away one visitor at a time tries it, and nobody else waits for that.
        if time.monotonic() < self._away_until or not self._trying.acquire(blocking=False):
            return ask(self.fallback)
        try:
            return self._from_primary(ask)
        finally:
            self._trying.release()

    def _from_primary(self, ask: Callable[[Engine], Answer]) -> Answer:
        try:
            answer = ask(self.primary)
        except EngineError as error:
            self._note_away(error)
            return ask(self.fallback)
        if self._is_away:
            self._is_away = False
            logger.warning("%s is back", self.primary.name)
        return answer

    def _note_away(self, error: EngineError) -> None:
        self._away_until = time.monotonic() + self._rest
        if not self._is_away:
            self._is_away = True
            logger.error("%s is away, %s answers: %s", self.primary.name, self.fallback.name, error)
            self._on_away()
