"""A desk that nobody has confirmed for long stands behind others of its type, and never behind what is farther away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from directory.areas.index import area_index
from directory.choices import Confirmer
from directory.freshness.confirming import confirm
from directory.models import FreshnessSettings, InstitutionType, Organisation
from directory.public.selectors import desks_by_area, desks_of_types
from tests.factories import DeskFactory

from .conftest import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet")]
LONG_AGO, LATELY = date(2026, 6, 1), date(2026, 11, 26)
# Six months after the last confirmation, and the days of the ladder.
DEMOTED = date(2026, 12, 1) + timedelta(days=120)


@pytest.fixture
def kind_of_desk() -> InstitutionType:
    return InstitutionType.objects.create(code="tameshi", name="ためしの窓口")


def desk(name: str, kind_of_desk: InstitutionType, organisation: Organisation, area: str, confirmed: date) -> Any:
    return DeskFactory(
        name=name,
        type=kind_of_desk,
        organisation=organisation,
        areas=[area],
        verified_on=confirmed,
        verified_by="phone",
        check_every=6,
    )


def first(area: str, count: int = 9) -> list[str]:
    nodes = area_index().by_slug
    return [each.name for each in desks_of_types(["tameshi"], nodes[area], nodes["yorozu"], a_type=count)]


def test_should_put_a_stale_desk_behind_those_that_are_as_near(
    kind_of_desk: InstitutionType, organisation: Organisation
) -> None:
    desk("古い窓口", kind_of_desk, organisation, "yorozu", LONG_AGO)
    desk("確かな窓口", kind_of_desk, organisation, "yorozu", LATELY)
    with at(DEMOTED - timedelta(days=1)):
        assert first("tobu") == ["古い窓口", "確かな窓口"]
    with at(DEMOTED):
        assert first("tobu") == ["確かな窓口", "古い窓口"], "the day passes without a save"
        assert first("tobu", 1) == ["確かな窓口"]
    FreshnessSettings.objects.update_or_create(defaults={"demote_after": 200})
    with at(DEMOTED):
        assert first("tobu") == ["古い窓口", "確かな窓口"], "the city set other days"


def test_should_still_name_a_stale_desk_that_is_nearer(
    kind_of_desk: InstitutionType, organisation: Organisation
) -> None:
    desk("東部の古い窓口", kind_of_desk, organisation, "tobu", LONG_AGO)
    desk("市の確かな窓口", kind_of_desk, organisation, "yorozu", LATELY)
    with at(DEMOTED):
        assert first("tobu") == ["東部の古い窓口", "市の確かな窓口"]


def test_should_lead_again_once_it_is_confirmed(kind_of_desk: InstitutionType, organisation: Organisation) -> None:
    old = desk("古い窓口", kind_of_desk, organisation, "yorozu", LONG_AGO)
    desk("確かな窓口", kind_of_desk, organisation, "yorozu", LATELY)
    with at(DEMOTED):
        assert first("tobu")[0] == "確かな窓口"
        assert confirm([old.pk], role=Confirmer.PHONE) == 1
        assert first("tobu")[0] == "古い窓口"


def test_should_name_the_sure_one_of_two_desks_of_an_area(
    kind_of_desk: InstitutionType, organisation: Organisation
) -> None:
    desk("東部の古い窓口", kind_of_desk, organisation, "tobu", LONG_AGO)
    desk("東部の確かな窓口", kind_of_desk, organisation, "tobu", LATELY)
    desk("南部の窓口", kind_of_desk, organisation, "nanbu", LONG_AGO)
    nodes = area_index().by_slug
    with at(DEMOTED):
        [leading] = desks_of_types(["tameshi"], nodes["tobu"], nodes["yorozu"], a_type=1)
        found = {area.slug: each.name for area, each in desks_by_area(leading, nodes["yorozu"], ())}
    assert found == {"tobu": "東部の確かな窓口", "nanbu": "南部の窓口"}
