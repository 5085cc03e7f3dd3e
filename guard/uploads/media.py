"""Uploaded pictures, as far as they have an address below the media address at all."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.utils._os import safe_join
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django.views.static import was_modified_since

from .. import policy


@require_safe
def serve(request: HttpRequest, path: str) -> HttpResponseBase:
    """A picture that was made for pages. Raises Http404 for all else: originals, documents, what is no picture by its name."""
    content_type = policy.MEDIA_TYPES.get(path.rpartition(".")[2].lower())
    if content_type is None or not path.startswith(policy.MEDIA_FOLDERS):
        raise Http404
    try:
        # Of the folder, not of all media: `images/../documents/x.png` is no picture.
        folder, _slash, name = path.partition("/")
        file = Path(safe_join(str(Path(settings.MEDIA_ROOT) / folder), name))
    except (SuspiciousFileOperation, ValueError) as error:
        raise Http404 from error
    if not file.is_file():
        raise Http404
    changed = file.stat().st_mtime
    response: HttpResponseBase
    if was_modified_since(request.headers.get("If-Modified-Since"), changed):
        response = FileResponse(file.open("rb"), content_type=content_type)
    else:
        response = HttpResponseNotModified()
    response["Content-Security-Policy"] = policy.SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = policy.MEDIA_CACHE
    response["Last-Modified"] = http_date(changed)
    return response
