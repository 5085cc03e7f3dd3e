"""What the desk tells of what happened since somebody was here last, to what is theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Workflow

from directory.admin.desk.since import MOST, SESSION
from directory.choices import Confirmer, FactGroup, VerifiedBy
from directory.models import ImportRun, LastLook, Office, PublicRecord, RunState, Verification
from directory.models.looks import LOOKS
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(editor_client: Client) -> Any:
    """Who was here two days ago."""
    user = get_user_model().objects.get(username="test-editor")
    LastLook.objects.create(user=user, at=timezone.now() - timedelta(days=2))
    PublicRecord.objects.update(until=None)
    return user


@pytest.fixture
def approver(approver_client: Client) -> Any:
    """Who answers."""
    return get_user_model().objects.get(username="test-approver")


def told(client: Client) -> list[tuple[str, str]]:
    """What stands below 「前回から」: the name and what happened."""
    soup = BeautifulSoup(client.get("/admin/").content, "lxml")
    heading = soup.find("h2", string="前回から")
    if heading is None:
        return []
    rows = heading.find_next("ul").select("li")
    for row in rows:
        row.small.decompose()
    return [(row.find("a").get_text() if row.find("a") else "", " ".join(row.get_text().split())) for row in rows]


def test_should_tell_what_others_did_with_what_somebody_sent(editor_client: Client, editor: Any, approver: Any) -> None:
    sent, back, other = (PlaceFactory(name=name, live=False) for name in ("出した場", "戻る場", "よその場"))
    for place in (sent, back):
        place.save_revision(user=editor, log_action=True)
        Workflow.objects.get(active=True).start(place, editor)
    other.save_revision(user=approver, log_action=True).publish(user=approver)
    task = sent.current_workflow_task_state
    task.approve(user=approver)
    back.current_workflow_task_state.reject(user=approver, comment="時間を確かめて")
    found = told(editor_client)
    assert [text for _link, text in found] == ["戻る場 差し戻されました", "出した場 公開されました"]
    assert all(link for link, _text in found)
    assert told(editor_client) == found, "who reloads the desk sees the same"


def test_should_tell_of_the_offices_entries_and_nobody_elses(editor_client: Client, editor: Any, approver: Any) -> None:
    office = Office.objects.create(name="福祉係")
    office.people.add(editor)
    own, other = PlaceFactory(name="係の場", owner=office), PlaceFactory(name="よその場")
    for place in (own, other):
        for group in (FactGroup.values[0], FactGroup.values[1]):
            Verification.objects.create(
                resource_id=place.pk,
                group=group,
                role=Confirmer.ORGANISATION,
                how=VerifiedBy.values[0],
                on=timezone.localdate(),
            )
    PublicRecord.objects.filter(pk__in=(own.pk, other.pk)).update(until=timezone.localdate() - timedelta(days=1))
    assert sorted(text for _link, text in told(editor_client)) == [
        "係の場 公開されました",
        "係の場 団体が、今もこのとおりだと確かめました",
        "係の場 載せる日が終わりました",
    ]


def test_should_tell_what_was_deleted_without_a_link(
    editor_client: Client, editor: Any, approver_client: Client
) -> None:
    place = PlaceFactory(name="なくなる場", live=False)
    place.save_revision(user=editor, log_action=True)
    approver_client.post(f"/admin/snippets/directory/gatheringplace/delete/{place.pk}/")
    assert told(editor_client) == [("", "なくなる場 削除されました")]


def test_should_tell_imports_to_those_who_import(approver_client: Client, editor_client: Client, editor: Any) -> None:
    ImportRun.objects.create(file_name="名簿.xlsx", state=RunState.DONE, ended_at=timezone.now())
    assert told(approver_client) == [("名簿.xlsx", "名簿.xlsx 取り込みが終わりました")]
    assert told(editor_client) == []


def test_should_not_tell_what_was_told_at_an_earlier_visit(editor_client: Client, editor: Any, approver: Any) -> None:
    place = PlaceFactory(live=False)
    place.save_revision(user=editor, log_action=True).publish(user=approver)
    assert len(told(editor_client)) == 1
    again = Client()
    again.force_login(editor)
    assert told(again) == []


def test_should_keep_nothing_of_a_person_but_the_time(editor_client: Client, editor: Any) -> None:
    assert [field.name for field in LastLook._meta.get_fields()] == ["user", "at"]
    before = LastLook.objects.get(user=editor).at
    editor_client.get("/admin/")
    at = LastLook.objects.get(user=editor).at
    assert at > before
    editor_client.get("/admin/")
    assert LastLook.objects.get(user=editor).at == at, "a reload writes nothing"
    LastLook.objects.filter(user=editor).update(at=timezone.now() - LOOKS - timedelta(days=1))
    assert LastLook.forget_old() == 1


@pytest.mark.parametrize("kept", ["", "gestern", 7, None, 1e30, [1]])
def test_should_open_with_anything_in_the_session(editor_client: Client, kept: object) -> None:
    session = editor_client.session
    session[SESSION] = kept
    session.save()
    assert editor_client.get("/admin/").status_code == 200


def test_should_show_no_more_than_fits_and_ask_a_fixed_number_of_questions(
    editor_client: Client, editor: Any, approver: Any
) -> None:
    def happened_and_asked(more: int) -> int:
        for _number in range(more):
            PlaceFactory(live=False).save_revision(user=editor, log_action=True).publish(user=approver)
        editor_client.get("/admin/")
        with CaptureQueriesContext(connection) as queries:
            editor_client.get("/admin/")
        return len(queries)

    assert happened_and_asked(1) == happened_and_asked(MOST + 1)
    assert len(told(editor_client)) == MOST
