"""The table as a picture: all of it can be read without colour."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from directory.reporting.picture import STEPS, SVG, Row, heat_table

COUNTS = (0, 1, 2, 4, 9, 29, 31, 150)
AREAS = tuple(f"圏域{number}" for number in range(len(COUNTS)))
PART = f"{{{SVG}}}"


def read(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314  (written by us)


def parsed(title: str = "題", columns: tuple[str, ...] = AREAS, name: str = "高齢") -> ElementTree.Element:
    return read(heat_table(title, columns, [Row(name, COUNTS), Row("子ども", COUNTS)]))


def test_should_write_the_number_into_each_cell() -> None:
    cells = parsed().findall(f"{PART}g")
    assert [int(cell.find(f"{PART}text").text) for cell in cells] == [*COUNTS, *COUNTS]
    assert cells[0].find(f"{PART}title").text == "高齢 × 圏域0: 0"


def test_should_hatch_what_is_missing_and_nothing_else() -> None:
    fills = [cell.find(f"{PART}rect").get("fill") for cell in parsed().findall(f"{PART}g")][: len(COUNTS)]
    assert fills[:2] == ["url(#heat-none)", "url(#heat-one)"]
    assert not any("url" in fill for fill in fills[2:])
    assert len(set(fills)) == len(STEPS) + 2
    patterns = {pattern.get("id") for pattern in parsed().iter(f"{PART}pattern")}
    assert patterns == {"heat-none", "heat-one"}


def test_should_have_a_name_and_a_description_for_who_does_not_see_it() -> None:
    root = parsed("分野と圏域")
    known = {element.get("id"): element.text for element in root if element.get("id")}
    title, text = (known[name] for name in root.get("aria-labelledby").split())
    assert title == "分野と圏域"
    assert text


def _light(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("step", STEPS)
def test_should_keep_numbers_readable_on_every_colour(step: tuple[int, str, str]) -> None:
    dark, light = sorted((_light(step[1]), _light(step[2])))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_should_escape_names_and_shorten_long_ones() -> None:
    hostile = "<script>alert(1)</script>&\"'"
    text = heat_table(hostile, [hostile] * len(COUNTS), [Row(hostile, COUNTS)])
    assert "<script" not in text
    root = read(text)
    assert root.find(f"{PART}title").text == hostile
    shown = [part.text for part in root.findall(f"{PART}text")]
    assert max(map(len, shown)) <= 13


def test_should_stand_without_areas_or_fields() -> None:
    assert read(heat_table("題", [], [])).tag == f"{PART}svg"
