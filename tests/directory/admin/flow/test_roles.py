"""Four roles: whose an entry is holds at every button, and who keeps the people gives nobody more than they have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client

from directory.models import Area, Field, GatheringPlace, Office, Resource
from tests.directory.admin.flow.conftest import change, hand_in, soup
from tests.factories import DeskFactory, PlaceFactory
from tests.portal.test_admin import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
ROLES = ("編集者", "承認者", "分野担当", "管理者")


@pytest.fixture
def specialist(person: Callable[..., Client]) -> Client:
    """分野担当, in no office yet."""
    return person("specialist-one", "分野担当")


@pytest.fixture
def manager(person: Callable[..., Client]) -> Client:
    """管理者, no superuser."""
    return person("manager-one", "管理者")


@pytest.fixture
def remover(person: Callable[..., Client]) -> Client:
    """An editor whom a city lets delete, publish and lock; held to an office all the same."""
    client = person("remover", "編集者")
    client.user.user_permissions.add(
        *Permission.objects.filter(
            content_type__app_label="directory",
            codename__in=[
                f"{verb}_{table}"
                for verb in ("delete", "publish", "lock", "unlock")
                for table in ("gatheringplace", "consultationdesk")
            ],
        )
    )
    Office.objects.create(name="障害福祉係").people.add(client.user)
    return client


def edit(entry: Resource) -> str:
    return f"/admin/snippets/directory/{entry._meta.model_name}/edit/{entry.pk}/"


def opens(client: Client, entry: Resource) -> bool:
    return client.get(edit(entry)).status_code == 200


# 分野担当


def test_should_edit_nothing_while_somebody_of_a_field_is_in_no_office(specialist: Client) -> None:
    entry = PlaceFactory()
    assert not opens(specialist, entry)
    assert specialist.get("/admin/snippets/directory/gatheringplace/").status_code == 200


def test_should_edit_what_is_of_own_fields_and_areas(specialist: Client) -> None:
    office = Office.objects.create(name="東部の障害福祉係")
    office.people.add(specialist.user)
    office.fields.add(Field.objects.get(code="disability"))
    office.areas.add(Area.objects.get(slug="tobu"))
    there = PlaceFactory(fields=["disability"], areas=["tobu"])
    elsewhere = PlaceFactory(fields=["disability"], areas=["yorozu"])
    other_field = PlaceFactory(fields=["elderly"], areas=["tobu"])
    own = PlaceFactory(fields=["elderly"], areas=["yorozu"], owner=office)
    assert [opens(specialist, one) for one in (there, elsewhere, other_field, own)] == [True, False, False, True]
    office.areas.clear()
    assert [opens(specialist, one) for one in (there, elsewhere, other_field)] == [True, True, False]
    office.fields.clear()
    office.areas.add(Area.objects.get(slug="yorozu"))
    inside = [opens(specialist, one) for one in (there, elsewhere, other_field)]
    assert inside == [True, True, True], "areas within one"


# whose an entry is, at every button


@pytest.mark.parametrize("factory", [PlaceFactory, DeskFactory])
def test_should_hold_every_button_to_the_office(remover: Client, factory: Any) -> None:
    theirs = factory(name="よその場", owner=Office.objects.create(name="こども係"))
    base = f"/admin/snippets/directory/{theirs._meta.model_name}"
    revision = theirs.latest_revision_id
    before = Resource.objects.filter(pk=theirs.pk).values().get()
    proposal = f"/admin/freshness/entry/?entry={theirs.short_id}"
    for address in (
        f"{base}/edit/{theirs.pk}/",
        f"{base}/delete/{theirs.pk}/",
        f"{base}/unpublish/{theirs.pk}/",
        f"{base}/copy/{theirs.pk}/",
        f"{base}/lock/{theirs.pk}/",
        f"{base}/unlock/{theirs.pk}/",
        f"{base}/history/{theirs.pk}/revisions/{revision}/revert/",
        f"{base}/history/{theirs.pk}/revisions/{revision}/unschedule/",
        f"/admin/bulk/directory/{theirs._meta.model_name}/delete/?id={theirs.pk}",
    ):
        answer = remover.post(address, {"name": "書きかえた"})
        assert (answer.status_code, answer.get("Location")) == (302, proposal), address
    assert Resource.objects.filter(pk=theirs.pk).values().get() == before
    assert "こども係が受け持っています" in BeautifulSoup(remover.get(proposal).content, "lxml").get_text()


def test_should_leave_own_buttons_to_the_office(remover: Client) -> None:
    own = PlaceFactory(name="うちの場", owner=remover.user.offices.get())
    base = "/admin/snippets/directory/gatheringplace"
    assert remover.get(f"{base}/copy/{own.pk}/").status_code == 200
    assert remover.post(f"{base}/lock/{own.pk}/").status_code == 302
    assert GatheringPlace.objects.get(pk=own.pk).locked
    remover.post(f"{base}/unlock/{own.pk}/")
    assert remover.post(f"{base}/unpublish/{own.pk}/").status_code == 302
    assert not GatheringPlace.objects.get(pk=own.pk).live
    assert remover.post(f"{base}/delete/{own.pk}/").status_code == 302
    assert not GatheringPlace.objects.filter(pk=own.pk).exists()


# 管理者


def test_should_let_managers_set_what_a_city_sets(manager: Client) -> None:
    for table in ("office", "arealayer", "area", "town", "field", "need", "institutiontype", "programme"):
        assert manager.get(f"/admin/snippets/directory/{table}/add/").status_code == 200, table
    for address in ("/admin/users/", "/admin/users/new/", "/admin/redirects/", "/admin/snippets/partners/partner/add/"):
        assert manager.get(address).status_code == 200, address
    for address in ("/admin/groups/", "/admin/sites/", "/admin/collections/", "/admin/workflows/list/"):
        assert manager.get(address)["Location"] == "/admin/", address


def test_should_let_managers_make_people_of_the_roles(manager: Client) -> None:
    page = soup(manager, "/admin/users/new/")
    assert page.select("[name=is_superuser]") == []
    offered = {label.get_text(strip=True) for label in page.select("#id_groups label")}
    assert offered == set(ROLES)
    form = {
        "username": "new-here", "email": "new-here@example.jp", "first_name": "花子", "last_name": "山田",
        "password1": "a-long-password-9", "password2": "a-long-password-9", "is_superuser": "on",
        "groups": [Group.objects.get(name="分野担当").pk],
    }  # fmt: skip
    answer = manager.post("/admin/users/new/", form)
    assert answer.status_code == 302, BeautifulSoup(answer.content, "lxml").select(".error-message")
    made = get_user_model().objects.get(username="new-here")
    assert not made.is_superuser
    assert [group.name for group in made.groups.all()] == ["分野担当"]


def test_should_keep_managers_from_who_may_more(manager: Client, admin_user: Any) -> None:
    strong = Group.objects.create(name="なんでも係")
    strong.permissions.add(Permission.objects.get(codename="change_group"))
    other = get_user_model().objects.create_user("other", "other@example.jp", "a-long-password-1")
    other.groups.add(strong)
    password = admin_user.password
    for person in (admin_user, other):
        for address in (f"/admin/users/edit/{person.pk}/", f"/admin/users/delete/{person.pk}/"):
            for method in (manager.get, manager.post):
                answer = method(address, {"password1": "a-long-password-9", "password2": "a-long-password-9"})
                assert answer["Location"] == "/admin/users/", address
    admin_user.refresh_from_db()
    assert admin_user.password == password
    users = get_user_model().objects
    for action, form in (
        ("delete", {}),
        ("set_active_state", {"mark_as_active": "false"}),
        ("assign_role", {"role": Group.objects.get(name="編集者").pk}),
    ):
        manager.post(f"/admin/bulk/auth/user/{action}/?id={admin_user.pk}", form)
    admin_user.refresh_from_db()
    assert admin_user.is_active and not admin_user.groups.exists()
    manager.post(f"/admin/bulk/auth/user/assign_role/?id={manager.user.pk}", {"role": strong.pk})
    assert not users.filter(pk=manager.user.pk, groups=strong).exists()
    manager.post(
        f"/admin/bulk/auth/user/assign_role/?id={manager.user.pk}", {"role": Group.objects.get(name="編集者").pk}
    )
    assert users.filter(pk=manager.user.pk, groups__name="編集者").exists()


def test_should_leave_superusers_as_they_were(admin_client: Client) -> None:
    page = soup(admin_client, "/admin/users/new/")
    assert page.select("[name=is_superuser]")
    other = get_user_model().objects.create_user("other", "other@example.jp", "a-long-password-1")
    form = form_of(admin_client, f"/admin/users/edit/{other.pk}/") | {
        "first_name": ["太郎"], "last_name": ["山田"], "is_superuser": ["on"],
    }  # fmt: skip
    assert admin_client.post(f"/admin/users/edit/{other.pk}/", form).status_code == 302
    other.refresh_from_db()
    assert other.is_superuser


# locks


def test_should_say_who_edits_and_since_when_and_let_an_approver_take_over(
    person: Callable[..., Client], editor: Client, approver: Client
) -> None:
    place = PlaceFactory(name="鍵の場")
    ill = person("yamada", "承認者")
    assert ill.post(f"/admin/snippets/directory/gatheringplace/lock/{place.pk}/").status_code == 302
    page = soup(editor, edit(place)).get_text()
    assert "yamada" in page
    assert "編集できません" in page or "ロック" in page or "鍵" in page
    approver.post(f"/admin/snippets/directory/gatheringplace/unlock/{place.pk}/")
    place.refresh_from_db()
    assert not place.locked


def test_should_lock_what_waits_for_approval_from_editors(editor: Client) -> None:
    place = PlaceFactory(name="待つ場")
    change(place, editor.user, name="待っている")
    hand_in(place, editor.user)
    form = form_of(editor, edit(place)) if soup(editor, edit(place)).select("form#w-editor-form") else {}
    editor.post(edit(place), {**form, "name": ["すりかえ"]})
    place.refresh_from_db()
    assert place.latest_revision.as_object().name == "待っている"
