"""Bands above pages and the prepared pages that open with one."""

from __future__ import annotations

import uuid
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import ValidationError

from directory.days import bands, measures
from directory.days.shipped import load_prepared
from directory.hours import rules
from directory.models import Area, Banner, PreparedList, PreparedPage, PublicRecord
from directory.public import prepared
from directory.public.days import MEMORY
from directory.public.days import bands as standing
from directory.public.prepared import lists_of, open_until, places_of
from tests.factories import PlaceFactory
from tests.storms import NOW, at, open_daily

pytestmark = pytest.mark.django_db


def make(at_once: bool = True, **columns: Any) -> Banner:
    values = {"level": "info", "words": "あすは雪です。", "since": at(26), "until": at(27, 18), **columns}
    return bands.make(Banner(**values), None, at_once=at_once)[0]


def words(moment: Any = NOW, *slugs: str) -> list[str]:
    return [band.words for band in standing(moment, slugs)]


def test_should_stand_from_its_beginning_until_its_end_and_say_both_to_who_keeps_the_page(storm: Any) -> None:
    make(since=at(26, 15))
    with rules.noting_turns() as turns:
        assert words() == []
    assert turns == [at(26, 15), at(27, 18)]
    assert words(at(26, 15)) == ["あすは雪です。"]
    assert words(at(27, 18)) == []


def test_should_show_that_of_an_area_on_its_pages_and_those_within_unless_it_is_urgent(storm: Any) -> None:
    east = Area.objects.get(slug="tobu")
    inner = Area.objects.filter(parent=east).first()
    make(area=east, words="東部の橋が通れません。")
    assert words() == []
    assert words(NOW, "seibu") == []
    assert words(NOW, "tobu") == ["東部の橋が通れません。"]
    if inner:
        assert words(NOW, inner.slug) == ["東部の橋が通れません。"]
    assert words(NOW, "yorozu") == [], "what is for the whole city is not the east's"
    make(area=east, level="urgent", words="東部は避難してください。")
    assert words() == ["東部は避難してください。"]
    assert words(NOW, "tobu") == ["東部は避難してください。", "東部の橋が通れません。"], "the gravest first"


def test_should_wait_and_be_taken_away(storm: Any) -> None:
    band = make(at_once=False)
    assert words() == []
    measures.approve(band, None, MEMORY)
    assert words() == ["あすは雪です。"]
    measures.take_back(band, None, MEMORY)
    assert words() == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"until": None}, "until"),
        ({"until": at(26)}, "until"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "//elsewhere.example/"}, "link"),
        ({"link": "https://"}, "link"),
        ({"words": "雪\u202eです"}, "words"),
    ],
    ids=range(6),
)
def test_should_refuse_with_a_sentence_at_the_place(storm: Any, values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        make(**values)
    assert field in refused.value.message_dict
    assert not Banner.objects.exists()


def test_should_ship_three_pages_and_leave_what_a_city_rewrote(storm: Any) -> None:
    assert set(PreparedPage.objects.values_list("slug", flat=True)) == {"heat", "storm", "earthquake"}
    PreparedPage.objects.filter(slug="heat").update(title="わが市の暑い日")
    PreparedPage.objects.filter(slug="storm").delete()
    assert load_prepared("reference") == 1
    assert PreparedPage.objects.get(slug="heat").title == "わが市の暑い日"
    for page in PreparedPage.objects.all():
        page.full_clean()
        assert page.steps.strip() and page.easy.strip()
        for one in page.lists.all():
            one.full_clean()


def test_should_open_with_one_press_and_close_by_itself(storm: Any) -> None:
    page, key = PreparedPage.objects.get(slug="storm"), uuid.uuid4()
    assert open_until("storm", NOW) is None
    band, is_new = bands.open_page(page, bands.proposed_end(NOW), None, key)
    assert is_new and band.until == at(27, 18)
    assert bands.open_page(page, bands.proposed_end(NOW), None, key) == (band, False), "a double click"
    assert words() == [page.band]
    found, until = open_until("storm", NOW)
    assert (found, until) == (page, at(27, 18))
    assert open_until("storm", at(27, 18)) is None
    assert open_until("heat", NOW) is None


def test_should_give_an_open_page_the_new_end_and_close_it_with_its_band(storm: Any) -> None:
    page = PreparedPage.objects.get(slug="storm")
    band, _is_new = bands.open_page(page, at(27, 18), None, uuid.uuid4())
    longer, is_new = bands.open_page(page, at(28, 18), None, uuid.uuid4())
    assert (longer.pk, is_new) == (band.pk, False)
    assert open_until("storm", at(28, 10))
    with pytest.raises(ValidationError):
        bands.open_page(page, at(26), None, uuid.uuid4())
    measures.take_back(longer, None, MEMORY)
    assert open_until("storm", NOW) is None
    again, is_new = bands.open_page(page, at(27, 18), None, longer.key)
    assert is_new and again.pk != longer.pk and open_until("storm", NOW), "the form of before, from the back button"


def test_should_list_what_fits_and_is_open_and_never_a_place_that_hides(storm: Any) -> None:
    page = PreparedPage.objects.get(slug="heat")
    place = open_daily(indoors=True)
    outside = open_daily(indoors=False)
    hidden = open_daily(indoors=True, fields=["violence"])
    first = lists_of(page, NOW, None)[0]
    shown = {card.resource.short_id for card in first.cards}
    assert place.short_id in shown
    assert not shown & {outside.short_id, hidden.short_id}
    assert all(card.is_open for card in first.cards)
    assert place.short_id not in {card.resource.short_id for card in lists_of(page, at(26, 3), None)[0].cards}


def test_should_list_what_is_open_also_behind_many_that_are_not(storm: Any) -> None:
    """A town has more of a kind than a page lists, and its first ones by name are closed."""
    with patch.multiple(prepared, MOST_LISTED=1):
        page = PreparedPage.objects.get(slug="heat")
        place = open_daily(indoors=True, reading="んんん")
        PublicRecord.objects.exclude(pk=place.pk).delete()
        PlaceFactory.create_batch(3, indoors=True, reading="あ")
        listed = lists_of(page, NOW, None)[0]
    assert [card.resource.short_id for card in listed.cards] == [place.short_id]


def test_should_keep_the_order_of_lists_when_one_is_written_anew(storm: Any) -> None:
    """PostgreSQL gives rows that nothing orders as they lie, and a row that is written lies elsewhere afterwards."""
    page = PreparedPage.objects.get(slug="heat")
    before = [one.heading for one in page.lists.all()]
    PreparedList.objects.filter(page=page, heading=before[0]).update(uuid=uuid.uuid4())
    assert [listed.heading for listed in lists_of(page, NOW, None)] == before


def test_should_read_places_that_somebody_typed() -> None:
    told = places_of("東小学校／東町1-2／体育館\n\n 西公民館 / 西町3 \n／名前なし\nだけ")
    assert [(one.name, one.address, one.note) for one in told] == [
        ("東小学校", "東町1-2", "体育館"),
        ("西公民館", "西町3", ""),
        ("だけ", "", ""),
    ]


def test_should_list_nothing_where_a_list_names_nothing_any_more(storm: Any) -> None:
    page = PreparedPage.objects.get(slug="storm")
    one = PreparedList(page=page, heading="一覧")
    assert not one.chooses
    with pytest.raises(ValidationError):
        one.full_clean()
