"""A whole year under a frozen clock: who gets which mail, who is called, and what residents see meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from directory.cache import forget_all
from directory.choices import ConfirmBy, Confirmer, PhoneState, Step
from directory.freshness.confirming import confirm
from directory.freshness.due import due_entries
from directory.freshness.proposals import decide, propose
from directory.freshness.sample import EACH_MONTH
from directory.models import GatheringPlace, MailedAddress, Office, Organisation, PhoneCheck, PublicRecord
from directory.public.projection import read
from portal.models import GuidanceIndexPage, GuidancePage
from search.indexing import check
from tests.factories import OrganisationFactory

from .conftest import MAIL, START, at, entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
Commit = Callable[..., object]


def daily() -> None:
    """The morning's job."""
    forget_all()
    call_command("freshness_daily", stdout=StringIO())


LABEL = "しばらく確認できていません"
NAME = "ねむるかわうその居場所"


def seen(client: Client, place: GatheringPlace) -> tuple[bool, bool, list[str]]:
    """What residents see of a place: the label on its page, the label on its row, and the ids of the rows in order."""
    page = BeautifulSoup(client.get(f"/resources/{place.short_id}/").content, "html.parser")
    rows = BeautifulSoup(client.get("/search/", {"q": NAME}).content, "html.parser").select(".hit")
    by_id = {row.select_one(".hit-title a")["href"].split("/")[2]: row.get_text() for row in rows}
    return LABEL in page.main.get_text(), LABEL in by_id[place.short_id], list(by_id)


