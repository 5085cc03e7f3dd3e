"""What fails, fails quietly: the page answers on, and no record is lost."""

from __future__ import annotations

import fcntl
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client

from search import engines
from search.documents import SearchDocument, document_stream
from search.engines.base import EngineUnavailable
from search.indexing import catch_up, catch_up_quietly, check, rebuild
from tests.elasticsearch.node import Node
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db
WORD = "ぞうさんの水あそび"


def answers(client: Client, words: str = "居場所 東部") -> list[str]:
    """Titles of a page of results, which must answer with a desk at its end."""
    response = client.get("/search/", {"q": words})
    assert response.status_code == 200
    soup = BeautifulSoup(response.content, "lxml")
    assert soup.select_one(".ending")
    return [link.get_text(strip=True) for link in soup.select(".hits .hit-title a")]


@pytest.fixture
def publish(django_capture_on_commit_callbacks: Callable) -> Callable[[str], None]:
    """Publish a place, as an editor's request that is committed."""

    def run(name: str) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            PlaceFactory(name=name)

    return run


# the embedded index alone


@pytest.mark.parametrize("fault", ["deleted", "truncated", "emptied", "without pointer"])
def test_should_answer_with_a_damaged_index_and_lose_nothing(
    own_index: Path, client: Client, publish: Callable, fault: str
) -> None:
    build = own_index / (own_index / "CURRENT").read_text().strip()
    if fault == "deleted":
        shutil.rmtree(own_index)
    elif fault == "truncated":
        for file in (build / "index").glob("*.store"):
            file.write_bytes(file.read_bytes()[:20])
        (build / "index" / "meta.json").write_bytes(b"{")
    elif fault == "emptied":
        shutil.rmtree(build / "index")
    else:
        (own_index / "CURRENT").unlink()
    engines.forget_engines()
    assert answers(client) == []
    publish(WORD)
    call_command("check_index", "--repair", verbosity=0)
    assert check().is_clean
    assert answers(client, WORD)[0] == WORD


def test_should_answer_while_another_writer_holds_the_index(
    own_index: Path, client: Client, publish: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines.engine_named("tantivy")._write_lock, "_wait", 0.2)
    with (own_index / "write.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        publish(WORD)
        assert answers(client)
        assert WORD not in answers(client, WORD), "not yet"
    catch_up()
    assert answers(client, WORD)[0] == WORD
    assert check().is_clean


# the cluster, with the embedded index behind it


@pytest.fixture
def clustered(mortal_node: Node, own_index: Path, settings: object) -> Iterator[Node]:
    """The site on a cluster that may be killed, both indexes whole."""
    settings.ELASTICSEARCH = {**settings.ELASTICSEARCH, "hosts": (mortal_node.url,), "timeout": 5.0}
    settings.SEARCH_ENGINE = "elasticsearch"
    rebuild(engines.engine_named("elasticsearch"))
    yield mortal_node
    engines.engine_named("elasticsearch").client.close()
    engines.forget_engines()


def both_clean() -> bool:
    return all(check(engine).is_clean for engine in engines.engines_in_use())


@pytest.mark.elasticsearch
def test_should_answer_when_the_cluster_dies_and_lose_nothing(
    clustered: Node, client: Client, publish: Callable
) -> None:
    before = answers(client)
    assert before
    clustered.kill()
    assert [answers(client)[:3] for _number in range(20)] == [before[:3]] * 20, (
        "the same answers from the embedded index"
    )
    assert engines.get_engine().is_away
    health = client.get("/healthz").json()
    assert health["status"] == "degraded"
    assert health["indexes"]["elasticsearch"]["available"] is False
    publish(WORD)
    assert answers(client, WORD)[0] == WORD, "an editor's change is found while the cluster is away"
    clustered.start().wait()
    catch_up_quietly()
    assert both_clean(), "the cluster caught up with nothing lost"
    engines.get_engine()._away_until = 0.0
    assert answers(client, WORD)[0] == WORD
    assert not engines.get_engine().is_away
    assert client.get("/healthz").json()["status"] == "ok"


@pytest.mark.elasticsearch
def test_should_keep_the_old_index_when_the_cluster_dies_during_bulk(
    clustered: Node, client: Client, publish: Callable
) -> None:
    cluster = engines.engine_named("elasticsearch")
    documents = list(document_stream())

    def dying() -> Iterator[SearchDocument]:
        for number in range(5):
            for document in documents:
                yield SearchDocument(key=f"{document.key}-{number}", title=document.title)
            if number == 2:
                clustered.kill()

    with pytest.raises(EngineUnavailable):
        cluster.rebuild(dying())
    assert answers(client)
    publish(WORD)
    clustered.start().wait()
    catch_up_quietly()
    assert both_clean(), "the index of before, and what changed meanwhile"
    rebuild(cluster)
    assert both_clean()


@pytest.mark.elasticsearch
def test_should_answer_from_the_cluster_when_the_embedded_index_is_gone(
    clustered: Node, own_index: Path, client: Client, publish: Callable
) -> None:
    shutil.rmtree(own_index)
    assert answers(client)
    publish(WORD)
    assert answers(client, WORD)[0] == WORD
    call_command("check_index", "--repair", verbosity=0)
    assert both_clean()


@pytest.mark.elasticsearch
def test_should_keep_answering_while_an_index_is_rebuilt(clustered: Node, client: Client) -> None:
    cluster = engines.engine_named("elasticsearch")
    documents = list(document_stream())
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for _round in range(3):
                cluster.rebuild(iter(documents))
        except BaseException as error:
            failed.append(error)

    rebuilding = threading.Thread(target=work)
    rebuilding.start()
    seen = 0
    while rebuilding.is_alive():
        assert answers(client)
        seen += 1
    rebuilding.join()
    assert not failed
    assert seen > 3
    assert not engines.get_engine().is_away


@pytest.mark.elasticsearch
def test_should_compare_everything_after_a_long_absence(
    clustered: Node, publish: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from search.change_log import prune

    clustered.kill()
    for name in (WORD, "きりんのおひるね", "かばのはみがき"):
        publish(name)
    prune(timedelta(0))
    clustered.start().wait()
    catch_up_quietly()
    assert both_clean(), "changes that are no longer in the log were found by comparison"
