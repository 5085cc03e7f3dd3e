"""Who may see which partner page. Every view of this package is wrapped by one of the decorators below."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_otp import user_has_device

from guard.logins import sessions
from guard.logins.marked import MarkedRequest
from guard.logins.tries import came_in
from guard.policy import MINUTES_TO_SECOND_FACTOR

from ..audit import note
from ..choices import Act, Role
from ..models import SESSIONS, Member, Partner

View = Callable[..., HttpResponseBase]

# What this package keeps in a session.
MARK, AS_PARTNER, INVITED = "partner_mark", "partner_as", "invitation"


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
    def own_partner(self) -> Partner:
        """The partner whose pages they see. Raises Denied for the city where it looks as none."""
        if self.partner is None:
            raise Denied
        return self.partner

    @property
    def leads(self) -> bool:
        """Whether they look after the members of the partner."""
        return bool(self.member and self.member.is_lead)

    @property
    def sees_hosts(self) -> bool:
        """Whether they look for who can receive somebody: the city, and institutions that carry out 第2号 参加支援."""
        if self.partner is None:
            return self.is_office
        return self.partner.organisation.roles.filter(programme__code=Role.PARTICIPATION).exists()

    @property
    def is_looking_on(self) -> bool:
        """Somebody of the city who looks at the pages as one partner sees them."""
        return self.is_office and self.partner is not None

    def note(self, act: Act, target: object = "", **detail: Any) -> None:
        """A line of the trail in their name."""
        organisation = str(self.member.partner) if self.member else None
        note(act, user=self.user, organisation=organisation, target=target, **detail)


class PartnerRequest(HttpRequest):
    """What a view behind one of the decorators is given: the request, with who looks."""

    visitor: Visitor


def is_office(user: Any) -> bool:
    """Whether the user is of the city: may come into the admin and see contact points."""
    return user.has_perm("wagtailadmin.access_admin") and user.has_perm("partners.view_contactpoint")


def needs_second_factor(user: Any) -> bool:
    """Whether the user has still to show (or to set up) the second factor in this session.

    Always for people of partners; for people of the city when the setting says so, or once they have set one up.
    """
    return not user.is_verified() and owes_second_factor(user)


def owes_second_factor(user: Any) -> bool:
    """Whether the user is asked for a second factor at every log-in."""
    if Member.objects.filter(user_id=user.pk).exists():
        return True
    if settings.STAFF_SECOND_FACTOR or user_has_device(user):
        return True
    asked = settings.SECOND_FACTOR_GROUPS
    return bool(asked) and user.groups.filter(name__in=asked).exists()


def finish_login(request: HttpRequest) -> None:
    """The person has shown all that is asked of them: a session with a new id, and of a member one more of the few allowed.

    Nothing of another session ends before this: a password alone ends nobody's work.
    """
    if not request.user.is_authenticated:
        raise Denied
    request.session.cycle_key()
    came_in(request, request.user)
    locked = Member.objects.select_for_update().filter(user_id=request.user.pk).first()
    if locked is not None:
        request.session[MARK] = mark = secrets.token_hex(8)
        locked.sessions = [*locked.sessions, mark][-SESSIONS:]
        locked.previous_visit_at, locked.last_visit_at = locked.last_visit_at, timezone.now()
        locked.save(update_fields=["sessions", "previous_visit_at", "last_visit_at"])


def is_too_slow(request: HttpRequest) -> bool:
    """Whether the password was given so long ago that the code for it is no longer taken."""
    return sessions.age(request) > MINUTES_TO_SECOND_FACTOR * 60


def to_login(request: HttpRequest, why: str = "") -> HttpResponse:
    """To the log-in, and back here afterwards."""
    query = {"next": request.get_full_path()} if request.method == "GET" else {}
    if why := why or cast(MarkedRequest, request).session_ended:
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
        if request.session.get(MARK) not in member.sessions:
            logout(request)
            return to_login(request, "elsewhere")
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
    def wrapped(request: PartnerRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
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


def host_page(view: View) -> View:
    """For people of the city, and of partners that carry out 第2号 参加支援."""
    return _guarded(view, lambda visitor: visitor.sees_hosts)


def host_editor_page(view: View) -> View:
    """For people of the city who change entries."""
    return _guarded(view, lambda visitor: visitor.is_office and visitor.partner is None and visitor.can_edit)


def approver_page(view: View) -> View:
    """For those of the city who approve."""
    return _guarded(view, lambda visitor: visitor.is_office and visitor.can_approve)
