"""What is taken in stands as if an editor had published it; drafts of others stay; all of it can be taken back."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from modelsearch.backends import get_search_backend

from directory.exchange.importing import runs
from directory.exchange.importing.plan import Options
from directory.models import (
    Channel,
    Field,
    GatheringPlace,
    ImportChange,
    ImportFile,
    ImportRun,
    NextStep,
    Organisation,
    PublicRecord,
    Resource,
    RunState,
    Town,
)
from search.models import IndexChange
from tests.directory.exchange.importing.conftest import (
    dry_run,
    exported,
    label,
    labelled,
    read_rows,
    take_back,
    take_in,
    write_rows,
)

# An import tells the index at its end, whatever becomes of the test's transaction.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
Register = Callable[[], Path]
ID, NAME, STATE = (label("resources", name) for name in ("id", "name", "state"))


def changed(folder: Path, table: str, number: int, **values: str) -> dict[str, str]:
    """Change a row of a table's file; returns the row."""
    rows = read_rows(folder / f"{table}.csv")
    rows[number].update(labelled(table, values))
    write_rows(folder / f"{table}.csv", rows)
    return rows[number]


def test_should_show_the_public_what_was_taken_in(register: Register) -> None:
    folder = register()
    row = changed(folder, "resources", 0, name="新しい名前の窓口")
    before = IndexChange.objects.count()
    run = take_in(folder)
    record = Resource.objects.get(short_id=row[ID])
    public = PublicRecord.objects.get(resource=record)
    assert public.data["name"] == record.name == "新しい名前の窓口"
    assert IndexChange.objects.filter(key=f"resource:{row[ID]}").count() and IndexChange.objects.count() > before
    assert record.latest_revision.as_object().name == "新しい名前の窓口"
    assert record.live_revision_id == record.latest_revision_id and not record.has_unpublished_changes
    assert (run.plan["changed"], run.plan["new"]) == (1, 0)
    found = GatheringPlace.objects.filter(pk=record.pk) or type(record.specific).objects.filter(pk=record.pk)
    assert found.get().channels.count() == record.channels.count()


def test_should_let_an_editor_open_and_publish_what_was_taken_in(register: Register, approver_client: object) -> None:
    folder = register()
    row = changed(folder, "channels", 0, note="昼だけ")
    take_in(folder)
    record = Resource.objects.get(short_id=row[label("channels", "resource")]).specific
    draft = record.get_latest_revision_as_object()
    assert [str(child.uuid) for child in draft.channels.all()] == [str(child.uuid) for child in record.channels.all()]
    assert draft.channels.all()[0].note == "昼だけ"
    draft.summary = "編集者が直した説明"
    draft.save_revision().publish()
    assert PublicRecord.objects.get(resource=record).data["summary"] == "編集者が直した説明"
    assert Channel.objects.filter(resource=record).count() == len(draft.channels.all())


def test_should_take_in_nothing_where_a_row_is_wrong(register: Register) -> None:
    folder = register()
    changed(folder, "resources", 0, name="新しい名前")
    changed(folder, "resources", 1, summary="")
    before = exported(folder.parent / "before")
    run = take_in(folder)
    assert run.state == RunState.REFUSED and len(run.plan["problems"]) == 1
    assert exported(folder.parent / "after") == before
    assert not ImportFile.objects.exists()


def test_should_take_in_the_good_rows_alone_where_somebody_chose_so(register: Register) -> None:
    folder = register()
    good = changed(folder, "resources", 0, name="新しい名前")
    bad = changed(folder, "resources", 1, summary="")
    run = take_in(folder, good_only=True)
    assert run.state == RunState.DONE
    assert (run.plan["changed"], run.plan["refused"]) == (1, 1)
    assert Resource.objects.get(short_id=good[ID]).name == "新しい名前"
    assert Resource.objects.get(short_id=bad[ID]).summary


def test_should_keep_changes_as_drafts_where_somebody_chose_so(register: Register) -> None:
    folder = register()
    row = changed(folder, "resources", 0, name="下書きの名前")
    shown = Resource.objects.get(short_id=row[ID]).name
    run = take_in(folder, Options(publish=False))
    record = Resource.objects.get(short_id=row[ID])
    assert run.state == RunState.DONE
    assert record.name == shown and record.has_unpublished_changes
    assert PublicRecord.objects.get(resource=record).data["name"] == shown
    assert record.latest_revision.as_object().name == "下書きの名前"
    assert take_in(folder, Options(publish=False)).plan["unchanged"] > 0, "the same file once more changes nothing"


