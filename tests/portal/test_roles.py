"""What a city says of a type, a field, a need or a topic of its own takes effect with the next request, without a programmer."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from directory.cache import forget_all
from directory.choices import ChannelKind, NeedRole, TopicRole, TypeRole
from directory.finding.danger import Danger, danger_of
from directory.finding.hotlines import is_sensitive
from directory.finding.understanding import ask
from directory.fixtures import FIXTURES, read_csv
from directory.models import (
    Channel,
    ConsultationDesk,
    DangerPattern,
    DangerTopic,
    Field,
    InstitutionType,
    NationalLine,
    Need,
    NeedAnswer,
    Phrase,
    PublicRecord,
)
from search.questions.query import understand
from tests.factories import ContactPointFactory, DeskFactory, OrganisationFactory, PlaceFactory, VolunteerFactory
from tests.portal.test_admin import form_of

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]
TABLES = "wagtailsnippets_directory_"
# Words that nothing else knows.
SPELL = "ぬるぽがっしゃん"


def made_in_the_admin(client: Client, table: str, **values: str) -> None:
    """Fill in the empty form as a browser shows it, change nothing else, and save."""
    address = reverse(f"{TABLES}{table}:add")
    answer = client.post(address, {**form_of(client, address), **{name: [text] for name, text in values.items()}})
    assert answer.status_code == 302, BeautifulSoup(answer.content, "lxml").select(".error-message")


def change(record: object, **values: object) -> None:
    """As a form saves."""
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


def first_desk(page: Page, asked: str) -> str:
    """Whose desk leads the answers."""
    return page("/search/", {"q": asked}).select_one(".lead-desk, .desk-name").get_text(strip=True)


# protecting people


def test_should_protect_in_every_way_what_somebody_adds_and_leaves_as_it_is(admin_client: Client, page: Page) -> None:
    made_in_the_admin(admin_client, "institutiontype", code="shelter", name="逃げてきた人の家")
    kind = InstitutionType.objects.get(code="shelter")
    organisation = OrganisationFactory(type=kind)
    with pytest.raises(ValidationError) as refused:
        ContactPointFactory(organisation=organisation, person="山田")
    assert "person" in refused.value.error_dict
    with pytest.raises(ValidationError) as refused:
        DeskFactory(organisation=organisation, place_name="かくれが")
    assert "place_name" in refused.value.error_dict
    desk = DeskFactory(organisation=organisation)
    assert page(f"/resources/{desk.short_id}/").select_one(".leave a")


def test_should_ask_for_each_protection_in_the_form(admin_client: Client) -> None:
    for table, names in (
        ("institutiontype", {"hides_names", "hides_address", "is_sensitive"}),
        ("field", {"hides_names", "is_sensitive"}),
    ):
        soup = BeautifulSoup(admin_client.get(reverse(f"{TABLES}{table}:add")).content, "lxml")
        ticked = {box["name"] for box in soup.select("main form input[type=checkbox][checked]")}
        assert names <= ticked, table


def test_should_show_what_an_administrator_allows(admin_client: Client, page: Page) -> None:
    made_in_the_admin(admin_client, "institutiontype", code="library", name="図書館")
    kind = InstitutionType.objects.get(code="library")
    address = reverse(f"{TABLES}institutiontype:edit", args=[kind.pk])
    values = form_of(admin_client, address)
    for name in ("hides_names", "hides_address", "is_sensitive"):
        del values[name]
    assert admin_client.post(address, values).status_code == 302
    kind.refresh_from_db()
    place = PlaceFactory(organisation=OrganisationFactory(type=kind), place_name="中央図書館2階")
    soup = page(f"/resources/{place.short_id}/")
    assert "中央図書館2階" in soup.get_text()
    assert not soup.select_one(".leave")


def test_should_take_an_address_from_everywhere_once_the_type_hides_it(page: Page, own_index: object) -> None:
    place = PlaceFactory(place_name="かくれが会館", address="1-2-3", lat=35.0, lon=142.0)
    place.channels = [
        Channel(kind=ChannelKind.PHONE, value="0000-99-0001"),
        Channel(kind=ChannelKind.VISIT, note="かくれが会館の裏口へ"),
        Channel(kind=ChannelKind.LETTER, value="よろず市かくれが1-2-3"),
    ]
    place.save_revision().publish()
    assert "かくれが" in page(f"/resources/{place.short_id}/").get_text()
    kind = place.type
    change(kind, hides_address=True)
    record = PublicRecord.objects.get(resource=place)
    assert record.data["place"] is None
    assert [channel["kind"] for channel in record.data["channels"]] == ["phone"]
    for address in (
        f"/resources/{place.short_id}/",
        "/share/list.csv?kind=place",
        "/share/list.json?kind=place",
        f"/list/?ids={place.short_id}",
    ):
        answer = Client().get(address)
        content = answer.getvalue() if answer.streaming else answer.content
        assert "かくれが" not in content.decode(), address
    change(kind, hides_address=False)
    assert "かくれが会館" in page(f"/resources/{place.short_id}/").get_text()


@pytest.mark.parametrize("of", ["type", "field"])
def test_should_let_one_leave_the_pages_of_what_became_sensitive(page: Page, of: str) -> None:
    place = PlaceFactory()
    address = f"/resources/{place.short_id}/"
    assert not page(address).select_one(".leave")
    change(place.type if of == "type" else place.fields.first(), is_sensitive=True)
    assert page(address).select_one(".leave a")


def test_should_know_lines_of_a_sensitive_type() -> None:
    line = NationalLine.objects.get(name="消費者ホットライン")
    assert not is_sensitive(line)
    change(line.type, is_sensitive=True)
    assert is_sensitive(NationalLine.objects.get(pk=line.pk))


# what a need means


def new_need(*types: str, **values: object) -> Need:
    """A need that one phrase tells."""
    need = Need(code="own", name="うちの市だけの困りごと", plain="うちの市だけで困っている", order=99, **values)
    need.answers = [NeedAnswer(type=InstitutionType.objects.get(code=code)) for code in types]
    need.save()
    need.fields.set(Field.objects.filter(code="elderly"))
    Phrase.objects.create(text=SPELL, need=need)
    # As if it had been committed: one transaction marks what it changes once.
    forget_all()
    return need


def test_should_lead_who_does_not_know_where_to_ask_to_the_desk_for_everything(page: Page) -> None:
    need = new_need("konkyu")
    assert not ask(SPELL).asks_where
    assert "まるごと" not in page("/find/", {"about": "own"}).select(".answer .desk-name")[0].get_text()
    change(need, role=NeedRole.WHERE)
    assert ask(SPELL).asks_where
    assert "まるごと" in first_desk(page, SPELL)
    assert "まるごと" in page("/find/", {"about": "own"}).select(".answer .desk-name")[0].get_text()


def test_should_put_what_is_sudden_above_all_fields(page: Page) -> None:
    need = new_need("iryou")

    def first() -> list[str]:
        """Beside the one that ships, and perhaps the box for who does not know."""
        return [box["value"] for box in page("/find/").select("input[name=about]")][:3]

    assert "own" not in first()
    change(need, role=NeedRole.SUDDEN)
    assert "own" in first()


# what a type does


def test_should_let_another_type_be_the_desk_for_everything(page: Page) -> None:
    own = InstitutionType.objects.create(code="marugoto", name="なんでも相談", role=TypeRole.EVERYTHING)
    desk = DeskFactory(name="なんでもきく課", organisation=OrganisationFactory(type=own), areas=["yorozu"])
    change(InstitutionType.objects.get(code="sogo"), role="")
    assert first_desk(page, "どこに相談したらいいか分からない") == desk.name
    assert page("/find/", {"about": "anything"}).select(".answer .desk-name")[0].get_text(strip=True) == desk.name
    InstitutionType.objects.update(role="")
    own.refresh_from_db()
    own.save()
    # Nobody takes everything: the site still answers.
    page("/search/", {"q": "どこに相談したらいいか分からない"})
    page("/find/", {"about": "anything"})


def test_should_look_for_places_where_a_type_is_one_to_go_to() -> None:
    own = InstitutionType.objects.create(code="onsen", name="足湯")
    Phrase.objects.create(text=SPELL, type=own)
    asked = f"{SPELL} 土曜"
    assert not ask(asked).seeks_place
    assert "day" not in ask(asked).filters
    change(own, role=TypeRole.PLACE)
    assert ask(asked).filters["day"] == ("sat",)
    assert ("kind", "place") in {lift[:2] for lift in ask(asked).boosts}
    change(own, role=TypeRole.ACTIVITY)
    assert ask(asked).seeks_place
    assert "kind" not in {lift[0] for lift in ask(asked).boosts}


def test_should_ask_the_interpreter_whom_the_city_names(page: Page) -> None:
    own = InstitutionType.objects.create(code="tsuyaku", name="通訳の窓口", role=TypeRole.INTERPRETER)
    desk = DeskFactory(name="通訳センター", organisation=OrganisationFactory(type=own), areas=["yorozu"])
    change(InstitutionType.objects.get(code="tabunka"), role="")
    assert desk.name in page("/search/", {"q": "Where can I learn how to separate my garbage?"}).get_text()


def test_should_find_helpers_of_any_institution_where_a_type_is_helping() -> None:
    brings = Need.objects.get(code="help-wanted")
    assert {target.role for target in ask("雪かきを手伝ってほしい").targets[:1]} == {NeedRole.WANTS_HELP}
    change(brings, role="")
    assert ask("雪かきを手伝ってほしい").told_role == ""
    assert VolunteerFactory().pk


# topics of danger


def test_should_raise_no_band_for_words_of_a_topic_that_is_none() -> None:
    own = DangerTopic.objects.create(code="festival", name="祭り", heading="祭り", text="祭りです。", order=1)
    DangerPattern.objects.create(topic=own, say=SPELL)
    assert danger_of(understand(SPELL)).topics == ("festival",)
    change(own, role=TopicRole.CALM)
    assert danger_of(understand(SPELL)) == Danger()


def test_should_raise_no_band_for_what_the_ear_hears_of_a_topic_that_is_none() -> None:
    heard = "さみしい。話し相手がほしい。だれかに話を聞いてほしい"
    told = danger_of(understand(heard))
    change(DangerTopic.objects.get(code="lonely"), role=TopicRole.CALM)
    assert "lonely" in told.topics
    assert "lonely" not in danger_of(understand(heard)).topics


def test_should_never_tell_what_is_about_a_life_as_something_less_urgent_only() -> None:
    """Where the side was told of a lesser topic and not of the city's own, that one still stands beside it."""
    own = DangerTopic.objects.create(code="own", name="いのち", heading="いのち", text="いのちです。", order=0)
    DangerPattern.objects.create(topic=own, say=SPELL)
    change(own, role=TopicRole.ALWAYS)
    assert danger_of(understand(f"{SPELL} 食べるものがない")).topics[0] == "own"


