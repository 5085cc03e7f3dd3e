"""The trail: everything leaves a line, no line can be changed, and the city finds it again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from wagtail.models import Revision

from directory.partners.audit import note
from directory.partners.choices import Act
from directory.partners.models import ContactPoint, Invitation, Member, Partner, Proposal, TrailLine
from directory.partners.packs import current_contacts
from tests.factories import ContactPointFactory

pytestmark = pytest.mark.django_db


def last() -> TrailLine:
    """The newest line."""
    return TrailLine.objects.first()


@pytest.mark.parametrize(
    ("path", "act", "target"),
    [
        ("/partners/", Act.VIEWED, "はじめのページ"),
        ("/partners/contacts/?role=1&area=tobu", Act.VIEWED, "連絡先の一覧"),
        ("/partners/packs/hellowork/", Act.VIEWED, "別添４ ハローワークとの連携"),
        ("/partners/packs/hellowork/print/", Act.EXPORTED, "別添４ ハローワークとの連携"),
        ("/partners/packs/hellowork/excel/", Act.EXPORTED, "別添４ ハローワークとの連携"),
        ("/partners/packs/hellowork/contacts.csv", Act.EXPORTED, "別添４ ハローワークとの連携"),
        ("/partners/packs/hellowork/resources.csv", Act.EXPORTED, "別添４ ハローワークとの連携"),
        ("/partners/packs/silver/", Act.DENIED, "/partners/packs/silver/"),
        ("/partners/packs/no-such-pack/", Act.DENIED, "/partners/packs/no-such-pack/"),
        ("/partners/office/", Act.DENIED, "/partners/office/"),
    ],
)
def test_should_keep_who_saw_and_took_what(
    member_client: Client, member: Member, path: str, act: str, target: str
) -> None:
    before = timezone.now()
    member_client.get(path)
    line = last()
    assert (line.act, line.target) == (act, target)
    assert (line.user, line.organisation) == (member.user.username, "試験ハローワーク")
    assert before <= line.at <= timezone.now()


def test_should_keep_what_was_seen_of_one_contact_and_how_many_of_a_list(member_client: Client) -> None:
    contact = current_contacts().with_roles(["5"]).first()
    member_client.get(f"/partners/contacts/{contact.uuid}/")
    assert last().target == str(contact)
    member_client.get("/partners/contacts/?role=5")
    assert last().detail == {"found": 1, "shown": 1, "words": False, "role": "5"}


def test_should_keep_who_changed_a_contact_and_which_fields(approver: Client) -> None:
    contact = ContactPointFactory(roles=["5"])
    contact.hours = "毎日"
    contact.save_revision().publish()
    assert (last().act, last().target, last().detail["fields"]) == (Act.CHANGED, str(contact), ["hours"])
    assert "毎日" not in json.dumps(last().detail, ensure_ascii=False)
    approver.post(f"/admin/snippets/partners/contactpoint/unpublish/{contact.pk}/")
    assert (last().user, last().detail["done"]) == ("city-approver", "unpublished")
    approver.post(f"/admin/snippets/partners/contactpoint/delete/{contact.pk}/")
    assert (last().user, last().detail["done"]) == ("city-approver", "deleted")


def test_should_keep_that_the_city_looked_at_contacts_in_the_admin(editor: Client) -> None:
    contact = ContactPointFactory()
    for path in ("", f"edit/{contact.pk}/", f"history/{contact.pk}/"):
        assert editor.get(f"/admin/snippets/partners/contactpoint/{path}").status_code == 200
        assert (last().act, last().user) == (Act.VIEWED, "city-editor")
        assert last().detail["page"].endswith(f"contactpoint/{path}")
    editor.get("/admin/")
    assert last().detail["page"].endswith(f"history/{contact.pk}/"), "other pages of the admin leave no line"


def test_should_not_be_filled_by_a_storm_of_log_ins(client: Client, member: Member) -> None:
    before = TrailLine.objects.count()
    for number in range(40):
        answer = client.post("/partners/login/", {"username": f"x{number}@example.jp", "password": "x"})
        assert answer.status_code == (200 if number < 30 else 429), "one network tries no more names than that"
    assert TrailLine.objects.count() == before
    for _try in range(20):
        response = client.post(
            "/partners/login/", {"username": member.user.username, "password": "x"}, REMOTE_ADDR="10.0.0.2"
        )
        assert response.status_code in {200, 429}
    assert response.status_code == 429
    assert TrailLine.objects.filter(act=Act.SIGN_IN_FAILED, user=member.user.username).count() == 6
    assert TrailLine.objects.filter(act=Act.LOCKED_OUT, user=member.user.username).count() == 1


def test_should_not_let_a_line_be_changed_or_taken_away() -> None:
    line = note(Act.VIEWED, user="x", organisation="y", target="z")
    line.target = "something else"
    for attempt in (
        line.save,
        line.delete,
        TrailLine.objects.all().delete,
        lambda: TrailLine.objects.update(user=""),
        lambda: TrailLine.objects.filter(pk=line.pk).update(user=""),
        lambda: TrailLine.objects.bulk_update([line], ["user"]),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert TrailLine.objects.get(pk=line.pk).target == "z"


def test_should_be_searched_by_the_city(approver: Client, member_client: Client, member: Member) -> None:
    member_client.get("/partners/packs/hellowork/excel/")
    member_client.get("/partners/packs/silver/")
    today = timezone.localdate()

    def rows(**asked: object) -> list[str]:
        page = BeautifulSoup(approver.get("/partners/office/trail/", asked).content, "lxml")
        return [row.get_text(" ", strip=True) for row in page.select("tbody tr")]

    assert any(member.user.username in row and "書き出し" in row for row in rows())
    assert all("試験ハローワーク" in row for row in rows(q="試験ハローワーク"))
    assert len(rows(q=f"{member.user.username} 別添４", act="exported")) == 1
    assert len(rows(act="denied", q="silver")) == 1
    assert rows(since=str(today + timedelta(days=1))) == ["ありません。"]
    for wrong in (
        {"since": "yesterday"},
        {"since": "2026-02-02", "until": "2026-01-01"},
        {"act": "nothing"},
        {"q": "\x00"},
    ):
        assert approver.get("/partners/office/trail/", wrong).status_code == 200


def test_should_go_out_as_json_lines(approver: Client, member_client: Client, member: Member) -> None:
    member_client.get("/partners/packs/hellowork/excel/")
    response = approver.get("/partners/office/trail.jsonl", {"q": member.user.username, "act": "exported"})
    assert response["Content-Type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in response.getvalue().decode().splitlines()]
    assert len(lines) == 1
    assert lines[0]["user"] == member.user.username
    assert lines[0]["organisation"] == "試験ハローワーク"
    assert lines[0]["detail"]["format"] == "excel"
    assert lines[0]["at"].endswith("+09:00")
    assert (last().act, last().target) == (Act.EXPORTED, "利用の記録"), "taking the trail away leaves a line too"


def test_should_go_when_its_time_is_over(settings: object, hellowork: Partner) -> None:
    now = timezone.now()
    for days in (10, 40):
        TrailLine.objects.create(act=Act.VIEWED, target=f"{days} days", at=now - timedelta(days=days))
    Invitation.objects.create(partner=hellowork, mail="old@example.jp", secret_hash="old", expires_at=now)
    Invitation.objects.update(created_at=now - timedelta(days=100))
    answered = {"partner": hellowork, "proposed_by": "x", "changes": {"hours": "x"}, "state": "answered"}
    Proposal.objects.create(**answered, decided_at=now - timedelta(days=731))
    kept = Proposal.objects.create(**answered, decided_at=now - timedelta(days=729))
    waiting = Proposal.objects.create(**answered | {"state": "waiting"}, at=now - timedelta(days=800))
    settings.TRAIL_DAYS = 30
    call_command("partners_cleanup")
    assert set(Proposal.objects.all()) == {kept, waiting}
    assert list(TrailLine.objects.filter(target__endswith="days").values_list("target", flat=True)) == ["10 days"]
    assert not Invitation.objects.exists()
    assert last().act == Act.CLEANED


@pytest.mark.parametrize("command", ["partners_cleanup", "send_digests"])
def test_should_do_nothing_by_a_clock_that_jumped(command: str) -> None:
    lines, mails = TrailLine.objects.count(), len(mail.outbox)
    assert lines
    with time_machine.travel("2038-01-19T12:00:00+09:00", tick=False):
        # Somebody logged in since: a line of today proves nothing.
        note(Act.SIGNED_IN, user="x")
        with pytest.raises(CommandError, match="時計"):
            call_command(command)
        assert TrailLine.objects.count() == lines + 1
        assert len(mail.outbox) == mails
        call_command("partners_cleanup", "--clock-is-right")
        assert TrailLine.objects.count() == 2, "who knows better may"


def test_should_clean_where_nothing_stands_yet() -> None:
    TrailLine.objects.all().drop_before(timezone.now() + timedelta(days=1))
    call_command("partners_cleanup")
    assert last().act == Act.CLEANED


def test_should_keep_the_versions_that_are_needed(settings: object) -> None:
    contact = ContactPointFactory(roles=["5"])
    for number in range(4):
        contact.hours = f"{number}時から"
        contact.save_revision().publish()
    contact.hours = "下書き"
    contact.save_revision()
    gone = ContactPointFactory()
    gone.save_revision()
    # Wagtail takes versions along with what they are of; an older one may have stayed.
    orphan = Revision.objects.create(
        content_type=contact.latest_revision.content_type,
        base_content_type=contact.latest_revision.base_content_type,
        object_id="999999",
        content={},
        created_at=timezone.now(),
    )
    Revision.objects.for_instance(contact).update(created_at=timezone.now() - timedelta(days=800))
    call_command("partners_cleanup")
    contact = ContactPoint.objects.get(pk=contact.pk)
    assert Revision.objects.for_instance(contact).count() == 2, "the approved one and the draft"
    assert contact.live_revision.content["hours"] == "3時から"
    assert contact.get_latest_revision_as_object().hours == "下書き"
    assert not Revision.objects.filter(pk=orphan.pk).exists()
    assert Revision.objects.for_instance(gone).count() == 1