def test_should_let_editors_search_for_what_was_taken_in(register: Register) -> None:
    folder = register()
    row = changed(folder, "resources", 0, staff_note="むらさきの扉から入る")
    table = type(Resource.objects.get(short_id=row[ID]).specific)
    take_in(folder)
    assert [found.short_id for found in get_search_backend().search("むらさきの扉", table)] == [row[ID]]
    changed(folder, "resources", 0, staff_note="みずいろの階段をのぼる")
    take_in(folder, Options(publish=False))
    # The draft as well as what stands.
    for words in ("むらさきの扉", "みずいろの階段"):
        assert [found.short_id for found in get_search_backend().search(words, table)] == [row[ID]]


def test_should_keep_the_day_on_which_a_record_was_made(register: Register) -> None:
    folder = register()
    row = changed(folder, "resources", 0, name="新しい名前")
    made_at = datetime(2025, 4, 1, 9, 0, tzinfo=UTC)
    Resource.objects.filter(short_id=row[ID]).update(created_at=made_at)
    take_in(folder)
    record = Resource.objects.get(short_id=row[ID]).specific
    assert record.created_at == made_at
    # What an editor opens and publishes next says the same.
    assert record.get_latest_revision_as_object().created_at == made_at


# drafts of others


def waiting_draft() -> Resource:
    """A public record of which an editor has a draft."""
    record = Resource.objects.filter(kind="place").order_by("pk")[0].specific
    draft = record.get_latest_revision_as_object()
    draft.summary = "編集者の下書き"
    draft.channels.set([*draft.channels.all(), Channel(kind="phone", value="0000-77-0001")])
    draft.save_revision()
    return Resource.objects.get(pk=record.pk)


def test_should_write_a_waiting_draft_as_rows_of_its_own_and_bring_it_back(register: Register) -> None:
    record = waiting_draft()
    folder = register()
    rows = [row for row in read_rows(folder / "resources.csv") if row[ID] == record.short_id]
    assert [row[label("resources", "version")] for row in rows] == ["", "下書きの版"]
    assert rows[1][label("resources", "summary")] == "編集者の下書き"
    before = exported(folder.parent / "before")
    plan, _items = dry_run(folder)
    assert plan.is_clean and not plan.counts["changed"], plan.problems
    NextStep.objects.all().delete()
    Resource.objects.filter(pk=record.pk).delete()
    for each in Resource.objects.all():
        assert each.short_id != record.short_id
    take_in(folder)
    after = exported(folder.parent / "after")
    assert after == before
    again = Resource.objects.get(short_id=record.short_id)
    assert again.live and again.has_unpublished_changes and again.summary == record.summary
    assert again.latest_revision.as_object().summary == "編集者の下書き"


def test_should_never_overwrite_a_waiting_draft_in_silence(register: Register) -> None:
    folder = register()
    record = waiting_draft()
    rows = read_rows(folder / "resources.csv")
    number = next(number for number, row in enumerate(rows) if row[ID] == record.short_id)
    plan, _items = dry_run(folder)
    assert plan.is_clean and not plan.counts["changed"], "a file that knows nothing of the draft lets it wait"
    changed(folder, "resources", number, name="取り込んだ名前")
    plan, _items = dry_run(folder)
    assert plan.counts["refused"] == 1 and "下書き" in plan.problems[0].message
    run = take_in(folder, good_only=True)
    assert Resource.objects.get(pk=record.pk).latest_revision_id == record.latest_revision_id
    run = take_in(folder, Options(drafts="replace"))
    replaced = Resource.objects.get(pk=record.pk)
    assert (replaced.name, replaced.has_unpublished_changes) == ("取り込んだ名前", False)
    take_back(run)
    again = Resource.objects.get(pk=record.pk)
    assert again.name == record.name and again.has_unpublished_changes
    assert again.latest_revision.as_object().summary == "編集者の下書き"


def test_should_make_drafts_and_withdraw_where_the_file_says_so(register: Register) -> None:
    folder = register()
    row = changed(folder, "resources", 0, state="下書き")
    run = take_in(folder)
    record = Resource.objects.get(short_id=row[ID])
    assert not record.live and not PublicRecord.written.filter(resource=record).exists()
    take_back(run)
    assert Resource.objects.get(pk=record.pk).live and PublicRecord.written.filter(resource=record).exists()


# taking back


