"""Analysed texts that a rebuild left: what is found is right, whatever happened to the file."""

from pathlib import Path

import pytest

from search.text.analysis import Words
from search.text.kept import coded, decoded, digest_of, keeping

WORDS = {
    digest_of(text, "state", with_grams=True): Words(text, "あいう えおか")
    for text in ("居場所", "体操", "食堂" * 2_000)
}


@pytest.fixture
def shelved(tmp_path):
    with keeping(tmp_path) as (_kept, writer):
        for digest, words in WORDS.items():
            writer.add(digest, coded(words))
    return tmp_path / "texts"


def found_in(folder: Path) -> list[Words | None]:
    with keeping(folder) as (found, _writer):
        return [content and decoded(content) for content in found.find(list(WORDS))]


def test_should_find_what_was_kept(shelved):
    assert found_in(shelved.parent) == list(WORDS.values())


def test_should_find_nothing_false_in_a_damaged_file(shelved, caplog):
    whole = shelved.read_bytes()
    for at in range(0, len(whole), 61):
        shelved.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        found = found_in(shelved.parent)
        assert all(words in {None, right} for words, right in zip(found, WORDS.values(), strict=True))
        shelved.write_bytes(whole[:at])
        assert found_in(shelved.parent) == [None] * len(WORDS)


@pytest.mark.parametrize("content", [b"", b"yorozu", bytes(200)])
def test_should_take_a_strange_file_for_none(tmp_path, content):
    (tmp_path / "texts").write_bytes(content)
    assert found_in(tmp_path) == [None] * len(WORDS)
    (tmp_path / "texts").unlink(missing_ok=True)
    (tmp_path / "texts").mkdir()
    assert found_in(tmp_path) == [None] * len(WORDS)


def test_should_let_one_of_two_rebuilds_keep_texts(tmp_path):
    with keeping(tmp_path) as (_kept, first), keeping(tmp_path) as (_also_kept, second):
        assert first is not None
        assert second is None


def test_should_write_over_what_a_killed_rebuild_left(tmp_path):
    (tmp_path / "texts.new").write_bytes(b"half")
    with keeping(tmp_path) as (_kept, writer):
        writer.add(b"0" * 16, b"a")
    with keeping(tmp_path) as (found, _writer):
        assert found.find([b"0" * 16]) == [b"a"]
