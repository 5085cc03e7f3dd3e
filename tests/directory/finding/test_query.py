"""Addresses that ask for something, alone and many at once."""

from __future__ import annotations

import pytest

from directory.finding.query import Asked

ASKED = [
    Asked(),
    Asked(q="居場所 東部 &=?"),
    Asked(
        q="相談", filters={"area": ("tobu", "higashi-1"), "day": ("sat",)}, sort="distance", near=(35.1, 135.25), page=4
    ),
    Asked(filters={"kind": ("place",)}, sort="reading", off=("need:rent", "area:tobu"), path="/browse/place/"),
]


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("filters", [{}, {"field": ("elderly",)}, {"area": ("tobu", "西の&町"), "kind": ("desk",)}])
def test_should_write_many_addresses_as_each_alone(asked: Asked, filters: dict[str, tuple[str, ...]]) -> None:
    assert asked.addresses()(filters) == asked.address(filters=filters)
