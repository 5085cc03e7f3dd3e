"""Whether the site is alive, and whether it can serve; for the operator's monitor."""

from dataclasses import asdict
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from directory.models import PublicRecord
from directory.public.record import SHAPE
from search.ear import ear_problem
from search.engines import engines_in_use, get_engine
from search.engines.base import Engine
from search.standing import standing


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _index(engine: Engine, database: bool) -> dict[str, Any]:
    """How an index is; `problem` says in words what is wrong (see `search.standing`)."""
    if database:
        try:
            return asdict(standing(engine))
        except DatabaseError:
            pass
    status = engine.status()
    return {"available": status.available, "documents": status.documents, "pending": None, "problem": status.problem}


def _outdated_records() -> int:
    try:
        return PublicRecord.written.exclude(shape=SHAPE).count()
    except DatabaseError:
        return 0


@transaction.non_atomic_requests
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as pages can be answered: that needs the database; without the index pages still end with a desk.

    "degraded" calls somebody: what is published may not be found, or less is heard. The words behind it say why.
    """
    database = _database()
    indexes = {engine.name: _index(engine, database) for engine in engines_in_use()}
    problem = ear_problem()
    old = _outdated_records() if database else 0
    whole = not problem and not old and all(index["available"] and not index["problem"] for index in indexes.values())
    state = {
        "status": "ok" if database and whole else "degraded" if database else "down",
        "database": database,
        # Of a cluster and the embedded index behind it, one is enough to answer.
        "index": any(index["available"] for index in indexes.values()),
        "indexes": indexes,
        # Without the learned ear patterns and phrases answer alone: fewer dangers are heard.
        "ear": problem or "ok",
        # Written by another version; what cannot be read of them is left out of pages and lists.
        "records": f"{old} are of another version: run manage.py refresh_public" if old else "ok",
    }
    return JsonResponse(state, status=200 if database else 503)


@transaction.non_atomic_requests
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 only when everything that a visitor may ask for can be answered: by the index that answers now, with most of it.

    An index that lags behind is ready. Old answers are better than none, and every host may lag for the same reason.
    """
    try:
        ready = _database() and standing(get_engine().answering()).holds_most
    except DatabaseError:
        ready = False
    return JsonResponse({"ready": ready}, status=200 if ready else 503)
