"""Coming in: password, second factor, lock-out, and sessions that end."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from directory.partners.choices import Act
from directory.partners.doors.accounts import new_recovery_codes
from directory.partners.exchange.demo_people import code_of
from directory.partners.models import Member, TrailLine
from tests.addresses import addresses
from tests.directory.partners.conftest import city_client, enter
from tests.factories import PASSWORD, MemberFactory

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
LOGIN, FACTOR, HOME = "/partners/login/", "/partners/second-factor/", "/partners/"


def sign_in(client: Client, member: Member, password: str = PASSWORD) -> object:
    """Post the first form."""
    return client.post(LOGIN, {"username": member.user.username, "password": password})


def code(member: Member) -> str:
    """The code that the person's app shows."""
    return code_of(TOTPDevice.objects.get(user=member.user, confirmed=True))


def test_should_let_a_person_in_with_password_and_code(member: Member, client: Client) -> None:
    assert client.get(HOME)["Location"] == f"{LOGIN}?next=%2Fpartners%2F"
    assert sign_in(client, member)["Location"] == HOME
    assert client.get(HOME)["Location"] == f"{FACTOR}?next=%2Fpartners%2F"
    answer = client.post(FACTOR, {"code": code(member), "next": "/partners/contacts/"})
    assert answer["Location"] == "/partners/contacts/"
    assert client.get(HOME).status_code == 200
    assert client.session.get_expire_at_browser_close()
    acts = TrailLine.objects.filter(user=member.user.username).values_list("act", flat=True)
    assert set(acts) >= {Act.SIGNED_IN, Act.VIEWED}


def test_should_take_an_address_in_capitals_and_a_code_with_spaces(member: Member, client: Client) -> None:
    client.post(LOGIN, {"username": f" {member.user.username.upper()} ", "password": PASSWORD})
    digits = code(member)
    assert client.post(FACTOR, {"code": f"{digits[:3]} {digits[3:]}"}).status_code == 302
    assert client.get(HOME).status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"])
def test_should_not_lead_to_another_site_afterwards(member: Member, client: Client, target: str) -> None:
    answer = client.post(LOGIN, {"username": member.user.username, "password": PASSWORD, "next": target})
    assert answer["Location"] == HOME


def test_should_not_let_anybody_past_the_second_factor(member: Member) -> None:
    client = enter(member, verified=False)
    doors = {"login", "logout", "second_factor", "join", "invitation", "password", "password_sent", "password_confirm"}
    checked = 0
    for address in addresses():
        if not address.name.startswith("partners:") or address.name.removeprefix("partners:") in doors:
            continue
        path = address.path(
            lambda name, converter: {
                "uuid": "00000000-0000-4000-8000-000000000000",
                "int": 1,
            }.get(converter, "contacts" if name == "part" else "hellowork")
        )
        for method in ("GET", "POST", "HEAD", "PUT"):
            response = client.generic(method, path)
            assert response.status_code in {302, 405}, (method, path, response.status_code)
            if response.status_code == 302:
                assert response["Location"].startswith(FACTOR), path
        checked += 1
    assert checked > 20
    # Nor by the admin's door: wherever the password was given, the second factor comes next.
    other = Client()
    other.post("/admin/login/", {"username": member.user.username, "password": PASSWORD})
    assert other.get(HOME)["Location"].startswith(FACTOR)
    assert other.get("/admin/").status_code == 302


def test_should_refuse_wrong_and_used_codes(member: Member) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        client = enter(member, verified=False)
        page = BeautifulSoup(client.post(FACTOR, {"code": "000000"}).content, "lxml")
        assert "コードが違います" in page.select_one(".wrong").get_text()
        # A wrong code slows the next try down: even the right one is refused at once, and taken a little later.
        assert client.post(FACTOR, {"code": code(member)}).status_code == 200
        now.shift(timedelta(seconds=40))
        used = code(member)
        assert client.post(FACTOR, {"code": used}).status_code == 302
        again = enter(member, verified=False)
        assert again.post(FACTOR, {"code": used}).status_code == 200, "a code counts once"


