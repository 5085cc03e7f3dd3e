"""The embedded engine: the contract, and what only files and processes can do."""

import fcntl
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from search import documents
from search.engines import tantivy, tantivy_facets, tantivy_pages, tantivy_query
from search.engines.base import EngineBusy, EngineQuery, EngineUnavailable
from search.engines.tantivy import TantivyEngine
from search.questions.query import understand
from tests.search.contract import EngineContract, document
from tests.search.counting import TODAY, CountingContract, random_documents, random_query

ROOT = Path(__file__).resolve().parents[2]
WRITE_ONE = """
import sys
from pathlib import Path
from search.documents import SearchDocument
from search.engines.tantivy import TantivyEngine
TantivyEngine(Path(sys.argv[1])).apply([SearchDocument(key="d:9", title="別のプロセス")], [])
"""


def keys(engine) -> set[str]:
    return {hit.key for hit in engine.search(EngineQuery()).hits}


def root_of(engine) -> Path:
    return engine._builds.root


class TestTantivy(EngineContract):
    @pytest.fixture
    def engine(self, empty_engine):
        return empty_engine


class TestCountingOtherwise(CountingContract):
    """The same counts in threads, where the sets of values are too many, and in an index that has no sets."""

    @pytest.fixture(params=["in threads", "too many sets", "no sets"])
    def engine(self, request, tmp_path, monkeypatch):
        if request.param == "in threads":
            monkeypatch.setattr(tantivy_facets, "THREADS_FROM", 0)
        elif request.param == "too many sets":
            monkeypatch.setattr(tantivy_facets, "MOST_SETS", 4)
        else:
            monkeypatch.setattr(tantivy_query, "SETS", "{}-of-another-version")
            tantivy_query.build_schema.cache_clear()
        engine = TantivyEngine(tmp_path / "index", write_wait=0.2)
        engine.rebuild([])
        yield engine
        tantivy_query.build_schema.cache_clear()


def test_should_find_by_the_facets_that_were_registered(tmp_path, monkeypatch):
    before = tantivy.shape()
    monkeypatch.setattr(documents, "_facets", ())
    documents.register_facets("colour", "size")
    assert tantivy.shape() != before
    engine = TantivyEngine(tmp_path / "index", write_wait=0.2)
    engine.rebuild(
        [document(1, facets={"colour": ("red",)}), document(2, facets={"colour": ("blue",), "size": ("xl",)})]
    )
    found = engine.search(EngineQuery(filters={"colour": ("red",)}, facets=("colour", "size")))
    assert [hit.key for hit in found.hits] == ["d:1"]
    assert found.facets["colour"] == {"red": 1, "blue": 1}
    with pytest.raises(ValueError, match="unknown facets"):
        engine.rebuild([document(3, facets={"kind": ("desk",)})])
    with pytest.raises(ValueError, match="Unknown facets"):
        EngineQuery(filters={"kind": ("desk",)})


def test_should_refuse_a_facet_that_is_called_like_a_column(monkeypatch):
    monkeypatch.setattr(documents, "_facets", ())
    for name in ("title", "order", "until", "place", "not a name"):
        with pytest.raises(ValueError, match="No facets"):
            documents.register_facets("colour", name)


def test_should_say_that_there_is_no_index(tmp_path):
    engine = TantivyEngine(tmp_path / "nothing")
    with pytest.raises(EngineUnavailable, match="rebuild_index"):
        engine.search(EngineQuery())
    with pytest.raises(EngineUnavailable):
        engine.apply([document(1)], [])
    assert not engine.status().available
    assert "rebuild_index" in engine.status().detail


