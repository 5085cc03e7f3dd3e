"""People of the city hall and entries on their way to approval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from directory.models import GatheringPlace, Resource
from tests.factories import PlaceFactory


@pytest.fixture
def person(db: None) -> Callable[..., Client]:
    """Make somebody of some groups, logged in; `client.user` is who."""

    def make(name: str, *groups: str) -> Client:
        user = get_user_model().objects.create_user(name, f"{name}@example.jp", "a-long-password-1", last_name=name)
        user.groups.add(*Group.objects.filter(name__in=groups))
        client = Client()
        client.force_login(user)
        client.user = user
        return client

    return make


@pytest.fixture
def editor(person: Callable[..., Client]) -> Client:
    """編集者."""
    return person("editor-one", "編集者")


@pytest.fixture
def approver(person: Callable[..., Client]) -> Client:
    """承認者."""
    return person("approver-one", "承認者")


@pytest.fixture
def place(editor: Client) -> GatheringPlace:
    """Public as 「もとの名前」; a draft that says otherwise waits for approval."""
    place = PlaceFactory(name="もとの名前", cost_note="100円", staff_note="もとのメモ")
    change(place, editor.user, name="新しい名前", cost_note="200円", staff_note="新しいメモ")
    hand_in(place, editor.user)
    return place


def change(place: Resource, user: Any, **values: Any) -> None:
    """Save a draft as the form does."""
    draft = place.latest_revision.as_object() if place.latest_revision else place
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save_revision(user=user)
    place.refresh_from_db()


def hand_in(place: Resource, user: Any) -> None:
    """Begin the approval."""
    place.get_workflow().start(type(place).objects.get(pk=place.pk), user)


def soup(client: Client, address: str) -> BeautifulSoup:
    """A page that is there."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.get("Location"))
    return BeautifulSoup(answer.content, "lxml")


def compare_page(client: Client, place: Resource) -> BeautifulSoup:
    """What differs."""
    return soup(client, f"/admin/approvals/{place.pk}/")


def decide(client: Client, place: Resource, do: str, page: BeautifulSoup | None = None, **fields: str) -> Any:
    """Press a button of a page that was opened before, or now."""
    page = page or compare_page(client, place)
    form = {"seen": page.select_one("input[name=seen]")["value"], "do": do, **fields}
    return client.post(f"/admin/approvals/{place.pk}/", form)
