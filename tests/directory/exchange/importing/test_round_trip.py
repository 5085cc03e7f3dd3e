"""What goes out comes back in: to the byte, in each format, also into a register that has nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from directory.exchange.bulk_demo import multiply
from directory.exchange.tables.writing import FORMATS
from directory.models import Channel, NextStep, OpeningRule, PublicRecord, Resource, RunState, kind_tables
from tests.directory.exchange.importing.conftest import dry_run, empty_register, exported, take_in

# An import tells the index at its end, whatever becomes of the test's transaction.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]


def file_of(folder: Path, format: str) -> Path:
    return folder if format == "csv" else next(folder.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_should_change_nothing_when_a_file_comes_back_as_it_went(tmp_path: Path, format: str) -> None:
    before = exported(tmp_path / "out", format)
    plan, items = dry_run(file_of(tmp_path / "out", format))
    assert plan.is_clean, plan.problems
    assert plan.counts["unchanged"] == len(items) >= Resource.objects.count() > 0
    take_in(file_of(tmp_path / "out", format))
    assert exported(tmp_path / "again", format) == before


@pytest.mark.parametrize("format", FORMATS)
def test_should_fill_an_empty_register_to_the_byte(tmp_path: Path, format: str) -> None:
    before = exported(tmp_path / "out", format)
    shown = dict(PublicRecord.written.values_list("short_id", "data__name"))
    children = Channel.objects.count(), NextStep.objects.count()
    empty_register()
    assert not Resource.objects.exists()
    run = take_in(file_of(tmp_path / "out", format))
    assert run.state == RunState.DONE, (run.message, run.plan.get("problems"))
    assert exported(tmp_path / "again", format) == before
    assert dict(PublicRecord.written.values_list("short_id", "data__name")) == shown
    assert (Channel.objects.count(), NextStep.objects.count()) == children


def test_should_bring_back_two_thousand_made_up_entries_to_the_byte(tmp_path: Path) -> None:
    multiply("demo", 2_000, seed=7)
    before = {format: exported(tmp_path / "out" / format, format) for format in FORMATS}
    empty_register()
    run = take_in(file_of(tmp_path / "out" / "csv", "csv"))
    assert run.state == RunState.DONE, (run.message, run.plan.get("problems"))
    assert Resource.objects.count() == 2_000
    for format in FORMATS:
        assert exported(tmp_path / "again" / format, format) == before[format], format
        # What a file is read into is the same in each format: nothing is left to change.
        plan, items = dry_run(file_of(tmp_path / "out" / format, format))
        assert plan.is_clean, (format, plan.problems)
        assert plan.counts["unchanged"] == len(items), format


def test_should_take_a_draft_that_is_not_finished_for_what_it_is(tmp_path: Path) -> None:
    """It goes out with what it has; it comes back unchanged, and into an empty register as a draft."""
    for number, table in enumerate(kind_tables().values()):
        draft = table(name=f"書きかけ{number}", live=False)
        draft.save()
        draft.opening_rules = [OpeningRule(weekdays=[0])]
        draft.save()
        draft.save_revision(clean=False)
    before = exported(tmp_path / "out", "csv")
    plan, items = dry_run(file_of(tmp_path / "out", "csv"))
    assert plan.is_clean, plan.problems
    assert plan.counts["unchanged"] == len(items)
    empty_register()
    run = take_in(file_of(tmp_path / "out", "csv"))
    assert run.state == RunState.DONE, (run.message, run.plan.get("problems"))
    assert exported(tmp_path / "again", "csv") == before
    assert not Resource.objects.get(name="書きかけ0").live
