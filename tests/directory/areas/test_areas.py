"""Which areas belong together, and where somebody is."""

import pytest

from directory.areas.index import area_index
from directory.areas.locate import locate
from directory.models import Area, AreaLayer, Town
from directory.public.selectors import default_desk, desks_of_types

pytestmark = pytest.mark.django_db


def names(slug: str) -> set[str]:
    """Slugs of the areas relevant to one."""
    index = area_index()
    return {index.nodes[pk].slug for pk in index.relevant_to(index.by_slug[slug].pk)}


def test_should_relate_an_area_to_what_is_above_and_below_it() -> None:
    assert names("tobu") == {"yorozu", "tobu", "asahi", "minato", "shinonome"}
    assert names("asahi") == {"yorozu", "tobu", "asahi"}


def test_should_relate_overlapping_areas_of_another_layer_by_their_towns() -> None:
    layer = AreaLayer.objects.create(name="中学校区", order=4)
    city = Area.objects.get(slug="yorozu")
    across = Area.objects.create(layer=layer, parent=city, slug="across", name="第一中学校区")
    across.towns.set(Town.objects.filter(name__in=["朝日町", "夕凪町"]))
    assert names("across") == {"yorozu", "across", "tobu", "asahi", "seibu", "yunagi"}
    assert "across" in names("asahi")
    assert "across" not in names("minato")


@pytest.mark.parametrize(
    "typed,slug",
    [
        ("朝日町", "asahi"),
        ("あさひちょう", "asahi"),
        ("朝日町3丁目2-1", "asahi"),
        ("よろず市朝日町", "asahi"),
        ("000-0213", "yamate"),
        ("〒０００−０２１４", "yamate"),
        ("東部", "tobu"),
        ("ひがし", "tobu"),
        ("東部圏域", "tobu"),
        ("よろず市", "yorozu"),
    ],
)
def test_should_locate_what_people_type(typed: str, slug: str) -> None:
    assert locate(typed).area.slug == slug


@pytest.mark.parametrize("typed", ["", "   ", "どこか", "999-9999", "\x00", "🏠" * 200, "あ" * 10_000])
def test_should_not_guess(typed: str) -> None:
    assert locate(typed).area is None


def test_should_ask_back_when_several_towns_fit() -> None:
    found = locate("し")
    assert found.area is None
    assert found.is_ambiguous
    assert {"東雲町", "白浜", "新田町"} <= {town.name for town in found.towns}


def test_should_notice_a_changed_area_at_once() -> None:
    assert area_index().by_slug["tobu"].name == "東部圏域"
    area = Area.objects.get(slug="tobu")
    area.name = "ひがし圏域"
    area.save()
    assert area_index().by_slug["tobu"].name == "ひがし圏域"


def test_should_refuse_an_area_above_itself() -> None:
    from django.core.exceptions import ValidationError

    area = Area.objects.get(slug="tobu")
    area.parent = Area.objects.get(slug="asahi")
    with pytest.raises(ValidationError) as caught:
        area.clean()
    assert "parent" in caught.value.message_dict


def test_should_give_the_nearest_desk_for_everything() -> None:
    index = area_index()
    city = index.by_slug["yorozu"]
    assert "東部" in default_desk(index.by_slug["asahi"], city).name
    assert "福祉まるごと相談窓口" in default_desk(None, city).name
    assert default_desk(None, None) is None


def test_should_order_desks_by_type_then_nearness() -> None:
    index = area_index()
    desks = desks_of_types(["houkatsu", "sogo"], index.by_slug["nanbu"], index.by_slug["yorozu"], a_type=1)
    assert [desk.type.code for desk in desks] == ["houkatsu", "sogo"]
    assert "南部" in desks[0].name
