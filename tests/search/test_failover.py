"""Which engine answers: the cluster, or the embedded index while the cluster is away."""

from __future__ import annotations

import logging
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured

from search import engines
from search.checks import check_search
from search.engines.base import EngineQuery, EngineUnavailable
from search.engines.failover import Failover
from search.engines.tantivy import TantivyEngine
from tests.search.contract import document


@pytest.fixture
def pair(tmp_path):
    """Two embedded indexes, of which the first stands for the cluster and can be taken away."""
    first, second = TantivyEngine(tmp_path / "first"), TantivyEngine(tmp_path / "second")
    second.rebuild([document(2, "あとの索引")])
    return first, second


def titles(engine) -> list[str]:
    return [hit.key for hit in engine.search(EngineQuery()).hits]


def test_should_answer_from_the_first_while_it_is_there(pair):
    first, second = pair
    first.rebuild([document(1, "さきの索引")])
    assert titles(Failover(first, second)) == ["d:1"]


def test_should_answer_from_the_second_and_tell_the_operator_once(pair, caplog):
    called = []
    both = Failover(*pair, rest=60, on_away=lambda: called.append(True))
    with caplog.at_level(logging.INFO, logger="search"):
        assert [titles(both), titles(both), titles(both)] == [["d:2"]] * 3
    assert len([record for record in caplog.records if "is away" in record.message]) == 1
    assert called == [True], "the second is brought up to date when it begins to answer"
    assert both.is_away
    assert "is away" in both.status().detail


def test_should_leave_the_first_alone_for_a_while_and_come_back(pair, caplog):
    first, second = pair
    both = Failover(first, second, rest=60)
    assert titles(both) == ["d:2"]
    first.rebuild([document(1, "さきの索引")])
    assert titles(both) == ["d:2"], "it rests"
    both._away_until = 0.0
    with caplog.at_level(logging.INFO, logger="search"):
        assert titles(both) == ["d:1"]
    assert any("is back" in record.message for record in caplog.records)


def test_should_let_nobody_wait_for_the_one_who_tries(pair, monkeypatch):
    first, second = pair
    both = Failover(first, second, rest=0)
    titles(both)
    entered, leave = threading.Event(), threading.Event()

    def slow(query):
        entered.set()
        leave.wait(10)
        raise EngineUnavailable("still away")

    monkeypatch.setattr(first, "search", slow)
    trying = threading.Thread(target=titles, args=(both,))
    trying.start()
    assert entered.wait(5)
    assert titles(both) == ["d:2"], "others are answered meanwhile"
    leave.set()
    trying.join(10)


def test_should_say_so_when_neither_answers(tmp_path):
    both = Failover(TantivyEngine(tmp_path / "a"), TantivyEngine(tmp_path / "b"))
    with pytest.raises(EngineUnavailable):
        titles(both)
    assert not both.status().available


def cluster(**options) -> dict:
    defaults = {"hosts": ("http://127.0.0.1:9200",), "api_key": "", "password": "", "verify": True}
    return {**defaults, **options}


@pytest.mark.parametrize(
    ("engine", "options", "found"),
    [
        ("tantivy", cluster(hosts=()), []),
        ("nothing", cluster(), ["search.E001"]),
        ("elasticsearch", cluster(hosts=()), ["search.E003"]),
        ("elasticsearch", cluster(hosts=("es:9200",)), ["search.E004"]),
        ("elasticsearch", cluster(), []),
        ("elasticsearch", cluster(hosts=("http://es.example.jp:9200",), api_key="x"), ["search.W001"]),
        ("elasticsearch", cluster(hosts=("https://es.example.jp:9200",), verify=False), ["search.W002"]),
    ],
)
def test_should_tell_the_operator_what_is_wrong(settings, engine, options, found):
    settings.SEARCH_ENGINE, settings.ELASTICSEARCH = engine, options
    assert [message.id for message in check_search()] == found


def test_should_refuse_an_unknown_engine(settings):
    settings.SEARCH_ENGINE = "nothing"
    with pytest.raises(ImproperlyConfigured):
        engines.get_engine()