def test_should_see_what_another_process_wrote(empty_engine):
    assert keys(empty_engine) == set()
    subprocess.run(
        [sys.executable, "-c", WRITE_ONE, str(root_of(empty_engine))],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert keys(empty_engine) == {"d:9"}


def test_should_see_commits_and_swaps_of_another_engine(empty_engine):
    other = TantivyEngine(root_of(empty_engine))
    other.apply([document(1)], [])
    assert keys(empty_engine) == {"d:1"}
    other.rebuild([document(2)])
    assert keys(empty_engine) == {"d:2"}
    empty_engine.apply([document(3)], [])
    assert keys(other) == {"d:2", "d:3"}


def test_should_keep_one_earlier_build(empty_engine):
    for number in range(4):
        empty_engine.rebuild([document(number)])
    builds = [folder for folder in root_of(empty_engine).iterdir() if folder.is_dir()]
    assert len(builds) == 2
    assert keys(empty_engine) == {"d:3"}


def test_should_leave_no_folder_after_a_failing_rebuild(empty_engine):
    def documents():
        yield document(1)
        raise RuntimeError("gone")

    before = set(root_of(empty_engine).iterdir())
    with pytest.raises(RuntimeError):
        empty_engine.rebuild(documents())
    assert {folder for folder in root_of(empty_engine).iterdir() if folder.is_dir()} <= before


def test_should_read_and_swap_at_once(empty_engine):
    empty_engine.rebuild([document(number) for number in range(30)])
    stop, totals, failures = threading.Event(), set(), []

    def read():
        while not stop.is_set():
            try:
                totals.add(empty_engine.search(EngineQuery(facets=("kind",))).total)
            except Exception as error:
                failures.append(error)

    readers = [threading.Thread(target=read) for _reader in range(3)]
    for reader in readers:
        reader.start()
    other = TantivyEngine(root_of(empty_engine))
    for _swap in range(8):
        other.rebuild([document(number) for number in range(30)])
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert totals == {30}


@pytest.mark.parametrize("damage", ["store", "term", "meta.json", "pointer", "folder"])
def test_should_tell_a_damaged_index(empty_engine, damage):
    empty_engine.apply([document(1, "居場所")], [])
    root = root_of(empty_engine)
    build = root / (root / "CURRENT").read_text()
    if damage == "pointer":
        (root / "CURRENT").write_text("")
    elif damage == "folder":
        (root / "CURRENT").write_text("20200101T000000-gone")
    else:
        for file in (build / "index").iterdir():
            if file.name.endswith(damage):
                file.write_bytes(file.read_bytes()[:7])
    fresh = TantivyEngine(root)
    with pytest.raises(EngineUnavailable):
        fresh.search(EngineQuery())
    assert not fresh.status().available
    fresh.rebuild([document(2)])
    assert keys(fresh) == {"d:2"}


@pytest.mark.parametrize("lock", ["write.lock", "rebuild.lock"])
def test_should_say_busy_while_another_holds_the_lock(empty_engine, lock):
    with (root_of(empty_engine) / lock).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(EngineBusy):
            empty_engine.rebuild([document(1)])
        if lock == "write.lock":
            with pytest.raises(EngineBusy):
                empty_engine.apply([document(1)], [])
    assert keys(empty_engine) == set()
    empty_engine.apply([document(1)], [])
    assert keys(empty_engine) == {"d:1"}


def test_should_say_busy_to_another_thread_and_let_its_own_in_again(empty_engine):
    outcomes = []

    def write():
        try:
            empty_engine.apply([document(1)], [])
        except EngineBusy as error:
            outcomes.append(error)

    with empty_engine.exclusive():
        other = threading.Thread(target=write)
        other.start()
        other.join()
        empty_engine.apply([document(2)], [])
    assert len(outcomes) == 1
    assert keys(empty_engine) == {"d:2"}


def test_should_begin_again_when_the_cursor_cannot_be_read(empty_engine):
    root = root_of(empty_engine)
    (root / (root / "CURRENT").read_text() / "cursor.json").write_text("[")
    assert empty_engine.cursor.change == 0


def test_should_count_facets_anew_after_every_change(empty_engine):
    asked = EngineQuery(facets=("kind",))
    for number in (1, 2):
        empty_engine.apply([document(number, facets={"kind": ("desk",)})], [])
        for _time in range(2):
            result = empty_engine.search(asked)
            assert result.facets == {"kind": {"desk": number}}
            # What a page does with its counts stays with that page.
            result.facets["kind"]["desk"] = 99


def test_should_find_the_page_anew_after_every_change(empty_engine):
    asked = EngineQuery(filters={"kind": ("desk",)})
    for number in (1, 2, 3):
        empty_engine.apply([document(number, f"題{number}", facets={"kind": ("desk",)}, row={"n": number})], ["d:2"])
        for _time in range(2):
            result = empty_engine.search(asked)
            assert result.total == len(result.hits)
            assert {hit.key: hit.row["n"] for hit in result.hits} == {f"d:{n}": n for n in {1, number}}
    empty_engine.apply([document(1, "題1", facets={"kind": ("desk",)}, row={"n": 9})], [])
    assert {hit.row["n"] for hit in empty_engine.search(asked).hits} == {9, 3}
    empty_engine.apply([], ["d:1", "d:3"])
    assert empty_engine.search(asked).total == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"offset": 1},
        {"limit": 1},
        {"sort": "reading"},
        {"sort": "verified"},
        {"filters": {"kind": ("place",)}},
        {"boosts": (("kind", "place", 9.0),)},
        {"also": {"type": ("b",)}},
        {"minimum_match": 2},
        {"on": TODAY},
        {"demoted": TODAY},
    ],
)
def test_should_take_no_other_question_for_the_same(empty_engine, changed):
    later, earlier = TODAY + timedelta(days=9), TODAY - timedelta(days=9)
    documents = [
        document(1, "草刈り 体操", reading="ん", due=earlier, verified=earlier, facets={"kind": ("desk",)}),
        document(2, "草刈り 体操", reading="あ", due=later, verified=later, facets={"kind": ("place",)}),
        document(3, "草刈り", reading="い", until=earlier, facets={"kind": ("desk",)}),
        document(4, "別のもの", reading="う", facets={"type": ("b",)}),
    ]
    empty_engine.rebuild(documents)
    asked = EngineQuery(understand("草刈り 体操").clauses)
    before = [hit.key for hit in empty_engine.search(asked).hits]
    other = [hit.key for hit in empty_engine.search(replace(asked, **changed)).hits]
    assert other != before
    assert [hit.key for hit in empty_engine.search(asked).hits] == before


