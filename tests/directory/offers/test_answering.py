"""The city's answer: with it name and mail are gone, and a mail that cannot go out leaves everything as it stood."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import ModelLogEntry

from directory.choices import Kind
from directory.models import (
    EmploymentPathway,
    GatheringPlace,
    InstitutionType,
    Offer,
    OfferKind,
    OfferState,
    Office,
    Organisation,
    PublicRecord,
    VolunteerOpportunity,
    kind_tables,
)
from directory.offers import answering, links, retention
from directory.offers.drafting import TEMPLATES
from tests.directory.offers.conftest import SECRET_MAIL, SECRET_NAME, make
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> Any:
    """Who answers."""
    return get_user_model().objects.create_user("who-answers")


def public_type() -> InstitutionType:
    """A type that may stand on a public entry."""
    return InstitutionType.objects.get(code="ibasho")


def accept(offer: Offer, user: Any, **options: Any) -> Any:
    """Yes, as a new organisation unless a test says otherwise."""
    given = {"kind": Kind.WORK, "organisation": None, "type_": public_type(), "words": "", "user": user}
    return answering.accept(offer, **{**given, **options})


def test_should_make_a_draft_that_nobody_sees_and_forget_whose_mail_it_was(offer: Offer, user: Any) -> None:
    resource = accept(offer, user, words="来週お電話します。")
    assert isinstance(resource, EmploymentPathway)
    assert (resource.pathway, resource.pay) == ("experience", "none")
    assert resource.name == "株式会社つむぎ製作所の就労体験"
    assert resource.body == offer.text
    assert resource.hours_note == "平日の午前"
    assert "1回に2人まで" in resource.acceptance_note
    assert "付き添い" in resource.acceptance_note
    assert not resource.live
    draft = resource.latest_revision.as_object()
    assert [area.slug for area in draft.areas.all()] == ["tobu"]
    assert [field.code for field in draft.fields.all()] == ["work"]
    assert [channel.value for channel in draft.channels.all()] == ["0000-55-1234"]
    assert not PublicRecord.written.filter(resource=resource.pk).exists()
    organisation = Organisation.objects.get(name="株式会社つむぎ製作所")
    assert organisation.confirm_mail == "", "what was written for an answer is used for nothing else"
    assert ModelLogEntry.objects.filter(user=user).count() == 2
    offer.refresh_from_db()
    assert (offer.state, offer.contact_name, offer.contact_mail) == (OfferState.ACCEPTED, "", "")
    assert offer.resource_id == resource.pk
    (told,) = mail.outbox
    assert told.to == [SECRET_MAIL]
    assert "来週お電話します。" in told.body
    assert "消しました" in told.body
    assert "0000-55-1234 にお電話" in told.body
    for table in (Offer, Organisation, kind_tables()[Kind.WORK]):
        for row in table.objects.values():
            assert SECRET_NAME not in repr(row)
            assert SECRET_MAIL not in repr(row)


@pytest.mark.parametrize("kind", OfferKind)
def test_should_have_a_template_for_every_kind_of_offer(kind: OfferKind, user: Any) -> None:
    resource = accept(make(kind=kind, name="試し"), user, kind=TEMPLATES[kind])
    assert type(resource) is kind_tables()[TEMPLATES[kind]]
    if isinstance(resource, GatheringPlace):
        assert resource.capacity == "1回に2人まで"
    if isinstance(resource, VolunteerOpportunity):
        assert resource.activity


@pytest.mark.parametrize("kind", Kind)
def test_should_become_any_kind_of_entry_that_an_editor_chooses(kind: Kind, user: Any) -> None:
    assert accept(make(text="あ" * 1000, name="い" * 120, when="う" * 120), user, kind=kind).pk


def test_should_stand_below_an_organisation_of_the_register(offer: Offer, user: Any) -> None:
    known = OrganisationFactory(name="つむぎ製作所")
    before = Organisation.objects.count()
    resource = accept(offer, user, organisation=known, type_=None)
    assert resource.organisation == known
    assert resource.type == known.type
    assert Organisation.objects.count() == before


def test_should_not_make_public_entries_of_types_that_only_staff_see(offer: Offer, user: Any) -> None:
    hidden = InstitutionType.objects.filter(surface="staff").first()
    for options in (
        {"type_": None},
        {"type_": hidden},
        {"organisation": OrganisationFactory(type=hidden), "type_": None},
    ):
        with pytest.raises(ValidationError, match="機関の種類"):
            accept(offer, user, **options)
    offer.refresh_from_db()
    assert offer.contact_mail == SECRET_MAIL


def test_should_say_no_with_a_reason_and_forget(offer: Offer) -> None:
    with pytest.raises(ValidationError, match="理由"):
        answering.decline(offer, "  \r\n ")
    answering.decline(offer, "いまは同じ場所が足りています。\r\nまたお願いします。")
    offer.refresh_from_db()
    assert (offer.state, offer.contact_name, offer.contact_mail) == (OfferState.DECLINED, "", "")
    assert offer.answered_on == timezone.localdate()
    (told,) = mail.outbox
    assert "いまは同じ場所が足りています。\nまたお願いします。" in told.body
    with pytest.raises(ValidationError, match="もう答えて"):
        answering.decline(offer, "もう一度")
    assert len(mail.outbox) == 1


def test_should_be_answerable_by_mail_once_the_address_was_checked(offer: Offer) -> None:
    office = Office.default()
    office.mail, office.phone = "kakari@example.jp", "0000-10-2000"
    office.save()
    answering.decline(offer, "見合わせます。")
    (told,) = mail.outbox
    assert told.reply_to == ["kakari@example.jp"]
    assert "0000-10-2000" in told.body


def test_should_ask_back_and_take_one_answer(offer: Offer) -> None:
    answering.ask(offer, "駐車場はありますか。")
    (asked,) = mail.outbox
    assert "駐車場はありますか。" in asked.body
    offer.refresh_from_db()
    token = links.token_for(offer)
    assert f"/offer/link/{token}/" in asked.body
    assert links.read_token(token) == offer
    assert answering.reply(offer, "3台あります。")
    assert not answering.reply(offer, "4台です。"), "a link is good for one answer"
    with pytest.raises(links.LinkUsed):
        links.read_token(token)
    offer.refresh_from_db()
    assert (offer.state, offer.answer) == (OfferState.WAITING, "3台あります。")
    answering.decline(offer, "見合わせます。")
    offer.refresh_from_db()
    assert (offer.question, offer.answer) == ("", ""), "what was asked of somebody goes with them"


@pytest.mark.parametrize("what", ["accept", "ask", "decline"])
def test_should_change_nothing_when_the_mail_cannot_go_out(
    offer: Offer, user: Any, what: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    organisations, entries = Organisation.objects.count(), EmploymentPathway.objects.count()
    before = Offer.objects.filter(pk=offer.pk).values().get()
    with pytest.raises(ValidationError, match="メールを送れませんでした"):
        if what == "accept":
            accept(offer, user)
        else:
            getattr(answering, what)(offer, "ことば")
    assert Offer.objects.filter(pk=offer.pk).values().get() == before
    assert (Organisation.objects.count(), EmploymentPathway.objects.count()) == (organisations, entries)


def test_should_refuse_hidden_characters_and_endless_texts(offer: Offer) -> None:
    for text in ("だめ\u202eです", "あ" * 1001):
        with pytest.raises(ValidationError):
            answering.ask(offer, text)
    answering.ask(offer, "あ" * 1000)
    assert len(mail.outbox) == 1


def test_should_take_away_by_the_day_what_nobody_answered() -> None:
    unchecked, waiting = make(state=OfferState.UNCHECKED, arrived_at=None), make()
    declined = make()
    answering.decline(declined, "今回は見合わせます。")
    days = {unchecked.pk: links.CHECK_HOLDS, waiting.pk: retention.UNANSWERED, declined.pk: retention.ANSWERED}
    start = timezone.now()
    for pk, held in days.items():
        with time_machine.travel(start + held - timedelta(hours=1), tick=False):
            retention.clean_up()
            assert Offer.objects.filter(pk=pk).exists()
        with time_machine.travel(start + held + timedelta(days=2), tick=False):
            assert retention.clean_up() == 1
            assert not Offer.objects.filter(pk=pk).exists()


def test_should_be_part_of_the_cleaning_of_every_day() -> None:
    gone = make(state=OfferState.UNCHECKED, arrived_at=None, sent_at=timezone.now() - timedelta(days=4))
    call_command("partners_cleanup", "--clock-is-right")
    assert not Offer.objects.filter(pk=gone.pk).exists()
