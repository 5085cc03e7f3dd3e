"""The cluster's engine against a real server."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from directory.finding.understanding import ask
from directory.fixtures import read_csv
from directory.vocabulary.provider import provide
from search.documents import document_stream, known_facets
from search.engines.base import Cursor, EngineBusy, EngineQuery, EngineUnavailable
from search.engines.elasticsearch import ElasticsearchEngine
from search.engines.elasticsearch_cluster import ClusterOptions, connect, public_options
from search.engines.elasticsearch_query import mapping
from search.engines.tantivy import TantivyEngine
from search.questions import vocabulary
from search.questions.query import understand
from tests.search.contract import EngineContract, document

pytestmark = pytest.mark.elasticsearch
QUERIES = Path(__file__).with_name("queries")


@pytest.fixture
def options(elasticsearch_url: str, request: pytest.FixtureRequest) -> ClusterOptions:
    """An alias of this test's own."""
    import hashlib

    name = hashlib.blake2b(request.node.nodeid.encode("utf-8", "ignore"), digest_size=8).hexdigest()
    return ClusterOptions((elasticsearch_url,), prefix=f"t-{name}", timeout=10, write_wait=0.3)


@pytest.fixture
def engine(options: ClusterOptions):
    made = ElasticsearchEngine(options)
    made.rebuild([])
    yield made
    for index in made.client.indices.get(index=f"{options.prefix}-*", features="settings"):
        made.client.indices.delete(index=index)
    made.client.close()


class TestElasticsearch(EngineContract):
    """The same behaviour as the embedded engine."""


def aliases(engine: ElasticsearchEngine) -> list[str]:
    return sorted(engine.client.indices.get_alias(name=engine._alias))


def test_should_swap_an_alias_and_keep_one_index_before(engine: ElasticsearchEngine) -> None:
    first = aliases(engine)
    engine.rebuild([document(1, "一つめ")], cursor=Cursor(7, {5: 1.0}))
    second = aliases(engine)
    assert len(second) == 1
    assert second != first
    assert engine.cursor == Cursor(7, {5: 1.0}), "the cursor is swapped with the index"
    engine.rebuild([document(1, "二つめ")])
    assert [*second, *aliases(engine)] == engine._indices(), "only the one before is kept"


def test_should_roll_back_to_the_index_before(engine: ElasticsearchEngine) -> None:
    engine.rebuild([document(1, "よい")], cursor=Cursor(3))
    engine.rebuild([document(1, "わるい")], cursor=Cursor(9))
    engine.rollback()
    assert engine.cursor.change == 3
    assert len(engine.fingerprints()) == 1
    with pytest.raises(EngineUnavailable):
        engine.rollback()


def test_should_leave_no_half_index_behind(engine: ElasticsearchEngine) -> None:
    before = engine._indices()

    def broken():
        yield document(1, "一つめ")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())
    assert engine._indices() == before


def test_should_read_and_write_an_index_of_an_earlier_version(
    engine: ElasticsearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = {name: field for name, field in mapping()["properties"].items() if name != "contact"}
    with monkeypatch.context() as older:
        before = {**mapping(), "properties": fewer}
        older.setattr("search.engines.elasticsearch.mapping", lambda: before)
        engine.rebuild([], cursor=Cursor(3, {}, "c1"))
        assert not engine.is_outdated()
    assert engine.is_outdated()
    facets = {"kind": ("place",), "contact": ("mail",)}
    engine.apply([document(1, facets=facets)], [])
    assert engine.search(EngineQuery(filters={"kind": ("place",)}, facets=("contact",))).total == 1
    assert engine.search(EngineQuery(filters={"contact": ("mail",)})).total == 0
    engine.rebuild([document(1, facets=facets)])
    assert not engine.is_outdated()
    assert engine.search(EngineQuery(filters={"contact": ("mail",)})).total == 1


def test_should_let_only_one_host_write(engine: ElasticsearchEngine, options: ClusterOptions) -> None:
    other = ElasticsearchEngine(options)
    try:
        with engine.exclusive(), pytest.raises(EngineBusy):
            other.apply([document(1)], [])
        other.apply([document(1)], [])
    finally:
        other.client.close()


def test_should_take_over_the_lock_of_a_host_that_died(
    engine: ElasticsearchEngine, options: ClusterOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.engines.elasticsearch_cluster.LOCK_SECONDS", -1.0)
    engine._write_lock._take(0)
    other = ElasticsearchEngine(options)
    try:
        other.apply([document(1)], [])
    finally:
        other.client.close()


def test_should_answer_while_another_process_rebuilds(engine: ElasticsearchEngine) -> None:
    engine.rebuild([document(number, "居場所") for number in range(50)])

    def slowly():
        for number in range(50):
            assert len(engine.search(EngineQuery(limit=5)).hits) == 5
            yield document(number, "居場所")

    engine.rebuild(slowly())
    assert engine.search(EngineQuery()).total == 50


@pytest.mark.parametrize("text", ["あ" * 100_000, "居場所 " * 2_000, " ".join(f"word{n}" for n in range(2_000))])
def test_should_take_long_questions(engine: ElasticsearchEngine, text: str) -> None:
    question = understand(text)
    engine.search(EngineQuery(question.clauses, question.minimum_match, facets=known_facets()))


def test_should_tell_an_absent_cluster_at_once() -> None:
    engine = ElasticsearchEngine(ClusterOptions(("http://127.0.0.1:9",), timeout=1))
    try:
        start = time.monotonic()
        with pytest.raises(EngineUnavailable):
            engine.search(EngineQuery())
        assert not engine.status().available
        assert time.monotonic() - start < 10
        with pytest.raises(EngineUnavailable):
            engine.apply([document(1)], [])
        with pytest.raises(EngineUnavailable):
            engine.rebuild([document(1)])
    finally:
        engine.client.close()


def test_should_send_the_key_and_hold_to_certificates() -> None:
    client = connect(ClusterOptions(("https://127.0.0.1:9",), api_key="c2VjcmV0", timeout=1.5))
    try:
        assert client._headers["authorization"] == "ApiKey c2VjcmV0"
        node = client.transport.node_pool.get()
        assert node.config.verify_certs
        assert node.config.scheme == "https"
    finally:
        client.close()
    assert "c2VjcmV0" not in str(public_options(ClusterOptions(("https://127.0.0.1:9",), api_key="c2VjcmV0")))


def test_should_agree_with_the_embedded_engine_on_every_order(
    engine: ElasticsearchEngine, tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo's documents, and questions of all kinds with the vocabulary that ships."""
    monkeypatch.setattr(vocabulary, "_provider", provide)
    embedded = TantivyEngine(tmp_path / "index")
    documents = list(document_stream())
    for each in (engine, embedded):
        each.rebuild(documents)
    asked = [row["query"] for row in read_csv("tuning.csv", QUERIES)] + [
        "居場所 東部",
        "相談",
        "いばしょ",
        "こども食堂",
    ]
    differ = []
    for text in asked:
        meant = ask(text)
        query = EngineQuery(
            meant.question.clauses,
            meant.question.minimum_match,
            filters=meant.filters,
            boosts=meant.boosts,
            also={"type": tuple(meant.types)},
            facets=("kind", "area"),
            limit=3,
        )
        ours, theirs = embedded.search(query), engine.search(query)
        assert (ours.total, ours.facets) == (theirs.total, theirs.facets), text
        if [hit.key for hit in ours.hits] != [hit.key for hit in theirs.hits]:
            differ.append(text)
    assert len(differ) <= len(asked) * 0.05, differ
