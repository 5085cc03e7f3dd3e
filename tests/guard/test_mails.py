"""Mails that somebody can cause: how many, to whom, and where their links lead."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client

from directory.partners.choices import Rank
from directory.partners.models import Invitation, TrailLine
from guard import counting
from guard.models import Tally
from guard.policy import STRANGE_LINKS
from tests.directory.partners.conftest import enter
from tests.factories import PASSWORD, MemberFactory, PartnerFactory

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
DOORS = ["/admin/password_reset/", "/partners/password/"]
BASE = "https://soudan.example.lg.jp"


@pytest.fixture
def editor() -> object:
    """Somebody of the city."""
    user = get_user_model().objects.create_user("mailed-editor", "mailed@example.jp", PASSWORD)
    user.groups.add(Group.objects.get(name="編集者"))
    return user


def ask(door: str, address: str, network: str = "198.51.100.7", **headers: str) -> object:
    """Ask for a new password."""
    return Client().post(door, {"email": address}, REMOTE_ADDR=network, **headers)


@pytest.mark.parametrize("door", DOORS)
def test_should_send_one_mail_to_an_address_however_often_it_is_asked(editor: object, door: str) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        for number in range(8):
            answer = ask(door, editor.email if number % 2 else editor.email.upper(), f"198.51.100.{number}")
            assert answer.status_code == 302, "the same answer as ever"
        assert len(mail.outbox) == 1
        for _time in range(12):
            now.shift(timedelta(minutes=16))
            ask(door, editor.email)
        assert len(mail.outbox) == 5, "and not more than five on one day"


@pytest.mark.parametrize("door", DOORS)
def test_should_not_mail_to_the_whole_city_for_one_network(door: str) -> None:
    with time_machine.travel(NOW, tick=False):
        found = [ask(door, f"person{number}@example.jp").status_code for number in range(30)]
        assert found == [302] * 10 + [429] * 20
        assert ask(door, "person@example.jp", "203.0.113.9").status_code == 302
        assert "メールの申し込みが続いた" in ask(door, "person31@example.jp").content.decode()


@pytest.mark.parametrize("door", DOORS)
def test_should_share_the_limits_between_all_doors_and_workers(editor: object, door: str) -> None:
    with time_machine.travel(NOW, tick=False):
        for other in DOORS:
            ask(other, editor.email)
        assert len(mail.outbox) == 1
        # Another worker knows only what stands in the database.
        counting.forget_pages()
        ask(door, editor.email)
        assert len(mail.outbox) == 1
        assert Tally.objects.exists()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("host", ["127.0.0.1:99", "localhost:31337"])
def test_should_link_only_to_the_base_url(editor: object, settings: object, door: str, host: str) -> None:
    settings.WAGTAILADMIN_BASE_URL = BASE
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    assert ask(door, editor.email, HTTP_HOST=host).status_code == 302
    links = re.findall(r"https?://\S+", mail.outbox[0].body)
    assert links
    assert all(link.startswith(f"{BASE}/") for link in links), links
    assert f":{host.partition(':')[2]}" not in mail.outbox[0].body


@pytest.fixture
def lead_client() -> Client:
    """The browser of a partner's lead."""
    partner = PartnerFactory(type_code="hw", organisation__name="試験ハローワーク")
    return enter(MemberFactory(partner=partner, rank=Rank.LEAD))


def invite(client: Client, address: str, **headers: str) -> object:
    """Invite somebody."""
    return client.post("/partners/members/", {"mail": address, "rank": "member"}, **headers)


def test_should_link_an_invitation_to_the_base_url(lead_client: Client, settings: object) -> None:
    settings.WAGTAILADMIN_BASE_URL = BASE
    invite(lead_client, "new@example.jp", HTTP_HOST="testserver:99")
    assert re.findall(r"https?://\S+", mail.outbox[0].body)[0].startswith(f"{BASE}/partners/join/")


def test_should_limit_invitations_by_person_and_by_address(lead_client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        for _time in range(10):
            answer = invite(lead_client, "one@example.jp")
        assert answer.status_code == 200
        assert "続けて招待した" in answer.content.decode()
        assert len(mail.outbox) == 3
        assert Invitation.objects.count() == 3, "what was refused is not half done"
        for number in range(30):
            invite(lead_client, f"new{number}@example.jp")
        assert len(mail.outbox) <= 20


@pytest.mark.parametrize(
    "password", ["newcomer@example.jp", "Newcomer@Example.JP", "newcomer@example", "newcomer1", "新しい人の名前です"]
)
def test_should_refuse_a_password_that_is_the_address_or_the_name(lead_client: Client, password: str) -> None:
    invite(lead_client, "newcomer@example.jp")
    link = re.search(r"/partners/join/\S+", mail.outbox[0].body)[0]
    client = Client()
    client.get(link)
    form = {"name": "新しい人の名前です", "password": password, "again": password}
    answer = client.post("/partners/join/", form)
    assert answer.status_code == 200
    assert "似" in answer.content.decode()
    assert not get_user_model().objects.filter(username="newcomer@example.jp").exists()
    right = {**form, "password": PASSWORD, "again": PASSWORD}
    assert client.post("/partners/join/", right).status_code == 302


def test_should_write_nothing_down_for_links_that_nobody_sent() -> None:
    from django.contrib.sessions.models import Session

    lines, sessions = TrailLine.objects.count(), Session.objects.count()
    for number in range(100):
        client = Client()
        assert client.get("/partners/join/").status_code == 403
        assert client.get(f"/partners/join/x{number}/", follow=True).status_code == 403
        assert not client.cookies.get("sessionid")
    assert TrailLine.objects.count() == lines
    assert Session.objects.count() == sessions
    assert counting.count_of(STRANGE_LINKS) == 200, "counted, not listed"
