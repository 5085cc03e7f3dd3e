"""Bands above pages, and the prepared pages that open with one."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..cache import forget
from ..hours.schedule import TOKYO
from ..models import Banner, MeasureState, PreparedPage
from ..public.days import MEMORY
from .measures import add, change

# When a page ends by itself, unless somebody says otherwise: tomorrow evening, when staff are still there to look.
EVENING = time(18)


def proposed_end(now: datetime) -> datetime:
    """Tomorrow 18:00 of an aware moment, in Japan."""
    return datetime.combine(now.astimezone(TOKYO).date() + timedelta(days=1), EVENING, TOKYO)


def make(band: Banner, user: Any, *, at_once: bool) -> tuple[Banner, bool]:
    """Keep a band, shown from its beginning or waiting for an approver. Returns it, and whether it is new. Raises ValidationError."""
    with transaction.atomic():
        made, is_new = add(band, user, at_once=at_once)
        if is_new:
            forget(MEMORY)
    return made, is_new


def standing(page: PreparedPage, at: datetime) -> Banner | None:
    """The band by which a page is open at a moment, or will be."""
    return Banner.objects.lasting(at).filter(page=page).order_by("since", "pk").first()


def open_page(page: PreparedPage, until: datetime, user: Any, key: UUID) -> tuple[Banner, bool]:
    """Open a prepared page until a moment: its band stands on every page at once. An open one gets the new end.

    Returns the band, and whether it was made now. Raises ValidationError for an end that is past.
    """
    now = timezone.now()
    if until <= now:
        raise ValidationError({"until": _("終わりは、いまより後にしてください。")})
    if (band := standing(page, now)) is not None:
        if band.key != key and band.until != until:
            with transaction.atomic():
                change(band, user, "end", until=until, only=[MeasureState.OPEN])
                forget(MEMORY)
        return band, False
    if Banner.objects.filter(key=key).exists():
        # The same form once more, after somebody closed what it had opened: it is meant.
        key = uuid4()
    fresh = Banner(key=key, level=page.level, words=page.band, link=page.path, since=now, until=until, page=page)
    return make(fresh, user, at_once=True)
