"""A whole index is analysed as its documents are one by one, whoever does it and whatever an earlier rebuild left."""

import os
import signal
import sys
from dataclasses import replace
from functools import partial
from itertools import count

import pytest

from search import analysing, indexing
from search.analysing import Form, analysed, made
from search.documents import Origin, SearchDocument, analyse_document, document_stream, each_made
from search.engines import get_engine
from search.engines.base import EngineQuery
from search.text import helpers, kept
from search.text.analysis import analysis_state, words_of
from search.text.helpers import Helper, Helpers
from search.text.kept import coded, digest_of, keeping


@pytest.fixture
def demo(db):
    return list(document_stream())


@pytest.fixture
def one_by_one(demo):
    return [analyse_document(document) for document in demo]


class Patient(Helpers):
    """Helpers for whom everybody waits until they are ready."""

    helped = 0

    def start(self):
        self._all = [Helper()]
        while not self._all[0].is_ready:
            assert not self._all[0].is_lost
            self._all[0].exchange(1.0)

    def free(self):
        found = super().free()
        Patient.helped += found is not None
        return found


@pytest.fixture
def helped(monkeypatch):
    monkeypatch.setattr(analysing, "Helpers", Patient)
    monkeypatch.setattr(analysing, "HELPED_FROM", 1)
    monkeypatch.setattr(analysing, "BATCH", 8)
    monkeypatch.setattr(Patient, "helped", 0)


def test_should_make_of_the_demo_what_is_made_of_each_document(index_dir, demo, one_by_one, monkeypatch):
    assert list(analysed(demo)) == one_by_one
    monkeypatch.setattr(analysing, "analyse_text", lambda text: pytest.fail(f"analysed again: {text}"))
    assert list(analysed(demo)) == one_by_one


def test_should_make_the_same_with_helpers(index_dir, demo, one_by_one, helped):
    assert list(analysed(demo)) == one_by_one
    assert Patient.helped > 5


@pytest.mark.parametrize("hurt", [signal.SIGKILL, signal.SIGSTOP])
def test_should_go_on_without_a_helper_that_is_lost(index_dir, demo, one_by_one, helped, monkeypatch, hurt, caplog):
    ask = Helper.ask

    def hurting(helper, texts, limit):
        ask(helper, texts, limit)
        os.kill(helper._process.pid, hurt)

    monkeypatch.setattr(Helper, "ask", hurting)
    monkeypatch.setattr(helpers, "PATIENCE_SECONDS", 1.5)
    assert list(analysed(demo)) == one_by_one
    assert "is lost" in caplog.text


def test_should_read_anew_only_what_changed(index_dir, monkeypatch):
    documents = [SearchDocument(key=f"d:{number}", title=f"居場所 {number}", body="体操") for number in range(5)]
    list(analysed(documents))
    read = []
    plain = analysing.analyse_text
    monkeypatch.setattr(analysing, "analyse_text", lambda text: read.append(text.text) or plain(text))
    documents[2] = SearchDocument(key="d:2", title="草刈り", body="体操", labels="居場所 1")
    assert list(analysed(documents))[2] == analyse_document(documents[2])
    assert read == ["草刈り"]


def test_should_keep_only_what_the_last_rebuild_used(index_dir):
    list(analysed([SearchDocument(key="d:1", title="居場所"), SearchDocument(key="d:2", title="体操")]))
    list(analysed([SearchDocument(key="d:2", title="体操")]))
    digests = [digest_of(text, analysis_state(), with_grams=True) for text in ("居場所", "体操")]
    with keeping(index_dir) as (found, _writer):
        assert found.find(digests) == [None, coded(words_of("体操", limit=100))]


def test_should_leave_what_was_kept_when_a_rebuild_fails(index_dir, shelf):
    shelf.put(1, "居場所")
    engine = get_engine()
    engine.rebuild(shelf.documents())
    before = (index_dir / "texts").read_bytes()

    def failing():
        yield SearchDocument(key="shelf:2", title="体操")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        engine.rebuild(failing())
    assert (index_dir / "texts").read_bytes() == before
    assert not (index_dir / "texts.new").exists()
    assert [hit.key for hit in engine.search(EngineQuery()).hits] == ["shelf:1"]


@pytest.mark.django_db
def test_should_build_a_whole_index_from_what_was_kept(index_dir, shelf):
    for number in range(100):
        shelf.put(number, f"居場所 {number % 7}", reading="いばしょ", summary="体操 をします")
    indexing.rebuild()
    first = get_engine().fingerprints()
    indexing.rebuild()
    assert get_engine().fingerprints() == first
    assert indexing.check().is_clean


def test_should_leave_the_room_of_a_full_disk_to_the_index(index_dir, monkeypatch, caplog):
    document = SearchDocument(key="d:1", title="居場所")
    monkeypatch.setattr(kept, "SPARE_ROOM", 1 << 62)
    assert list(analysed([document])) == [analyse_document(document)]
    assert "not kept" in caplog.text
    assert not list(index_dir.glob("texts*[!k]"))


def test_should_go_on_where_no_process_can_be_started(index_dir, demo, one_by_one, monkeypatch, caplog):
    monkeypatch.setattr(analysing, "HELPED_FROM", 1)
    monkeypatch.setattr(helpers, "cores", lambda: 2)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert list(analysed(demo)) == one_by_one
    assert "No process can be started" in caplog.text


# whole documents


def form_of(state="form", make=repr):
    return Form(state, make)


