"""What the index is told of a record."""

import pytest
from django.utils import translation

from directory.areas.index import area_index
from directory.finding.documents import ResourceSource
from directory.models import Area, PublicRecord
from directory.public.projection import read, read_stream
from search import indexing
from search.engines import get_engine

pytestmark = pytest.mark.django_db


def test_should_read_many_records_as_one_by_one():
    records = PublicRecord.written.order_by("pk")
    assert list(read_stream(records)) == [read(record) for record in records]


def test_should_say_each_choice_by_its_own_label():
    """Choices of two kinds may have one value: 手話 is a language, and a way to be understood."""
    resources = read_stream(PublicRecord.written.order_by("pk"))
    said = 0
    for resource, document in zip(resources, ResourceSource().documents(), strict=True):
        lines = document.body.split("\n")
        words = {word for line in lines for word in line.split("、")}
        for item in (*resource.languages, *resource.accessibility):
            assert str(item.label) in words
            said += 1
        for channel in resource.channels:
            assert f"{channel.label} {channel.note}".split("\n")[0] in lines
        assert all(str(audience.label) in document.labels for audience in resource.audiences)
        assert resource.kind_label in document.labels
    assert said > 100


def origins() -> dict[str, tuple[str, str]]:
    return {origin.key: (origin.text, origin.state) for origin in ResourceSource().everything()}


def test_should_tell_of_what_documents_are_made():
    """All that decides what a document says: the same origin, the same document."""
    before = origins()
    assert [origin.make() for origin in ResourceSource().everything()] == list(ResourceSource().documents())
    area = Area.objects.order_by("pk").last()
    area.save()
    assert origins() == before

    area.aliases = f"{area.aliases} むかしの名前"
    area.save()
    renamed = origins()
    assert {text for text, _state in renamed.values()} == {text for text, _state in before.values()}
    assert {state for _text, state in renamed.values()}.isdisjoint(state for _text, state in before.values())

    with translation.override("en"):
        assert {state for _text, state in origins().values()}.isdisjoint(state for _text, state in renamed.values())


def test_should_build_anew_what_an_area_makes_of_records(own_index):
    """Nothing is taken over from the last rebuild that an area's new name makes another."""
    indexing.rebuild()
    first = get_engine().fingerprints()
    area = area_index().by_slug[next(iter(next(iter(ResourceSource().documents())).facets["area"]))]
    row = Area.objects.get(pk=area.pk)
    row.name = "あたらしい名前"
    row.save()
    indexing.rebuild()
    assert indexing.check().is_clean
    assert get_engine().fingerprints() != first