def test_should_take_a_whole_import_back(register: Register) -> None:
    folder = register()
    before = exported(folder.parent / "before")
    public = dict(PublicRecord.written.values_list("short_id", "data"))
    rows = read_rows(folder / "resources.csv")
    rows[0][NAME] += "（改）"
    rows[1][label("resources", "areas")] = "yorozu"
    new = {
        **rows[2],
        ID: "",
        label("resources", "uuid"): "",
        NAME: "まったく新しいところ",
        label("resources", "reading"): "まったくあたらしいところ",
    }
    write_rows(folder / "resources.csv", [*rows, new])
    changed(folder, "channels", 0, note="昼だけ")
    hours = read_rows(folder / "hours.csv")
    write_rows(folder / "hours.csv", hours[3:])
    changed(folder, "organisations", 0, name="改名した機関")
    changed(folder, "towns", 0, areas="", postal_codes="9999999")
    changed(folder, "needs", 0, plain="別の言い方")
    run = take_in(folder, Options(undecided="another"))
    assert run.state == RunState.DONE, run.plan["problems"]
    assert Resource.objects.filter(name="まったく新しいところ").exists() and Organisation.objects.filter(
        name="改名した機関"
    )
    assert Town.objects.filter(postal_codes__code="9999999").exists()
    undone = take_back(run)
    assert undone.state == RunState.UNDONE and undone.plan["undone"]["kept"] == []
    assert exported(folder.parent / "after") == before
    assert dict(PublicRecord.written.values_list("short_id", "data")) == public


def test_should_leave_and_tell_what_somebody_changed_since(register: Register) -> None:
    folder = register()
    row = changed(folder, "resources", 0, name="取り込んだ名前", summary="取り込んだ説明")
    old = Resource.objects.get(short_id=row[ID])
    new = {
        **row,
        ID: "",
        label("resources", "uuid"): "",
        NAME: "新しい一件",
        label("resources", "reading"): "あたらしいいっけん",
    }
    write_rows(folder / "resources.csv", [*read_rows(folder / "resources.csv"), new])
    run = take_in(folder, Options(undecided="another"))
    for key in (row[ID], Resource.objects.get(name="新しい一件").short_id):
        record = Resource.objects.get(short_id=key).specific
        record.summary = "あとから直した説明"
        record.save_revision().publish()
    undone = take_back(run)
    record = Resource.objects.get(short_id=row[ID])
    assert (record.name, record.summary) == (old.name, "あとから直した説明")
    assert Resource.objects.filter(name="新しい一件").exists()
    kept = {line["key"]: line["why"] for line in undone.plan["undone"]["kept"]}
    assert "ひとことで" in kept[row[ID]] and len(kept) == 2


def test_should_say_that_there_is_nothing_to_take_back(register: Register) -> None:
    run = take_in(register())
    assert run.state == RunState.DONE and not runs.ask_undo(run)


# who works, and for how long it is kept


def test_should_let_one_import_be_worked_on_at_a_time() -> None:
    first, second = (runs.begin("a.csv", b"", state=RunState.APPLYING) for _number in range(2))
    assert runs.claim(first) is not None
    with pytest.raises(runs.Busy):
        runs.claim(second)
    ImportRun.objects.filter(pk=first.pk).update(beat_at=timezone.now() - runs.LEASE - timedelta(seconds=1))
    claimed = runs.claim()
    assert claimed is not None and claimed.pk == first.pk, "whoever fell is gone on with before others begin"


def test_should_look_first_and_take_in_when_somebody_has_confirmed(register: Register) -> None:
    folder = register()
    row = changed(folder, "resources", 0, name="新しい名前")
    name, content = runs.packed(folder)
    run = runs.begin(name, content)
    assert runs.work_off() == 1
    run.refresh_from_db()
    assert run.state == RunState.PLANNED and run.plan["changed"] == 1
    assert Resource.objects.get(short_id=row[ID]).name != "新しい名前"
    assert runs.confirm(run, Options(), good_only=False)
    assert not runs.confirm(run, Options(), good_only=False), "twice is once"
    assert runs.work_off() == 1
    run.refresh_from_db()
    assert run.state == RunState.DONE and Resource.objects.get(short_id=row[ID]).name == "新しい名前"


@pytest.mark.parametrize("name", ["resources.csv", "../resources.csv", "resources.CSV"])
def test_should_know_a_table_by_the_name_of_its_file(register: Register, name: str) -> None:
    """番号 and 名前 stand in several tables."""
    row = read_rows(register() / "resources.csv")[0]
    path = register().parent / "one.csv"
    write_rows(path, [{ID: row[ID], NAME: "新しい名前"}])
    run = runs.begin(name, path.read_bytes(), state=RunState.APPLYING)
    assert runs.work_off() == 1
    run.refresh_from_db()
    assert run.state == RunState.DONE, run.message
    assert Resource.objects.get(short_id=row[ID]).name == "新しい名前"