def test_should_take_each_recovery_code_once(member: Member) -> None:
    codes = new_recovery_codes(member.user)
    assert len(set(codes)) == 10
    client = enter(member, verified=False)
    assert client.post(FACTOR, {"code": codes[0].upper()}).status_code == 302
    assert "残りは9個" in client.get(HOME).content.decode()
    assert enter(member, verified=False).post(FACTOR, {"code": codes[0]}).status_code == 200
    assert StaticToken.objects.filter(device__user=member.user).count() == 9


def test_should_have_the_second_factor_set_up_before_anything_else(hellowork: object) -> None:
    member = MemberFactory(partner=hellowork, device=False)
    client = enter(member, verified=False)
    assert client.get("/partners/contacts/")["Location"].startswith(FACTOR)
    page = BeautifulSoup(client.get(FACTOR).content, "lxml")
    assert page.select_one("img.qr")["src"].startswith("data:image/svg+xml")
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.select_one(".secret").get_text())
    device = TOTPDevice.objects.get(user=member.user)
    assert not device.confirmed
    assert client.post(FACTOR, {"code": "abc"}).status_code == 200
    TOTPDevice.objects.update(throttling_failure_count=0)
    page = BeautifulSoup(client.post(FACTOR, {"code": code_of(device)}).content, "lxml")
    assert len(page.select(".codes li")) == 10
    assert client.get(HOME).status_code == 200
    assert "二段階の確認を登録" in str(TrailLine.objects.get(act=Act.FACTOR_SET).get_act_display())


@pytest.mark.parametrize("username", ["", "x" * 5_000, "a\x00b", "\u202eexe@example.jp", "ひらがな", "' OR 1=1 --"])
def test_should_answer_odd_names_quietly(client: Client, username: str) -> None:
    for door in (LOGIN, "/admin/login/"):
        assert client.post(door, {"username": username, "password": "x"}).status_code == 200
    assert not TrailLine.objects.filter(act=Act.SIGN_IN_FAILED).exclude(user="").exists()


def test_should_not_tell_whether_an_account_exists(member: Member, client: Client) -> None:
    def says(username: str) -> str:
        page = BeautifulSoup(client.post(LOGIN, {"username": username, "password": "wrong"}).content, "lxml")
        return page.select_one("[role=alert]").get_text(strip=True)

    assert says(member.user.username) == says("nobody@example.jp")
    for address in (member.user.email, "nobody@example.jp"):
        assert client.post("/partners/password/", {"email": address})["Location"] == "/partners/password/sent/"


def test_should_end_a_session_that_rests(member: Member, settings: object) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        client = enter(member)
        now.shift(timedelta(minutes=29))
        assert client.get(HOME).status_code == 200
        now.shift(timedelta(minutes=29))
        assert client.get(HOME).status_code == 200, "a click keeps it alive"
        now.shift(timedelta(minutes=31))
        answer = client.get(HOME)
        assert "why=idle" in answer["Location"]
        assert "しばらく操作がなかった" in client.get(answer["Location"]).content.decode()


def test_should_end_a_session_after_a_working_day(member: Member) -> None:
    with time_machine.travel(NOW, tick=False) as now:
        client = enter(member)
        for _half_hour in range(21):
            now.shift(timedelta(minutes=29))
            answer = client.get(HOME)
        assert "why=old" in answer["Location"]


