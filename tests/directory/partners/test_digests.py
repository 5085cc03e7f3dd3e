"""The daily mail: to whom it concerns, once a day, with nothing in it."""

from __future__ import annotations

import io
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from directory.partners import digests
from directory.partners.choices import Act, Rank
from directory.partners.digests import send_digests
from directory.partners.models import (
    ContactChange,
    ContactPoint,
    Delivery,
    Member,
    Partner,
    Proposal,
    TrailLine,
)
from directory.partners.packs import current_contacts
from tests.factories import ContactPointFactory, MemberFactory, PartnerFactory

pytestmark = pytest.mark.django_db
LINK = "https://portal.example.jp/partners/"
TODAY = timezone.localdate()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def all_told(db: None) -> None:
    """Nobody has anything to hear of what the demo brought."""
    newest = ContactChange.objects.order_by("-pk").first()
    Member.objects.update(digest_change=newest.pk)


@pytest.fixture
def people(hellowork: Partner, silver: Partner) -> dict[str, Member]:
    """Two people of the ハローワーク, one of the シルバー人材センター, one of a partner without a pack."""
    newest = ContactChange.objects.order_by("-pk").first().pk
    alone = PartnerFactory(type_code="ibasho")
    return {
        "lead": MemberFactory(partner=hellowork, rank=Rank.LEAD, digest_change=newest),
        "member": MemberFactory(partner=hellowork, digest_change=newest),
        "silver": MemberFactory(partner=silver, digest_change=newest),
        "alone": MemberFactory(partner=alone, digest_change=newest),
    }


def change(**values: str) -> ContactPoint:
    """The coordinator's contact point changes and is approved."""
    contact = current_contacts().with_roles(["5"]).first()
    for name, value in values.items():
        setattr(contact, name, value)
    contact.save_revision().publish()
    return contact


def told() -> set[str]:
    """Who got a mail; the box is emptied."""
    addresses = [message.to[0] for message in mail.outbox]
    assert len(addresses) == len(set(addresses)), "nobody gets two"
    mail.outbox.clear()
    return set(addresses)


def test_should_tell_those_whose_pack_holds_what_changed(people: dict[str, Member]) -> None:
    contact = change(hours="夜だけ", person="新しい名前")
    sent = send_digests(LINK, TODAY)
    for message in mail.outbox:
        text = message.subject + message.body
        assert LINK in text
        for value in (
            contact.hours,
            contact.person,
            contact.direct_line,
            str(contact),
            contact.organisation.name,
            "受付時間",
        ):
            assert value not in text
    assert told() == {people[name].user.email for name in ("lead", "member", "silver")}
    assert (sent.mails, sent.failed) == (3, 0)
    line = TrailLine.objects.filter(act=Act.NOTIFIED).first()
    assert line.detail == {"mails": 3, "failed": 0}


def test_should_send_at_most_one_a_day(people: dict[str, Member]) -> None:
    change(hours="夜だけ")
    send_digests(LINK, TODAY)
    assert told()
    change(hours="昼だけ")
    send_digests(LINK, TODAY)
    assert not told()
    send_digests(LINK, TOMORROW)
    assert len(told()) == 3, "what came after the mail is told the next day"
    send_digests(LINK, TOMORROW + timedelta(days=1))
    assert not told(), "and once"


def test_should_keep_still_about_what_is_no_news(people: dict[str, Member]) -> None:
    contact = change(hours="夜だけ")
    send_digests(LINK, TODAY)
    told()
    change(confirmed_with="だれか")  # confirmed, nothing else
    contact.save_revision()  # a draft
    ContactPointFactory().save_revision().publish()  # in no pack
    send_digests(LINK, TOMORROW)
    assert not told()


def test_should_tell_of_what_left_a_pack(people: dict[str, Member]) -> None:
    contact = current_contacts().with_roles(["4"]).first()
    contact.roles = []
    contact.save_revision().publish()
    send_digests(LINK, TODAY)
    assert people["lead"].user.email in told()
    ContactPointFactory(roles=["5"]).delete()
    send_digests(LINK, TOMORROW)
    assert people["lead"].user.email in told()
    current_contacts().with_roles(["2"]).first().unpublish()
    send_digests(LINK, TOMORROW + timedelta(days=1))
    assert people["lead"].user.email in told()


def test_should_tell_of_what_begins_and_ends_by_the_calendar(people: dict[str, Member]) -> None:
    contact = ContactPointFactory(roles=["5"], live=False, valid_from=TOMORROW, valid_to=TOMORROW + timedelta(days=2))
    contact.save_revision().publish()
    assert not contact.changes.exists(), "approved today, to be seen from tomorrow"
    days = [TODAY + timedelta(days=number) for number in range(6)]
    heard = []
    for day in days:
        with time_machine.travel(datetime.combine(day, time(7), tzinfo=ZoneInfo("Asia/Tokyo")), tick=False):
            send_digests(LINK, day)
            send_digests(LINK, day)
            heard.append(people["lead"].user.email in told())
    assert heard == [False, True, False, False, True, False]
    assert list(contact.changes.order_by("pk").values_list("kind", flat=True)) == ["new", "ended"]