@pytest.mark.parametrize("name", ["..", "長" * 200 + ".csv", "a\x00b.csv", "", "CON?.csv"])
def test_should_take_a_file_of_any_name(name: str) -> None:
    run = runs.begin(name.replace("\x00", ""), b"x")
    runs.work_off()
    run.refresh_from_db()
    assert run.state == RunState.REFUSED and run.message
    assert len(runs.scratch_name(name).encode()) < 255 and "/" not in runs.scratch_name(name)


def test_should_say_of_a_file_that_cannot_be_read_why() -> None:
    run = runs.begin("a.csv", "番号,名前\n1,あ".encode("cp932"))
    runs.work_off()
    run.refresh_from_db()
    assert run.state == RunState.REFUSED and "UTF-8" in run.message


def test_should_take_away_what_is_kept_no_longer(register: Register) -> None:
    folder = register()
    changed(folder, "resources", 0, name="新しい名前")
    done = take_in(folder)
    looked_at = runs.begin("a.csv", b"x")
    ImportRun.objects.filter(pk=looked_at.pk).update(state=RunState.PLANNED)
    assert not ImportFile.objects.filter(run=done).exists(), "the file goes when it is in"
    for days, files, changes, kept in ((6, 1, True, 2), (8, 0, True, 2), (91, 0, False, 2), (401, 0, False, 0)):
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days), tick=False):
            runs.clean_up()
        assert ImportFile.objects.count() == files
        assert ImportChange.objects.exists() == changes
        assert ImportRun.objects.count() == kept


# the process in which it is done


@pytest.mark.parametrize("is_server", [True, False])
def test_should_leave_to_a_server_what_its_workers_share(register: Register, is_server: bool) -> None:
    gc.unfreeze()
    if is_server:
        gc.freeze()
    apart = gc.get_freeze_count()
    try:
        assert take_in(register()).state == RunState.DONE
        # What nobody needs any more leaves it all the same.
        assert (gc.get_freeze_count() > apart / 2) if is_server else (gc.get_freeze_count() == 0)
    finally:
        # As the tests stand (`conftest.py`).
        gc.freeze()


# fields of which two people approve


def public_name(record: Resource) -> str:
    return str(PublicRecord.objects.get(pk=record.pk).data["name"])


def test_should_leave_as_a_draft_what_two_people_must_approve(register: Register) -> None:
    before = Resource.objects.filter(live=True).exclude(fields=None).first()
    Field.objects.filter(resources=before.pk).update(needs_second=True)
    folder = register()
    ids = [row[ID] for row in read_rows(folder / "resources.csv")]
    changed(folder, "resources", ids.index(before.short_id), name="2人で確かめる窓口")
    assert take_in(folder, Options(two_approve=True)).state == RunState.DONE
    record = Resource.objects.get(pk=before.pk)
    assert (record.live, record.name, public_name(record)) == (True, before.name, before.name)
    assert record.get_latest_revision_as_object().name == "2人で確かめる窓口"


def test_should_leave_a_new_entry_of_such_a_field_and_publish_its_neighbours(register: Register) -> None:
    Field.objects.filter(code="violence").update(needs_second=True)
    folder = register()
    rows = read_rows(folder / "resources.csv")
    copy = next(row for row in rows if row[ID] == Resource.objects.filter(live=True).first().short_id)
    copy |= {ID: "", label("resources", "uuid"): ""}
    fields = label("resources", "fields")
    new = [
        copy | {NAME: "避難の相談ためし", fields: Field.objects.get(code="violence").name},
        copy | {NAME: "ふだんの相談ためし", fields: Field.objects.get(code="community").name},
    ]
    write_rows(folder / "resources.csv", [*(row for row in rows if row[ID]), *new])
    run = take_in(folder, Options(two_approve=True, undecided="another"))
    assert run.state == RunState.DONE, run.plan["problems"][:3]
    live = dict(Resource.objects.filter(name__endswith="の相談ためし").values_list("name", "live"))
    assert live == {"避難の相談ためし": False, "ふだんの相談ためし": True}


def test_should_bring_back_a_register_as_it_was_for_whoever_runs_the_server(register: Register) -> None:
    Field.objects.update(needs_second=True)
    folder = register()
    row = changed(folder, "resources", 0, name="元にもどした窓口")
    assert take_in(folder).state == RunState.DONE
    assert public_name(Resource.objects.get(short_id=row[ID])) == "元にもどした窓口"
