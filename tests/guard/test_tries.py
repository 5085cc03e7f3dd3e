"""Guessing passwords is slow; the person whom it is about is not shut out."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from directory.partners.choices import Act
from directory.partners.exchange.demo_people import code_of
from directory.partners.models import Member, TrailLine
from guard.logins import tries
from guard.logins.tries import COOKIE, plain_name
from tests.factories import PASSWORD, MemberFactory, PartnerFactory

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
PARTNERS, ADMIN, FACTOR = "/partners/login/", "/admin/login/", "/partners/second-factor/"
HOME, OUTSIDE = "203.0.113.1", "198.51.100.7"


@pytest.fixture
def member() -> Member:
    """A counsellor of a partner."""
    return MemberFactory(partner=PartnerFactory(type_code="hw", organisation__name="試験ハローワーク"))


@pytest.fixture
def editor() -> object:
    """Somebody of the city, who needs no second factor here."""
    user = get_user_model().objects.create_user("tried-editor", "tried-editor@example.jp", PASSWORD)
    user.groups.add(Group.objects.get(name="編集者"))
    return user


def attempt(client: Client, name: str, password: str = PASSWORD, door: str = PARTNERS, network: str = HOME) -> int:
    """Post a log-in; returns the status: 302 in, 200 wrong, 429 refused."""
    return client.post(door, {"username": name, "password": password}, REMOTE_ADDR=network).status_code


def come_in(member: Member, network: str = HOME) -> Client:
    """A browser in which the member is logged in, second factor and all."""
    client = Client()
    assert attempt(client, member.user.username, network=network) == 302
    TOTPDevice.objects.update(last_t=-1, throttling_failure_count=0)
    code = code_of(TOTPDevice.objects.get(user=member.user))
    assert client.post(FACTOR, {"code": code}, REMOTE_ADDR=network).status_code == 302
    return client


@pytest.mark.parametrize("door", [PARTNERS, ADMIN])
def test_should_let_in_a_counsellor_whose_name_is_tried_from_outside(member: Member, door: str) -> None:
    """Seven wrong ones from outside, then one every 15 minutes for a day: at both doors the right password is taken."""
    name = member.user.username
    with time_machine.travel(NOW, tick=False) as now:
        found = [attempt(Client(), name, "wrong", door, OUTSIDE) for _try in range(8)]
        assert found == [200] * 6 + [429] * 2
        assert attempt(Client(), name, door=door, network=OUTSIDE) == 429, "not even the right one, from there"
        assert attempt(Client(), name, door=PARTNERS) == 302
        assert attempt(Client(), name, door=ADMIN) == 302
        for _quarter in range(96):
            now.shift(timedelta(minutes=15, seconds=1))
            attempt(Client(), name, "wrong", door, OUTSIDE)
        assert attempt(Client(), name, door=PARTNERS) == 302
        assert attempt(Client(), name, door=ADMIN) == 302


def test_should_say_what_to_do_when_it_refuses(member: Member) -> None:
    with time_machine.travel(NOW, tick=False):
        for _try in range(7):
            response = Client().post(PARTNERS, {"username": member.user.username, "password": "wrong"})
    page = BeautifulSoup(response.content, "lxml")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 901
    assert "15分ほど" in page.select_one("main").get_text()
    assert page.select_one('a[href="/partners/password/"]')
    assert page.select_one('a[href="tel:119"]')


def test_should_tell_the_person_and_the_trail_once(member: Member) -> None:
    name = member.user.username
    with time_machine.travel(NOW, tick=False):
        for _try in range(20):
            attempt(Client(), name, "wrong", network=OUTSIDE)
    assert [message.to for message in mail.outbox] == [[member.user.email]]
    assert "ログインの失敗が続いて" in mail.outbox[0].subject
    assert OUTSIDE not in mail.outbox[0].body
    acts = list(TrailLine.objects.filter(user=name).values_list("act", flat=True))
    assert acts.count(Act.SIGN_IN_FAILED) == 6, "what nobody looked at is no failure"
    assert acts.count(Act.LOCKED_OUT) == 1


def test_should_tell_nobody_of_a_name_that_nobody_has() -> None:
    before = TrailLine.objects.count()
    for _try in range(10):
        attempt(Client(), "nobody@example.jp", "wrong")
    assert not mail.outbox
    assert TrailLine.objects.count() == before


def test_should_welcome_a_browser_that_was_in_while_many_networks_try(member: Member) -> None:
    name = member.user.username
    with time_machine.travel(NOW, tick=False) as now:
        known = come_in(member)
        known.post("/partners/logout/")
        now.shift(timedelta(minutes=1))
        for number in range(60):
            attempt(Client(), name, "wrong", network=f"198.51.100.{number}")
        assert attempt(Client(), name) == 429, "the name is tried from everywhere: strangers wait, wherever they are"
        assert attempt(known, name) == 302
        assert attempt(known, name, network="192.0.2.1") == 302, "at home, too"
        # It has tries of its own, not endless ones.
        found = [attempt(known, name, "wrong") for _try in range(12)]
        assert found.count(200) == 10
        assert found[-1] == 429
        # Of somebody else it proves nothing.
        other = MemberFactory(partner=member.partner)
        for number in range(60):
            attempt(Client(), other.user.username, "wrong", network=f"198.51.100.{number}")
        assert attempt(known, other.user.username) == 429


def test_should_welcome_a_known_browser_whose_network_is_used_up(editor: object) -> None:
    with time_machine.travel(NOW, tick=False):
        known = Client()
        assert attempt(known, editor.username, door=ADMIN) == 302
        for number in range(31):
            attempt(Client(), f"name{number}", "wrong", ADMIN)
        assert attempt(Client(), editor.username, door=ADMIN) == 429
        assert attempt(known, editor.username, door=ADMIN) == 302


@pytest.mark.parametrize(
    ("cookie", "why"),
    [("", "none"), ("x" * 4_000, "nonsense"), ("eyJpZCI6IjEiLCJ0YWdzIjpbXX0:1:2", "a signature of its own")],
)
def test_should_not_believe_a_made_up_cookie(member: Member, cookie: str, why: str) -> None:
    client = Client()
    client.cookies[COOKIE] = cookie
    found = [attempt(client, member.user.username, "wrong") for _try in range(7)]
    assert found == [200] * 6 + [429], why


def test_should_make_a_browser_known_only_after_the_second_factor(member: Member) -> None:
    client = Client()
    attempt(client, member.user.username)
    assert COOKIE not in client.cookies
    cookie = come_in(member).cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert member.user.username not in cookie.value


def test_should_open_an_account_by_a_new_password(member: Member) -> None:
    """Tried from the person's own network and from all others; then the person asks for a new password by mail."""
    name, new = member.user.username, "another-long-password-2"
    with time_machine.travel(NOW, tick=False):
        for number in range(60):
            attempt(Client(), name, "wrong", network=f"198.51.100.{number}")
        for _try in range(7):
            attempt(Client(), name, "wrong")
        browser = Client()
        assert attempt(browser, name) == 429
        mail.outbox.clear()
        browser.post("/partners/password/", {"email": member.user.email}, REMOTE_ADDR=HOME)
        link = urlsplit(re.search(r"https?://\S+", mail.outbox[0].body)[0]).path
        form = browser.get(link, follow=True).request["PATH_INFO"]
        browser.post(form, {"new_password1": new, "new_password2": new}, REMOTE_ADDR=HOME)
        # They go on trying, and still the one who has the new password comes in, at both doors.
        for number in range(60):
            attempt(Client(), name, "wrong", network=f"198.51.100.{number}")
        for door in (PARTNERS, ADMIN):
            assert attempt(browser, name, new, door) == 302
        assert attempt(browser, name, "wrong") == 200


