"""Loading files: all or nothing, every problem named, the same records each time."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from directory.exchange import reference, register_file
from directory.exchange.loading import RegisterLoader
from directory.fixtures import FixtureError, read_csv, read_yaml
from directory.models import (
    Area,
    Field,
    InstitutionType,
    NationalLine,
    Need,
    Organisation,
    Programme,
    PublicRecord,
    Resource,
    Town,
)

pytestmark = pytest.mark.django_db

GOOD: dict[str, Any] = {
    "municipality": {"key": "loaded-city", "name": "試験市"},
    "organisations": [{"key": "loaded-org", "name": "試験の会", "type": "ibasho", "programmes": ["3-i"]}],
    "resources": [
        {
            "key": "loaded-place",
            "kind": "place",
            "organisation": "loaded-org",
            "name": "試験の広間",
            "summary": "試験のための広間です。",
            "fields": ["community"],
            "areas": ["loaded-city"],
            "channels": [{"kind": "visit"}],
            "hours": [{"days": "mon fri", "from": "10:00", "to": "12:00"}],
            "gathering": {"drop_in": True},
            "next": ["loaded-work"],
        },
        {
            "key": "loaded-work",
            "kind": "work",
            "organisation": "loaded-org",
            "name": "試験の仕事",
            "summary": "試験のための仕事です。",
            "fields": ["work"],
            "areas": ["loaded-city"],
            "channels": [{"kind": "phone", "value": "0000-98-0001"}],
            "work": {"pathway": "short_time", "pay": "wage"},
        },
    ],
}


def load(content: dict[str, Any]) -> None:
    RegisterLoader("test").load({"test.yaml": register_file.parse("test.yaml", content)}, municipality="loaded-city")


def test_should_load_organisations_resources_and_ladders() -> None:
    load(GOOD)
    place = Resource.objects.get(origin="test", kind="place")
    record = PublicRecord.objects.get(resource=place)
    assert record.data["next_steps"][0]["name"] == "試験の仕事"
    assert record.data["schedule"]["rules"][0]["weekdays"] == [0, 4]
    assert record.data["organisation"]["municipality"] == "試験市"
    assert place.latest_revision is not None, "an editor opens the latest revision"


@pytest.mark.parametrize(
    "path,value,words",
    [
        (("resources", 0, "kind"), "castle", ["loaded-place", "kind"]),
        (("resources", 0, "fields"), ["unknown"], ["loaded-place", "unknown"]),
        (("resources", 0, "areas"), ["atlantis"], ["loaded-place", "atlantis"]),
        (("resources", 0, "summary"), "", ["loaded-place", "summary"]),
        (("resources", 0, "next"), ["nowhere"], ["loaded-place", "nowhere"]),
        (("resources", 0, "hours"), [{"days": "mon", "from": "25:00", "to": "26:00"}], ["loaded-place", "hours"]),
        (("resources", 0, "channels"), [{"kind": "mail", "value": "no"}], ["loaded-place"]),
        (("resources", 1, "key"), "loaded-place", ["twice"]),
        (("resources", 1, "work"), None, ["loaded-work"]),
        (("resources", 1, "type"), "takikan", ["loaded-work", "type"]),
        (("organisations", 0, "type"), "unknown", ["loaded-org", "unknown"]),
        (("resources", 0, "colour"), "blue", ["loaded-place", "colour"]),
    ],
)
def test_should_name_the_problem_and_write_nothing(path: tuple, value: object, words: list[str]) -> None:
    content: Any = copy.deepcopy(GOOD)
    target = content
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    before = Resource.objects.count(), Organisation.objects.count()
    with pytest.raises(FixtureError) as caught:
        load(content)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert (Resource.objects.count(), Organisation.objects.count()) == before


def test_should_name_all_problems_at_once() -> None:
    content = copy.deepcopy(GOOD)
    content["resources"][0]["fields"] = ["unknown"]
    content["resources"][1]["areas"] = ["atlantis"]
    with pytest.raises(FixtureError) as caught:
        load(content)
    assert len(caught.value.problems) >= 2


def test_should_tell_the_line_of_broken_yaml(tmp_path: Any) -> None:
    (tmp_path / "broken.yaml").write_text("a: [1, 2\nb: 3", encoding="utf-8")
    with pytest.raises(FixtureError, match="line 2"):
        read_yaml("broken.yaml", tmp_path)


def test_should_read_on_as_a_word(tmp_path: Any) -> None:
    (tmp_path / "words.yaml").write_text("verified: {on: 2026-10-01, kept: true, said: no}", encoding="utf-8")
    assert list(read_yaml("words.yaml", tmp_path)["verified"]) == ["on", "kept", "said"]
    assert read_yaml("words.yaml", tmp_path)["verified"]["kept"] is True
    assert read_yaml("words.yaml", tmp_path)["verified"]["said"] == "no"


def test_should_have_loaded_every_reference_row() -> None:
    assert InstitutionType.objects.count() == len(read_csv("institution_types.csv")) == 38
    assert set(Field.objects.values_list("code", flat=True)) >= {row["code"] for row in read_csv("fields.csv")}
    assert Need.objects.count() == len(read_csv("needs.csv"))
    assert Programme.objects.count() == 13
    assert NationalLine.objects.count() == 34
    councils = Organisation.objects.filter(type__code="shogai_geneki", origin="reference")
    assert councils.count() == 95
    assert not councils.filter(active_to=None).exists()
    assert councils.order_by("-active_to").first().active_to.isoformat() == "2023-03-31"


def test_should_not_claim_that_a_national_line_was_checked() -> None:
    assert not NationalLine.objects.exclude(checked_on=None).exists()


def test_should_leave_alone_what_a_city_has_changed() -> None:
    Field.objects.filter(code="elderly").update(name="長寿")
    NationalLine.objects.filter(name="チャイルドライン").update(number="0120-00-0000")
    assert not any(reference.load_reference().values())
    assert Field.objects.get(code="elderly").name == "長寿"
    assert NationalLine.objects.get(name="チャイルドライン").number == "0120-00-0000"


def test_should_give_the_demo_city_its_areas() -> None:
    city = Area.objects.get(slug="yorozu")
    assert city.children.count() == 4
    assert Area.objects.filter(layer__name="小学校区").count() == 12
    assert all(town.postal_codes.exists() for town in Town.objects.filter(municipality=city))
    codes = [
        code
        for town in Town.objects.filter(municipality=city)
        for code in town.postal_codes.values_list("code", flat=True)
    ]
    assert all(code.startswith("000") for code in codes), "no real postal code begins with 000"


def test_should_not_invent_numbers_for_real_cities() -> None:
    for slug in ("tsuruoka", "toyokawa"):
        resources = Resource.objects.filter(organisation__municipality__slug=slug)
        assert resources.exists()
        for record in PublicRecord.objects.filter(resource__in=resources):
            kinds = {channel["kind"] for channel in record.data["channels"]}
            assert not kinds & {"phone", "fax", "mail"}, record.data["name"]
            assert record.data["place"] is None
            assert record.data["verified_on"] is None
