"""Damage as a killed process, a crash or a careless hand leaves it: the index follows by itself, and health tells meanwhile."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from search import engines
from search.indexing import follow_quietly
from search.text import dictionary
from search.text.analysis import analyse
from tests.portal.test_truth import WORD, all_clean, answers, health, leave_empty_deletions, let_wait

pytestmark = pytest.mark.django_db


def build_of(root: Path) -> Path:
    return root / (root / "CURRENT").read_text().strip()


def cut_meta(root: Path) -> None:
    meta = build_of(root) / "index" / "meta.json"
    meta.write_bytes(meta.read_bytes()[:100])


def lose_segment(root: Path) -> None:
    for file in (build_of(root) / "index").glob("*.term"):
        file.unlink()


def lose_folder(root: Path) -> None:
    shutil.rmtree(root)


def empty_pointer(root: Path) -> None:
    (root / "CURRENT").write_bytes(b"")


def cut_cursor(root: Path) -> None:
    (build_of(root) / "cursor.json").write_text('{"change": 1')


def leave_locks(root: Path) -> None:
    """Files of locks whose holders are gone: they hold nothing."""
    for file in (root / "write.lock", root / "rebuild.lock", build_of(root) / "index" / ".tantivy-writer.lock"):
        file.touch()


def leave_half_build(root: Path) -> None:
    """What a process leaves that is killed while it builds."""
    half = root / "20990101T000000-half"
    shutil.copytree(build_of(root) / "index", half / "index")
    (half / "index" / "meta.json").write_bytes(b"{")
    (root / ".CURRENT.1.1").write_text("half")


def cut_dictionary(root: Path) -> None:
    # A moment for which each process believes what it saw.
    dictionary._looked.clear()
    (file,) = (root.parent / "search_dictionary_dir").glob("*.dic")
    file.write_bytes(file.read_bytes()[:-5])


# Each with whether it can be seen before anybody writes.
DAMAGES: tuple[tuple[Callable[[Path], None], bool], ...] = (
    (leave_empty_deletions, False),
    (cut_meta, True),
    (lose_segment, True),
    (lose_folder, True),
    (empty_pointer, True),
    (cut_cursor, True),
    (leave_locks, False),
    (leave_half_build, False),
    (cut_dictionary, True),
)


@pytest.mark.parametrize(("damage", "shows"), DAMAGES, ids=[damage.__name__ for damage, _shows in DAMAGES])
def test_should_follow_by_itself(own_index: Path, client: Client, damage: Callable[[Path], None], shows: bool) -> None:
    """Nobody publishes: a worker looks by itself (`search.following`)."""
    let_wait(WORD, minutes=0)
    damage(own_index)
    engines.forget_engines()
    assert health(client)["status"] == ("degraded" if shows else "ok")
    answers(client)
    follow_quietly()
    assert health(client)["status"] == "ok"
    assert answers(client, WORD)[0] == WORD
    assert all_clean()


@pytest.mark.parametrize("damage", [leave_empty_deletions, lose_segment, leave_half_build, cut_cursor])
def test_should_answer_until_it_has_followed(own_index: Path, client: Client, damage: Callable[[Path], None]) -> None:
    before = answers(client)
    assert before
    damage(own_index)
    assert answers(client) == before, "who has it open reads on"
    follow_quietly()
    assert answers(client) == before


def test_should_read_without_a_dictionary_that_is_cut_short(own_index: Path, client: Client) -> None:
    word = "いばしょ"
    whole = analyse(word).terms
    cut_dictionary(own_index)
    assert answers(client), "questions are answered, by the words that everybody has"
    assert dictionary.current() == ""
    follow_quietly()
    assert dictionary.current()
    assert analyse(word).terms == whole


def test_should_leave_nothing_behind(own_index: Path) -> None:
    leave_half_build(own_index)
    leave_empty_deletions(own_index)
    let_wait(WORD)
    json.loads((build_of(own_index) / "cursor.json").read_text())
    lose_segment(own_index)
    follow_quietly()
    folders = {folder.name for folder in own_index.iterdir() if folder.is_dir()}
    assert len(folders) == 2, "the one that answers and the one before"
    assert "20990101T000000-half" not in folders
