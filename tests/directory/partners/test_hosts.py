"""Who can receive somebody: found by the city and by institutions that carry out 参加支援, and by nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from directory.choices import Confirmer
from directory.freshness.links import token_for
from directory.models import InstitutionType, Intake, OrganisationRole, Programme, Resource
from directory.offers.hosts import STALE, Wanted, hosts
from directory.partners.models import Partner, TrailLine
from tests.directory.partners.conftest import city_client, enter
from tests.factories import DeskFactory, MemberFactory, OrganisationFactory, PlaceFactory, WorkFactory

pytestmark = pytest.mark.django_db
HOSTS = "/partners/hosts/"
NOTE = "古紙の仕分けなら付き添いなしで2人まで"


@pytest.fixture(autouse=True)
def nobody_else(db: None) -> None:
    """Nothing of the demo fits."""
    Resource.objects.update(fits_participation_support=None)


@pytest.fixture
def work() -> Any:
    """A company that fits, in the east."""
    return WorkFactory(
        name="紙の工房", fields=["work"], areas=["tobu"], acceptance_note=NOTE, fits_participation_support=True
    )


@pytest.fixture
def supporter(silver: Partner) -> Client:
    """Somebody of an institution that carries out 第2号."""
    OrganisationRole.objects.create(organisation=silver.organisation, programme=Programme.objects.get(code="2"))
    return enter(MemberFactory(partner=silver))


def cards(response: HttpResponse) -> list[str]:
    """What was found, in its order."""
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "lxml")
    return [one.get_text(strip=True) for one in page.select(".contact-card-name")]


def names(**wanted: Any) -> list[str]:
    """The same without a page."""
    return [one.name for one in hosts(Wanted(**wanted))]


def test_should_be_found_by_supporters_and_staff_and_by_no_other_partner(
    work: Any, supporter: Client, member_client: Client, hellowork: Partner
) -> None:
    Intake.objects.create(resource=work, people=2, needs="軍手")
    for client in (supporter, city_client("hosts-editor", "編集者")):
        response = client.get(HOSTS)
        assert cards(response) == ["紙の工房"]
        for told in (NOTE, "あと2人", "軍手"):
            assert told in response.content.decode()
    assert 'href="/partners/hosts/"' in supporter.get("/partners/").content.decode()
    assert 'href="/partners/hosts/"' not in member_client.get("/partners/").content.decode()
    for method in (member_client.get, member_client.post):
        assert method(HOSTS).status_code == 404
        assert method(f"{HOSTS}{work.short_id}/").status_code == 404
    assert Client().get(HOSTS).status_code == 302
    looking_on = city_client("hosts-looks", "編集者")
    looking_on.post("/partners/office/look-as/", {"partner": hellowork.pk})
    assert looking_on.get(HOSTS).status_code == 404, "who looks as a partner sees what the partner sees"


def test_should_find_by_words_field_area_kind_and_room(work: Any) -> None:
    other = PlaceFactory(name="川の家", fields=["community"], areas=["seibu"], fits_participation_support=True)
    PlaceFactory(name="印のない家", acceptance_note=NOTE)
    DeskFactory(name="窓口", fits_participation_support=True)
    PlaceFactory(name="下書きの家", live=False, fits_participation_support=True)
    assert set(names()) == {"紙の工房", "川の家"}
    assert names(words="古紙 付き添い") == ["紙の工房"]
    assert names(words="ないことば") == []
    assert names(words="古紙　仕分け", everything=True).count("印のない家") == 1
    assert names(field="community") == ["川の家"]
    assert names(field="nothing") == names(area="nowhere") == names(kind="palace") == []
    assert names(area="tobu") == ["紙の工房"]
    assert names(kind="place") == ["川の家"]
    assert names(free=True) == []
    today = timezone.localdate()
    Intake.objects.create(resource=work, people=0)
    Intake.objects.create(resource=other, people=3)
    assert names(free=True) == ["川の家"]
    assert names() == ["川の家", "紙の工房"], "those with room first"
    Intake.objects.filter(resource=work).update(next_on=today + timedelta(days=1))
    assert names(free=True) == ["川の家"]
    Intake.objects.filter(resource=work).update(next_on=today)
    assert set(names(free=True)) == {"川の家", "紙の工房"}
    Intake.objects.filter(resource=other).update(paused=True)
    assert names(free=True) == ["紙の工房"]


def test_should_tell_nothing_of_where_somebody_may_hide() -> None:
    hidden = InstitutionType.objects.filter(hides_address=True).first()
    PlaceFactory(organisation=OrganisationFactory(type=hidden), fits_participation_support=True)
    assert names(everything=True, words="試験の場") == []


def test_should_keep_words_out_of_addresses_and_out_of_the_trail(work: Any, supporter: Client) -> None:
    response = supporter.post(HOSTS, {"q": "古紙", "kind": "work"})
    assert cards(response) == ["紙の工房"]
    line = TrailLine.objects.order_by("-pk").first()
    assert "古紙" not in repr(vars(line))
    assert cards(supporter.post(HOSTS, {"q": "\x00" + "あ" * 5000, "area": "x\x00"})) == []


def test_should_ask_a_fixed_number_of_questions(
    work: Any, supporter: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        one = PlaceFactory(name=f"家{number}", fits_participation_support=True)
        Intake.objects.create(resource=one, people=number)
    with django_assert_max_num_queries(25):
        assert len(cards(supporter.get(HOSTS))) == 21


def test_should_be_written_down_by_the_city_alone(work: Any, supporter: Client) -> None:
    address = f"{HOSTS}{work.short_id}/"
    assert supporter.get(address).status_code == 404
    editor = city_client("hosts-writes", "編集者")
    past = (timezone.localdate() - timedelta(days=1)).isoformat()
    for wrong in (
        {},
        {"people": "-1"},
        {"people": "1000"},
        {"people": "2", "paused": "on"},
        {"next_on": past},
        {"needs": "あ\u202e"},
    ):
        response = editor.post(address, wrong)
        assert response.status_code == 200
        assert BeautifulSoup(response.content, "lxml").select("[role=alert]"), wrong
    assert not Intake.objects.exists()
    for people in ("3", "0"):
        assert editor.post(address, {"people": people, "needs": "軍手"}).status_code == 302
    intake = Intake.objects.get()
    assert (intake.people, intake.needs, intake.role, intake.told_on) == (0, "軍手", "editor", timezone.localdate())
    Intake.objects.update(told_on=timezone.localdate() - STALE - timedelta(days=1))
    assert "聞きなおして" in editor.get(HOSTS).content.decode()
    assert editor.get(f"{HOSTS}nowhere/").status_code == 404


def test_should_be_told_by_the_host_without_reading_what_was_told_before(work: Any, client: Client) -> None:
    Intake.objects.create(resource=work, people=987, needs="前に聞いたこと")
    link = f"/confirm/{token_for(work.organisation, is_whole=True)}/"
    text = client.get(link).content.decode()
    assert "人を受け入れられるかを知らせる" in text
    for secret in ("987", "前に聞いたこと", NOTE):
        assert secret not in text
    sent = {"entry": work.short_id, "do": "intake"}
    wrong = client.post(link, {**sent, "people": "たくさん"})
    assert wrong.status_code == 400
    assert "987" not in wrong.content.decode()
    done = client.post(link, {**sent, "people": "2", "needs": "軍手"})
    assert done.status_code == 303
    assert "受け入れのようすを受け取りました" in client.get(done["Location"]).content.decode()
    intake = Intake.objects.get()
    assert (intake.people, intake.needs, intake.role) == (2, "軍手", Confirmer.ORGANISATION)
    assert "軍手" not in client.get(f"/resources/{work.short_id}/").content.decode()


def test_should_not_ask_desks_how_many_they_receive(client: Client) -> None:
    desk = DeskFactory()
    link = f"/confirm/{token_for(desk.organisation, is_whole=True)}/"
    assert "人を受け入れられるかを知らせる" not in client.get(link).content.decode()
    client.post(link, {"entry": desk.short_id, "do": "intake", "people": "2"})
    assert not Intake.objects.exists()
