"""Looking up whom to call: by role, field, area, words and reading; and only what the notices share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from directory.models import Organisation
from directory.partners.lookup import Asked, find
from directory.partners.models import ContactPoint, Member, Partner
from directory.partners.packs import visible_contacts
from tests.factories import ContactPointFactory, OrganisationFactory

pytestmark = pytest.mark.django_db
CONTACTS = "/partners/contacts/"


def names(response: object) -> list[str]:
    """The contact points on a page, in their order."""
    page = BeautifulSoup(response.content, "lxml")
    return [card.get_text(" ", strip=True) for card in page.select(".contact-card-name a")]


def look_up(client: Client, **asked: str) -> list[str]:
    """Post the form as a browser does, and read the page that it leads to."""
    answer = client.post(CONTACTS, asked)
    assert answer.status_code == 302
    assert answer["Location"].startswith(CONTACTS)
    return names(client.get(answer["Location"]))


@pytest.mark.parametrize(
    "words",
    [
        "東部地域包括支援センター",
        "とうぶちいきほうかつ",
        "トウブ チイキホウカツ",
        "ﾄｳﾌﾞ",
        "東部 包括",
        "0000-90-2101",
        "0000902101",
    ],
)
def test_should_find_by_words_readings_and_numbers(member_client: Client, words: str) -> None:
    found = look_up(member_client, q=words)
    assert any("東部" in name for name in found), found
    assert len(found) <= 3


def test_should_find_by_role_field_and_area_together(member_client: Client) -> None:
    everything = names(member_client.get(CONTACTS))
    first = names(member_client.get(f"{CONTACTS}?role=1"))
    assert 0 < len(first) < len(everything)
    only_care = names(member_client.get(f"{CONTACTS}?role=1-i"))
    assert only_care
    assert set(only_care) < set(first)
    # Somebody in 東部 is served by its own 地域包括 and by desks of the whole city, not by the one of 西部.
    in_the_east = look_up(member_client, role="1", area="tobu")
    assert any("東部" in name for name in in_the_east)
    assert not any("西部" in name for name in in_the_east)
    assert any("くらし・しごと" in name for name in in_the_east)
    assert look_up(member_client, q="くらし・しごと", field="livelihood", area="tobu") == [
        name for name in in_the_east if "くらし・しごと" in name
    ]


def test_should_find_who_takes_any_field_whatever_field_is_asked_for(member_client: Client) -> None:
    for field in ("hikikomori", "housing"):
        found = look_up(member_client, field=field)
        assert "多機関協働" in found[0], "the coordinator, who names no field"
    assert not any("包括" in name for name in found)
    assert any("訪問して支える" in name for name in look_up(member_client, field="hikikomori"))
    assert look_up(member_client, field="nonsense") == []
    several = names(member_client.get(f"{CONTACTS}?field=hikikomori"))
    assert len(several) == len(set(several)), "a contact of several fields stands once"


def test_should_put_the_coordinator_first(member_client: Client) -> None:
    assert "多機関協働" in names(member_client.get(CONTACTS))[0]
    assert all("多機関" in name for name in names(member_client.get(f"{CONTACTS}?coordinator=1"))[:1])


def test_should_need_two_clicks_from_the_first_page_to_the_number(member_client: Client) -> None:
    home = BeautifulSoup(member_client.get("/partners/").content, "lxml")
    links = {link.get_text(strip=True): link["href"] for link in home.select(".tile a")}
    page = BeautifulSoup(member_client.get(links["多機関協働"]).content, "lxml")
    card = page.select_one(".contact-card")
    assert card.select_one("a[href^='tel:']")["href"] == "tel:0000901001"
    assert "使う通知" in card.get_text()
    assert "別添４" in card.get_text()


def test_should_keep_words_out_of_every_address(member_client: Client) -> None:
    answer = member_client.post(CONTACTS, {"q": "大沢", "role": "5"})
    assert "%" not in answer["Location"]
    assert "大沢" not in answer["Location"]
    page = member_client.get(answer["Location"])
    assert len(names(page)) == 1
    field = BeautifulSoup(page.content, "lxml").select_one("#id_q")
    assert field["value"] == "大沢", "the words stand in the form again"
    # Another browser cannot follow the address to the words.
    assert len(names(Client().get(answer["Location"], follow=True))) == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "zzzzz"},
        {"q": "%"},
        {"q": "_"},
        {"q": "\\"},
        {"q": "' OR 1=1 --"},
        {"q": "\x00\u202e"},
        {"q": "あ" * 10_000},
        {"role": "no such role"},
        {"field": "nothing"},
        {"area": "../../etc"},
        {"page": "99999999999999999999"},
        {"page": "-1"},
    ],
)
def test_should_answer_odd_questions_with_a_page(member_client: Client, asked: dict) -> None:
    for response in (member_client.get(CONTACTS, asked), member_client.post(CONTACTS, asked, follow=True)):
        assert response.status_code == 200
    if asked.get("q") in {"zzzzz", "%", "_", "\\"}:
        assert look_up(member_client, **asked) == []


def test_should_show_only_what_the_notices_share(member_client: Client, hellowork: Partner) -> None:
    """Somebody who carries out no programme, and is not theirs, is no business of a ハローワーク."""
    stranger = ContactPointFactory(unit="よその係")
    own = ContactPointFactory(organisation=hellowork.organisation, unit="自分の係")
    helper = ContactPointFactory(roles=["5"], unit="多機関の係")
    seen = " ".join(names(member_client.get(f"{CONTACTS}?page=1")) + names(member_client.get(f"{CONTACTS}?page=2")))
    assert "よその係" not in seen
    assert "自分の係" in seen
    assert "多機関の係" in seen
    assert member_client.get(f"{CONTACTS}{stranger.uuid}/").status_code == 404
    assert member_client.get(f"{CONTACTS}{own.uuid}/").status_code == 200
    assert member_client.get(f"{CONTACTS}{helper.uuid}/").status_code == 200


def test_should_show_neither_drafts_nor_what_is_over(member_client: Client) -> None:
    today = timezone.localdate()
    hidden = [
        ContactPointFactory(roles=["5"], live=False),
        ContactPointFactory(roles=["5"], valid_to=today - timedelta(days=1)),
        ContactPointFactory(roles=["5"], valid_from=today + timedelta(days=1)),
    ]
    for contact in hidden:
        assert member_client.get(f"{CONTACTS}{contact.uuid}/").status_code == 404
        assert str(contact) not in " ".join(look_up(member_client, q=contact.unit))
    shown = ContactPointFactory(roles=["5"], valid_from=today, valid_to=today)
    assert member_client.get(f"{CONTACTS}{shown.uuid}/").status_code == 200


def test_should_keep_a_contact_whose_organisation_is_gone(member_client: Client, editor: Client) -> None:
    contact = ContactPointFactory(roles=["5"], organisation=OrganisationFactory(), unit="のこった係")
    contact.organisation.delete()
    for client in (member_client, editor):
        assert look_up(client, q="のこった") == ["（なくなった機関） のこった係"]
        assert client.get(f"{CONTACTS}{contact.uuid}/").status_code == 200
        assert client.get("/partners/packs/hellowork/").status_code == 200
        assert client.get("/partners/packs/hellowork/excel/").status_code == 200


def test_should_follow_a_renamed_organisation(member_client: Client) -> None:
    contact = ContactPointFactory(roles=["5"], unit="係A")
    organisation = Organisation.objects.get(pk=contact.organisation_id)
    organisation.name, organisation.reading = "あたらしい名前の会", "あたらしいなまえのかい"
    organisation.save()
    assert look_up(member_client, q="アタラシイ名前") == ["あたらしい名前の会 係A"]


def test_should_need_few_queries_however_many_there_are(
    member_client: Client, django_assert_max_num_queries: Callable
) -> None:
    for _number in range(30):
        ContactPointFactory(roles=["5", "1-i"], fields=["work"], areas=["tobu", "seibu"])
    for address in ("/partners/", CONTACTS, f"{CONTACTS}?role=5&area=tobu", "/partners/packs/hellowork/"):
        member_client.get(address)
        with django_assert_max_num_queries(36, info=address):
            assert member_client.get(address).status_code == 200


def test_should_tell_what_changed_since_the_last_visit(member: Member, member_client: Client) -> None:
    contact = visible_contacts(member.partner).filter(organisation__type__code="konkyu").first()
    member.previous_visit_at = timezone.now()
    member.save()
    home = member_client.get("/partners/").content.decode()
    assert str(contact) not in home
    contact.hours = "毎日 10時〜16時"
    contact.save_revision().publish()
    stranger = ContactPointFactory(unit="よその係")
    stranger.save_revision().publish()
    changes = BeautifulSoup(member_client.get("/partners/").content, "lxml").select("#changes-title ~ .news li")
    assert len(changes) == 1
    assert str(contact) in changes[0].get_text()
    assert "受付時間" in changes[0].get_text()
    assert "10時〜16時" not in changes[0].get_text()


def test_should_find_nothing_for_a_partner_without_a_pack() -> None:
    partner = Partner(organisation=OrganisationFactory())
    partner.save()
    assert find(Asked(), partner).paginator.count == 0
    assert find(Asked(), None).paginator.count == ContactPoint.objects.filter(live=True).count()