# on paper


def test_should_head_a_leaflet_as_the_city_words_it(page: Page) -> None:
    heading = "介護のこと、ここで話せます"
    assert heading not in page("/share/leaflet/?field=elderly").get_text()
    change(Field.objects.get(code="elderly"), leaflet_heading=heading)
    assert page("/share/leaflet/?field=elderly").h1.get_text(strip=True) == heading
    assert "仕事のことだけでなく" in page("/share/leaflet/?field=work").h1.get_text()


# what codes meant before


def test_should_give_rows_of_an_earlier_version_what_their_codes_meant() -> None:
    """The migration and the files say the same; a city's own rows stay as they were."""
    own = InstitutionType.objects.create(code="own", name="うちの市の窓口")
    InstitutionType.objects.update(role="", hides_names=True, is_sensitive=True)
    Field.objects.update(leaflet_heading="", hides_names=True, is_sensitive=True)
    Need.objects.update(role="")
    DangerTopic.objects.update(role="")
    import_module("directory.migrations.0010_what_codes_meant").fill(apps, SimpleNamespace(connection=connection))
    for name, model, folder in (
        ("institution_types", InstitutionType, FIXTURES),
        ("fields", Field, FIXTURES),
        ("needs", Need, FIXTURES),
        ("danger_topics", DangerTopic, FIXTURES / "vocabulary"),
    ):
        for row in read_csv(f"{name}.csv", folder):
            record = model.objects.get(code=row["code"])
            for column in {"role", "leaflet_heading", "hides_names", "hides_address", "is_sensitive"} & set(row):
                value = getattr(record, column)
                assert ("yes" if value is True else value or "") == row[column], (row["code"], column)
    own.refresh_from_db()
    assert not own.hides_names
    assert not own.is_sensitive
    assert ConsultationDesk.objects.exists()
