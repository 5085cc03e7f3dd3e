"""What an editor wrote while they were logged out is not lost, and no other site's form is shown back."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from directory.models import GatheringPlace
from tests.factories import PlaceFactory
from tests.portal.test_admin import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
OURS = {"HTTP_ORIGIN": "http://testserver"}


def held(response: HttpResponse) -> dict[str, list[str]]:
    form = BeautifulSoup(response.content, "lxml").select_one("main form")
    values: dict[str, list[str]] = {}
    for field in form.select("input[name]"):
        values.setdefault(field["name"], []).append(field["value"])
    return values


@pytest.fixture
def browser(editor_client: Client) -> Client:
    """That of an editor, who is held to tokens as everybody is."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.get(username="test-editor"))
    return client


def test_should_hold_what_was_written_until_it_is_sent_again(browser: Client) -> None:
    place = PlaceFactory()
    address = reverse("wagtailsnippets_directory_gatheringplace:edit", args=[place.pk])
    values = form_of(browser, address) | {"summary": ["消えてほしくない文。\n二行目 <b>&"]}
    browser.logout()
    first = browser.post(address, values, **OURS)
    assert first.status_code == 403 and "no-store" in first["Cache-Control"]
    assert "閉じないでください" in first.content.decode()
    again = held(first)
    assert again["summary"] == values["summary"] and again["areas"] == values["areas"]
    browser.force_login(get_user_model().objects.get(username="test-editor"))
    second = browser.post(address, {**again, "csrfmiddlewaretoken": ["of-the-session-before" * 3]}, **OURS)
    assert second.status_code == 403 and "ログインできています" in second.content.decode()
    third = browser.post(address, held(second), **OURS)
    assert third.status_code == 302
    assert GatheringPlace.objects.get(pk=place.pk).get_latest_revision_as_object().summary == values["summary"][0]


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://testserver.elsewhere.example", ""])
def test_should_not_show_back_what_another_site_sent(browser: Client, origin: str) -> None:
    place = PlaceFactory()
    address = reverse("wagtailsnippets_directory_gatheringplace:edit", args=[place.pk])
    response = browser.post(address, {"name": "よその文"}, **({"HTTP_ORIGIN": origin} if origin else {}))
    assert response.status_code == 403
    assert "よその文" not in response.content.decode()


@pytest.mark.parametrize("address", ["/admin/login/", "/admin/users/add/", "/partners/"])
def test_should_not_show_back_passwords_or_people(client: Client, address: str) -> None:
    response = client.post(address, {"username": "だれか", "password": "ひみつ"}, **OURS)
    assert "ひみつ" not in response.content.decode()


def test_should_send_away_a_program_that_is_logged_out(client: Client) -> None:
    place = PlaceFactory()
    address = reverse("wagtailsnippets_directory_gatheringplace:edit", args=[place.pk])
    response = client.post(address, {"name": "文"}, HTTP_ACCEPT="application/json", **OURS)
    assert response.status_code in {302, 403} and "文" not in response.content.decode()
