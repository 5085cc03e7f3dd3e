"""The backend: see the package."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.utils.asyncio import async_unsafe

from ..patience import LEAST_SECONDS, seconds_left

INTERVAL = 0.1


class PatientConnection(psycopg.Connection):
    """Waits for an answer as long as `patience` says, and is closed when it did not come: it would come to the next question."""

    def wait(self, gen: Any, interval: float = INTERVAL, timeout: float | None = None) -> Any:
        """See psycopg.Connection. Raises psycopg.OperationalError."""
        left = seconds_left()
        if left is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, min(interval, left), left)
        except psycopg.OperationalError:
            if seconds_left() == LEAST_SECONDS:
                self.close()
            raise


class DatabaseWrapper(PostgreSQL):
    """Django's, with connections of ours."""

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """See DatabaseWrapper."""
        connection = super().get_new_connection(conn_params)
        # Django names the class of connections nowhere; ours adds no state.
        connection.__class__ = PatientConnection
        return connection