def test_should_open_an_account_to_which_an_administrator_gave_a_password(editor: object) -> None:
    for _try in range(7):
        attempt(Client(), editor.username, "wrong", ADMIN)
    assert attempt(Client(), editor.username, door=ADMIN) == 429
    editor.set_password("given-by-somebody-3")
    editor.save()
    assert attempt(Client(), editor.username, "given-by-somebody-3", ADMIN) == 302


def test_should_not_let_one_password_be_tried_under_sixty_names() -> None:
    with time_machine.travel(NOW, tick=False) as now:
        found = [attempt(Client(), f"person{number}@example.jp", "summer2026") for number in range(60)]
        assert found == [200] * 30 + [429] * 30
        assert attempt(Client(), "person61@example.jp", network=OUTSIDE) == 200, "another network is not meant"
        now.shift(timedelta(minutes=16))
        assert attempt(Client(), "person62@example.jp") == 200


def test_should_take_one_household_as_one_network() -> None:
    found = [
        attempt(Client(), f"person{number}@example.jp", "summer2026", network=f"2001:db8:1:2::{number:x}")
        for number in range(40)
    ]
    assert found.count(200) == 30


def test_should_not_count_those_who_come_in(editor: object) -> None:
    for _time in range(50):
        assert attempt(Client(), editor.username, door=ADMIN) == 302


def test_should_count_a_name_however_it_is_typed() -> None:
    assert plain_name(" Ｔaro@Example.JP ") == "taro@example.jp"
    assert len(plain_name("長" * 100_000)) <= 254


def test_should_refuse_at_once_where_passwords_are_being_checked(editor: object) -> None:
    """Checking costs a core's time: beyond few at once a worker says so instead of letting its readers wait."""
    taken = [tries._lane.acquire(blocking=False) for _place in range(tries.PASSWORDS_AT_ONCE)]
    assert all(taken)
    try:
        assert attempt(Client(), editor.username, door=ADMIN) == 429
    finally:
        for _place in taken:
            tries._lane.release()
    assert attempt(Client(), editor.username, door=ADMIN) == 302, "and it did not count"


def test_should_limit_codes_by_account(member: Member) -> None:
    """An attacker who has the password makes new sessions; the limit is the account's."""
    with time_machine.travel(NOW, tick=False) as now:
        found = []
        for number in range(25):
            now.shift(timedelta(minutes=2))
            client = Client()
            assert attempt(client, member.user.username, network=f"198.51.100.{number}") == 302
            TOTPDevice.objects.update(throttling_failure_count=0)
            found.append(client.post(FACTOR, {"code": "000000"}).status_code)
        assert found == [200] * 20 + [429] * 5


def test_should_keep_passwords_as_owasp_recommends() -> None:
    from tests.settings_of import settings_of

    assert settings_of("production")["EMAIL_TIMEOUT"] == 10
    from guard.logins.hashing import Argon2

    kept = Argon2().encode(PASSWORD, "some-salt-of-ours")
    assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert Argon2().verify(PASSWORD, kept)
