"""The trail of the partner pages: who looked at what, took what away, came in, changed what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from .choices import Act
from .models import Member, TrailLine
from .models.records import TrailQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def note(
    act: Act,
    *,
    user: AbstractBaseUser | str | None = None,
    organisation: str | None = None,
    target: object = "",
    **detail: Any,
) -> TrailLine:
    """Add a line. `detail` holds counts, codes and names of fields, never the values of a contact point.

    Without `organisation` it is that of the user: its partner, or the city.
    """
    name = user if isinstance(user, str) else (user.get_username() if user else "")
    if organisation is None:
        organisation = organisation_of(user) if user and not isinstance(user, str) else ""
    line = TrailLine(act=act, user=name[:254], organisation=organisation[:120], target=str(target)[:260], detail=detail)
    line.save()
    return line


def organisation_of(user: AbstractBaseUser) -> str:
    """The partner that a user belongs to, else the city."""
    member = Member.objects.filter(user_id=user.pk).select_related("partner__organisation").first()
    return str(member.partner) if member else _("市役所")


def search(*, words: str = "", act: str = "", since: Any = None, until: Any = None) -> TrailQuerySet:
    """Lines by who, organisation or target, by act and by days (dates, both included), the newest first."""
    lines = TrailLine.objects.all()
    for word in words[:200].replace("\x00", "").split():
        lines = lines.filter(Q(user__icontains=word) | Q(organisation__icontains=word) | Q(target__icontains=word))
    if act:
        lines = lines.filter(act=act)
    if since:
        lines = lines.filter(at__date__gte=since)
    if until:
        lines = lines.filter(at__date__lte=until)
    return lines


def json_lines(lines: Iterable[TrailLine]) -> Iterator[str]:
    """Each line as one JSON object and a line break."""
    for line in lines:
        row = {
            "at": timezone.localtime(line.at).isoformat(timespec="seconds"),
            "act": line.act,
            "user": line.user,
            "organisation": line.organisation,
            "target": line.target,
            "detail": line.detail,
        }
        yield json.dumps(row, ensure_ascii=False) + "\n"


def drop_old() -> int:
    """Take away what is older than TRAIL_DAYS. Returns how many lines."""
    return TrailLine.objects.all().drop_before(timezone.now() - timedelta(days=settings.TRAIL_DAYS))
