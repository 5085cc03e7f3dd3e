"""Who gets in where: every address of the URL configuration, asked for by eleven kinds of visitor.

A new address fails `test_should_know_every_address` until somebody has written down here who may see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from guard import policy
from guard.rates import rate_for
from guard.sizes import largest_body
from tests.addresses import Address, addresses
from tests.directory.partners.world import CITY, OUTSIDE, PEOPLE, SHUT, VISITORS, World

pytestmark = pytest.mark.django_db

# What the groups of a rule answer: OK (200), SENT (a redirect inside), LOGIN (a redirect to the log-in), or a status.
OK, SENT, LOGIN = "ok", "sent", "login"


def _rule(people: Any, city: Any, **others: Any) -> dict[str, Any]:
    """What each visitor gets; people whose time is over are told so, everybody else is sent to the log-in."""
    rule = dict.fromkeys(OUTSIDE, LOGIN) | dict.fromkeys(SHUT, 403)
    return rule | dict.fromkeys(PEOPLE, people) | dict.fromkeys(CITY, city) | others


def _all(answer: Any) -> dict[str, Any]:
    return dict.fromkeys(VISITORS, answer)


PUBLIC = _all(OK)
FOR_ALL = _rule(OK, OK)
# Things of the ハローワーク: those of another institution get what they get for something that does not exist.
OF_PARTNER = _rule(OK, OK, other=404)
OWN = _rule(OK, 404, other=404)
# Addresses that are posted to; GET is 405 for everybody.
POSTED_BY_PARTNER = _rule(SENT, 404, other=404)

# By name: the rule for GET, or ("POST", rule). Everything that is not below /admin/ stands here.
RULES: dict[str, Any] = {
    "search": PUBLIC,
    "find": PUBLIC,
    "browse": PUBLIC,
    "browse_kind": PUBLIC,
    "resource": PUBLIC,
    "api_search": PUBLIC,
    "api_suggest": PUBLIC,
    "counter_list": PUBLIC,
    "counter_list_change": ("POST", _all(SENT)),
    "share_ended": PUBLIC,
    "share_leaflet": PUBLIC,
    "confirm_code": PUBLIC,
    # What nobody signed opens nothing: tests/portal/test_confirming.py has links that do.
    "confirm_link": _all(404),
    "offer": PUBLIC,
    "offer_sent": PUBLIC,
    # The same: tests/portal/test_offering.py.
    "offer_link": _all(404),
    # Where the city does not tell its figures.
    "freshness_figures": _all(404),
    # None is open: tests/portal/test_days.py.
    "now": _all(404),
    "share_csv": PUBLIC,
    "share_json": PUBLIC,
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "sitemap.xml": PUBLIC,
    "sitemap": PUBLIC,
    "robots": PUBLIC,
    "favicon": PUBLIC,
    # Where nobody is named for it, as in the tests: tests/portal/test_conventions.py.
    "security": _all(404),
    "wagtail_serve": PUBLIC,
    "^media/(?P<path>.*)$": _all(404),
    "wagtaildocs_serve": _all(404),
    "wagtaildocs_authenticate_with_password": _all(404),
    "wagtailcore_authenticate_with_password": _all(404),
    "partners:home": FOR_ALL,
    "partners:contacts": FOR_ALL,
    "partners:contact": OF_PARTNER,
    # Of partners only those that carry out 第2号: tests/directory/partners/test_hosts.py.
    "partners:hosts": _rule(404, OK),
    "partners:host": _rule(404, OK),
    "partners:handover": FOR_ALL,
    "partners:pack": OF_PARTNER,
    "partners:pack_print": OF_PARTNER,
    "partners:pack_excel": OF_PARTNER,
    "partners:pack_csv": OF_PARTNER,
    "partners:pack_received": ("POST", POSTED_BY_PARTNER),
    "partners:own": _rule(OK, 404),
    "partners:own_new": _rule(OK, 404),
    "partners:own_edit": OWN,
    "partners:own_still_right": ("POST", POSTED_BY_PARTNER),
    "partners:members": _rule(404, 404, lead=OK, other=OK),
    "partners:member_change": ("POST", _rule(404, SENT, lead=SENT)),
    "partners:invitation_revoke": ("POST", _rule(404, SENT, lead=SENT)),
    "partners:account": _rule(OK, 404),
    "partners:office": _rule(404, OK),
    "partners:office_partner": _rule(404, OK),
    "partners:office_send": ("POST", _rule(404, SENT)),
    "partners:office_duty": ("POST", _rule(404, SENT)),
    "partners:office_proposal": _rule(404, OK),
    "partners:office_look_as": ("POST", _rule(404, SENT)),
    "partners:office_trail": _rule(404, OK, editor=404),
    "partners:office_trail_file": _rule(404, OK, editor=404),
    # The doors themselves.
    "partners:login": dict.fromkeys(OUTSIDE, OK) | dict.fromkeys((*PEOPLE, *CITY, *SHUT), SENT),
    "partners:logout": ("POST", _all(LOGIN)),
    "partners:second_factor": dict.fromkeys(OUTSIDE, LOGIN)
    | dict.fromkeys((*PEOPLE, *SHUT), SENT)
    # People of the city who were not asked for one may set it up here.
    | dict.fromkeys(CITY, OK),
    "partners:join": _all(403),
    "partners:invitation": _all(SENT),
    "partners:password": PUBLIC,
    "partners:password_sent": PUBLIC,
    "partners:password_confirm": PUBLIC,
}


# How often and how much: the rate of `guard.policy` for GET and for POST, and the megabytes of a body that somebody with a
# session may post. What is not named here is a page and a form like any other.
LIMITS: dict[str, tuple[str, str, int]] = {
    "search": ("search", "search", 3),
    "find": ("search", "search", 3),
    "api_search": ("search", "search", 3),
    "api_suggest": ("suggestions", "suggestions", 3),
    "healthz": ("health", "health", 3),
    "readyz": ("health", "health", 3),
    "partners:login": ("pages", "doors", 3),
    "partners:second_factor": ("pages", "doors", 3),
    "partners:join": ("pages", "doors", 3),
    "partners:invitation": ("pages", "doors", 3),
    "partners:password": ("pages", "doors", 3),
    "partners:password_sent": ("pages", "doors", 3),
    "partners:password_confirm": ("pages", "doors", 3),
}

# What a form that is sent empty answers, at addresses that both show and take something.
SENT_TO: dict[str, Any] = {
    "partners:contacts": _rule(SENT, SENT),
    "partners:hosts": _rule(404, OK),
    "partners:host": _rule(404, OK),
    "partners:own_new": _rule(OK, 404),
    "partners:own_edit": OWN,
    "partners:members": _rule(404, 404, lead=OK, other=OK),
    "partners:account": _rule(OK, 404),
    "partners:office_partner": _rule(404, OK),
    # Everybody of the city looks at a proposal; approvers decide.
    "partners:office_proposal": _rule(404, OK, editor=404),
    "confirm_code": PUBLIC,
    "confirm_link": _all(404),
    # An empty form says what it lacks.
    "offer": _all(400),
    "offer_link": _all(404),
    "partners:login": _all(OK),
    "partners:join": _all(403),
    "partners:password": PUBLIC,
}


def test_should_know_every_address() -> None:
    known = {address.key for address in addresses() if not address.route.startswith("admin/")}
    assert known - set(RULES) == set(), "Write down in RULES who may see them"
    assert set(RULES) - known == set(), "Rules for addresses that are gone"
    assert set(SENT_TO) <= known


def _fits(response: Any, expected: Any) -> bool:
    if isinstance(expected, int):
        return response.status_code == expected
    if expected == OK:
        return response.status_code == 200
    target = response.get("Location", "")
    to_login = response.status_code in {302, 303} and "/login/" in target.split("?")[0]
    return to_login if expected == LOGIN else response.status_code in {302, 303} and not to_login


def _rules() -> Iterator[tuple[Address, str, dict[str, Any]]]:
    for address in addresses():
        rule = RULES.get(address.key)
        if rule is not None:
            yield (address, "GET", rule) if isinstance(rule, dict) else (address, *rule)
        if address.key in SENT_TO:
            yield address, "POST", SENT_TO[address.key]


def limits_of(path: str) -> tuple[str, str, int]:
    """What the policy says of an address: rate of GET, rate of POST, megabytes."""
    megabytes = largest_body(path, "POST", has_session=True) // policy.MEGABYTE
    return rate_for("GET", path).name, rate_for("POST", path).name, megabytes


def test_should_hold_every_address_to_the_limit_that_is_written_down(world: World) -> None:
    assert set(LIMITS) <= set(RULES)
    wrong = []
    for address in addresses():
        if address.key in RULES and (found := limits_of(world.path(address))) != LIMITS.get(
            address.key, ("pages", "forms", 3)
        ):
            wrong.append((address.key, found))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("visitor", VISITORS)
def test_should_answer_each_visitor_as_written_down(world: World, visitor: str) -> None:
    wrong = []
    for address, method, rule in _rules():
        path = world.path(address)
        response = world.ask(visitor, method, path)
        if not _fits(response, rule[visitor]):
            wrong.append((method, path, response.status_code, response.get("Location", ""), "expected", rule[visitor]))
        if method == "POST" and address.key not in {"counter_list_change", *SENT_TO}:
            assert world.ask(visitor, "GET", path).status_code == 405, path
        if path.startswith("/partners/"):
            assert response["Cache-Control"] == "no-store, private", path
            assert "noindex" in response["X-Robots-Tag"], path
    assert not wrong, "\n".join(map(str, wrong))
