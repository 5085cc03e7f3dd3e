"""What editors planned for a day and an hour: done by `publish_due`, and shown on the desk where nobody does it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Page, Revision

from ...models import Resource, kind_tables

logger = logging.getLogger(__name__)
# The job runs every five minutes; an hour that is longer past was forgotten by it.
PATIENCE = timedelta(minutes=15)
MOST = 8


@dataclass(slots=True)
class Done:
    """What one run did; `failed`: what stays as it was, and is tried again by the next."""

    ended: int = 0
    published: int = 0
    failed: list[str] = field(default_factory=list)


def work(now: datetime | None = None) -> Done:
    """Publish and end what is due. One that fails holds up no other."""
    now = now or timezone.now()
    done = Done()
    # Not by Wagtail's `publish_scheduled`: there one that fails holds up all others, and it takes the row that all kinds share.
    tables: list[Any] = [*kind_tables().values(), Page]
    for model in tables:
        for row in model.objects.filter(live=True, expire_at__lte=now).order_by("expire_at", "pk"):
            entry = row.specific
            done.ended += _tried(
                entry,
                done,
                lambda entry=entry: entry.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled"),
            )
    for revision in Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at", "pk"):
        done.published += _tried(
            revision, done, lambda revision=revision: revision.publish(log_action="wagtail.publish.scheduled")
        )
    return done


def _tried(what: Any, done: Done, act: Any) -> bool:
    try:
        with transaction.atomic():
            act()
    except Exception:
        # Whatever it is: the others are not to wait for it, and whoever reads the log learns of it.
        logger.exception("Planned and not done: %s", what)
        done.failed.append(str(what))
        return False
    return True


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something whose hour is past; `url` is where it is edited ("" for who may not)."""

    name: str
    at: datetime
    url: str
    ends: bool


def overdue(user: Any, now: datetime | None = None) -> list[Overdue]:
    """What should have been published or ended and was not, the longest waiting first."""
    before = (now or timezone.now()) - PATIENCE
    finder = AdminURLFinder(user)
    waiting = Revision.objects.filter(approved_go_live_at__lt=before).order_by("approved_go_live_at")[:MOST]
    found = [
        Overdue(one.object_str, one.approved_go_live_at, finder.get_edit_url(one.content_object) or "", False)
        for one in waiting.prefetch_related("content_object")
        if one.approved_go_live_at
    ]
    ending: list[Any] = [
        *(
            row.specific
            for row in Resource.objects.filter(live=True, expire_at__lt=before).order_by("expire_at")[:MOST]
        ),
        *Page.objects.filter(live=True, expire_at__lt=before).order_by("expire_at")[:MOST],
    ]
    found += [Overdue(str(one), one.expire_at, finder.get_edit_url(one) or "", True) for one in ending]
    return sorted(found, key=lambda one: one.at)[:MOST]
