"""What stands before every view: how often, and who is remembered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .counting import Outcome, hit_page
from .logins.tries import remember_browser
from .network import UNKNOWN, client_network
from .policy import RATES, RATES_OF_STAFF, STAFF_PAGES, Rate
from .too_many import TooMany, too_many

log = logging.getLogger(__name__)
LOOPBACK = ("127.", "::/64")


def rate_for(method: str, path: str) -> Rate:
    """The rate of the policy that an address falls under: the first whose beginning and method fit."""
    return next(
        rate for rate in RATES if path.startswith(rate.beginnings) and (not rate.methods or method in rate.methods)
    )


@cache
def _warn_of_proxy() -> None:
    log.error(
        "A proxy stands in front of the site: set BEHIND_PROXY. Until then nobody can be told apart, and no rate holds"
    )


class Rates:
    """So many requests of one network, or of one person who is logged in; 429 beyond."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Count, answer, and turn a refused log-in into 429 whatever the door made of it."""
        outcome = self._count(request)
        if not outcome.allowed:
            return too_many(request, outcome.wait)
        response = self.get_response(request)
        if refused := getattr(request, "refused", None):
            return too_many(request, refused.wait, why="tries")
        if user := getattr(request, "came_in", None):
            remember_browser(request, response, user)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A limit that a view has met."""
        return too_many(request, exception.wait, exception.why) if isinstance(exception, TooMany) else None

    @staticmethod
    def _count(request: HttpRequest) -> Outcome:
        if not settings.RATE_LIMITS:
            return Outcome(True)
        rate = rate_for(request.method or "GET", request.path_info)
        by_name = Rate("staff", (), RATES_OF_STAFF)
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        # Of the public pages nobody's session is read unless the network has used up what it may.
        if has_session and request.path_info.startswith(STAFF_PAGES) and request.user.is_authenticated:
            return hit_page(by_name, "user", str(request.user.pk))
        network = client_network(request)
        if network == UNKNOWN or _is_behind_unknown_proxy(request, network):
            return Outcome(True)
        outcome = hit_page(rate, network)
        if not outcome.allowed and has_session and request.user.is_authenticated:
            return hit_page(by_name, "user", str(request.user.pk))
        return outcome


def _is_behind_unknown_proxy(request: HttpRequest, network: str) -> bool:
    """Whether everybody seems to come from this machine: a proxy that the settings know nothing of.

    To count then would shut out all visitors for what one does. A stranger cannot bring this about: nobody else's address is
    that of the machine itself.
    """
    if settings.PROXIES or not network.startswith(LOOPBACK) or "HTTP_X_FORWARDED_FOR" not in request.META:
        return False
    _warn_of_proxy()
    return True
