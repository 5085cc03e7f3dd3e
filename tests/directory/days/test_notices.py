"""A notice of many entries: what the public sees of it, how it ends, and that nobody's entry or draft is touched."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry, Revision

from directory.days import measures, notices, retention
from directory.hours import rules
from directory.hours.schedule import Schedule
from directory.models import DaysNotice, PublicRecord
from directory.public.days import RECORDS, notices_by_entry, of_row
from directory.public.selectors import card, public_resource
from search.models import IndexChange
from tests.storms import NOW, at, open_daily

pytestmark = pytest.mark.django_db
Told = Callable[..., DaysNotice]


def status(place: Any, moment: Any = NOW) -> str:
    return card(public_resource(place.short_id), moment).status


def test_should_close_the_chosen_entries_and_no_other_and_open_them_by_the_clock(storm: Any, told: Told) -> None:
    one, other, third = open_daily(), open_daily(), open_daily()
    told(one, other)
    assert status(one) == status(other) == "大雨のためお休みです。次は 11月28日（土）9:00 から"
    assert status(third).startswith("いま開いています")
    storm.move_to(at(28, 9))
    assert status(one, at(28, 9)).startswith("いま開いています"), "nothing ran, and it is over"


def test_should_write_neither_entries_nor_drafts_nor_records_nor_the_index(told: Told) -> None:
    place = open_daily()
    place.summary = "下書きの途中です。"
    place.save_revision()
    before = PublicRecord.objects.get(pk=place.pk)
    revisions, changes = Revision.objects.count(), IndexChange.objects.count()
    notice = told(place)
    measures.take_back(notice, None, RECORDS)
    after = PublicRecord.objects.get(pk=place.pk)
    place.refresh_from_db()
    assert (after.data, after.updated_at) == (before.data, before.updated_at)
    assert (Revision.objects.count(), IndexChange.objects.count()) == (revisions, changes)
    assert place.has_unpublished_changes and place.get_latest_revision_as_object().summary == "下書きの途中です。"
    assert status(place).startswith("いま開いています")


def test_should_survive_the_publication_of_a_draft_that_somebody_had_in_hand(told: Told, own_index: Any) -> None:
    place = open_daily()
    told(place)
    place.summary = "新しい文です。"
    place.save_revision().publish()
    assert public_resource(place.short_id).summary == "新しい文です。"
    assert "大雨" in status(place)


def test_should_take_back_just_this_one(told: Told) -> None:
    place = open_daily()
    first, second = told(place), told(place, reason="停電", since=at(26), until=at(27))
    assert "停電" in status(place)
    measures.take_back(second, None, RECORDS)
    assert "大雨" in status(place) and "停電" not in status(place)
    with pytest.raises(ValidationError, match="もう取り消してあります"):
        measures.take_back(second, None, RECORDS)
    first.refresh_from_db()
    assert first.state == "open"


def test_should_let_the_shorter_win_and_of_as_long_ones_the_later(storm: Any, told: Told) -> None:
    place = open_daily()
    told(place, since=at(20), until=at(30))
    open_again = told(place, what="hours", opens="13:00", closes="15:00", reason="給水", since=at(26), until=at(27))
    assert "給水" in status(place) and "15:00" in status(place)
    [(other, count, wins)] = notices.meeting(open_again, [place.pk])
    assert (other.reason, count, wins) == ("大雨", 1, True)
    storm.shift(60)
    told(place, reason="停電", since=at(26), until=at(27))
    assert "停電" in status(place)


def test_should_wait_for_an_approver_where_an_editor_made_it(told: Told) -> None:
    place = open_daily()
    notice = told(place, at_once=False)
    assert notices_by_entry() == {}
    measures.approve(notice, None, RECORDS)
    assert "大雨" in status(place)
    with pytest.raises(ValidationError, match="先に変えました"):
        measures.approve(notice, None, RECORDS)


def test_should_refuse_to_open_what_is_over(storm: Any, told: Told) -> None:
    notice = told(open_daily(), at_once=False)
    storm.move_to(at(29))
    with pytest.raises(ValidationError, match="もう過ぎています"):
        measures.approve(notice, None, RECORDS)
    notice.state = "open"
    notice.save()
    with pytest.raises(ValidationError, match="もう終わっています"):
        measures.take_back(notice, None, RECORDS)


def test_should_make_one_notice_of_a_form_that_is_sent_twice(told: Told) -> None:
    place, key = open_daily(), uuid.uuid4()
    first, second = told(place, key=key), told(place, key=key)
    assert first.pk == second.pk
    assert DaysNotice.objects.filter(key=key).count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"until": at(26)}, "until"),
        ({"until": at(26, 13)}, "until"),
        ({"what": "hours"}, "opens"),
        ({"what": "words", "reason": " "}, "reason"),
        ({"reason": "あ" * 121}, "reason"),
        ({"reason": "大雨\u202e"}, "reason"),
    ],
    ids=range(6),
)
def test_should_refuse_with_a_sentence_at_the_place(told: Told, values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        told(open_daily(), **values)
    assert field in refused.value.message_dict
    assert not DaysNotice.objects.exists()


def test_should_refuse_a_notice_of_nothing_and_one_of_a_whole_prefecture(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError, match="出せる案内がありません"):
        told()
    monkeypatch.setattr(notices, "MOST_ENTRIES", 1)
    with pytest.raises(ValidationError, match="2件あります。一度に選べるのは1件までです"):
        told(open_daily(), open_daily())


def test_should_bear_an_entry_that_is_taken_back_or_deleted(told: Told) -> None:
    gone, hidden, place = open_daily(), open_daily(), open_daily()
    notice = told(gone, hidden, place)
    hidden.unpublish()
    gone.delete()
    assert notice.entries.count() == 2
    assert "大雨" in status(place)
    measures.take_back(notice, None, RECORDS)
    assert public_resource(hidden.short_id) is None


def test_should_take_single_entries_out(told: Told) -> None:
    one, other = open_daily(), open_daily()
    notice = told(one, other)
    assert notices.release(notice, [one.pk], None) == 1
    assert status(one).startswith("いま開いています")
    assert "大雨" in status(other)


def test_should_move_the_end_and_ask_again_about_what_has_none(storm: Any, told: Told) -> None:
    place = open_daily()
    notice = told(place, until=None)
    today = at(26).date()
    assert list(notices.to_ask_about(today)) == []
    storm.move_to(at(26) + notices.ASK_AFTER)
    assert list(notices.to_ask_about((at(26) + notices.ASK_AFTER).date())) == [notice]
    notices.goes_on(notice, None)
    assert list(notices.to_ask_about((at(26) + notices.ASK_AFTER).date())) == []
    with pytest.raises(ValidationError):
        measures.set_end(notice, at(26), None, RECORDS)
    measures.set_end(notice, at(30) + notices.ASK_AFTER, None, RECORDS, asked_on=None)
    assert notice.asked_on is None and notice.until


def test_should_ask_about_what_ends_by_tomorrow(told: Told) -> None:
    soon = told(open_daily(), until=at(27, 12))
    told(open_daily(), until=at(29))
    assert list(notices.to_ask_about(at(26).date())) == [soon]


def test_should_keep_a_history_without_anybody_but_the_login(told: Told, approver_client: Any) -> None:
    notice = told(open_daily())
    measures.take_back(notice, None, RECORDS)
    steps = list(ModelLogEntry.objects.for_instance(notice).order_by("pk").values_list("action", flat=True))
    assert steps == ["directory.days.open", "directory.days.undo"]


def test_should_go_after_two_years(storm: Any, told: Told) -> None:
    told(open_daily())
    assert retention.clean_up() == 0
    storm.shift(retention.OVER.total_seconds() + 3 * 86_400)
    assert retention.clean_up() == 1


def test_should_make_and_take_back_a_notice_of_all_entries_in_few_questions(told: Told) -> None:
    """The numbers of questions grow by batches of a thousand, not by entries."""
    pks = list(PublicRecord.objects.values_list("pk", flat=True))
    assert len(pks) > 250
    with CaptureQueriesContext(connection) as asked:
        notice, _is_new = notices.make(
            DaysNotice(since=at(26), until=at(28), what="closed", reason="大雨"), pks, None, at_once=True
        )
    assert len(asked) <= 20
    with CaptureQueriesContext(connection) as asked:
        assert len(notices_by_entry()) == len(pks)
    assert len([one for one in asked if "days" in one["sql"]]) == 2
    with CaptureQueriesContext(connection) as asked:
        measures.take_back(notice, None, RECORDS)
    assert len(asked) <= 10
    assert notices_by_entry() == {}


def test_should_read_what_is_remembered_without_a_question(told: Told) -> None:
    told(open_daily())
    notices_by_entry()
    with CaptureQueriesContext(connection) as asked:
        notices_by_entry()
    assert not [one for one in asked if "daysnotice" in one["sql"]]


def test_should_tell_rows_of_the_index_which_know_nothing_of_it(told: Told) -> None:
    place = open_daily()
    told(place)
    written = read_without(place)
    assert rules.status(written, NOW).state == "open"
    assert rules.status(of_row({"url": f"/resources/{place.short_id}/"}, written), NOW).state == "closed"
    assert of_row({"url": "/guide/"}, written) is written


def read_without(place: Any) -> Schedule:
    """The schedule as it is written."""
    return Schedule.model_validate(PublicRecord.objects.get(pk=place.pk).data["schedule"])