def fails(_anything):
    pytest.fail("made again")


def few(number_of=70):
    return [
        SearchDocument(key=f"d:{number}", title=f"居場所 {number}", body="体操", quality=1)
        for number in range(number_of)
    ]


def by_hand(documents):
    return [(document.key, repr(analyse_document(document))) for document in documents]


def test_should_make_again_what_was_made_before(index_dir, demo):
    assert [tuple(each) for each in made(demo, form_of())] == by_hand(demo)
    before = {name: (index_dir / name).stat().st_ino for name in ("texts", "documents")}
    assert [tuple(each) for each in made(demo, form_of(make=fails))] == by_hand(demo)
    assert {name: (index_dir / name).stat().st_ino for name in before} == before, (
        "nothing is written where all is there"
    )


def test_should_make_the_same_documents_with_helpers(index_dir, demo, helped):
    half = demo[::2]
    list(made(half, form_of()))
    assert [tuple(each) for each in made(demo, form_of())] == by_hand(demo)
    assert Patient.helped > 5


def test_should_make_anew_only_the_document_that_changed(index_dir):
    documents = few()
    list(made(documents, form_of()))
    documents[40] = replace(documents[40], quality=2)
    asked = []
    found = list(made(documents, form_of(make=lambda document: asked.append(document.key) or repr(document))))
    assert asked == ["d:40"]
    assert [tuple(each) for each in found] == by_hand(documents)


def origins(texts, state="areas"):
    """What documents with these titles are made of; a title "" is of a record that cannot be read."""

    def make(key, title):
        return SearchDocument(key=key, title=title) if title else None

    return [Origin(key, title, state, partial(make, key, title)) for key, title in texts.items()]


def test_should_not_make_the_document_of_a_record_that_did_not_change(index_dir):
    texts = {f"d:{number}": f"居場所 {number}" for number in range(70)} | {"d:70": ""}
    first = list(made(origins(texts), form_of()))
    assert [each.key for each in first] == list(texts)[:-1]
    assert [tuple(each) for each in first] == by_hand(each_made(origins(texts)))
    again = [replace(origin, make=fails) if origin.text else origin for origin in origins(texts)]
    assert list(made(again, form_of(make=fails))) == first


def test_should_not_take_one_for_another_of_the_same_text(index_dir):
    list(made(origins({"d:1": "居場所"}), form_of()))
    for texts in ({"d:2": "居場所"}, {"d:3": "居場所", "d:2": "居場所"}):
        assert [tuple(each) for each in made(origins(texts), form_of())] == by_hand(each_made(origins(texts)))


def test_should_make_anew_what_another_record_or_other_surroundings_make_another(index_dir):
    asked = []
    form = form_of(make=lambda document: asked.append(document.key) or repr(document))
    texts = {f"d:{number}": f"居場所 {number}" for number in range(70)}
    list(made(origins(texts), form))
    for changed, state in (({"d:40": "体操"}, "areas"), ({}, "other areas")):
        texts |= changed
        asked.clear()
        found = list(made(origins(texts, state), form))
        assert asked == list(changed or texts)
        assert [tuple(each) for each in found] == by_hand(each_made(origins(texts)))


def test_should_keep_no_document_and_no_text_that_went(index_dir):
    documents = few()
    list(made(documents, form_of()))
    for gone in (["d:3"], [*(f"d:{number}" for number in range(1, 65))]):
        documents = [document for document in documents if document.key not in gone]
        list(made(documents, form_of(make=fails)))
        with keeping(index_dir) as (texts, one), keeping(index_dir, "documents") as (kept_documents, other):
            assert (len(texts), len(kept_documents)) == (len(documents) + 1, len(documents))
            one.close()
            other.close()


@pytest.mark.parametrize("changed", ["form", "program"])
def test_should_make_all_anew_of_the_texts_that_were_kept(index_dir, monkeypatch, changed):
    documents = few()
    list(made(documents[1:], form_of()))
    # One came, so that what was kept is carried on.
    list(made(documents, form_of()))
    monkeypatch.setattr(analysing, "analyse_text", fails)
    if changed == "program":
        monkeypatch.setattr(analysing, "_PROGRAM", "another version")
    state = "another" if changed == "form" else "form"
    asked = []
    list(made(documents, form_of(state, lambda document: asked.append(document.key) or "made")))
    assert asked == [document.key for document in documents]


def test_should_not_keep_what_was_read_while_the_dictionary_changed(index_dir, monkeypatch):
    states = map(str, count())
    with monkeypatch.context() as turning:
        turning.setattr(analysing, "analysis_state", lambda: next(states))
        list(made(few(), form_of()))
    asked = []
    list(made(few(), form_of(make=lambda document: asked.append(document.key) or "made")))
    assert len(asked) == 70


def test_should_make_the_same_of_a_damaged_file(index_dir):
    documents = few(4)
    list(made(documents, form_of()))
    whole = (index_dir / "documents").read_bytes()
    for at in range(0, len(whole), 97):
        for damaged in (whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], whole[:at]):
            (index_dir / "documents").write_bytes(damaged)
            assert [tuple(each) for each in made(documents, form_of())] == by_hand(documents)


def test_should_keep_so_many_documents_and_no_more(index_dir, monkeypatch):
    monkeypatch.setattr(analysing, "MOST_KEPT", 10_000)
    for _time in range(3):
        assert [tuple(each) for each in made(few(), form_of())] == by_hand(few())
        assert 8_000 < (index_dir / "documents").stat().st_size < 13_000
