"""Indexes follow what editors do, also when something fails in between."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from search import change_log, indexing
from search.documents import document_stream, documents_for, register_source
from search.engines import get_engine
from search.engines.base import Cursor, EngineBusy, EngineQuery, EngineUnavailable, IndexBroken
from search.engines.tantivy import TantivyEngine
from search.indexing import catch_up, check, pending, record_change, repair
from search.models import IndexChange
from search.questions.query import understand
from search.results import search

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_log(db):
    """The log as the test begins with it."""
    IndexChange.objects.all().delete()


@pytest.fixture
def index(index_dir, shelf):
    indexing.rebuild()
    return get_engine()


def keys(engine) -> set[str]:
    return {hit.key for hit in engine.search(EngineQuery()).hits}


def test_should_follow_a_save_after_its_commit(index, shelf, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record_change([shelf.put(1, "居場所")])
        assert keys(index) == set()
    assert keys(index) == {"shelf:1"}


def test_should_take_away_what_is_no_longer_public(index, shelf):
    record_change([shelf.put(1, "居場所"), shelf.put(2, "体操")])
    catch_up()
    del shelf.records["shelf:1"]
    record_change(["shelf:1"])
    catch_up()
    assert keys(index) == {"shelf:2"}


def test_should_take_away_keys_of_a_source_that_is_gone(index, shelf):
    record_change([shelf.put(1, "居場所"), "stranger:1"])
    assert catch_up() == 2
    assert keys(index) == {"shelf:1"}


def test_should_apply_each_change_once(index, shelf):
    record_change([shelf.put(1, "居場所")])
    assert catch_up() == 1
    assert catch_up() == 0


def test_should_follow_more_changes_than_one_batch_holds(index, shelf, monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 3)
    record_change([shelf.put(number, "居場所") for number in range(10)])
    assert catch_up() == 10
    assert len(keys(index)) == 10


def test_should_leave_what_takes_long_to_whoever_comes_after_the_answer(
    index, shelf, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(indexing, "BATCH", 3)
    later = []
    monkeypatch.setattr(indexing, "run_later", lambda work, lane: later.append(work) or True)
    with django_capture_on_commit_callbacks(execute=True):
        record_change([shelf.put(number, "居場所") for number in range(8)])
    assert len(keys(index)) == 3
    (work,) = later
    work()
    assert len(keys(index)) == 8


def test_should_lose_no_save_and_no_change_without_an_index(
    index_dir, shelf, caplog, django_capture_on_commit_callbacks, monkeypatch
):
    """The editor's request does not build one; whoever does it after the answer does."""
    later = []
    monkeypatch.setattr(indexing, "run_later", lambda work, lane: later.append((work, lane)) or True)
    with django_capture_on_commit_callbacks(execute=True):
        record_change([shelf.put(1, "居場所")])
    with django_capture_on_commit_callbacks(execute=True):
        record_change([shelf.put(2, "体操")])
    assert IndexChange.objects.count() == 2
    assert "will be built anew" in caplog.text
    with pytest.raises(EngineUnavailable):
        catch_up()
    ((work, lane),) = later
    assert lane == "index", "one for both, and no mail waits behind it"
    work()
    assert keys(get_engine()) == {"shelf:1", "shelf:2"}


