"""What somebody began and has not published, and what ends in the next days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from wagtail.permission_policies import ModelPermissionPolicy

from ...choices import Kind
from ...models import PublicRecord, Resource, kind_tables

# A desk is not a list: so many of each, the newest and the soonest first.
MOST = 8
SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the register, and the page on which it is edited ("" for who may not)."""

    name: str
    kind: str
    url: str
    at: datetime | None = None
    until: date | None = None


def drafts(user: AbstractBaseUser | AnonymousUser) -> list[Entry]:
    """What this person saved last and what is not public as it stands, the newest first."""
    if user.pk is None:
        return []
    rows = (
        Resource.objects.filter(has_unpublished_changes=True, latest_revision__user_id=user.pk)
        .select_related("latest_revision")
        .defer("latest_revision__content")
        .order_by("-latest_revision__created_at")[:MOST]
    )
    return [entry_of(row, user, at=row.latest_revision and row.latest_revision.created_at) for row in rows]


def endings(user: AbstractBaseUser | AnonymousUser) -> list[Entry]:
    """What is public and ends within a week, the soonest first."""
    today = timezone.localdate()
    rows = (
        PublicRecord.objects.filter(until__gte=today, until__lte=today + SOON)
        .select_related("resource")
        .defer("data")
        .order_by("until", "pk")[:MOST]
    )
    return [entry_of(row.resource, user, until=row.until) for row in rows]


def entry_of(
    row: Resource, user: AbstractBaseUser | AnonymousUser, *, at: datetime | None = None, until: date | None = None
) -> Entry:
    """An entry as the desk names it; the link is for who may change its kind."""
    model = kind_tables()[Kind(row.kind)]
    may = ModelPermissionPolicy(model).user_has_permission(user, "change")
    url = reverse(model.snippet_viewset.get_url_name("edit"), args=[row.pk]) if may else ""  # type: ignore[attr-defined]
    return Entry(row.name, row.get_kind_display(), url, at, until)
