"""Whether the site is alive, and whether it can serve; for the operator's monitor."""

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from search.engines import get_engine
from search.indexing import pending


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


@transaction.non_atomic_requests
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as pages can be answered: that needs the database; without the index pages still end with a desk."""
    database, index = _database(), get_engine().status()
    state = {
        "status": "ok" if database and index.available else "degraded" if database else "down",
        "database": database,
        "index": index.available,
        "documents": index.documents,
        # Changes that the index has not seen: more than a moment's worth means that it lags behind.
        "pending": pending() if database and index.available else None,
    }
    return JsonResponse(state, status=200 if database else 503)


@transaction.non_atomic_requests
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 only when everything that a visitor may ask for can be answered."""
    database, index = _database(), get_engine().status()
    ready = database and index.available
    return JsonResponse({"ready": ready}, status=200 if ready else 503)
