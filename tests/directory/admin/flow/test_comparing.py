"""What differs is said as residents will read it, whatever column differs; and answers stand at their fields."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.admin.flow.comparing import compare
from directory.choices import ChannelKind, Cost, Language
from directory.models import (
    Area,
    Channel,
    Field,
    GatheringPlace,
    Need,
    NextStep,
    OpeningException,
    OpeningRule,
    ResourceText,
    kind_tables,
)
from tests.directory.admin.flow.conftest import compare_page, decide, hand_in, soup
from tests.factories import DeskFactory, PlaceFactory, VolunteerFactory, WorkFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]


def rows(page: BeautifulSoup) -> dict[str, tuple[str, str]]:
    """By their headings the two sides of what changed."""
    return {
        row.h3.get_text(): tuple(side.get_text() for side in row.select(".compare__text"))
        for row in page.select(".compare__row")
        if row.select_one(".compare__sides")
    }


def test_should_say_what_changed_field_by_field(approver: Client, place: GatheringPlace) -> None:
    page = compare_page(approver, place)
    found = rows(page)
    assert found.pop("費用") == ("お問い合わせください100円", "お問い合わせください200円")
    assert found == {"名前": ("もとの名前", "新しい名前"), "職員用のメモ": ("もとのメモ", "新しいメモ")}
    staff = page.select_one(".compare__staff")
    assert [row.h3.get_text() for row in staff.select(".compare__row")] == ["職員用のメモ"]
    cost = page.select_one("[aria-labelledby=row-cost]")
    assert (cost.find("del").get_text(), cost.find("ins").get_text()) == ("100", "200")


def test_should_say_children_as_sentences(approver: Client, editor: Client) -> None:
    place = PlaceFactory(name="時間の場")
    draft = place.latest_revision.as_object()
    draft.opening_rules = [OpeningRule(weekdays=[5], nth=[2, 4], opens=time(13, 30), closes=time(16))]
    draft.channels = [Channel(kind=ChannelKind.MAIL, value="ba@example.jp", note="返事は3日後")]
    draft.save_revision(user=editor.user)
    place.refresh_from_db()
    hand_in(place, editor.user)
    found = rows(compare_page(approver, place))
    assert found["いつ"][1] == "第2・第4土曜 13:30〜16:00祝日は休みです"
    assert found["連絡する"] == ("電話 0000-99-0001", "メール ba@example.jp 返事は3日後")
    assert set(found) == {"いつ", "連絡する"}


def other(column: models.Field, record: Any) -> Any:
    """Another value than a record has."""
    now = getattr(record, column.attname)
    if column.choices:
        return next(value for value, _label in column.choices if value not in {now, "", "unknown"})
    match column:
        case models.BooleanField():
            return not now
        case models.DateTimeField():
            return timezone.now()
        case models.DateField():
            return date(2026, 1, 2)
        case models.FloatField():
            return 35.5
        case models.IntegerField():
            return 7
        case models.ForeignKey():
            return column.related_model.objects.exclude(pk=now).values_list("pk", flat=True).first()
    return "べつの値" if column.get_internal_type() in {"CharField", "TextField"} else None


CHILDREN = {
    "channels": lambda: [Channel(kind=ChannelKind.FAX, value="0000-99-0009")],
    "opening_rules": lambda: [OpeningRule(weekdays=[1], opens=time(9), closes=time(10))],
    "opening_exceptions": lambda: [OpeningException(start=timezone.localdate(), closed=True, reason="大掃除")],
    "texts": lambda: [ResourceText(language=Language.EN, name="A place", summary="x")],
    "next_steps": lambda: [NextStep(target=PlaceFactory(name="次の場"))],
}
FACTORIES = {"desk": DeskFactory, "place": PlaceFactory, "volunteer": VolunteerFactory, "work": WorkFactory}
NOT_WRITTEN = {"first_published_at", "last_published_at", "live_revision", "latest_revision", "locked_by"}


@pytest.mark.parametrize("kind", list(FACTORIES))
def test_should_miss_no_column_of_a_kind(kind: str) -> None:
    live = FACTORIES[kind](lat=35.0, lon=140.0, photo_alt="x", verified_on=date(2026, 1, 1), verified_by="phone")
    missed = []
    columns = [one for one in live._meta.concrete_fields if one.editable and not one.primary_key]
    for column in columns:
        if column.name in NOT_WRITTEN or getattr(column.remote_field, "parent_link", False):
            continue
        draft = live.latest_revision.as_object()
        value = other(column, draft)
        if column.name in {"audiences", "languages", "accessibility"}:
            value = [column.allowed.values[0]]
        if column.name == "photo_alt":
            # The words of a picture that is not there are nobody's.
            continue
        if column.name == "photo":
            from wagtail.images import get_image_model

            value = get_image_model().objects.values_list("pk", flat=True).first()
        assert value is not None, column.name
        setattr(draft, column.attname, value)
        if not any(row.changed for row in compare(live, draft)):
            missed.append(column.name)
    for column in live._meta.many_to_many:
        draft = live.latest_revision.as_object()
        now = {one.pk for one in getattr(live, column.name).all()}
        setattr(draft, column.name, [column.related_model.objects.exclude(pk__in=now).first()])
        if not any(row.changed for row in compare(live, draft)):
            missed.append(column.name)
    for name, make in CHILDREN.items():
        draft = live.latest_revision.as_object()
        setattr(draft, name, make())
        if not any(row.changed for row in compare(live, draft)):
            missed.append(name)
    # What work costs is not said where it is paid.
    assert missed == (["cost"] if kind == "work" else []), f"directory/admin/flow/comparing.py: {missed}"


def test_should_call_for_staff_nothing_that_a_page_shows() -> None:
    for table in kind_tables().values():
        live = table.objects.filter(live=True).first()
        staff = {row.key for row in compare(live, live) if row.is_staff}
        assert {"staff_note", "acceptance_note", "owner", "fits_participation_support"} <= staff
        assert not staff & {"name", "cost", "body", "town", "lat", "fields", "areas", "needs", "type", "organisation"}


def test_should_say_that_something_is_new_or_gone(approver: Client, editor: Client) -> None:
    place = PlaceFactory(name="はじめての場", live=False)
    place.save_revision(user=editor.user)
    hand_in(place, editor.user)
    page = compare_page(approver, place)
    assert "いまは公開されていない案内です" in page.get_text()
    assert rows(page)["名前"] == ("—", "はじめての場")
    gone = PlaceFactory(name="減る場", hours_note="雨の日は休み")
    draft = gone.latest_revision.as_object()
    draft.hours_note = ""
    draft.save_revision(user=editor.user)
    gone.refresh_from_db()
    hand_in(gone, editor.user)
    assert rows(compare_page(approver, gone))["時間の備考"] == ("雨の日は休み", "（なくなります）")


def test_should_escape_what_people_write(approver: Client, editor: Client) -> None:
    place = PlaceFactory(name="かぎの場", place_name="会館", access_note="<b>右</b>へ")
    draft = place.latest_revision.as_object()
    draft.access_note = "<b>左</b>へ<script>alert(1)</script>"
    draft.save_revision(user=editor.user)
    place.refresh_from_db()
    hand_in(place, editor.user)
    page = compare_page(approver, place)
    assert page.select(".compare script") == []
    assert "<script>alert(1)</script>" in page.select_one(".compare").get_text()


def test_should_keep_answers_at_their_fields_until_it_is_handed_in_again(
    approver: Client, editor: Client, place: GatheringPlace
) -> None:
    answer = decide(approver, place, "reject", **{"answer-cost": "税込みですか", "comment": "あと少しです"})
    assert answer["Location"] == "/admin/approvals/"
    page = soup(editor, f"/admin/snippets/directory/gatheringplace/edit/{place.pk}/")
    help_text = page.select_one("#panel-child-来る人のこと-child-費用-child-cost-helptext, [id$=cost-helptext]")
    assert "税込みですか" in help_text.get_text()
    above = page.select_one(".messages")
    assert "差しもどされました" in above.get_text() and "あと少しです" in above.get_text()
    link = next(link for link in above.select("a") if link["href"].startswith("#"))
    assert page.select_one(f"[id='{link['href'][1:]}']"), link["href"]
    place.refresh_from_db()
    place.current_workflow_state.resume(editor.user)
    again = compare_page(approver, place)
    assert "税込みですか" in again.select_one("[aria-labelledby=row-cost] .flow-answer").get_text()
    decide(approver, place, "approve")
    place.refresh_from_db()
    assert place.cost_note == "200円"
    page = soup(editor, f"/admin/snippets/directory/gatheringplace/edit/{place.pk}/")
    assert "税込みですか" not in page.get_text()


def test_should_show_an_answer_at_children_too(approver: Client, editor: Client, place: GatheringPlace) -> None:
    decide(approver, place, "reject", **{"answer-channels": "電話のほかの方法も"})
    page = soup(editor, f"/admin/snippets/directory/gatheringplace/edit/{place.pk}/")
    link = next(link for link in page.select(".messages a") if link["href"].startswith("#"))
    assert "電話のほかの方法も" in page.select_one(f"[id='{link['href'][1:]}']").get_text()


def test_should_ask_for_a_word_before_it_goes_back(approver: Client, place: GatheringPlace) -> None:
    answer = decide(approver, place, "reject")
    assert answer.status_code == 200
    assert "どこを直せばよいか" in BeautifulSoup(answer.content, "lxml").get_text()
    assert place.current_workflow_state.status == "in_progress"


def test_should_lose_nothing_of_an_answer_that_is_too_long(approver: Client, place: GatheringPlace) -> None:
    text = "長" * 501
    answer = decide(approver, place, "reject", **{"answer-cost": text, "comment": "ひとこと"})
    page = BeautifulSoup(answer.content, "lxml")
    assert "500字まで" in page.get_text()
    assert page.select_one("[name=answer-cost]").get_text() == text
    assert page.select_one("[name=comment]").get_text() == "ひとこと"
    assert place.current_workflow_state.status == "in_progress"


def test_should_show_editors_what_differs_without_buttons(editor: Client, place: GatheringPlace) -> None:
    page = compare_page(editor, place)
    assert rows(page)["名前"] == ("もとの名前", "新しい名前")
    assert page.select("button[name=do], textarea") == []
    decide(editor, place, "approve")
    assert GatheringPlace.objects.get(pk=place.pk).name == "もとの名前"


def test_should_read_as_much_however_much_waits(approver: Client, editor: Client, place: GatheringPlace) -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert soup(approver, address)
        return len(queries)

    asked("/admin/approvals/")
    one = asked("/admin/approvals/")
    for number in range(5):
        more = PlaceFactory(name=f"待つ場{number}", live=False)
        more.save_revision(user=editor.user)
        hand_in(more, editor.user)
    assert asked("/admin/approvals/") == one
    assert len(soup(approver, "/admin/approvals/").select("tbody tr")) == 6


def test_should_know_the_names_of_terms(approver: Client, editor: Client) -> None:
    place = PlaceFactory(name="ことばの場", fields=["community"], areas=["tobu"], cost=Cost.FREE)
    draft = place.latest_revision.as_object()
    draft.fields = list(Field.objects.filter(code__in=["community", "elderly"]))
    draft.areas = list(Area.objects.filter(slug="yorozu"))
    draft.needs = [Need.objects.first()]
    draft.save_revision(user=editor.user)
    place.refresh_from_db()
    hand_in(place, editor.user)
    found = rows(compare_page(approver, place))
    names = [field.name for field in Field.objects.filter(code__in=["community", "elderly"])]
    assert found["分野"][1] == "、".join(names)
    assert found["対象の地域"][1] == Area.objects.get(slug="yorozu").name
    assert found["こんな困りごとに"] == ("—", Need.objects.first().name)
