"""The index and its health tell the truth: what is damaged, exchanged, full or of another version is seen, and followed again."""

from __future__ import annotations

import io
import json
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from search import engines, indexing
from search.documents import document_stream, known_facets
from search.engines.base import EngineQuery
from search.indexing import catch_up, catch_up_quietly, check, pending, rebuild
from search.models import IndexChange
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db
WORD, OTHER, THIRD = "ぞうさんの水あそび", "きりんのおひるね", "かばのはみがき"
NOBODY = "http://127.0.0.1:9"


def answers(client: Client, words: str = "居場所 東部") -> list[str]:
    """Titles of a page of results."""
    response = client.get("/search/", {"q": words})
    assert response.status_code == 200
    soup = BeautifulSoup(response.content, "lxml")
    return [link.get_text(strip=True) for link in soup.select(".hits .hit-title a")]


def health(client: Client) -> dict:
    """What the monitor is told."""
    return client.get("/healthz").json()


def all_clean() -> bool:
    """Whether each index says what the records say."""
    return all(check(engine).is_clean for engine in engines.engines_in_use())


@pytest.fixture
def publish(django_capture_on_commit_callbacks: Callable) -> Callable[..., None]:
    """Publish places, each as an editor's request that is committed."""

    def run(*names: str) -> None:
        for name in names:
            with django_capture_on_commit_callbacks(execute=True):
                PlaceFactory(name=name)

    return run


def let_wait(name: str, minutes: int = 60) -> None:
    """A place that was published so long ago and that no index has heard of."""
    with indexing.waiting_for_rebuild():
        PlaceFactory(name=name)
    newest = IndexChange.objects.latest("id")
    IndexChange.objects.filter(id=newest.id).update(created_at=timezone.now() - timedelta(minutes=minutes))


# a: damage that only shows when somebody writes


def leave_empty_deletions(own_index: Path) -> None:
    """What `kill -9` in the middle of a commit left in 1 of 16 cases: files that the next commit wants to make."""
    folder = own_index / (own_index / "CURRENT").read_text().strip() / "index"
    meta = json.loads((folder / "meta.json").read_text())
    for segment in meta["segments"]:
        for stamp in range(meta["opstamp"], meta["opstamp"] + 400):
            name = f"{segment['segment_id'].replace('-', '')}.{stamp}.del"
            if not (folder / name).exists():
                (folder / name).touch()


def test_should_follow_by_itself_after_a_commit_that_was_killed(
    own_index: Path, client: Client, publish: Callable
) -> None:
    publish(WORD)
    leave_empty_deletions(own_index)
    PlaceFactory._meta.model.objects.get(name=WORD).delete()
    publish(OTHER)
    assert pending() == 0
    assert answers(client, OTHER)[0] == OTHER
    assert WORD not in answers(client, WORD)
    assert all_clean()
    assert health(client)["status"] == "ok"


def test_should_follow_by_command_after_a_commit_that_was_killed(own_index: Path, client: Client) -> None:
    let_wait(WORD)
    resource_of_demo = PlaceFactory._meta.model.objects.exclude(name=WORD).filter(live=True).first()
    with indexing.waiting_for_rebuild():
        resource_of_demo.delete()
    leave_empty_deletions(own_index)
    call_command("follow_index", verbosity=0)
    assert answers(client, WORD)[0] == WORD
    assert all_clean()


def test_should_tell_that_changes_wait_for_long(own_index: Path, client: Client) -> None:
    let_wait(WORD, minutes=0)
    assert health(client)["status"] == "ok", "a moment is normal"
    let_wait(OTHER)
    told = health(client)
    assert told["status"] == "degraded"
    assert told["indexes"]["tantivy"]["pending"] == 2
    assert told["indexes"]["tantivy"]["waiting"] >= 3600
    assert "3600 s" in told["indexes"]["tantivy"]["problem"]
    assert client.get("/readyz").status_code == 200, "an index that is a little old is better than none"
    catch_up()
    assert health(client)["status"] == "ok"


# b: a database that was put back


@contextmanager
def put_back() -> Iterator[None]:
    """What happens inside is undone, as by restoring a backup made before; ids are given out again."""
    before = transaction.savepoint()
    yield
    transaction.savepoint_rollback(before)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [IndexChange]):
            cursor.execute(statement)


@pytest.mark.parametrize("names", [(WORD,), (WORD, OTHER, THIRD, "らいおんのあくび", "さいのさんぽ")])
def test_should_follow_a_database_that_was_put_back(
    own_index: Path, client: Client, publish: Callable, names: tuple[str, ...]
) -> None:
    """Also when its log has meanwhile grown past the cursor, and the same ids mean other things."""
    publish("はじめの場所")
    with put_back():
        publish("きえる場所一", "きえる場所二", "きえる場所三")
    assert health(client)["status"] == "degraded", "the index knows what the database does not"
    publish(*names)
    for name in names:
        assert answers(client, name)[0] == name
    assert "きえる場所一" not in answers(client, "きえる場所一")
    assert all_clean()
    assert health(client)["status"] == "ok"


# c: every engine of this host


@pytest.fixture
def lonely(own_index: Path, settings: object) -> Iterator[None]:
    """The site asks a cluster that is away."""
    settings.ELASTICSEARCH = {**settings.ELASTICSEARCH, "hosts": (NOBODY,), "timeout": 1.0}
    settings.SEARCH_ENGINE = "elasticsearch"
    yield
    engines.engine_named("elasticsearch").client.close()


