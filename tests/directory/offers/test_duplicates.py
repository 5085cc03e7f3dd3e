"""What an offer looks like: by name, reading, telephone and the house of its mail."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory.choices import ChannelKind
from directory.models import Channel, Offer, OfferState
from directory.offers.duplicates import alike, core
from tests.directory.offers.conftest import make
from tests.factories import OrganisationFactory, PlaceFactory

pytestmark = pytest.mark.django_db


def signs(offer: Offer) -> dict[str, tuple[str, ...]]:
    """By name of what was found, in what it agrees."""
    return {look.name: look.signs for look in alike(offer)}


def test_should_know_a_company_by_its_name_however_it_is_written(offer: Offer) -> None:
    OrganisationFactory(name="（株）つむぎ製作所", reading="")
    OrganisationFactory(name="つむぎ園", reading="")
    assert signs(offer) == {"（株）つむぎ製作所": ("name",)}
    assert core("㈱つむぎ 製作所") == core("株式会社 つむぎ製作所")


def test_should_know_it_by_reading_telephone_and_mail(offer: Offer) -> None:
    OrganisationFactory(
        name="読みだけ同じ", reading="ツムギセイサクショ".replace("ツムギセイサクショ", "つむぎせいさくしょ")
    )
    OrganisationFactory(name="メールの家が同じ", reading="", confirm_mail="info@tsumugi.example.jp")
    OrganisationFactory(name="ホームページが同じ", reading="", website="https://www.tsumugi.example.jp/about/")
    place = PlaceFactory(name="電話が同じ", organisation=OrganisationFactory(name="電話の団体", reading=""), reading="")
    place.channels.set([Channel(kind=ChannelKind.PHONE, value="0000（55）1234")])
    place.save()
    other = make(name="前の申し出", reading="", phone="0000551234", contact_mail="x@elsewhere.example.jp")
    found = signs(offer)
    assert found == {
        "読みだけ同じ": ("reading",),
        "メールの家が同じ": ("domains",),
        "ホームページが同じ": ("domains",),
        "電話が同じ": ("phone",),
        "電話の団体": ("phone",),
        other.name: ("phone",),
    }


def test_should_find_nothing_in_mails_that_everybody_has_nor_in_what_was_never_checked() -> None:
    offer = make(contact_mail="someone@gmail.com", phone="", reading="")
    OrganisationFactory(name="別の会", reading="", confirm_mail="other@gmail.com")
    make(state=OfferState.UNCHECKED, arrived_at=None)
    assert signs(offer) == {}


def test_should_ask_a_fixed_number_of_questions(offer: Offer) -> None:
    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            alike(offer)
        return len(asked)

    OrganisationFactory(name="つむぎ製作所")
    first = questions()
    for number in range(5):
        PlaceFactory(organisation=OrganisationFactory(name=f"つむぎ製作所{number}"), name=f"つむぎ製作所の場{number}")
    assert questions() <= first + 2