def test_should_tell_at_once_of_dates_that_are_changed(people: dict[str, Member]) -> None:
    contact = current_contacts().with_roles(["5"]).first()
    for valid_to, kind in ((TODAY - timedelta(days=1), "ended"), (TOMORROW, "new")):
        contact.valid_to = valid_to
        contact.save_revision().publish()
        assert contact.changes.first().kind == kind
    send_digests(LINK, TODAY)
    assert people["lead"].user.email in told()
    assert contact.changes.count() == 2, "the calendar adds nothing"


def test_should_tell_that_an_institution_is_gone(people: dict[str, Member]) -> None:
    contact = current_contacts().with_roles(["4"]).first()
    contact.organisation.delete()
    assert contact.changes.first().fields == ["organisation"]
    send_digests(LINK, TODAY)
    assert people["lead"].user.email in told()


def test_should_not_write_to_those_who_cannot_come_in(people: dict[str, Member]) -> None:
    Member.objects.filter(pk=people["member"].pk).update(is_active=False)
    Member.objects.filter(pk=people["lead"].pk).update(confirmed_until=TODAY - timedelta(days=1))
    Partner.objects.filter(pk=people["silver"].partner_id).update(ends_on=TODAY - timedelta(days=1))
    change(hours="夜だけ")
    send_digests(LINK, TODAY)
    assert not told()


def test_should_try_again_when_a_mail_cannot_be_handed_over(people: dict[str, Member], settings: object) -> None:
    change(hours="夜だけ")
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    sent = send_digests(LINK, TODAY)
    assert (sent.mails, sent.failed) == (0, 3)
    settings.EMAIL_BACKEND = backend
    send_digests(LINK, TODAY)
    assert len(told()) == 3


def test_should_tell_of_a_delivery(people: dict[str, Member], approver: object) -> None:
    approver.post("/partners/office/packs/silver/send/")
    send_digests(LINK, TODAY)
    assert "情報が届いています" in mail.outbox[0].body
    assert told() == {people["silver"].user.email}
    assert not Delivery.objects.filter(told_at=None, partner=people["silver"].partner).exists()


def test_should_tell_that_a_proposal_was_answered(people: dict[str, Member], approver: object) -> None:
    own = ContactPointFactory(organisation=people["silver"].partner.organisation)
    proposal = Proposal.objects.create(
        contact=own, partner=people["silver"].partner, proposed_by="x", changes={"hours": "夜だけ"}
    )
    send_digests(LINK, TODAY)
    assert not told(), "it waits"
    approver.post(f"/partners/office/proposals/{proposal.pk}/", {"answer": "今のままにします。"})
    send_digests(LINK, TODAY)
    assert "お返事しました" in mail.outbox[0].body
    assert "今のまま" not in mail.outbox[0].body
    assert told() == {people["silver"].user.email}
    send_digests(LINK, TOMORROW)
    assert not told()


def test_should_remind_the_lead_of_memberships_that_end_once_a_week(people: dict[str, Member]) -> None:
    Member.objects.filter(pk=people["member"].pk).update(confirmed_until=TODAY + timedelta(days=20))
    send_digests(LINK, TODAY)
    assert "期限が近い" in mail.outbox[0].body
    assert told() == {people["lead"].user.email}
    send_digests(LINK, TOMORROW)
    assert not told()
    send_digests(LINK, TODAY + timedelta(days=7))
    assert told() == {people["lead"].user.email}


def test_should_ask_the_lead_once_a_week_to_confirm_what_grew_old(
    people: dict[str, Member], hellowork: Partner
) -> None:
    contact = ContactPointFactory(
        organisation=hellowork.organisation, confirmed_on=TODAY - timedelta(days=400), confirmed_by="phone"
    )
    heard = []
    for number in range(9):
        send_digests(LINK, TODAY + timedelta(days=number))
        heard.append(told() & {people[name].user.email for name in people})
    assert [len(who) for who in heard] == [1, 0, 0, 0, 0, 0, 0, 1, 0]
    assert heard[0] == {people["lead"].user.email}
    contact.confirmed_on = TODAY
    contact.save()
    send_digests(LINK, TODAY + timedelta(days=30))
    assert people["lead"].user.email not in told()


def test_should_send_one_mail_though_two_runs_meet(people: dict[str, Member], monkeypatch: pytest.MonkeyPatch) -> None:
    change(hours="夜だけ")
    send, begun, others = digests._mail, [], []

    def meanwhile(*arguments: object) -> bool:
        if not begun:
            begun.append(True)
            others.append(send_digests(LINK, TODAY))
        return send(*arguments)

    monkeypatch.setattr(digests, "_mail", meanwhile)
    first = send_digests(LINK, TODAY)
    assert (first.mails, others[0].mails) == (1, 2), "the second run took over from the first"
    assert len(told()) == 3


def test_should_tell_the_next_day_what_a_run_that_died_was_to_tell(
    people: dict[str, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(hours="夜だけ")

    def dies(*arguments: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(digests, "_mail", dies)
        with pytest.raises(KeyboardInterrupt):
            send_digests(LINK, TODAY)
    send_digests(LINK, TODAY)
    assert len(told()) == 2, "whose mail was on its way gets none twice on a day"
    send_digests(LINK, TOMORROW)
    assert len(told()) == 1


def test_should_run_as_a_command_with_progress(people: dict[str, Member], settings: object) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://portal.example.jp"
    change(hours="夜だけ")
    out = io.StringIO()
    call_command("send_digests", stdout=out)
    assert "3通を送りました" in out.getvalue()
    assert "4 / 4" in out.getvalue()
    assert LINK in mail.outbox[0].body
