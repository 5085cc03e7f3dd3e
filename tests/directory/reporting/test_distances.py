"""Towns without a place to be nearby."""

from __future__ import annotations

from math import cos, radians

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.areas.index import area_index, forget_areas
from directory.models import Area, InstitutionType, Resource, Town
from directory.reporting.distances import Reach, distance_km, towns_without_place
from tests.factories import DeskFactory, PlaceFactory

pytestmark = pytest.mark.django_db
LAT, LON = 35.5, 142.5
KM_NORTH = 1 / 111.195
KM_EAST = KM_NORTH / cos(radians(LAT))


@pytest.fixture
def town() -> Town:
    """A 町 far from all others, whose points are all taken away."""
    Resource.objects.update(lat=None, lon=None, town=None)
    Area.objects.update(lat=None, lon=None)
    school = Area.objects.get(slug="asahi")
    made = Town.objects.create(municipality=Area.objects.get(slug="yorozu"), name="遠町", reading="とおまち")
    made.areas.add(school)
    forget_areas()
    return made


def look() -> Reach:
    return towns_without_place(area_index().by_slug["yorozu"], timezone.localdate())


def of(reach: Reach, town: Town) -> str:
    """Where the town stands in the answer."""
    names = {**{one.pk: "unknown" for one in reach.unknown}, **{one.pk: "far" for one in reach.far}}
    return names.get(town.pk, "near")


def test_should_measure_as_the_crow_flies() -> None:
    assert distance_km((35.681236, 139.767125), (34.702485, 135.495951)) == pytest.approx(403, abs=2)
    assert distance_km((35, 142), (35, 142)) == 0


def test_should_say_that_nobody_knows_where_a_town_lies(town: Town) -> None:
    assert of(look(), town) == "unknown"


def test_should_take_the_middle_of_what_stands_in_a_town(town: Town) -> None:
    DeskFactory(town=town, lat=LAT, lon=LON)
    DeskFactory(town=town, lat=LAT + 0.02, lon=LON)
    found = next(one for one in look().far if one.pk == town.pk)
    assert found.point == pytest.approx((LAT + 0.01, LON))
    assert found.origin == "records"


def test_should_take_the_point_of_the_narrowest_area_where_nothing_stands(town: Town) -> None:
    Area.objects.filter(slug="tobu").update(lat=1, lon=1)
    Area.objects.filter(slug="asahi").update(lat=LAT, lon=LON)
    town.areas.add(Area.objects.get(slug="tobu"))
    forget_areas()
    found = next(one for one in look().far if one.pk == town.pk)
    assert (found.point, found.origin) == ((LAT, LON), "area")


@pytest.mark.parametrize(
    ("north", "east", "expected"),
    [
        (0.98, 0, "near"),
        (1.02, 0, "far"),
        (0, 0.98, "near"),
        (0, -1.02, "far"),
        (-0.7, 0.7, "near"),
        (0.75, -0.75, "far"),
    ],
)
def test_should_call_a_kilometre_near(town: Town, north: float, east: float, expected: str) -> None:
    DeskFactory(town=town, lat=LAT, lon=LON)
    PlaceFactory(lat=LAT + north * KM_NORTH, lon=LON + east * KM_EAST)
    assert of(look(), town) == expected


def test_should_count_only_places_that_are_public(town: Town) -> None:
    DeskFactory(town=town, lat=LAT, lon=LON)
    PlaceFactory(lat=LAT, lon=LON, live=False)
    assert of(look(), town) == "far"
    PlaceFactory(town=town, lat=None, lon=None)
    assert of(look(), town) == "near", "a place in the town itself needs no point"


def test_should_not_tell_where_those_are_who_hide(town: Town) -> None:
    desk = DeskFactory(town=town, lat=LAT, lon=LON)
    InstitutionType.objects.filter(pk=desk.type_id).update(hides_address=True)
    assert of(look(), town) == "unknown"


def test_should_find_the_same_as_comparing_all_with_all() -> None:
    index = area_index()
    reach = towns_without_place(index.by_slug["yorozu"], timezone.localdate(), near_km=0.4)
    points = list(Resource.objects.filter(live=True, kind="place").exclude(lat=None).values_list("lat", "lon"))
    own = set(Resource.objects.filter(live=True, kind="place").exclude(town=None).values_list("town", flat=True))
    assert reach.towns == Town.objects.filter(municipality__slug="yorozu").count()
    for one in reach.far:
        assert one.pk not in own
        assert min(distance_km(one.point, point) for point in points) > 0.4


def test_should_ask_no_more_for_more_towns(town: Town) -> None:
    look()
    with CaptureQueriesContext(connection) as few:
        look()
    for number in range(5):
        Town.objects.create(municipality=town.municipality, name=f"町{number}")
    look()
    with CaptureQueriesContext(connection) as many:
        look()
    assert len(many) == len(few)
