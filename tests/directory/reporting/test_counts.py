"""The report's numbers against loops by hand over the public records themselves."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.areas.index import area_index
from directory.choices import WITHOUT_VOICE, Kind
from directory.models import (
    Area,
    AreaLayer,
    OpeningRule,
    PublicRecord,
    Resource,
    Town,
)
from directory.public.projection import read_all
from directory.public.record import PublicResource
from directory.reporting.coverage import ALL, WHOLE, Coverage, cover, gaps, layer_areas, layers, times_of
from directory.reporting.groups import AFTERNOON, HOLIDAY, MORNING, NIGHT, Slot, slots_of
from tests.factories import DeskFactory, PlaceFactory, VolunteerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def home() -> object:
    return area_index().by_slug["yorozu"]


def public() -> list[PublicResource]:
    """What the site of the demo city shows: of use to its people, or bound to no place."""
    near = {area_index().nodes[pk].slug for pk in area_index().relevant_to(home().pk)}
    return [one for one in read_all(PublicRecord.objects.all()) if not one.areas or near & {a.slug for a in one.areas}]


def of_use_in(resource: PublicResource, slug: str) -> bool:
    """Whether a record that is not for the whole city is of use to people in an area."""
    index, named = area_index(), {area.slug for area in resource.areas}
    beside = {index.nodes[pk].slug for pk in index.relevant_to(index.by_slug[slug].pk)}
    return bool(named & beside)


def is_for_all(resource: PublicResource) -> bool:
    index = area_index()
    around = {"yorozu", *(index.nodes[pk].slug for pk in index.ancestors(home().pk))}
    return not resource.areas or any(area.slug in around for area in resource.areas)


def test_should_count_each_field_area_and_kind_as_a_loop_does(today: date) -> None:
    PlaceFactory(fields=["community", "elderly"], areas=["tobu", "seibu", "asahi"])
    DeskFactory(fields=["elderly"], areas=["asahi", "minato"])
    found = cover(home(), today)
    by_hand: Counter = Counter()
    for one in public():
        codes = [ALL, *(term.code for term in one.fields)]
        if is_for_all(one):
            places = [ALL, WHOLE]
        else:
            places = [ALL, *(n.slug for n in layer_areas(area_index(), home()) if of_use_in(one, n.slug))]
        by_hand.update((place, code, one.kind) for place in places for code in codes)
    assert len(by_hand) > 100
    assert found.counts == by_hand


def test_should_tell_how_records_stand_as_a_loop_does(today: date) -> None:
    records = public()
    old = today - timedelta(days=300)
    for share, kind in zip(cover(home(), today, fresh_days=300).shares(), [*Kind, None], strict=True):
        own = [one for one in records if kind in {None, one.kind}]
        assert share.count == len(own) > 0
        assert share.never == sum(one.verified_on is None for one in own)
        assert share.old == sum(one.verified_on is not None and one.verified_on < old for one in own)
        assert share.fresh == share.count - share.never - share.old
        voice_only = [one for one in own if one.channels and not any(c.kind in WITHOUT_VOICE for c in one.channels)]
        assert share.voice_only == len(voice_only)
        who = Counter(str(one.eligibility) for one in own)
        assert (share.anyone, share.mainly, share.only) == (who["anyone"], who["mainly"], who["only"])


def test_should_tell_when_they_are_open_as_a_loop_does(today: date) -> None:
    by_hand: Counter = Counter()
    for one in public():
        slots = set()
        for rule in one.schedule.rules:
            if (rule.valid_from or today) <= today <= (rule.valid_to or today):
                slots |= slots_of(rule.weekdays, rule.opens, rule.closes, rule.holidays)
        by_hand.update(slots)
    assert len(by_hand) > 15
    assert cover(home(), today).slots(None) == by_hand


@pytest.mark.parametrize(
    ("opens", "closes", "parts"),
    [
        (time(9), time(12), {MORNING}),
        (time(9), time(12, 1), {MORNING, AFTERNOON}),
        (time(12), time(18), {AFTERNOON}),
        (time(13), time(18, 30), {AFTERNOON, NIGHT}),
        (time(18), time(20), {NIGHT}),
        (time(22), time(6), {NIGHT}),
        (time(0), time(0), {MORNING, AFTERNOON, NIGHT}),
    ],
)
def test_should_know_the_parts_of_a_day(opens: time, closes: time, parts: set[str]) -> None:
    assert slots_of([5], opens, closes, "closed") == {Slot(5, part) for part in parts}


def test_should_count_holidays_beside_the_days_of_the_week() -> None:
    assert {slot.day for slot in slots_of([0], time(9), time(10), "open")} == {0, HOLIDAY}
    assert {slot.day for slot in slots_of([0], time(9), time(10), "only")} == {HOLIDAY}
    assert times_of({Slot(5, NIGHT), Slot(1, MORNING), Slot(HOLIDAY, NIGHT)}) == {"weekend", MORNING, "holiday"}
    assert times_of(frozenset()) == {"unknown"}


def test_should_leave_out_rules_that_are_over(today: date) -> None:
    place = PlaceFactory()
    before = cover(home(), today).slots(Kind.PLACE)
    place.opening_rules = [
        OpeningRule(weekdays=[6], opens=time(3), closes=time(4), valid_to=today - timedelta(days=1)),
        OpeningRule(weekdays=[6], opens=time(3), closes=time(4), valid_from=today + timedelta(days=1)),
    ]
    place.save_revision().publish()
    assert cover(home(), today).slots(Kind.PLACE) == before
    place.opening_rules = [OpeningRule(weekdays=[6], opens=time(3), closes=time(4), valid_to=today)]
    place.save_revision().publish()
    assert cover(home(), today).slots(Kind.PLACE) == before + Counter({Slot(6, MORNING): 1})


def total(coverage: Coverage) -> int:
    return sum(coverage.counts[ALL, ALL, kind] for kind in Kind)


def test_should_count_what_is_public_and_nothing_else(today: date) -> None:
    before = total(cover(home(), today))
    VolunteerFactory(deadline=today)
    assert total(cover(home(), today)) == before + 1
    assert total(cover(home(), today + timedelta(days=1))) <= before
    PlaceFactory(live=False)
    draft = PlaceFactory()
    draft.unpublish()
    PlaceFactory(areas=["kasumi-elsewhere"])
    away = Area.objects.create(layer=AreaLayer.objects.get(is_municipality=True), slug="away", name="となり市")
    PlaceFactory(areas=[away.slug])
    # A record that names an area that does not exist is bound to no place.
    assert total(cover(home(), today)) == before + 2


def test_should_take_what_was_published_and_not_the_draft(today: date) -> None:
    place = PlaceFactory(eligibility="anyone")
    before = cover(home(), today).shares()
    place.eligibility, place.eligibility_note = "only", "会員の方"
    place.save_revision()
    assert cover(home(), today).shares() == before


def test_should_call_nothing_and_only_one_a_gap(today: date) -> None:
    found = cover(home(), today)
    index = area_index()
    areas = layer_areas(index, home(), layers(index, home())[-1])
    lines = found.lines(areas, Kind.WORK)
    missing = gaps(lines)
    assert missing
    by_hand = {
        (code, area.slug): found.counts[area.slug, code, Kind.WORK]
        for code, _name in found.fields.values()
        for area in areas
    }
    assert {(cell.field, cell.area): cell.count for cell in missing} == {
        place: count for place, count in by_hand.items() if count <= 1
    }


def test_should_ask_three_questions_however_many_there_are(today: date) -> None:
    for records in (0, 5):
        for _number in range(records):
            PlaceFactory(fields=["community", "elderly"], areas=["tobu", "asahi"])
        area_index()
        with CaptureQueriesContext(connection) as asked:
            cover(home(), today)
        assert len(asked) <= 4, "three, and whether the areas are still the same"


def test_should_answer_where_no_municipality_is_set(today: date) -> None:
    found = cover(None, today)
    assert total(found) == PublicRecord.objects.count()


def test_should_answer_an_empty_register(today: date) -> None:
    PublicRecord.written.all().delete()
    Resource.objects.update(live=False)
    found = cover(home(), today)
    assert total(found) == 0
    assert all(cell.is_gap for line in found.lines(layer_areas(area_index(), home()), None) for cell in line.cells)
    assert found.slots(None) == Counter()


def test_should_count_where_no_town_is_known(today: date) -> None:
    before = cover(home(), today).counts[WHOLE, ALL, Kind.DESK]
    Town.objects.all().delete()
    assert cover(home(), today).counts[WHOLE, ALL, Kind.DESK] == before > 0
