"""Bad days in the admin, as an approver and an editor use them: every button, without a script."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from directory.admin.days import making
from directory.days import notices
from directory.models import (
    Banner,
    ConsultationDesk,
    DaysNotice,
    Field,
    Office,
    PreparedPage,
    PublicRecord,
    Town,
)
from directory.public.selectors import card, public_resource
from tests.storms import NOW, at, open_daily

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storm")]
LIST, NEW, BAND_NEW = "/admin/days/", "/admin/days/new/", "/admin/days/band/new/"
HOSTILE = '<script>alert("雨")</script>'


def soup(response: HttpResponse) -> BeautifulSoup:
    assert response.status_code == 200, response.get("Location")
    return BeautifulSoup(response.content, "html.parser")


def sent(form: BeautifulSoup, **values: Any) -> dict[str, Any]:
    """What a browser sends of a form as it stands, with what somebody typed."""
    data: dict[str, Any] = {}
    for field in form.select("input[name], select[name]"):
        kind = field.get("type")
        if kind in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        if field.name == "select":
            option = field.select_one("option[selected]")
            data.setdefault(field["name"], []).append(option["value"] if option else "")
        else:
            data.setdefault(field["name"], []).append(field.get("value", ""))
    return {**data, **values}


def what(client: Client, *places: Any) -> BeautifulSoup:
    """The second step for some entries."""
    page = soup(client.post(NEW, {"entry": [place.pk for place in places], "scope": "東部", "do": "what"}))
    return page.select_one("form.days__form")


def test_should_find_entries_by_area_kind_field_organisation_and_name(approver_client: Client) -> None:
    place = open_daily(name="あめの日の家")
    far = open_daily(name="とおくの家", areas=["seibu"])
    for query in (
        {"area": "tobu"},
        {"kind": "place", "area": "tobu"},
        {"field": "community", "area": "tobu"},
        {"organisation": place.organisation.name, "area": "tobu"},
        {"name": "あめの日"},
    ):
        page = soup(approver_client.get(NEW, {**query, "choose": "1"}))
        ticked = {int(tick["value"]) for tick in page.select("[name=entry][checked]")}
        assert place.pk in ticked and far.pk not in ticked, query
        assert f"{len(ticked)}件" in page.select_one("#found-title").get_text()
    nothing = soup(approver_client.get(NEW, {"name": "どこにもない", "choose": "1"}))
    assert "あてはまる案内がありません" in nothing.get_text()


def test_should_leave_out_what_stands_in_the_area_for_a_wider_one_until_somebody_ticks_it(
    approver_client: Client,
) -> None:
    east = Town.objects.filter(areas__slug="tobu").first()
    desk = ConsultationDesk.objects.exclude(default_for=None).filter(areas__slug="yorozu").first()
    ConsultationDesk.objects.filter(pk=desk.pk).update(town=east)
    page = soup(approver_client.get(NEW, {"area": "tobu", "choose": "1"}))
    tick = page.select_one(f"[name=entry][value='{desk.pk}']")
    assert tick and not tick.has_attr("checked")
    form = what(approver_client, desk)
    look = soup(approver_client.post(NEW, sent(form, do="look")))
    assert "どのページの終わりにも出る窓口です" in look.select_one(".help-warning").get_text()


def test_should_close_in_three_steps_and_take_it_back(approver_client: Client) -> None:
    one, other = open_daily(), open_daily()
    form = what(approver_client, one, other)
    assert form.select_one("[name=until_on]")["value"] == "2026-12-03", "a week is proposed"
    look = soup(approver_client.post(NEW, sent(form, reason="大雨", until_on="2026-11-27", do="look")))
    assert len(look.select(".days__look")) == 2
    assert "大雨のためお休みです。次は 11月28日（土）9:00 から" in look.select_one(".days__look").get_text()
    assert not DaysNotice.objects.exists()
    data = sent(look.select_one("form[action]"), do="make")
    made = approver_client.post(NEW, data)
    notice = DaysNotice.objects.get()
    assert made["Location"] == f"{LIST}{notice.pk}/"
    assert "大雨" in card(public_resource(one.short_id), NOW).status
    again = soup(approver_client.post(NEW, data, follow=True))
    assert "同じものを2つ作ってはいません" in again.get_text()
    assert DaysNotice.objects.count() == 1
    page = soup(approver_client.get(made["Location"]))
    assert "いま出ています" in page.get_text() and one.name in page.get_text() and "出しました" in page.get_text()
    taken = soup(approver_client.post(made["Location"], {"do": "undo"}, follow=True))
    assert "元のとおりです" in taken.get_text()
    assert "大雨" not in card(public_resource(one.short_id), NOW).status
    twice = soup(approver_client.post(made["Location"], {"do": "undo"}))
    assert "もう取り消してあります" in twice.get_text()


def test_should_lose_nothing_of_a_form_that_is_not_right(approver_client: Client) -> None:
    place = open_daily()
    form = what(approver_client, place)
    page = soup(approver_client.post(NEW, sent(form, reason=HOSTILE, until_on="2026-11-25", do="look")))
    assert "それより前になっています" in page.get_text()
    again = page.select_one("form.days__form")
    assert again.select_one("[name=reason]")["value"] == HOSTILE
    assert again.select_one("[name=entry]")["value"] == str(place.pk)
    assert not page.find("script", string=lambda text: text and "雨" in text)
    back = soup(approver_client.post(NEW, sent(again, until_on="2026-11-27", do="back")))
    assert back.select_one("[name=reason]")["value"] == HOSTILE


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"until_on": ""}, "終わりの日を書くか"),
        ({"until_on": "9999-12-31"}, "1年より離れた日です"),
        ({"since_on": "0001-01-01"}, "1年より離れた日です"),
        ({"since_on": "2026-11-20", "until_on": "2026-11-25"}, "終わりがもう過ぎています"),
        ({"what": "hours"}, "両方書いてください"),
        ({"what": "hours", "opens": "10:00", "closes": "12:00", "since_at": "09:00"}, "日だけを書いてください"),
        ({"what": "words"}, "住民に伝えることばを書いてください"),
        ({"reason": "雨\u202e"}, "目に見えない文字"),
        ({"reason": "あ" * 121}, "120"),
        ({"since_on": "きょう"}, "日付"),
    ],
    ids=range(10),
)
def test_should_say_what_is_wrong_at_its_place(approver_client: Client, values: dict[str, str], sentence: str) -> None:
    form = what(approver_client, open_daily())
    page = soup(approver_client.post(NEW, sent(form, **values, do="make")))
    assert sentence in page.select_one("form.days__form").get_text()
    assert not DaysNotice.objects.exists()


@pytest.mark.parametrize("entries", [[], ["0"], ["x", "9" * 30, "-1", "1e9"], ["999999999"]], ids=range(4))
def test_should_send_back_who_chose_nothing(approver_client: Client, entries: list[str]) -> None:
    answer = approver_client.post(NEW, {"entry": entries, "do": "what"})
    assert answer["Location"] == NEW
    assert "1つは選んでください" in soup(approver_client.get(NEW)).get_text()


def test_should_take_all_of_many_without_ticks_and_refuse_too_many(
    approver_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("directory.admin.days.choosing.MOST_TICKED", 100)
    page = soup(approver_client.get(NEW, {"choose": "1"}))
    count = len(page.select_one("[name=entry]")["value"].split(","))
    assert count > 200 and not page.select("input[type=checkbox][name=entry]")
    assert f"{count}件" in page.select_one("#found-title").get_text()
    form = page.select_one("form[method=post][action]")
    assert f"{count}件" in soup(approver_client.post(NEW, sent(form, do="what"))).select_one(".days__chosen").get_text()
    monkeypatch.setattr(notices, "MOST_ENTRIES", 200)
    monkeypatch.setattr("directory.admin.days.choosing.MOST_ENTRIES", 200)
    page = soup(approver_client.get(NEW, {"choose": "1"}))
    assert "一度に選べるのは200件までです" in page.get_text() and not page.select("[name=entry]")
    answer = approver_client.post(NEW, {"entry": ",".join(map(str, PublicRecord.objects.values_list("pk", flat=True)))})
    assert answer["Location"] == NEW


def test_should_say_which_of_two_that_meet_wins(approver_client: Client, told: Any) -> None:
    place = open_daily()
    told(place, since=at(20), until=at(30), scope="市の全部")
    form = what(approver_client, place)
    look = soup(approver_client.post(NEW, sent(form, until_on="2026-11-27", reason="停電", do="look")))
    assert "市の全部" in look.get_text() and "これから出すほうが出ます" in look.get_text()
    assert "停電" in look.select_one(".days__look strong").get_text()


def test_should_let_an_editor_prepare_and_an_approver_open(editor_client: Client, approver_client: Client) -> None:
    place = open_daily()
    form = what(editor_client, place)
    look = soup(editor_client.post(NEW, sent(form, reason="大雨", do="look")))
    assert "承認をたのむ" in look.get_text()
    made = editor_client.post(NEW, sent(look.select_one("form[action]"), do="make"))["Location"]
    notice = DaysNotice.objects.get()
    assert notice.state == "waiting"
    assert "大雨" not in card(public_resource(place.short_id), NOW).status
    assert editor_client.post(made, {"do": "open"})["Location"] == "/admin/", "refused"
    wait = soup(approver_client.get("/admin/")).select_one(f".desk__waits a[href='{LIST}?show=waiting']")
    assert wait.get_text().startswith("1件")
    assert not soup(editor_client.get("/admin/")).select_one(f".desk__waits a[href='{LIST}?show=waiting']")
    assert notice.scope in soup(approver_client.get(LIST, {"show": "waiting"})).get_text()
    approver_client.post(made, {"do": "open"})
    assert "大雨" in card(public_resource(place.short_id), NOW).status
    assert editor_client.post(made, {"do": "undo"})["Location"] == "/admin/", "it is shown: an approver's"


def test_should_let_an_editor_take_back_what_still_waits(editor_client: Client) -> None:
    form = what(editor_client, open_daily())
    made = editor_client.post(NEW, sent(form, reason="大雨", do="make"))["Location"]
    editor_client.post(made, {"do": "undo"})
    assert DaysNotice.objects.get().state == "undone"


def test_should_offer_people_of_an_office_only_their_entries(editor_client: Client) -> None:
    office = Office.objects.create(name="東部の係")
    office.people.add(get_user_model().objects.get(username="test-editor"))
    own, by_field, other = open_daily(), open_daily(fields=["children"]), open_daily()
    type(own).objects.filter(pk=own.pk).update(owner=office)
    office.fields.add(Field.objects.get(code="children"))
    page = soup(editor_client.get(NEW, {"area": "tobu", "choose": "1"}))
    ticked = {int(tick["value"]) for tick in page.select("[name=entry]")}
    assert {own.pk, by_field.pk} <= ticked and other.pk not in ticked
    chosen = what(editor_client, own, other).select_one("[name=entry]")["value"]
    assert chosen == str(own.pk), "what a form sends besides is left out"


def test_should_change_the_end_take_out_entries_and_ask_again(
    approver_client: Client,
    told: Any,
) -> None:
    one, other = open_daily(), open_daily()
    notice = told(one, other, until=None)
    address = f"{LIST}{notice.pk}/"
    assert "しばらくのあいだ" in soup(approver_client.get(address)).get_text()
    assert "1週間あとに" in soup(approver_client.post(address, {"do": "goes_on"}, follow=True)).get_text()
    page = soup(approver_client.post(address, {"do": "release"}))
    assert "印を付けてください" in page.get_text()
    approver_client.post(address, {"do": "release", "entry": [one.pk]})
    assert list(notice.entries.values_list("pk", flat=True)) == [other.pk]
    page = soup(approver_client.post(address, {"do": "end", "until_on": "2026-11-25"}))
    assert "いまより後" in page.get_text()
    approver_client.post(address, {"do": "end", "until_on": "2026-11-26", "until_at": "18:00"})
    notice.refresh_from_db()
    assert notice.until == at(26, 18)


def test_should_show_what_to_look_at_again_on_the_desk(editor_client: Client, told: Any, storm: Any) -> None:
    told(open_daily(), until=None)
    storm.shift(notices.ASK_AFTER.total_seconds())
    editor_client.force_login(get_user_model().objects.get(username="test-editor"))
    wait = soup(editor_client.get("/admin/")).select_one(f".desk__waits a[href='{LIST}?show=ask']")
    assert wait.get_text().startswith("1件まだ続くか")
    assert len(soup(editor_client.get(LIST, {"show": "ask"})).select(".days__list > li")) == 1


def test_should_open_a_prepared_page_with_one_press(approver_client: Client, editor_client: Client) -> None:
    page = PreparedPage.objects.get(slug="storm")
    address = f"{LIST}open/{page.pk}/"
    assert editor_client.get(address)["Location"] == "/admin/", "only approvers"
    shown = soup(approver_client.get(address))
    assert "場所がまだ書かれていません" in shown.get_text()
    form = shown.select_one("form.days__form")
    assert (form.select_one("[name=until_on]")["value"], form.select_one("[name=until_at]")["value"]) == (
        "2026-11-27",
        "18:00",
    )
    opened = approver_client.post(address, sent(form))
    band = Banner.objects.get()
    assert opened["Location"] == f"{LIST}band/{band.pk}/"
    approver_client.post(address, sent(form))
    assert Banner.objects.count() == 1
    assert "は開いています" in soup(approver_client.get(LIST)).get_text()
    past = soup(approver_client.post(address, {"until_on": "2026-11-25"}))
    assert "いまより後" in past.get_text()
    assert "とじました" in soup(approver_client.post(opened["Location"], {"do": "undo"}, follow=True)).get_text()


def test_should_show_a_band_and_say_what_is_wrong_with_one(approver_client: Client, editor_client: Client) -> None:
    form = soup(approver_client.get(BAND_NEW)).select_one("form.days__form")
    page = soup(approver_client.post(BAND_NEW, sent(form, words="", link="ftp://x", until_on="")))
    text = page.select_one("form.days__form").get_text()
    assert not Banner.objects.exists() and text
    page = soup(approver_client.post(BAND_NEW, sent(form, words="雪です", link="javascript:alert(1)")))
    assert "「/」か「https://」で始まる" in page.get_text()
    approver_client.post(BAND_NEW, sent(form, words="雪です", area="tobu"))
    approver_client.post(BAND_NEW, sent(form, words="雪です", area="tobu"))
    assert [(one.words, one.area.slug, one.state) for one in Banner.objects.all()] == [("雪です", "tobu", "open")]
    form = soup(editor_client.get(BAND_NEW)).select_one("form.days__form")
    editor_client.post(BAND_NEW, sent(form, words="まだです"))
    assert Banner.objects.get(words="まだです").state == "waiting"


def test_should_ask_a_fixed_number_of_questions_for_its_lists(approver_client: Client, told: Any) -> None:
    def questions(address: str) -> int:
        approver_client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert approver_client.get(address).status_code == 200
        return len(asked)

    places = [open_daily() for _number in range(3)]
    notice = told(places[0])
    few = questions(LIST), questions(f"{LIST}{notice.pk}/"), questions("/admin/")
    for _number in range(4):
        told(*places)
    notice.entries.add(*places)
    assert (questions(LIST), questions(f"{LIST}{notice.pk}/"), questions("/admin/")) == few
    assert making.PREVIEWED == 2
