"""How long somebody stays logged in, and what a password alone can end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from directory.partners.exchange.demo_people import code_of
from directory.partners.models import Member
from tests.factories import PASSWORD, MemberFactory, PartnerFactory

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
LOGIN, FACTOR, HOME = "/partners/login/", "/partners/second-factor/", "/partners/"


@pytest.fixture
def editor(db: None) -> str:
    """Somebody of the city."""
    user = get_user_model().objects.create_user("sitting-editor", "sitting@example.jp", PASSWORD)
    user.groups.add(Group.objects.get(name="編集者"))
    return user.username


@pytest.fixture
def member() -> Member:
    """A person of a partner."""
    return MemberFactory(partner=PartnerFactory(type_code="hw", organisation__name="試験ハローワーク"))


def staff(name: str, door: str = "/admin/login/", **more: str) -> Client:
    """A browser in which somebody of the city has logged in."""
    client = Client()
    assert client.post(door, {"username": name, "password": PASSWORD, **more}).status_code == 302
    return client


def pass_factor(client: Client, member: Member) -> None:
    """Show the code."""
    TOTPDevice.objects.update(last_t=-1, throttling_failure_count=0)
    assert client.post(FACTOR, {"code": code_of(TOTPDevice.objects.get(user=member.user))}).status_code == 302


@pytest.mark.parametrize("door", ["/admin/login/", LOGIN])
def test_should_end_the_session_of_staff_who_rest(editor: str, door: str) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        client = staff(editor, door, remember="on")
        assert client.session.get_expire_at_browser_close(), "whatever was ticked"
        for _time in range(3):
            now.shift(timedelta(minutes=29))
            assert client.get("/admin/").status_code == 200, "a click keeps it alive"
        now.shift(timedelta(minutes=31))
        answer = client.get("/admin/", follow=True)
        assert answer.redirect_chain[0][0].startswith("/admin/login/")
        assert "しばらく操作がなかった" in answer.content.decode()
        assert client.get(HOME)["Location"].startswith(LOGIN)


def test_should_end_the_session_of_staff_after_a_working_day(editor: str) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        client = staff(editor)
        for _half_hour in range(20):
            now.shift(timedelta(minutes=29))
            assert client.get("/admin/account/").status_code == 200
        now.shift(timedelta(minutes=25))
        assert client.get("/admin/account/").status_code == 302
        assert client.get("/admin/account/").status_code == 302


def test_should_take_nothing_that_the_admin_asks_on_its_own_for_a_click(editor: str) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        client = staff(editor)
        for _minute in range(40):
            now.shift(timedelta(minutes=1))
            client.post("/admin/editing-sessions/ping/portal/homepage/3/1/", {})
        assert client.get("/admin/").status_code == 302


def test_should_forget_sessions_from_before_they_had_a_beginning(editor: str) -> None:
    client = staff(editor)
    session = client.session
    del session["session_started"], session["session_seen"]
    session.save()
    assert client.get("/admin/").status_code == 302


def test_should_end_nothing_by_the_password_alone(member: Member) -> None:
    working = Client()
    working.post(LOGIN, {"username": member.user.username, "password": PASSWORD})
    pass_factor(working, member)
    for _time in range(8):
        Client().post(LOGIN, {"username": member.user.username, "password": PASSWORD})
    assert working.get(HOME).status_code == 200


@pytest.mark.parametrize("set_up", [False, True])
def test_should_give_a_new_session_id_with_the_second_factor(member: Member, set_up: bool) -> None:
    client = Client()
    if set_up:
        TOTPDevice.objects.all().delete()
    client.post(LOGIN, {"username": member.user.username, "password": PASSWORD})
    before = client.cookies["sessionid"].value
    if set_up:
        client.get(FACTOR)
        device = TOTPDevice.objects.get(user=member.user)
        assert client.post(FACTOR, {"code": code_of(device)}).status_code == 200
    else:
        pass_factor(client, member)
    assert client.cookies["sessionid"].value != before
    assert client.get(HOME).status_code == 200
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert stolen.get(HOME).status_code == 302


def test_should_ask_for_the_password_again_when_the_code_comes_late(member: Member) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        client = Client()
        client.post(LOGIN, {"username": member.user.username, "password": PASSWORD})
        now.shift(timedelta(minutes=11))
        answer = client.get(FACTOR)
        assert answer["Location"].startswith(LOGIN)
        assert "時間がたった" in client.get(answer["Location"]).content.decode()
        assert client.get(FACTOR)["Location"].startswith(LOGIN)
