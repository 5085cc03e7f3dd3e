"""Opening times by a sentence."""

from __future__ import annotations

from datetime import date, time

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from directory.admin.forms.hours import read_sentence, shown, shown_of
from directory.hours.rules import Schedule, coming_openings
from directory.models import GatheringPlace, OpeningRule
from tests.directory.admin.forms.written import fields_of, page_of
from tests.factories import PlaceFactory

THURSDAY = date(2026, 11, 26)


def test_should_read_a_sentence_and_say_when_it_opens_next() -> None:
    reading = read_sentence(" 第2・4土曜 13時半から15時 ")
    said = shown(reading.schedule, THURSDAY)
    assert said.lines == ["第2・第4土曜 13:30〜15:00", "祝日は休みです"]
    assert said.days == [
        "11月28日（土） 13:30〜15:00",
        "12月12日（土） 13:30〜15:00",
        "12月26日（土） 13:30〜15:00",
        "2027年1月9日（土） 13:30〜15:00",
    ]
    assert "祝日は休みとします" in reading.remark
    [row] = reading.rows()
    assert (row["weekdays"], row["nth"], row["opens"], row["valid_from"]) == ((5,), (2, 4), "13:30", "")


def test_should_put_times_of_one_day_together_and_leave_holidays_out() -> None:
    reading = read_sentence("月〜金 9:00-12:00、13:00-17:00（祝日除く）")
    assert not reading.remark
    assert shown(reading.schedule, date(2026, 11, 20)).days[:2] == [
        "11月20日（金） 9:00〜12:00、13:00〜17:00",
        "11月24日（火） 9:00〜12:00、13:00〜17:00",
    ]


def test_should_end_a_day_at_midnight() -> None:
    [rule] = read_sentence("毎日 18:00〜24:00").new_rules()
    assert (rule.opens, rule.closes) == (time(18), time(0))


@pytest.mark.parametrize("text", ["第2・4土曜 13時半から", "だいたい午後", "月〜金 9:00-17:00" + "あ" * 2000])
def test_should_say_what_cannot_be_read_and_keep_it(text: str) -> None:
    reading = read_sentence(text)
    assert (reading.rules, reading.note) == ((), text)
    assert reading.why


def test_should_find_no_days_where_there_are_none() -> None:
    assert coming_openings(Schedule(), THURSDAY, days=4) == []
    over = GatheringPlace()
    over.opening_rules = [OpeningRule(weekdays=[0], opens=time(9), closes=time(10), valid_to=date(2020, 1, 1))]
    assert shown_of(over, THURSDAY).days == []
    half = GatheringPlace()
    half.opening_rules = [OpeningRule(weekdays=[], opens=time(9), closes=time(10))]
    assert not shown_of(half, THURSDAY).lines


# the form


@pytest.fixture
def place(db: None) -> GatheringPlace:
    return PlaceFactory(live=False)


def edited(client: Client, place: GatheringPlace, **changes: object) -> tuple[object, GatheringPlace]:
    """Send the form as a browser without JavaScript does."""
    address = f"/admin/snippets/directory/gatheringplace/edit/{place.pk}/"
    fields = fields_of(page_of(client, address)) | changes
    response = client.post(address, fields)
    return response, GatheringPlace.objects.get(pk=place.pk).get_latest_revision_as_object()


def test_should_read_the_sentence_when_the_form_is_saved_without_rows(
    approver_client: Client, place: GatheringPlace
) -> None:
    response, draft = edited(approver_client, place, hours_sentence="毎週火曜 10時〜12時 年末年始は休み", hours_note="")
    assert response.status_code == 302
    [rule] = draft.opening_rules.all()
    assert (rule.weekdays, rule.opens, rule.closes) == ([1], time(10), time(12))
    assert draft.hours_note == "年末年始は休み"


def test_should_leave_rows_that_there_are_as_they_are(approver_client: Client, place: GatheringPlace) -> None:
    place.opening_rules.add(OpeningRule(weekdays=[0], opens=time(9), closes=time(10)))
    place.save_revision()
    _response, draft = edited(approver_client, place, hours_sentence="毎週火曜 10時〜12時")
    assert [rule.weekdays for rule in draft.opening_rules.all()] == [[0]]


def test_should_take_what_it_cannot_read_as_a_note_once(approver_client: Client, place: GatheringPlace) -> None:
    for _time in range(2):
        response, draft = edited(approver_client, place, hours_sentence="だいたい午後")
        assert response.status_code == 302
        assert (draft.hours_note, list(draft.opening_rules.all())) == ("だいたい午後", [])


def test_should_say_that_a_note_has_no_room(approver_client: Client, place: GatheringPlace) -> None:
    response, draft = edited(approver_client, place, hours_sentence="ときどき" * 20, hours_note="備" * 190)
    assert response.status_code == 200
    assert "「時間の備考」に入りきりません" in response.content.decode()
    assert draft.hours_note == ""
    shown_again = BeautifulSoup(response.content, "lxml").select_one("[name=hours_sentence]")
    assert shown_again["value"] == "ときどき" * 20, "nothing that was written is lost"


def test_should_publish_what_the_sentence_said(
    approver_client: Client, place: GatheringPlace, own_index: object
) -> None:
    edited(approver_client, place, hours_sentence="毎週火曜 10時〜12時", **{"action-publish": "1"})
    [rule] = GatheringPlace.objects.get(pk=place.pk, live=True).opening_rules.all()
    assert rule.weekdays == [1]


# what it asks for


def test_should_answer_with_words_and_rows(editor_client: Client) -> None:
    answer = editor_client.post("/admin/entries/hours/", {"sentence": "第2・4土曜 13時半から15時"}).json()
    assert [row["opens"] for row in answer["rows"]] == ["13:30"]
    assert "第2・第4土曜 13:30〜15:00" in answer["html"]
    unread = editor_client.post("/admin/entries/hours/", {"sentence": "<b>午後"}).json()
    assert (unread["rows"], unread["note"]) == ([], "<b>午後")
    assert "<b>午後" not in unread["html"]


def test_should_answer_nobody_who_may_not_write(client: Client, db: None) -> None:
    assert client.post("/admin/entries/hours/", {"sentence": "月曜 9時〜10時"}).status_code in {302, 403}
