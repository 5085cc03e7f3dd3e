"""What an entry lacks: one definition, for the form, lists and submission."""

from __future__ import annotations

from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory.admin.forms.completeness import MISSED, NEEDED, OWN, RELATIONS, completeness
from directory.choices import Booking, ChannelKind, Cost, Kind
from directory.models import (
    Channel,
    EmploymentPathway,
    GatheringPlace,
    InstitutionType,
    Need,
    OpeningRule,
    Resource,
    VolunteerOpportunity,
    kind_tables,
)
from tests.factories import DeskFactory, OrganisationFactory, PlaceFactory

pytestmark = pytest.mark.django_db


def missing(resource: Resource) -> list[str]:
    return [fact.field for fact in completeness(resource).missing]


@pytest.mark.parametrize("table", kind_tables().values(), ids=lambda table: table.__name__)
def test_should_need_what_the_table_cannot_be_published_without(table: type[Resource]) -> None:
    filled = completeness(table())
    demanded = {
        field.name
        for field in (*table._meta.concrete_fields, *table._meta.many_to_many)
        if field.editable and not field.blank and not field.has_default() and not field.auto_created
    } - {"resource_ptr"}
    assert {fact.field for fact in filled.needed} >= demanded
    assert filled.percent == 0
    assert all(fact.why and fact.label for fact in filled.missing)


def test_should_count_nothing_twice_that_is_said() -> None:
    place = PlaceFactory(
        body="くわしく", access_note="駅から5分", address="1-1", cost=Cost.FREE, booking=Booking.NOT_NEEDED, needs=[]
    )
    assert missing(place) == ["needs", "channels", "opening_rules"]
    place.needs = [Need.objects.first()]
    place.channels.add(Channel(kind=ChannelKind.MAIL, value="a@example.jp"))
    place.opening_rules.add(OpeningRule(weekdays=[0], opens=time(9), closes=time(10)))
    filled = completeness(place)
    assert (filled.missing, filled.percent) == ((), 100)


def test_should_not_take_a_telephone_for_a_way_without_one() -> None:
    place = PlaceFactory()
    labels = [str(fact.label) for fact in completeness(place).missed]
    assert "電話のほかの方法" in labels and "連絡の方法" not in labels
    place.channels = []
    assert {"電話のほかの方法", "連絡の方法"} <= {str(fact.label) for fact in completeness(place).missed}


def test_should_not_ask_for_the_place_of_what_hides_it() -> None:
    desk = DeskFactory(organisation=OrganisationFactory(type=InstitutionType.objects.get(code="dv")))
    assert not {"town", "access_note"} & set(missing(desk))
    assert "town" in missing(DeskFactory())


def test_should_ask_for_what_only_one_kind_has() -> None:
    assert "activity" in missing(VolunteerOpportunity())
    assert {"pathway", "pay"} <= set(missing(EmploymentPathway()))
    assert not {"activity", "pathway", "pay"} & set(missing(GatheringPlace()))


def test_should_name_fields_that_the_form_has() -> None:
    for kind, table in kind_tables().items():
        shown = set(table.snippet_viewset.get_form_class().base_fields) | {"channels", "opening_rules"}
        facts = (*NEEDED, *OWN[Kind(kind)], *MISSED)
        assert {fact.field for fact in facts} <= shown


def test_should_be_told_of_many_in_few_questions() -> None:
    rows = GatheringPlace.objects.select_related("type").prefetch_related(*RELATIONS)[:20]
    with CaptureQueriesContext(connection) as queries:
        assert all(completeness(place).of for place in rows)
    assert len(queries) == 1 + len(RELATIONS)