def test_should_keep_no_word_that_somebody_typed(empty_engine):
    empty_engine.apply([document(1, "草刈り")], [])
    question = understand("草刈り だれにもいえないはなし")
    query = EngineQuery(question.clauses, 1, facets=("kind",), near=(35.123, 139.456))
    assert empty_engine.search(query).total == 1
    kept = empty_engine._reader.state.kept
    assert len(kept.pages) == len(kept.counts) == 1
    written = repr((kept.pages, kept.counts))
    terms = {term for clause in query.clauses for item in clause.alternatives for term in item.terms}
    assert terms
    assert not [term for term in (*terms, "35.123") if term in written]


@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_should_put_what_is_old_behind_in_both_ways_alike(empty_engine, monkeypatch, share):
    """Sorted here out of the best, or by reading all that matches twice; also where most are as good as each other."""
    chance = Random(share)
    documents = [
        replace(
            made,
            due=TODAY - timedelta(days=1) if chance.random() < share else chance.choice((None, TODAY)),
            quality=chance.randint(0, 1),
        )
        for made in random_documents(chance, 300)
    ]
    empty_engine.rebuild(documents[:200])
    # Another segment.
    empty_engine.apply(documents[200:], [])
    day, sorted_here = TODAY - timedelta(days=1), 0
    for _question in range(60):
        query = replace(random_query(chance), demoted=day, offset=chance.choice((0, 0, 5, 40)), limit=10)
        found = empty_engine.search(query)
        state = empty_engine._reader.state
        matching = tantivy_query.matching_query(query, state.fields)
        if tantivy_pages._demoted(state.searcher, matching, day, query.offset, query.limit):
            sorted_here += 1
        with monkeypatch.context() as patch:
            patch.setattr(tantivy_pages, "MOST_SORTED", 0)
            total, read_twice = tantivy_pages._page(state, query)
        assert found.total == total
        twice = tantivy_pages.hits_of(state, query, read_twice)
        assert [hit.key for hit in found.hits] == [hit.key for hit in twice], query
        assert [hit.score for hit in found.hits] == pytest.approx([hit.score for hit in twice])
    assert sorted_here > 10
