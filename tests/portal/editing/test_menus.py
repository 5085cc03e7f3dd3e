"""The admin's menu: by what somebody came to do, each thing once, and nothing that they may not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory
from wagtail.admin.menu import SubmenuMenuItem, admin_menu, reports_menu
from wagtail.admin.ui.sidebar import SubMenuItem

from portal.editing import menus
from portal.models import NewsIndexPage
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db
TASKS = ["載せる", "直す", "確かめる", "承認する", "知らせる", "ふりかえる"]


def menu_of(user: Any) -> list[Any]:
    request = RequestFactory().get("/admin/")
    request.user = user
    return admin_menu.render_component(request)


def worker(role: str) -> Any:
    user = get_user_model().objects.create_user(f"menu-{role}", password="a-long-password-1")
    user.groups.add(Group.objects.get(name=role))
    return user


def links(items: list[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, SubMenuItem):
            yield from links(item.menu_items)
        else:
            yield item


@pytest.mark.parametrize(
    ("role", "labels"),
    [("編集者", [*TASKS, "ヘルプ"]), ("承認者", [*TASKS, "設定", "ヘルプ"])],
    ids=["editor", "approver"],
)
def test_should_stand_in_the_order_of_tasks(role: str, labels: list[str]) -> None:
    assert [str(item.label) for item in menu_of(worker(role))] == labels


def test_should_have_no_item_twice_and_lose_none(admin_user: Any) -> None:
    request = RequestFactory().get("/admin/")
    request.user = admin_user
    shown = Counter(item.url for item in links(menu_of(admin_user)))
    assert [url for url, times in shown.items() if times > 1] == []

    def registered(items: list[Any]) -> Iterator[str]:
        for item in items:
            if isinstance(item, SubmenuMenuItem):
                yield from registered(item.menu.menu_items_for_request(request))
            else:
                yield item.url

    everything = [item for item in admin_menu.registered_menu_items if item.is_shown(request)]
    assert set(registered(everything)) - set(shown) == set()


def test_should_have_put_everything_somewhere(admin_user: Any) -> None:
    """A new item stands behind the tasks until somebody says which it belongs to (`portal/editing/menus.py`)."""
    top = [item for item in menu_of(admin_user) if not isinstance(item, SubMenuItem)]
    assert [item.url for item in top] == []


def test_should_keep_a_report_that_nobody_has_put_anywhere(admin_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [
        menus.Task(task.name, task.label, task.icon, tuple(entry for entry in task.holds if entry != "coverage"))
        for task in menus.TASKS
    ]
    monkeypatch.setattr(menus, "TASKS", tuple(tasks))
    review = next(item for item in menu_of(admin_user) if item.name == "task-review")
    assert review.menu_items[-1].url == "/admin/reports/coverage/"
    assert any(item.url == "/admin/reports/coverage/" for item in reports_menu.registered_menu_items)


@pytest.mark.parametrize("role", ["編集者", "承認者"], ids=["editor", "approver"])
def test_should_lead_nobody_to_what_they_may_not(client: Client, role: str) -> None:
    client.force_login(worker(role))
    for item in links(menu_of(get_user_model().objects.get(username=f"menu-{role}"))):
        if item.url == "#":
            continue
        answer = client.get(item.url)
        assert answer.status_code in {200, 302}, item.url
        assert answer.status_code == 200 or answer["Location"] != "/admin/", f"{item.label} {item.url} was refused"


def test_should_ask_no_more_questions_with_more_entries() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    user = worker("編集者")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            menu_of(get_user_model().objects.get(pk=user.pk))
        return len(queries)

    asked()
    before = asked()
    for _number in range(3):
        PlaceFactory()
    assert asked() == before


def test_should_lead_to_a_new_page_at_its_place(editor_client: Client) -> None:
    index = NewsIndexPage.objects.live().first()
    answer = editor_client.get("/admin/write/newspage/")
    assert answer["Location"] == f"/admin/pages/add/portal/newspage/{index.pk}/"
    assert editor_client.get(answer["Location"]).status_code == 200
    assert editor_client.get("/admin/write/homepage/").status_code == 404


def test_should_say_what_is_missing_where_a_page_has_no_place(editor_client: Client) -> None:
    for index in NewsIndexPage.objects.all():
        index.delete()
    answer = editor_client.get("/admin/write/newspage/", follow=True)
    assert "お知らせを置く「一覧」のページが、まだありません" in answer.content.decode()
