"""The page that is left when nothing else can be made: numbers to dial, from a file, without database, cache or index.

The file is written after every publication of a resource or a nationwide line, after changes of the site's names, and by
`migrate`. It holds nothing but what every public page shows.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import Counter
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models.signals import post_migrate
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from pydantic import BaseModel

from directory.cache import when_forgotten
from directory.finding.hotlines import EMERGENCY_NUMBERS, shown_lines
from directory.models.words.danger import DangerLine
from directory.public.days import MEMORY as DAYS
from directory.public.days import coming_bands
from directory.public.selectors import default_desk
from guard.background import run_later

from ..filters import tel
from ..models.base import MEMORY, default_municipality

log = logging.getLogger(__name__)
FILE = "spare.json"
# A page for somebody in danger is short.
MOST_LINES = 8
RETRY_SECONDS = 30
_waiting = threading.Event()


def _path() -> Path:
    return settings.VAR_DIR / FILE


class Dial(BaseModel):
    """A number, by its name; `href` is the address that dials it."""

    name: str
    number: str
    href: str
    for_whom: str = ""


class Said(BaseModel):
    """A band, and from when until when it holds."""

    label: str
    words: str
    link: str
    since: datetime
    until: datetime


class Spare(BaseModel):
    """What is put aside."""

    desk: Dial | None = None
    lines: list[Dial] = []
    bands: list[Said] = []

    @property
    def bands_now(self) -> list[Said]:
        """Those that hold at this moment: nobody writes the file anew when one ends."""
        now = timezone.now()
        return [band for band in self.bands if band.since <= now < band.until]


def spare() -> Spare:
    """What is put aside now: the desk for everything with its number, and the lines that most dangers lead to."""
    desk = default_desk(None, default_municipality())
    phone = next((channel.value for channel in desk.channels if tel(channel.value)), "") if desk else ""
    told_of = Counter(DangerLine.objects.values_list("line_id", flat=True))
    # 110 and 119 stand on the page anyway.
    lines = [line for line in shown_lines() if tel(line.number) and line.number not in EMERGENCY_NUMBERS]
    lines.sort(key=lambda line: -told_of[line.pk])
    return Spare(
        bands=[
            Said(label=band.label, words=band.words, link=band.link, since=band.since, until=band.until)
            for band in coming_bands()
            if band.areas is None
        ],
        desk=Dial(name=desk.name, number=phone, href=tel(phone)) if desk and phone else None,
        lines=[
            Dial(name=line.name, number=line.number, href=tel(line.number), for_whom=line.for_whom)
            for line in lines[:MOST_LINES]
        ],
    )


def write_spare() -> None:
    """Put aside what is true now; whoever reads meanwhile reads the old or the new. A full disk leaves the old."""
    _waiting.clear()
    # One process writes it in one thread; another one has a draft of its own.
    draft = _path().with_suffix(f".{os.getpid()}")
    try:
        draft.write_text(spare().model_dump_json(), encoding="utf-8")
        # Whoever ran the command that wrote it: the site must be able to read it, and nothing in it is secret.
        draft.chmod(0o644)
        draft.replace(_path())
    finally:
        with suppress(OSError):
            draft.unlink()


def write_soon() -> None:
    """After the answer, and once for many changes."""
    if not _waiting.is_set():
        _waiting.set()
        if not run_later(write_spare, lane="spare"):
            _waiting.clear()


def listen(config: AppConfig) -> None:
    """Follow what the page shows (`portal.apps`)."""
    for group in ("records", "lines", MEMORY, DAYS):
        when_forgotten(group, write_soon)
    post_migrate.connect(_after_migrate, sender=config)


def _after_migrate(**kwargs: Any) -> None:
    """A version that knows this page for the first time finds a city that publishes nothing today."""
    try:
        with transaction.atomic():
            write_spare()
    except (DatabaseError, OSError) as error:
        log.warning("The page for failures could not be put aside: %s", type(error).__name__)


@cache
def _read(path: Path, _changed: int) -> Spare:
    return Spare.model_validate_json(path.read_bytes())


def put_aside() -> Spare:
    """What was put aside, or nothing: a damaged file fails no page."""
    try:
        path = _path()
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):
        return Spare()


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of a failure (handler500)."""
    return failure(sys.exc_info()[1], as_data=request.path_info.startswith("/api/"))


def failure(error: BaseException | None, *, as_data: bool = False) -> HttpResponse:
    """503 while the database does not answer, 500 otherwise; always with numbers to dial, as a page or as JSON."""
    away = isinstance(error, DatabaseError)
    status = 503 if away else 500
    if as_data:
        response: HttpResponse = JsonResponse({"error": "unavailable", **put_aside().model_dump()}, status=status)
    else:
        response = HttpResponseServerError(render_to_string("500.html", {"spare": put_aside()}), status=status)
    if away:
        response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
