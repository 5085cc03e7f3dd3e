"""Who may see which partner page. Every view of this package is wrapped by one of the decorators below."""

from __future__ import annotations

import functools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_otp import user_has_device

from .choices import Act
from .models import SESSIONS, Member, Partner
from .trail import note

View = Callable[..., HttpResponse]

# What this package keeps in a session.
MARK, STARTED, SEEN, AS_PARTNER, INVITED = "partner_mark", "partner_started", "partner_seen", "partner_as", "invitation"


class Denied(Http404):
    """Somebody asked for what is not theirs: 404 for them, and a line in the trail (`middleware.StaffOnly`)."""


@dataclass(frozen=True)
class Visitor:
    """Who looks at a partner page: a person of a partner, or somebody of the city (who may look as a partner does)."""

    user: Any
    member: Member | None
    partner: Partner | None
    is_office: bool = False
    can_edit: bool = False
    can_approve: bool = False

    @property
    def name(self) -> str:
        """How the page addresses them."""
        return self.member.name if self.member else (self.user.get_full_name() or self.user.get_username())

    @property
    def leads(self) -> bool:
        """Whether they look after the members of the partner."""
        return bool(self.member and self.member.is_lead)

    @property
    def is_looking_on(self) -> bool:
        """Somebody of the city who looks at the pages as one partner sees them."""
        return self.is_office and self.partner is not None

    def note(self, act: Act, target: object = "", **detail: Any) -> None:
        """A line of the trail in their name."""
        organisation = str(self.member.partner) if self.member else None
        note(act, user=self.user, organisation=organisation, target=target, **detail)


def is_office(user: Any) -> bool:
    """Whether the user is of the city: may come into the admin and see contact points."""
    return user.has_perm("wagtailadmin.access_admin") and user.has_perm("partners.view_contactpoint")


def needs_second_factor(user: Any) -> bool:
    """Whether the user has still to show (or to set up) the second factor in this session.

    Always for people of partners; for people of the city when the setting says so, or once they have set one up.
    """
    if user.is_verified():
        return False
    if Member.objects.filter(user_id=user.pk).exists():
        return True
    return settings.STAFF_SECOND_FACTOR or user_has_device(user)


def start_session(request: HttpRequest, member: Member) -> None:
    """Begin a member's session; the oldest beyond the allowed number ends."""
    mark, now = secrets.token_hex(8), int(time.time())
    request.session[MARK], request.session[STARTED], request.session[SEEN] = mark, now, now
    # It also ends with the browser: the next person may sit at the same machine.
    request.session.set_expiry(0)
    locked = Member.objects.select_for_update().get(pk=member.pk)
    locked.sessions = [*locked.sessions, mark][-SESSIONS:]
    locked.previous_visit_at, locked.last_visit_at = locked.last_visit_at, timezone.now()
    locked.save(update_fields=["sessions", "previous_visit_at", "last_visit_at"])


def _session_obstacle(request: HttpRequest, member: Member) -> str:
    """Why the session of a member is at its end: "idle", "old", "elsewhere", or nothing."""
    session, now = request.session, int(time.time())
    if session.get(MARK) not in member.sessions:
        return "elsewhere"
    if now - session.get(STARTED, 0) > settings.PARTNER_SESSION_MINUTES * 60:
        return "old"
    if now - session.get(SEEN, 0) > settings.PARTNER_IDLE_MINUTES * 60:
        return "idle"
    # Written at most once a minute: each write of a session is a write of the database.
    if now - session[SEEN] > 60:
        session[SEEN] = now
    return ""


def to_login(request: HttpRequest, why: str = "") -> HttpResponse:
    """To the log-in, and back here afterwards."""
    query = {"next": request.get_full_path()} if request.method == "GET" else {}
    if why:
        query["why"] = why
    return redirect(f"{reverse('partners:login')}?{urlencode(query)}" if query else reverse("partners:login"))


def read_visitor(request: HttpRequest) -> Visitor | HttpResponse:
    """The visitor of a partner page, or the answer that stands in the way."""
    user = request.user
    if not user.is_authenticated:
        return to_login(request)
    member = Member.objects.filter(user_id=user.pk).select_related("partner__organisation__type").first()
    if member is None and not is_office(user):
        raise Denied
    if member and (obstacle := member.obstacle(timezone.localdate())):
        note(Act.DENIED, user=user, target=request.path, why="obstacle")
        logout(request)
        return render(request, "partners/closed.html", {"obstacle": obstacle}, status=403)
    if needs_second_factor(user):
        target = reverse("partners:second_factor")
        return redirect(
            f"{target}?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else target
        )
    if member:
        if why := _session_obstacle(request, member):
            logout(request)
            return to_login(request, why)
        return Visitor(user, member, member.partner)
    chosen = request.session.get(AS_PARTNER)
    partner = Partner.objects.select_related("organisation__type").filter(pk=chosen).first() if chosen else None
    return Visitor(
        user,
        None,
        partner,
        is_office=True,
        can_edit=user.has_perm("partners.change_contactpoint"),
        can_approve=user.has_perm("partners.publish_contactpoint"),
    )


def _guarded(view: View, allowed: Callable[[Visitor], bool]) -> View:
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        visitor = read_visitor(request)
        if isinstance(visitor, HttpResponse):
            return visitor
        if not allowed(visitor):
            raise Denied
        request.visitor = visitor
        return view(request, *args, **kwargs)

    return wrapped


def partner_page(view: View) -> View:
    """For every person of a partner and of the city."""
    return _guarded(view, lambda visitor: True)


def member_page(view: View) -> View:
    """For people of a partner: what is done in the partner's name."""
    return _guarded(view, lambda visitor: visitor.member is not None)


def lead_page(view: View) -> View:
    """For the leads of a partner."""
    return _guarded(view, lambda visitor: visitor.leads)


def office_page(view: View) -> View:
    """For people of the city."""
    return _guarded(view, lambda visitor: visitor.is_office)


def approver_page(view: View) -> View:
    """For those of the city who approve."""
    return _guarded(view, lambda visitor: visitor.is_office and visitor.can_approve)
