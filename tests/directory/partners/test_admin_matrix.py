"""Who gets in where below /admin/: every address of Wagtail and of ours, asked for by twelve kinds of visitor; and for the roles of
the city, that what comes is Japanese (`tests.english`): another walk would cost minutes.

`admin_answers.csv` says what each role of the city gets: ok, refused (sent to the first page with a word), sent (to another
address), or a status; and how often and how much: the rates of GET and POST, the megabytes of a body. A new address, and one
whose answer changes, fails until somebody has decided. Everybody else is kept out by one rule.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from directory.fixtures import FIXTURES
from tests.addresses import Address, addresses
from tests.directory.partners.test_matrix import limits_of
from tests.directory.partners.world import CITY, OF_A_FIELD, OUTSIDE, PEOPLE, SHUT, World
from tests.english import english_on

pytestmark = pytest.mark.django_db

ANSWERS = Path(__file__).with_name("admin_answers.csv")
# Doors that open for anybody who wants to come in or go out.
DOORS = frozenset({"admin/login/", "admin/logout/", "admin/jsi18n/", "admin/sprite/"})
PASSWORD = "admin/password_reset/"
# For scripts, which say nothing of it; and a page for developers.
NOT_SHOWN = ("admin/api/", "admin/test404/")
# Wagtail's own page that fails on purpose, for trying out how failures are reported.
FAILS = "admin/failwhale/"


def admin_addresses() -> list[Address]:
    """Every address below /admin/."""
    return [address for address in addresses() if address.route.startswith("admin/")]


def answers() -> dict[str, dict[str, str]]:
    """By route, what each role of the city gets."""
    with ANSWERS.open(encoding="utf-8", newline="") as file:
        return {row.pop("route"): row for row in csv.DictReader(file)}


def words_of_the_register() -> str:
    """What people say and are told in other languages: content, in all lists of words."""
    return "".join(path.read_text(encoding="utf-8") for path in sorted((FIXTURES / "vocabulary").glob("*.csv")))


def english_in_answer(response: Any) -> set[str]:
    """Of a page, and of what its scripts show."""
    if response.streaming or not response["Content-Type"].startswith(("text/html", "application/json")):
        return set()
    return english_on(response.content)


def _is_door(address: Address) -> bool:
    return address.route in DOORS or address.route.startswith(PASSWORD)


def _answer(response: Any) -> str:
    """The answer in the words of the table."""
    if response.status_code == 302:
        return "refused" if response["Location"] == "/admin/" else "sent"
    return "ok" if response.status_code == 200 else str(response.status_code)


def test_should_know_every_address_of_the_admin() -> None:
    routes = {address.route for address in admin_addresses()} - {FAILS}
    written = set(answers())
    assert routes - written == set(), f"Write down in {ANSWERS.name} who may see them"
    assert written - routes == set(), f"Lines in {ANSWERS.name} for addresses that are gone"


def test_should_hold_every_address_to_the_limit_that_is_written_down(world: World) -> None:
    expected, wrong = answers(), []
    for address in admin_addresses():
        if address.route == FAILS:
            continue
        row = expected[address.route]
        found = limits_of(world.path(address))
        if found != (row["get"], row["post"], int(row["megabytes"])):
            wrong.append(f"{address.route}: {found}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("visitor", [*CITY, *OF_A_FIELD])
def test_should_give_each_role_of_the_city_what_is_written_down(world: World, visitor: str) -> None:
    expected, wrong, english = answers(), [], []
    content = words_of_the_register()
    for address in admin_addresses():
        if address.route == FAILS:
            continue
        response = world.ask(visitor, "GET", world.path(address))
        found = _answer(response)
        if found in {"ok", "404"} and not address.route.startswith(NOT_SHOWN):
            english += [(address.route, piece) for piece in english_in_answer(response) if piece not in content]
        if found != expected[address.route][visitor]:
            wrong.append(f"{address.route}: {found}, written down: {expected[address.route][visitor]}")
        assert response["Cache-Control"] == "no-store, private", address.route
        assert "noindex" in response["X-Robots-Tag"], address.route
    assert not wrong, "\n".join(wrong)
    assert not english, "\n".join(f"{route}: {piece}" for route, piece in english)


@pytest.mark.parametrize("visitor", [*OUTSIDE, *PEOPLE, *SHUT])
def test_should_keep_everybody_but_the_city_out_of_the_admin(world: World, visitor: str) -> None:
    wrong = []
    for address in admin_addresses():
        path = world.path(address)
        response = world.ask(visitor, "GET", path)
        if _is_door(address):
            assert response.status_code in {200, 302, 405}, path
            continue
        # The admin sends away, forbids, or has no such address; it never shows anything.
        if response.status_code not in {302, 403, 404, 405}:
            wrong.append((path, response.status_code))
        if response.status_code == 302:
            assert "/admin/login/" in response["Location"] or response["Location"].startswith("/admin/"), path
        assert response["Cache-Control"] == "no-store, private", path
        assert "noindex" in response["X-Robots-Tag"], path
    assert not wrong, "\n".join(map(str, wrong))