def test_should_keep_two_sessions_of_a_person_and_end_the_oldest(member: Member) -> None:
    browsers = []
    for _number in range(3):
        TOTPDevice.objects.update(last_t=-1)
        browser = Client()
        sign_in(browser, member)
        browser.post(FACTOR, {"code": code(member)})
        browsers.append(browser)
    assert "why=elsewhere" in browsers[0].get(HOME)["Location"]
    assert [browser.get(HOME).status_code for browser in browsers[1:]] == [200, 200]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_active": False}, "いま使えない"),
        ({"confirmed_until": timezone.localdate() - timedelta(days=1)}, "年に一度"),
    ],
)
def test_should_say_why_somebody_cannot_come_in(member: Member, client: Client, change: dict, words: str) -> None:
    inside = enter(member)
    Member.objects.filter(pk=member.pk).update(**change)
    response = sign_in(client, member)
    assert response.status_code == 403
    assert words in response.content.decode()
    assert inside.get(HOME).status_code == 403
    assert inside.get(HOME).status_code == 302, "logged out by then"
    wrong = sign_in(Client(), member, "wrong")
    assert words not in wrong.content.decode(), "only to whom it belongs"


def test_should_shut_out_everybody_of_a_partner_that_ended(member: Member, client: Client) -> None:
    member.partner.ends_on = timezone.localdate() - timedelta(days=1)
    member.partner.save()
    assert sign_in(client, member).status_code == 403
    assert "利用は終わって" in enter(member).get(HOME).content.decode()


def test_should_not_let_in_an_account_of_nobody(client: Client) -> None:
    get_user_model().objects.create_user("stray", "stray@example.jp", PASSWORD)
    page = client.post(LOGIN, {"username": "stray", "password": PASSWORD})
    assert "使えるアカウントではありません" in page.content.decode()
    client.force_login(get_user_model().objects.get(username="stray"), "guard.logins.tries.GuardedBackend")
    assert client.get(HOME).status_code == 404


def test_should_change_a_forgotten_password_and_still_ask_for_the_code(member: Member, client: Client) -> None:
    client.post("/partners/password/", {"email": member.user.email})
    link = re.search(r"https?://\S+", mail.outbox[0].body)[0]
    page = client.get(urlsplit(link).path, follow=True)
    assert link.split("/")[-2] not in page.request["PATH_INFO"], "the secret of the link leaves the address"
    new = "another-long-password-2"
    client.post(page.request["PATH_INFO"], {"new_password1": new, "new_password2": new})
    assert sign_in(client, member, new)["Location"] == HOME
    assert client.get(HOME)["Location"].startswith(FACTOR)
    assert TrailLine.objects.filter(act=Act.PASSWORD_SET, user=member.user.username).exists()
    client.post("/partners/password/", {"email": member.user.email.upper()})
    assert len(mail.outbox) == 1, "nobody's box is filled"
    assert "このリンクは使えません" in client.get(urlsplit(link).path, follow=True).content.decode()


def test_should_ask_the_city_for_a_second_factor_where_it_is_wanted(settings: object) -> None:
    client = city_client("factor-editor", "編集者")
    assert client.get("/admin/").status_code == 200
    settings.STAFF_SECOND_FACTOR = True
    for path in ("/admin/", "/admin/snippets/partners/contactpoint/", HOME, "/partners/office/"):
        assert client.get(path)["Location"].startswith(FACTOR), path
    assert client.post("/admin/snippets/partners/contactpoint/add/", {})["Location"].startswith(FACTOR)
    client.get(FACTOR)
    user = get_user_model().objects.get(username="factor-editor")
    device = TOTPDevice.objects.get(user=user)
    assert client.post(FACTOR, {"code": code_of(device), "next": "/admin/"}).status_code == 200
    assert client.get("/admin/").status_code == 200
    # Once set up it is always asked for, whatever the setting says.
    settings.STAFF_SECOND_FACTOR = False
    again = Client()
    again.force_login(user, "guard.logins.tries.GuardedBackend")
    assert again.get("/admin/")["Location"].startswith(FACTOR)


def test_should_have_the_second_factor_on_in_production() -> None:
    from tests.settings_of import settings_of

    assert settings_of("production")["STAFF_SECOND_FACTOR"] is True


def test_should_log_out_by_post_only(member_client: Client) -> None:
    assert member_client.get("/partners/logout/").status_code == 405
    assert member_client.post("/partners/logout/")["Location"] == LOGIN
    assert member_client.get(HOME).status_code == 302
