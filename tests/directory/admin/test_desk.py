"""The first page after the log-in: what waits for whoever looks, as numbers that lead to what they count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Workflow

from directory.choices import Confirmer, PhoneState
from directory.models import ChangeProposal, GatheringPlace, ImportRun, PhoneCheck, PublicRecord, RunState
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db


def desk(client: Client) -> Tag:
    response = client.get("/admin/")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml").select_one("section.desk")


def waits(client: Client) -> dict[str, tuple[int, str]]:
    """By its words how many wait, and where they stand."""
    return {
        link.span.get_text(): (int(link.b.get_text()), link["href"]) for link in desk(client).select(".desk__waits a")
    }


@pytest.fixture(autouse=True)
def nothing_due() -> None:
    """Of the demo's own entries some are due on any day."""
    PublicRecord.objects.update(due_on=None, until=None)


def test_should_say_that_nothing_waits(editor_client: Client) -> None:
    assert waits(editor_client) == {}
    assert "いま、あなたを待っていることはありません" in desk(editor_client).get_text()
    assert [heading.get_text() for heading in desk(editor_client).select("h2")] == ["待っていること"]


def test_should_count_what_waits_and_lead_to_it(editor_client: Client) -> None:
    one, other = GatheringPlace.objects.all()[:2]
    today = timezone.localdate()
    PublicRecord.objects.filter(pk__in=(one.pk, other.pk)).update(due_on=today)
    PublicRecord.objects.exclude(pk__in=(one.pk, other.pk)).update(due_on=today + timedelta(days=1))
    for field in ("cost", "eligibility"):
        ChangeProposal.objects.create(
            resource_id=one.pk, field=field, label=field, proposed="x", role=Confirmer.ORGANISATION
        )
    PhoneCheck.objects.create(resource_id=other.pk, opened_on=today)
    found = waits(editor_client)
    assert {text: count for text, (count, _url) in found.items()} == {
        "団体から届いた変更": 1,
        "確かめる電話": 1,
        "確認の時期が来た案内": 2,
    }
    for _count, url in found.values():
        assert editor_client.get(url).status_code == 200


def test_should_count_what_the_list_shows(editor_client: Client, approver_client: Client) -> None:
    place, gone = GatheringPlace.objects.first(), PlaceFactory(live=False)
    for number, (pk, state, closed) in enumerate(
        (
            (place.pk, PhoneState.REACHED, None),
            (place.pk, PhoneState.CONFIRMED, timezone.localdate()),
            (gone.pk, PhoneState.TODO, None),
        )
    ):
        PhoneCheck.objects.create(
            resource_id=pk,
            opened_on=timezone.localdate(),
            state=state,
            closed_on=closed,
            sample_month=f"2026-0{number + 1}",
        )
    count, url = waits(editor_client)["確かめる電話"]
    rows = BeautifulSoup(editor_client.get(url).content, "lxml").select("tbody tr")
    assert count == len(rows) == 1, "reached and not finished; not what is finished or no longer public"
    for state in RunState:
        ImportRun.objects.create(file_name=f"{state}.csv", state=state)
    count, url = waits(approver_client)["途中の取り込み"]
    page = BeautifulSoup(approver_client.get(url).content, "lxml")
    assert {link.get_text() for link in page.select("tbody a")} == {"matching.csv", "planned.csv"}
    assert count == 2


def test_should_tell_an_approver_what_was_sent_and_the_editor_what_they_began(
    editor_client: Client, approver_client: Client
) -> None:
    editor = get_user_model().objects.get(username="test-editor")
    sent, kept = (
        PlaceFactory(name="出した居場所", live=False),
        PlaceFactory(name="書きかけの居場所", live=False),
    )
    for place in (sent, kept):
        place.save_revision(user=editor)
    Workflow.objects.get(active=True).start(sent, editor)
    count, url = waits(approver_client)["承認を待っている案内"]
    page = BeautifulSoup(approver_client.get(url).content, "lxml")
    assert [link.get_text() for link in page.select("tbody a")] == ["出した居場所"]
    assert count == 1
    assert "あなたの書きかけ" not in desk(approver_client).get_text(), "what others began is theirs"
    assert "承認を待っている案内" not in waits(editor_client)
    began = {link.get_text(): link["href"] for link in desk(editor_client).select(".desk__list a")}
    assert set(began) == {"出した居場所", "書きかけの居場所"}
    assert editor_client.get(began["書きかけの居場所"]).status_code == 200


def test_should_show_what_ends_within_a_week(editor_client: Client) -> None:
    soon, later, past = GatheringPlace.objects.all()[:3]
    today = timezone.localdate()
    for place, days in ((soon, 7), (later, 8), (past, -1)):
        PublicRecord.objects.filter(pk=place.pk).update(until=today + timedelta(days=days))
    assert [link.get_text() for link in desk(editor_client).select(".desk__list a")] == [soon.name]


def test_should_show_nobody_more_than_they_may_do(client: Client) -> None:
    """Somebody who may only come in."""
    reader = get_user_model().objects.create_user("reader", password="a-long-password-1")
    group = Group.objects.create(name="見るだけ")
    group.permissions.add(*Group.objects.get(name="編集者").permissions.filter(codename="access_admin"))
    reader.groups.add(group)
    client.force_login(reader)
    place = GatheringPlace.objects.first()
    today = timezone.localdate()
    PublicRecord.objects.filter(pk=place.pk).update(due_on=today, until=today)
    assert waits(client) == {}
    assert place.name in desk(client).get_text()
    assert not desk(client).select(".desk__list a")


def test_should_ask_a_fixed_number_of_questions(editor_client: Client) -> None:
    editor = get_user_model().objects.get(username="test-editor")

    def began_and_asked(more: int) -> int:
        for _number in range(more):
            PlaceFactory(live=False).save_revision(user=editor)
        PublicRecord.objects.filter(pk__in=PublicRecord.objects.values("pk")[:more]).update(until=timezone.localdate())
        editor_client.get("/admin/")
        with CaptureQueriesContext(connection) as asked:
            editor_client.get("/admin/")
        return len(asked)

    assert began_and_asked(1) == began_and_asked(4)
