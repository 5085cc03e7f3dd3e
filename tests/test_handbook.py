"""The editors' handbook: its pictures are there, small, and each stands in a chapter with words for those who do not see it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.handbook.__main__ import LARGEST
from tests.handbook.pictures import PICTURES, SIZES

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "handbook"
PICTURE = re.compile(r"!\[([^\]]*)\]\(pictures/([\w-]+)\.png\)")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([\w/.-]+\.md)\)")
MADE = {f"{picture.name}-{width}" for picture in PICTURES for width, _height in picture.sizes}
CHAPTERS = sorted(FOLDER.glob("*.md"))


def test_should_show_every_picture_with_words_and_none_that_is_not_made() -> None:
    shown: dict[str, str] = {}
    for chapter in CHAPTERS:
        shown |= {name: words for words, name in PICTURE.findall(chapter.read_text())}
    assert set(shown) == MADE
    assert all(len(words) > 8 for words in shown.values())


def test_should_keep_pictures_that_are_made_and_small() -> None:
    stored = {file.stem: file.stat().st_size for file in (FOLDER / "pictures").glob("*.png")}
    assert set(stored) == MADE, "make handbook; and take away what no row makes any more"
    assert max(stored.values()) <= LARGEST


def test_should_make_each_picture_narrow_and_wide() -> None:
    assert {size for picture in PICTURES for size in picture.sizes} == set(SIZES) == {(1280, 800), (390, 844)}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_should_link_only_to_chapters_that_exist(chapter: Path) -> None:
    for target in LINK.findall(chapter.read_text()):
        assert (FOLDER / target).exists(), target
    if chapter.name != "README.md":
        assert f"({chapter.name})" in (FOLDER / "README.md").read_text()
