"""What the index is told of a record."""

import pytest

from directory.finding.documents import ResourceSource
from directory.models import PublicRecord
from directory.public.projection import read, read_stream

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
