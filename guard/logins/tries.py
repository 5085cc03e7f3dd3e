"""Guessing passwords: slowed down by network and name together, without shutting out the person whom it is about.

After the "device cookies" of the OWASP guide on slowing down online guessing: a browser in which somebody was logged in
before has tries of its own. What is counted belongs to one password of the account: a new one begins anew, at every door.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from ..background import run_later
from ..counting import Outcome, give_back, hit
from ..network import client_network
from ..policy import (
    KNOWN_DAYS,
    PASSWORDS_AT_ONCE,
    TOLD_OF_TRIES,
    TRIES_HERE,
    TRIES_KNOWN,
    TRIES_NAME,
    TRIES_NETWORK,
    Limit,
)
from .marked import MarkedRequest

COOKIE = "known_browser"
SALT = "guard.known-browser"
# Several people of one office may share a browser.
MOST_KNOWN = 5
LONGEST_NAME = 254
BUSY_SECONDS = 5

# The name of an account is being tried; sent once a day at most. Gives `user`.
tries_refused = Signal()
_lane = threading.BoundedSemaphore(PASSWORDS_AT_ONCE)
_checking = threading.Lock()


def plain_name(name: str) -> str:
    """A name as it is counted: however it was typed, it is tried against the same account."""
    return unicodedata.normalize("NFKC", name[: LONGEST_NAME * 2]).strip().casefold()[:LONGEST_NAME].replace("\0", "")


def _account(name: str) -> Any:
    typed = name[:LONGEST_NAME].replace("\0", "")
    return get_user_model().objects.filter(username=typed).first()


def _generation(user: Any) -> str:
    """What changes with the account's password; one value for all that exist not."""
    return user.get_session_auth_hash()[:32] if user is not None else "none"


def _tag(user: Any) -> str:
    return salted_hmac(SALT, f"{user.pk} {_generation(user)}", algorithm="sha256").hexdigest()[:32]


def _known(request: HttpRequest) -> dict[str, Any]:
    """What this browser brings: its number and the tags of those who were in."""
    try:
        value = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KNOWN_DAYS * 86_400)
    except signing.BadSignature:
        return {"id": "", "tags": []}
    return value


def remember_browser(request: HttpRequest, response: HttpResponse, user: Any) -> None:
    """Let the browser bring proof that this person was in, until the password changes."""
    known = _known(request)
    tags = [_tag(user), *(tag for tag in known["tags"] if tag != _tag(user))][:MOST_KNOWN]
    value = signing.dumps({"id": known["id"] or secrets.token_hex(8), "tags": tags}, salt=SALT)
    response.set_cookie(
        COOKIE,
        value,
        max_age=KNOWN_DAYS * 86_400,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def came_in(request: HttpRequest, user: Any) -> None:
    """The person is in, with all that is asked of them; the answer will make the browser known (`rates.Rates`)."""
    cast(MarkedRequest, request).came_in = user


@dataclass(frozen=True)
class Try:
    """One password for one name, from one browser."""

    counted: tuple[tuple[Limit, tuple[str, ...]], ...]
    user: Any

    @classmethod
    def of(cls, request: HttpRequest, name: str) -> Try:
        """What is counted for it."""
        user = _account(name)
        whom = (plain_name(name), _generation(user))
        browser = _known(request)
        if user is not None and browser["id"] and _tag(user) in browser["tags"]:
            return cls(((TRIES_KNOWN, (browser["id"], *whom)),), user)
        network = client_network(request)
        return cls(((TRIES_HERE, (network, *whom)), (TRIES_NAME, whom), (TRIES_NETWORK, (network,))), user)

    def count(self) -> Outcome:
        """Count it, before the password is looked at: of many at once only so many come through."""
        for limit, key in self.counted:
            outcome = hit(limit, *key)
            if not outcome.allowed:
                if limit in (TRIES_HERE, TRIES_NAME):
                    # In the background: that there is somebody to tell must not be seen from the time it takes.
                    run_later(self._tell)
                return outcome
        return Outcome(True)

    def take_back(self) -> None:
        """It was no guess: the right password, or nobody looked at it."""
        for limit, key in self.counted:
            give_back(limit, *key)

    def _tell(self) -> None:
        user = self.user
        if user is None or not user.is_active or not hit(TOLD_OF_TRIES, str(user.pk)).allowed:
            return
        tries_refused.send(type(self), user=user)
        if user.email:
            _mail(user)


def _mail(user: Any) -> None:
    send_mail(
        _("【よろず】ログインの失敗が続いています"),
        _(
            "あなたの名前で、ログインの失敗が続いています。そのため、知らないブラウザーからのログインを、しばらく遅らせています。\n\n"
            "ご自分で間違えたときは、15分ほど待つか、「パスワードを忘れたとき」から決めなおしてください。\n"
            "前にログインしたことのあるブラウザーからは、今もログインできます。\n\n"
            "心当たりがないときは、だれかが入ろうとしたのかもしれません。市の担当にお知らせください。\n\n{link}\n"
        ).format(link=settings.WAGTAILADMIN_BASE_URL),
        None,
        [user.email],
    )


@contextmanager
def _in_lane() -> Iterator[bool]:
    """Whether there is room to check a password: one is checked at a time in each worker, few wait, nobody starves readers."""
    if not _lane.acquire(blocking=False):
        yield False
        return
    try:
        with _checking:
            yield True
    finally:
        _lane.release()


class GuardedBackend(ModelBackend):
    """Django's own, behind the limits. A refused try says so at `request.refused` (`Outcome`)."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """The user of a name and a password, or None. Raises PermissionDenied where the limits are reached."""
        name = username if username is not None else kwargs.get(get_user_model().USERNAME_FIELD)
        if request is None or not name or password is None:
            return super().authenticate(request, username=username, password=password, **kwargs)
        guess = Try.of(request, name)
        outcome = guess.count()
        if not outcome.allowed:
            cast(MarkedRequest, request).refused = outcome
            raise PermissionDenied
        with _in_lane() as free:
            user = super().authenticate(request, username=name, password=password) if free else None
        if not free:
            guess.take_back()
            cast(MarkedRequest, request).refused = Outcome(False, BUSY_SECONDS)
            raise PermissionDenied
        if user is not None:
            guess.take_back()
        return user
