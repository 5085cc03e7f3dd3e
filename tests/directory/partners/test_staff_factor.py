"""People of the city set up their second factor alone; whose telephone is lost is let in again by who keeps the people."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from directory.partners.choices import Act
from directory.partners.models import TrailLine
from tests.directory.partners.conftest import city_client

pytestmark = pytest.mark.django_db
ACCOUNT = "/admin/account/"


def account(client: Client) -> BeautifulSoup:
    answer = client.get(ACCOUNT)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "lxml")


def set_up(client: Client) -> Any:
    """By the link on the own page, as a person does it."""
    address = next(link["href"] for link in account(client).select("a") if "二段階の確認を登録" in link.get_text())
    assert client.get(address).status_code == 200
    device = TOTPDevice.objects.get(user_id=client.session["_auth_user_id"], confirmed=False)
    return client.post(address, {"code": f"{totp(device.bin_key):06}"})


def test_should_be_set_up_by_the_person_alone_and_asked_for_from_then_on(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client = city_client("staff-one", "編集者")
    assert "まだ登録していません" in account(client).get_text()
    page = set_up(client)
    assert len(StaticToken.objects.filter(device__user__username="staff-one")) == 10
    assert page.status_code == 200
    assert "あと10個" in account(client).get_text()
    other = city_client("staff-two", "編集者")
    other.force_login(get_user_model().objects.get(username="staff-one"), backend="guard.logins.tries.GuardedBackend")
    assert other.get(ACCOUNT)["Location"].startswith("/partners/second-factor/")


def test_should_make_new_recovery_codes(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client = city_client("staff-one", "編集者")
    assert client.post("/admin/second-factor/codes/")["Location"] == "/admin/"
    set_up(client)
    before = set(StaticToken.objects.values_list("token", flat=True))
    button = account(client).select_one("[formaction]")
    page = client.post(button["formaction"])
    now = set(StaticToken.objects.filter(device__user__username="staff-one").values_list("token", flat=True))
    assert len(now) == 10 and not now & before
    assert all(code in page.content.decode().replace("-", "").replace(" ", "") for code in now)


def test_should_save_the_rest_of_the_own_page_as_before() -> None:
    client = city_client("staff-one", "編集者")
    form = {
        "name_email-first_name": "花子", "name_email-last_name": "山田", "name_email-email": "staff-one@example.jp",
        "locale-preferred_language": "ja", "theme-theme": "system", "theme-contrast": "system",
        "theme-density": "default", "theme-keyboard_shortcuts": "on",
    }  # fmt: skip
    assert client.post(ACCOUNT, form).status_code == 302
    assert get_user_model().objects.get(username="staff-one").last_name == "山田"


def test_should_be_taken_away_by_who_keeps_the_people(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client, manager, editor = (
        city_client("staff-one", "承認者"), city_client("keeper", "管理者"), city_client("other", "編集者")
    )  # fmt: skip
    set_up(client)
    person = get_user_model().objects.get(username="staff-one")
    address = f"/admin/second-factor/{person.pk}/"
    listing = BeautifulSoup(manager.get("/admin/users/").content, "lxml")
    assert [link["href"] for link in listing.select("a") if "二段階の確認を外す" in link.get_text()] == [address]
    assert editor.post(address)["Location"] == "/admin/"
    assert manager.get(address).status_code == 200
    assert TOTPDevice.objects.filter(user=person).exists(), "asked first"
    assert manager.post(address)["Location"] == "/admin/users/"
    assert not TOTPDevice.objects.filter(user=person).exists()
    assert TrailLine.objects.filter(act=Act.FACTOR_RESET).count() == 1
    strong = city_client("boss", None)
    set_up(strong)
    boss = get_user_model().objects.get(username="boss")
    manager.post(f"/admin/second-factor/{boss.pk}/")
    assert TOTPDevice.objects.filter(user=boss).exists()


def test_should_be_asked_of_the_groups_that_a_city_names(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR, settings.SECOND_FACTOR_GROUPS = False, ["承認者", "管理者"]
    for group, needed in (("編集者", False), ("承認者", True), ("管理者", True)):
        answer = city_client(f"of-{group}", group).get("/admin/")
        assert (answer.status_code == 302) is needed, group
