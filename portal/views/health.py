"""Whether the site is alive, and whether it can serve; for the operator's monitor."""

from typing import Any

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from search.ear import ear_problem
from search.engines import engines_in_use, get_engine
from search.engines.base import Engine, EngineError
from search.indexing import pending


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _index(engine: Engine, database: bool) -> dict[str, Any]:
    """How an index is; `pending` are changes that it has not seen: more than a moment's worth means it lags behind."""
    status = engine.status()
    try:
        behind = pending(engine) if database and status.available else None
    except EngineError:
        behind = None
    return {"available": status.available, "documents": status.documents, "pending": behind}


@transaction.non_atomic_requests
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as pages can be answered: that needs the database; without the index pages still end with a desk."""
    database = _database()
    indexes = {engine.name: _index(engine, database) for engine in engines_in_use()}
    problem = ear_problem()
    whole = not problem and all(index["available"] for index in indexes.values())
    state = {
        "status": "ok" if database and whole else "degraded" if database else "down",
        "database": database,
        # Of a cluster and the embedded index behind it, one is enough to answer.
        "index": any(index["available"] for index in indexes.values()),
        "indexes": indexes,
        # Without the learned ear patterns and phrases answer alone: fewer dangers are heard.
        "ear": problem or "ok",
    }
    return JsonResponse(state, status=200 if database else 503)


@transaction.non_atomic_requests
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 only when everything that a visitor may ask for can be answered."""
    database, index = _database(), get_engine().status()
    ready = database and index.available
    return JsonResponse({"ready": ready}, status=200 if ready else 503)