def test_should_climb_the_ladder_for_a_year_and_mail_nobody_twice_a_day(
    client: Client,
    organisation: Organisation,
    office: Office,
    own_index: Path,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    with at(START), django_capture_on_commit_callbacks(execute=True):
        silent = entry(organisation, name="ねむるかわうその居場所", check_every=3)
        answering = entry(organisation, name="ねむるかわうその居場所", check_every=3)
        fresh = entry(organisation, name="ねむるかわうその居場所", check_every=12)
    mails: dict[date, list[str]] = {}
    rungs: dict[Step, date] = {}
    for number in range(366):
        day = START + timedelta(days=number)
        with at(day):
            before = len(mail.outbox)
            daily()
            if len(mail.outbox) > before or number % 10 == 0:
                # Once more the same day, as when somebody runs it by hand.
                daily()
            mails[day] = [message.to[0] for message in mail.outbox[before:]]
            if MAIL in mails[day]:
                with django_capture_on_commit_callbacks(execute=True):
                    confirm([answering.pk], role=Confirmer.ORGANISATION)
            (rung,) = [one.step for one in due_entries(day) if one.resource.pk == silent.pk] or [Step.FRESH]
            if rung in rungs:
                continue
            rungs[rung] = day
            on_page, on_row, order = seen(client, silent)
            assert on_page == on_row == (rung >= Step.LABELLED), rung
            assert {fresh.short_id, answering.short_id, silent.short_id} <= set(order)
            if rung >= Step.DEMOTED:
                assert order.index(silent.short_id) > max(map(order.index, (fresh.short_id, answering.short_id)))
    # Every rung was seen, on the day that the settings say.
    due = date(2027, 3, 1)
    assert {rung: (day - due).days for rung, day in rungs.items()} == {
        Step.FRESH: (START - due).days,
        Step.DUE: 0,
        Step.REMINDER: 14,
        Step.CALL: 28,
        Step.LABELLED: 60,
        Step.DEMOTED: 120,
        Step.SUGGESTED: 240,
    }
    # Nobody twice a day, whatever there was to say.
    assert max((max(Counter(to).values()) for to in mails.values() if to), default=0) == 1
    to_group = [day for day, to in mails.items() if MAIL in to]
    # The silent one: asked and reminded, once each. The other: asked each time it is due, and confirmed since the mail before.
    # Last comes the one that is asked once a year.
    assert to_group == [date(2027, 3, 1), date(2027, 3, 15), date(2027, 6, 15), date(2027, 9, 15), date(2027, 12, 1)]
    # The office hears of it only when it is time to decide.
    assert [day for day, to in mails.items() if "kakari@example.jp" in to] == [due + timedelta(days=240)]
    # One call, which stays until somebody answers.
    calls = PhoneCheck.objects.filter(resource=silent.pk, sample_month="")
    assert [(one.opened_on, one.state) for one in calls] == [(due + timedelta(days=28), PhoneState.TODO)]
    # What residents see changed twelve months long without the index being written for it.
    report = check()
    assert f"resource:{silent.short_id}" not in (*report.stale, *report.missing, *report.surplus)


def test_should_ask_in_one_mail_for_all_that_is_due_and_name_what_may_be_named(
    organisation: Organisation, office: Office
) -> None:
    with at(START):
        first = entry(organisation, name="こうさぎの会", check_every=1)
        second = entry(organisation, name="りすの会", check_every=1)
        hidden = entry(organisation, name="だれにも知られたくない会", check_every=1, fields=["violence"])
    with at(date(2027, 1, 1)):
        daily()
    (message,) = [one for one in mail.outbox if one.to == [MAIL]]
    assert "3件" in message.body
    assert first.name in message.body
    assert second.name in message.body
    assert hidden.name not in message.body
    assert "ほかに 1件" in message.body
    assert message.body.count("/confirm/") == 1
    assert organisation.name not in message.body, "nor whose they are, where somebody may be in danger"


def test_should_tell_an_organisation_once_that_it_was_answered_and_not_what(
    organisation: Organisation, office: Office
) -> None:
    with at(START):
        place = entry(organisation)
        public = read(PublicRecord.objects.get(resource=place.pk))
        (made,) = propose(public, Confirmer.ORGANISATION, {"cost": "ひみつの200円"})
        daily()
        decide(place, take=[], decline=[made.pk], user=None)
    for number in (1, 2):
        with at(START + timedelta(days=number)):
            daily()
    (message,) = mail.outbox
    assert message.to == [MAIL]
    assert "答えました" in message.body
    assert "200円" not in message.body
    assert place.name not in message.body


def test_should_not_ask_again_while_an_editor_has_not_answered(organisation: Organisation, office: Office) -> None:
    with at(START):
        place = entry(organisation, check_every=1)
    with at(date(2027, 1, 1)):
        daily()
        propose(read(PublicRecord.objects.get(resource=place.pk)), Confirmer.ORGANISATION, {"cost": "200円"})
    for day in (date(2027, 1, 15), date(2027, 1, 29)):
        with at(day):
            daily()
    assert len(mail.outbox) == 1
    assert not PhoneCheck.objects.filter(sample_month="").exists()


def test_should_mail_the_office_for_those_who_have_no_mail(office: Office, organisation: Organisation) -> None:
    without = OrganisationFactory(name="メールのない会")
    with at(START):
        entry(without, check_every=1)
    with at(date(2027, 1, 1)):
        daily()
    assert [message.to for message in mail.outbox] == [["kakari@example.jp"]]
    assert not PhoneCheck.objects.filter(sample_month="").exists()


def test_should_call_at_once_where_nobody_can_be_written_to(organisation: Organisation) -> None:
    # The default office has no mail yet, and this organisation wants to be called.
    nobody, wants = OrganisationFactory(), OrganisationFactory(confirm_by=ConfirmBy.PHONE, confirm_mail="x@example.jp")
    paper = OrganisationFactory(confirm_by=ConfirmBy.SHEET)
    with at(START):
        entries = [entry(one, check_every=1) for one in (nobody, wants)]
        entry(paper, check_every=1)
    with at(date(2027, 1, 1)):
        daily()
        daily()
    assert not mail.outbox
    queued = PhoneCheck.objects.filter(sample_month="").values_list("resource_id", flat=True)
    assert sorted(queued) == sorted(one.pk for one in entries)


def test_should_try_again_the_next_day_when_a_mail_cannot_be_handed_over(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(START):
        entry(organisation, check_every=1)

    def refuse(self: object, *args: object, **kwargs: object) -> int:
        raise ConnectionRefusedError

    with at(date(2027, 1, 1)):
        with monkeypatch.context() as broken:
            broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
            daily()
        assert not MailedAddress.objects.exists()
    with at(date(2027, 1, 2)):
        daily()
    assert [message.to for message in mail.outbox] == [[MAIL]]


def test_should_tell_the_office_once_of_what_ended(organisation: Organisation, office: Office) -> None:
    with at(START):
        entry(organisation, name="三月までの会", ends_on=date(2026, 12, 20))
    for day in (20, 21, 22):
        with at(date(2026, 12, day)):
            daily()
    told = [message for message in mail.outbox if "三月までの会" in message.body]
    assert [message.to for message in told] == [["kakari@example.jp"]]


def test_should_tell_once_whose_page_shows_what_ended(organisation: Organisation) -> None:
    people = get_user_model().objects
    made, left, silent = (
        people.create_user("made", "made@example.jp"),
        people.create_user("left", "left@example.jp", is_active=False),
        people.create_user("silent", ""),
    )
    with at(START):
        place = entry(organisation, name="三月までの会", ends_on=date(2026, 12, 20))
        for number, owner in enumerate((made, made, left, silent)):
            page = GuidancePage(title="案内", slug=f"a{number}", owner=owner, body=[("place", {"place": place})])
            GuidanceIndexPage.objects.first().add_child(instance=page)
    for day in (20, 21, 22):
        with at(date(2026, 12, day)):
            daily()
    (told,) = [message for message in mail.outbox if "あなたが作ったページ" in message.body]
    assert told.to == ["made@example.jp"]
    assert "2枚" in told.body and "三月までの会" not in told.body


def test_should_draw_twenty_a_month_and_the_same_ones_again(quiet: None) -> None:
    with at(date(2027, 2, 3)):
        daily()
        drawn = set(PhoneCheck.objects.filter(sample_month="2027-02").values_list("resource_id", flat=True))
        daily()
        PhoneCheck.objects.all().delete()
        daily()
        again = set(PhoneCheck.objects.values_list("resource_id", flat=True))
    assert len(drawn) == EACH_MONTH
    assert again == drawn
    assert set(PublicRecord.objects.values_list("pk", flat=True)) > drawn
    with at(date(2027, 3, 1)):
        daily()
    assert set(PhoneCheck.objects.filter(sample_month="2027-03").values_list("resource_id", flat=True)) != drawn


@pytest.mark.parametrize("jump", [timedelta(days=100), timedelta(days=-3)])
def test_should_refuse_a_clock_that_jumped(organisation: Organisation, jump: timedelta) -> None:
    with at(START):
        entry(organisation, check_every=1)
        daily()
    with at(START + jump):
        forget_all()
        with pytest.raises(CommandError, match="時計"):
            call_command("freshness_daily")
        assert not mail.outbox
        call_command("freshness_daily", "--clock-is-right", stdout=StringIO())
    assert len(mail.outbox) == (jump.days > 0)


def test_should_look_through_many_in_a_fixed_number_of_queries(
    organisation: Organisation, django_assert_max_num_queries: Callable[..., object]
) -> None:
    with at(START):
        for _number in range(12):
            entry(organisation, check_every=1)
    with at(date(2027, 1, 5)), django_assert_max_num_queries(6):
        assert len(list(due_entries(date(2027, 1, 5)))) == 12