def test_should_not_trouble_the_editor_with_a_defect(
    index, shelf, caplog, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(shelf, "documents", lambda keys=None: 1 / 0)
    with django_capture_on_commit_callbacks(execute=True):
        record_change(["shelf:1"])
    assert "ZeroDivisionError" in caplog.text
    monkeypatch.undo()
    assert pending() == 1


def test_should_log_nothing_of_a_save_that_was_rolled_back(index, shelf):
    with pytest.raises(RuntimeError), transaction.atomic():
        record_change(["shelf:1"])
        raise RuntimeError
    assert not IndexChange.objects.filter(key="shelf:1").exists()


def test_should_find_a_change_that_was_committed_late(index, shelf):
    late, early = IndexChange.objects.bulk_create([IndexChange(key="shelf:1"), IndexChange(key="shelf:2")])
    IndexChange.objects.filter(pk=late.pk).delete()
    catch_up()
    shelf.put(1, "居場所")
    IndexChange.objects.create(pk=late.pk, key="shelf:1")
    assert early.pk > late.pk
    assert catch_up() == 1
    assert keys(index) == {"shelf:1"}
    assert catch_up() == 0


def test_should_not_wait_for_ever_for_an_id_that_never_comes(index, shelf, monkeypatch):
    first, *_rest = IndexChange.objects.bulk_create([IndexChange(key="shelf:1"), IndexChange(key="shelf:2")])
    first.delete()
    catch_up()
    assert index.cursor.gaps
    monkeypatch.setattr(change_log, "GAP_SECONDS", 0.0)
    record_change(["shelf:3"])
    catch_up()
    assert not index.cursor.gaps


def test_should_catch_up_with_what_changed_while_rebuilding(index, shelf):
    shelf.put(1, "居場所")

    def documents(keys=None):
        yield from list(shelf.records.values())
        if keys is None:
            record_change([shelf.put(2, "体操")])

    class Busy:
        prefix = "shelf"
        keys = shelf.keys

        def documents(self, keys=None):
            return documents(keys)

        def everything(self):
            return documents()

    register_source(Busy())
    indexing.rebuild()
    assert keys(index) == {"shelf:1", "shelf:2"}


def test_should_follow_bulk_changes_by_the_rebuild_alone(index, shelf, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, indexing.waiting_for_rebuild():
        record_change([shelf.put(1, "居場所")])
    assert callbacks == []
    assert pending() == 1
    indexing.rebuild()
    assert pending() == 0
    assert keys(index) == {"shelf:1"}


def test_should_tell_and_repair_every_difference(index, shelf):
    record_change([shelf.put(number, "居場所") for number in (1, 2, 3)])
    catch_up()
    shelf.put(2, "体操")
    del shelf.records["shelf:3"]
    shelf.put(4, "草刈り")
    report = check()
    assert (report.missing, report.stale, report.surplus) == (("shelf:4",), ("shelf:2",), ("shelf:3",))
    repair(report)
    assert check().is_clean
    assert keys(index) == {"shelf:1", "shelf:2", "shelf:4"}


def test_should_prune_old_changes(index, shelf):
    record_change(["shelf:1", "shelf:2", "shelf:3"])
    IndexChange.objects.exclude(key="shelf:3").update(created_at=timezone.now() - timedelta(days=8))
    change_log.prune(timedelta(days=7))
    assert [change.key for change in IndexChange.objects.all()] == ["shelf:2", "shelf:3"]


def test_should_follow_on_from_the_last_change_that_is_kept_of_the_old_ones(index, shelf):
    record_change(["shelf:1", "shelf:2"])
    catch_up()
    IndexChange.objects.update(created_at=timezone.now() - timedelta(days=8))
    record_change([shelf.put(3, "居場所")])
    change_log.prune(timedelta(days=7))
    built = index.status().built_at
    assert indexing.follow() == 1
    assert index.status().built_at == built, "nothing was missed, and nothing is built"
    assert keys(index) == {"shelf:3"}


def test_should_build_anew_after_changes_that_are_no_longer_known(index, shelf):
    record_change(["shelf:1"])
    catch_up()
    for number in range(2, 5):
        record_change([shelf.put(number, "居場所")])
    change_log.prune(timedelta(0))
    with pytest.raises(IndexBroken):
        catch_up()
    indexing.follow()
    assert keys(index) == {"shelf:2", "shelf:3", "shelf:4"}


def test_should_trust_a_cursor_and_rows_that_know_no_marks(index, shelf):
    """As an earlier version left them."""
    index.cursor = Cursor(index.cursor.change)
    record_change([shelf.put(1, "居場所")])
    IndexChange.objects.update(mark=None)
    assert catch_up() == 1
    assert index.cursor.mark == ""
    record_change([shelf.put(2, "居場所")])
    assert catch_up() == 1
    assert index.cursor.mark


def test_should_build_once_when_two_find_it_broken(index_dir, shelf):
    """The second waits for nothing: it hears that somebody is at it, or finds the work done."""
    shelf.put(1, "居場所")
    other = TantivyEngine(index_dir)
    with other.rebuilding(), pytest.raises(EngineBusy), ThreadPoolExecutor(1) as worker:
        worker.submit(get_engine().rebuilding().__enter__).result()
    assert indexing.follow() == 1
    built = other.status().built_at
    assert indexing.follow(other) == 0
    assert other.status().built_at == built


def test_should_rest_after_a_rebuild_that_failed(index_dir, shelf, caplog):
    calls = []
    shelf.put(1, "居場所")

    def failing(keys=None):
        calls.append(keys)
        raise EngineUnavailable("no room")

    whole = shelf.documents
    shelf.documents = failing
    for _time in range(3):
        indexing.follow_quietly()
    assert len(calls) == 1, "a rebuild of everything is not tried again at once"
    shelf.documents = whole
    assert indexing.follow() == 1, "who asks by a command is not kept waiting"
    indexing.follow_quietly()
    assert check().is_clean


def test_should_ask_each_source_for_its_own_keys(shelf):
    class Other:
        prefix = "other"
        asked = None

        def keys(self):
            return []

        def documents(self, keys=None):
            self.asked = keys
            return iter(())

    other = Other()
    register_source(other)
    shelf.put(1, "居場所")
    found = documents_for(["shelf:1", "other:5", "stranger:1", "shelf:1"])
    assert [document.key for document in found] == ["shelf:1"]
    assert list(other.asked) == ["other:5"]
    assert len(list(document_stream())) == 1


def test_should_refuse_a_prefix_that_keys_cannot_carry(shelf):
    shelf.prefix = "a:b"
    with pytest.raises(ValueError, match="prefix"):
        register_source(shelf)


def test_should_accept_one_word_when_not_all_are_found(index, shelf):
    record_change([shelf.put(1, "居場所"), shelf.put(2, "体操")])
    catch_up()
    assert [hit.key for hit in search(understand("居場所で囲碁")).hits] == ["shelf:1"]


def test_should_show_everything_to_an_open_question(index, shelf):
    record_change([shelf.put(1, "居場所", lat=35.0, lon=139.0), shelf.put(2, "体操")])
    catch_up()
    assert search(understand("どこに聞いたらいい")).total == 2
    assert search(understand(""), sort="distance").total == 2


def test_should_say_in_japanese_what_was_rebuilt(index_dir, shelf):
    shelf.put(1, "居場所")
    output = io.StringIO()
    call_command("rebuild_index", engine="tantivy", stdout=output)
    assert "1 件" in output.getvalue()
    assert keys(get_engine()) == {"shelf:1"}


def test_should_fail_the_check_until_repaired(index, shelf):
    shelf.put(1, "居場所")
    output = io.StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("check_index", stdout=output)
    assert failure.value.returncode == 1
    assert "shelf:1" in output.getvalue()
    call_command("check_index", repair=True, stdout=output)
    call_command("check_index", stdout=output)
    assert "一致" in output.getvalue().splitlines()[-1]


def test_should_fail_the_check_without_an_index(index_dir, shelf):
    errors = io.StringIO()
    with pytest.raises(CommandError, match="tantivy"):
        call_command("check_index", stderr=errors)
    assert "rebuild_index" in errors.getvalue()
