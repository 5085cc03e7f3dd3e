"""Names of places in questions: units and not pieces of words; ours before others; several of one name."""

from __future__ import annotations

import pytest

from directory.areas.index import area_index, forget_areas
from directory.areas.locate import locate
from directory.finding.understanding import ask
from directory.models import Area, Town

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "area"),
    [
        ("本町 介護の相談", "asahi"),
        ("港町の居場所", "minato"),
        ("栄町 子ども食堂", "asahi"),
        ("魚町に住んでいます", "minato"),
        ("泉 介護", "shimizu"),
        ("泉に住んでいる母", "shimizu"),
        ("松原の居場所", "yunagi"),
        ("白浜地区のサロン", "minamihama"),
        ("月見 居場所", "takadai"),
        ("高台地区の見守り", "takadai"),
        ("ほんちょう 介護", "asahi"),
        ("東部の居場所", "tobu"),
    ],
)
def test_should_hear_places_of_one_and_two_characters(asked: str, area: str) -> None:
    found = ask(asked).area
    assert found is not None
    assert found.slug == area


@pytest.mark.parametrize(
    "asked",
    [
        "温泉に行きたい",
        "泉さんに会いたい",
        "清水さんのこと",
        "松原先生の講演",
        "月見の会",
        "高台に避難",
        "若葉マークの運転",
        "日の出を見たい",
        "港町さんちの犬",
        "きた",
        "本町内会",
    ],
)
def test_should_not_hear_a_place_in_words_and_names_of_people(asked: str) -> None:
    assert ask(asked).area is None


def test_should_ask_which_of_several_areas_is_meant() -> None:
    home = Area.objects.get(slug="yorozu")
    town = Town.objects.create(name="新栄町", reading="しんさかえちょう", municipality=home)
    town.areas.set(Area.objects.filter(slug__in=["asahi", "kitahara"]))
    forget_areas()
    asked = ask("新栄町 介護の相談")
    assert asked.area is None
    assert {node.slug for node in asked.either} == {"asahi", "kitahara"}
    assert set(asked.filters["area"]) == {"asahi", "kitahara"}
    chosen = ask("新栄町 介護の相談 東部")
    assert chosen.area is not None
    assert chosen.either == ()


def test_should_mean_our_own_where_others_have_a_place_of_the_name() -> None:
    other = Area.objects.get(slug="toyokawa")
    town = Town.objects.create(name="本町", reading="ほんちょう", municipality=other)
    town.areas.set([other])
    forget_areas()
    assert ask("本町 介護").area == area_index().by_slug["asahi"]
    assert locate("本町").area == area_index().by_slug["asahi"]


def test_should_hear_another_municipality_when_it_is_named() -> None:
    assert ask("豊川市の子育て").area == area_index().by_slug["toyokawa"]
    assert ask("鶴岡 介護").area == area_index().by_slug["tsuruoka"]