def test_should_go_on_when_an_engine_is_away(lonely: None, own_index: Path) -> None:
    shutil.rmtree(own_index)
    output = io.StringIO()
    with pytest.raises(CommandError, match="elasticsearch"):
        call_command("rebuild_index", stdout=output)
    assert "tantivy：" in output.getvalue()
    spare = engines.engine_named("tantivy")
    assert check(spare).is_clean
    output = io.StringIO()
    with pytest.raises(CommandError, match="elasticsearch"):
        call_command("check_index", stdout=output)
    assert "tantivy：" in output.getvalue(), "the others are checked all the same"
    let_wait(WORD)
    output = io.StringIO()
    with pytest.raises(CommandError, match="elasticsearch"):
        call_command("check_index", "--repair", stdout=output)
    assert check(spare).is_clean


def test_should_not_be_ready_with_an_index_that_lacks_most(own_index: Path, client: Client) -> None:
    engine = engines.engine_named("tantivy")
    assert client.get("/readyz").status_code == 200
    cursor, some = engine.cursor, list(document_stream())[:13]
    engine.rebuild(some, cursor=cursor)
    assert client.get("/readyz").status_code == 503
    assert health(client)["status"] == "degraded"
    assert "13 of" in health(client)["indexes"]["tantivy"]["problem"]


@pytest.fixture
def clustered(elasticsearch_url: str, own_index: Path, settings: object, request: object) -> Iterator[object]:
    """The site on a real cluster, of which it has not built anything yet; the spare is gone as well."""
    shutil.rmtree(own_index)
    settings.ELASTICSEARCH = {
        **settings.ELASTICSEARCH,
        "hosts": (elasticsearch_url,),
        "prefix": "t-truth",
        "timeout": 10.0,
    }
    settings.SEARCH_ENGINE = "elasticsearch"
    engine = engines.engine_named("elasticsearch")
    yield engine
    for index in engine.client.indices.get(index="t-truth-*", features="settings"):
        engine.client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": None})
        engine.client.indices.delete(index=index)
    engine.client.close()


@pytest.mark.elasticsearch
def test_should_fill_all_engines_by_a_load(clustered: object) -> None:
    rebuild()
    assert all_clean()


@pytest.mark.elasticsearch
def test_should_fill_a_cluster_that_lost_everything(clustered: object, client: Client) -> None:
    rebuild()
    for index in clustered.client.indices.get(index="t-truth-*", features="settings"):
        clustered.client.indices.delete(index=index)
    assert health(client)["status"] == "degraded"
    assert answers(client), "the embedded index answers, and a worker is asked to look"
    assert all_clean()
    assert health(client)["status"] == "ok"


# d: no room


@pytest.mark.elasticsearch
def test_should_wait_for_a_cluster_that_is_read_only(clustered: object, client: Client, publish: Callable) -> None:
    """What Elasticsearch does by itself when its disk is almost full."""
    rebuild()
    every = "t-truth*"
    clustered.client.indices.put_settings(index=every, settings={"index.blocks.read_only_allow_delete": True})
    publish(WORD)
    told = health(client)
    assert told["status"] == "degraded"
    assert "read-only" in told["indexes"]["elasticsearch"]["problem"]
    assert told["indexes"]["elasticsearch"]["pending"] > 0, "nothing is lost"
    assert answers(client), "it answers on"
    clustered.client.indices.put_settings(index=every, settings={"index.blocks.read_only_allow_delete": None})
    catch_up_quietly()
    assert answers(client, WORD)[0] == WORD
    assert all_clean()
    assert health(client)["status"] == "ok"


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process may grow, as on a full disk; the system says so itself."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_should_wait_for_room(own_index: Path, client: Client, publish: Callable, caplog: object) -> None:
    build = (own_index / "CURRENT").read_text()
    with no_room():
        publish(WORD, OTHER)
    assert pending() > 0
    assert "no room" in caplog.text
    assert answers(client), "it answers on"
    IndexChange.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert health(client)["status"] == "degraded"
    catch_up_quietly()
    assert answers(client, WORD)[0] == WORD
    assert all_clean()
    assert (own_index / "CURRENT").read_text() == build, "a full disk is no damage"
    assert health(client)["status"] == "ok"


# e: an index of another version


def test_should_tell_an_index_of_another_version(own_index: Path, client: Client, publish: Callable) -> None:
    from search.engines import tantivy as module
    from search.engines import tantivy_query

    engine = engines.engine_named("tantivy")
    cursor = engine.cursor
    with pytest.MonkeyPatch.context() as older:
        fewer = tuple(name for name in known_facets() if name != "contact")
        older.setattr(module, "schema", lambda: tantivy_query.build_schema(fewer))
        engine.rebuild(document_stream(), cursor=cursor)
    engines.forget_engines()
    engine = engines.engine_named("tantivy")
    assert answers(client), "it is read meanwhile"
    assert engine.search(EngineQuery(filters={"kind": ("place",)}, facets=("kind", "contact"))).total > 0
    assert engine.search(EngineQuery(filters={"contact": ("mail",)})).total == 0
    told = health(client)
    assert told["status"] == "degraded"
    assert "rebuild_index" in told["indexes"]["tantivy"]["problem"]
    assert client.get("/readyz").status_code == 200
    publish(WORD)
    assert answers(client, WORD)[0] == WORD, "and written"
    output = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_index", stdout=output)
    assert "rebuild_index" in output.getvalue()
    call_command("rebuild_index", verbosity=0)
    call_command("check_index", verbosity=0)
    assert health(client)["status"] == "ok"
    assert engines.engine_named("tantivy").search(EngineQuery(filters={"contact": ("mail",)})).total > 0
