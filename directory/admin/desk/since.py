"""What happened since somebody was here last, to what is theirs: what they worked on, and what their offices answer for.

All of it is read from what is kept anyway (Wagtail's logs, confirmations, ends, imports). Of the person only the time of the
last look is kept; since when this visit counts stands in the session and goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry, Page, PageLogEntry

from ...choices import Confirmer
from ...models import ImportRun, LastLook, PublicRecord, Resource, RunState, Verification, kind_tables
from ...models.looks import LOOKS
from ..freshness.owning import offices_of
from ..imports.views import MAY as MAY_IMPORT
from .own import entry_of

SESSION = "desk_since"
# Who was never here is told of these days.
FIRST = timedelta(days=7)
# A reload writes nothing.
OFTEN = timedelta(minutes=5)
MOST = 20
# So many lines of each source are looked through, the newest first: an import leaves thousands.
READ = 500
# What of Wagtail's logs is news; an approval that publishes is told once, as published.
PUBLISHED, ENDED = _("公開されました"), _("公開が終わりました")
TOLD: dict[str, str | Promise] = {
    "wagtail.publish": PUBLISHED,
    "wagtail.publish.scheduled": PUBLISHED,
    "wagtail.unpublish": ENDED,
    "wagtail.unpublish.scheduled": ENDED,
    "wagtail.workflow.reject": _("差し戻されました"),
    "wagtail.comments.create": _("コメントが付きました"),
    "wagtail.comments.create_reply": _("コメントに返事がありました"),
    "wagtail.delete": _("削除されました"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to `name`; `url` is where it is looked at ("" for what is gone, and for who may not)."""

    at: datetime
    what: str | Promise
    name: str
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class News:
    """What happened since a moment, the newest first; `more`: there is more than is shown."""

    since: datetime
    events: list[Event]
    more: bool


def news(request: HttpRequest) -> News:
    """What there is to tell whoever asks; notes that they looked."""
    since = _since(request)
    events = sorted(
        [*_of_entries(request.user, since), *_of_pages(request.user, since), *_of_imports(request.user, since)],
        key=lambda event: event.at,
        reverse=True,
    )
    return News(since, events[:MOST], len(events) > MOST)


def _since(request: HttpRequest) -> datetime:
    """The last look of an earlier visit. A visit is a session: whoever reloads the desk sees the same."""
    now = timezone.now()
    user: Any = request.user
    looked = LastLook.objects.filter(pk=user.pk).values_list("at", flat=True).first()
    if looked is None or looked < now - OFTEN:
        LastLook.objects.update_or_create(user_id=user.pk, defaults={"at": now})
    try:
        since = datetime.fromtimestamp(request.session[SESSION], UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        # A new visit, or one that another version of this site began.
        since = looked or now - FIRST
        request.session[SESSION] = since.timestamp()
    return max(since, now - LOOKS)


def _of_entries(user: Any, since: datetime) -> Iterator[Event]:
    """Of the register: lines of the log, confirmations by their organisations, ends by the calendar."""
    kinds = [kind.pk for kind in ContentType.objects.get_for_models(*kind_tables().values()).values()]
    lines = ModelLogEntry.objects.filter(content_type__in=kinds, timestamp__gt=since)
    told = list(
        lines.filter(action__in=TOLD)
        .exclude(user_id=user.pk)
        .order_by("-timestamp")
        .values_list("object_id", "action", "timestamp", "label")[:READ]
    )
    confirmed = list(
        Verification.objects.filter(noted_at__gt=since, role=Confirmer.ORGANISATION)
        .order_by("-noted_at")
        .values_list("resource_id", "noted_at")[:READ]
    )
    ended = list(
        PublicRecord.written.filter(until__gte=timezone.localdate(since), until__lt=timezone.localdate())
        .order_by("-until")
        .values_list("resource_id", "until")[:READ]
    )
    # Wagtail keeps keys of all models as text; those of entries are numbers.
    lines_told = [(int(key), TOLD[action], action, at, label) for key, action, at, label in told if key.isdigit()]
    keys = {pk for pk, *_rest in lines_told} | {pk for pk, _at in confirmed} | {pk for pk, _until in ended}
    mine = _mine(user, keys, kinds)
    for pk, what, action, at, label in lines_told:
        row = mine.get(pk)
        if row is not None:
            yield _event(row, user, at, what)
        elif pk in mine and action == "wagtail.delete":
            yield Event(at, what, label, "", "")
    # Groups of facts are confirmed together: once a day is enough to know.
    for pk, at in {(pk, timezone.localdate(at)): (pk, at) for pk, at in confirmed}.values():
        if row := mine.get(pk):
            yield _event(row, user, at, _("団体が、今もこのとおりだと確かめました"))
    for pk, until in ended:
        if until and (row := mine.get(pk)):
            over = timezone.make_aware(datetime.combine(until + timedelta(days=1), datetime.min.time()))
            yield _event(row, user, over, _("載せる日が終わりました"))


def _mine(user: Any, keys: set[int], kinds: list[int]) -> dict[int, Resource | None]:
    """Those that somebody ever worked on, or that their offices answer for; None for what is deleted."""
    own = ModelLogEntry.objects.filter(
        user_id=user.pk, content_type__in=kinds, object_id__in=[str(key) for key in keys]
    )
    worked_on = {int(key) for key in own.values_list("object_id", flat=True).distinct()}
    is_mine = Q(pk__in=worked_on) | Q(owner__in=[office.pk for office in offices_of(user)])
    rows = Resource.objects.filter(pk__in=keys).filter(is_mine).only("pk", "name", "kind")
    return dict.fromkeys(worked_on) | {row.pk: row for row in rows}


def _event(row: Resource, user: Any, at: datetime, what: str | Promise) -> Event:
    entry = entry_of(row, user)
    return Event(at, what, entry.name, entry.kind, entry.url)


def _of_pages(user: Any, since: datetime) -> Iterator[Event]:
    """Of pages that somebody made or wrote last."""
    told = list(
        PageLogEntry.objects.filter(timestamp__gt=since, action__in=TOLD)
        .exclude(user_id=user.pk)
        .order_by("-timestamp")
        .values_list("page_id", "action", "timestamp", "label")[:READ]
    )
    is_mine = Q(owner_id=user.pk) | Q(latest_revision__user_id=user.pk)
    mine = dict(Page.objects.filter(is_mine, pk__in={key for key, *_rest in told}).values_list("pk", "title"))
    for key, action, at, _label in told:
        if key in mine:
            yield Event(at, TOLD[action], mine[key], str(_("ページ")), reverse("wagtailadmin_pages:edit", args=[key]))


def _of_imports(user: Any, since: datetime) -> Iterator[Event]:
    """Of files that came in or were taken back."""
    if not user.has_perm(MAY_IMPORT):
        return
    words = {
        RunState.DONE: _("取り込みが終わりました"),
        RunState.FAILED: _("取り込みが途中で止まりました"),
        RunState.UNDONE: _("取り込みを元に戻しました"),
    }
    runs = ImportRun.objects.filter(ended_at__gt=since, state__in=words).defer("plan").order_by("-ended_at")[:MOST]
    for run in runs:
        if run.ended_at:
            yield Event(
                run.ended_at, words[RunState(run.state)], run.file_name, "", reverse("import_run", args=[run.uuid])
            )
