"""Drafts: a name is enough, rows keep who they are, and two people may write at once."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail.models import DraftStateMixin, RevisionMixin

from directory.admin import rows
from directory.choices import Audience, Cost, VerifiedBy, Weekday
from directory.freshness.confirming import write_columns
from directory.freshness.handover import hand_over
from directory.models import Area, GatheringPlace, Office, OpeningRule, PublicRecord, Resource, kind_tables
from tests.factories import OrganisationFactory, PlaceFactory
from tests.portal.test_admin import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
KINDS = [table._meta.model_name for table in kind_tables().values()]
JSON = {"HTTP_ACCEPT": "application/json"}
Values = dict[str, list[str]]


def address(resource: Resource, what: str = "edit") -> str:
    return reverse(f"wagtailsnippets_directory_{resource._meta.model_name}:{what}", args=[resource.pk])


def latest(place: GatheringPlace) -> GatheringPlace:
    return GatheringPlace.objects.get(pk=place.pk).get_latest_revision_as_object()


def errors(response: HttpResponse) -> list[str]:
    soup = BeautifulSoup(response.content, "lxml")
    return [" ".join(found.get_text().split()) for found in soup.select(".error-message, .messages .error")]


def with_row(values: Values, relation: str, **texts: str) -> Values:
    """The form after one more row was opened and filled, as the page's script does: with the identity of the empty row."""
    number = int(values[f"{relation}-TOTAL_FORMS"][0])
    row = {"id": "", "uuid": EMPTY_ROW, "ORDER": str(number + 1), "DELETE": "", **texts}
    return {
        **values,
        f"{relation}-TOTAL_FORMS": [str(number + 1)],
        **{f"{relation}-{number}-{name}": [text] for name, text in row.items()},
    }


EMPTY_ROW = "6f0c3c4e-3a0d-4a57-9d0b-0a8d5f1f7c11"
TUESDAY = {"weekdays": str(Weekday.TUE.value), "opens": "10:00", "closes": "12:00", "holidays": "closed"}


def hours(place: GatheringPlace) -> list[str]:
    return [
        f"{'/'.join(Weekday(day).name.lower() for day in rule.weekdays)} {rule}" for rule in place.opening_rules.all()
    ]


@pytest.fixture
def place() -> GatheringPlace:
    """Published, open on Mondays and Fridays."""
    made = PlaceFactory(name="ひだまり")
    made.opening_rules = [
        OpeningRule(weekdays=[day], opens=time(9), closes=time(12), sort_order=order)
        for order, day in enumerate((Weekday.MON, Weekday.FRI))
    ]
    made.save_revision().publish()
    return GatheringPlace.objects.get(pk=made.pk)


@pytest.fixture
def other_client(db: None) -> Client:
    """A second editor."""
    client = Client()
    user = get_user_model().objects.create_user("other-editor", last_name="佐藤", first_name="花子")
    user.groups.set(get_user_model().objects.get(username="test-editor").groups.all())
    client.force_login(user)
    return client


class TestANameIsEnough:
    @pytest.mark.parametrize("kind", KINDS)
    def test_should_save_open_list_and_preview_it(self, editor_client: Client, kind: str) -> None:
        name = f"wagtailsnippets_directory_{kind}"
        values = {**form_of(editor_client, reverse(f"{name}:add")), "name": ["まだ名前だけ"]}
        response = editor_client.post(reverse(f"{name}:add"), values)
        assert response.status_code == 302, errors(response)
        entry = Resource.objects.get(name="まだ名前だけ").specific
        assert not entry.live and entry.organisation is None
        opened = form_of(editor_client, address(entry))
        assert opened["name"] == ["まだ名前だけ"]
        assert "まだ名前だけ" in editor_client.get(reverse(f"{name}:list")).content.decode()
        assert editor_client.get(address(entry, "history")).status_code == 200
        assert editor_client.post(address(entry, "preview_on_edit"), opened).json()["is_valid"]
        page = editor_client.get(address(entry, "preview_on_edit"))
        assert page.status_code == 200 and "まだ名前だけ" in page.content.decode()

    @pytest.mark.parametrize("kind", KINDS)
    def test_should_ask_for_the_rest_when_it_is_submitted(self, editor_client: Client, kind: str) -> None:
        add = reverse(f"wagtailsnippets_directory_{kind}:add")
        editor_client.post(add, {**form_of(editor_client, add), "name": ["まだ名前だけ"]})
        entry = Resource.objects.get(name="まだ名前だけ").specific
        values = {**form_of(editor_client, address(entry)), "action-submit": ["1"]}
        response = editor_client.post(address(entry), values)
        assert response.status_code == 200
        soup = BeautifulSoup(response.content, "lxml")
        for field in ("organisation", "type", "summary", "fields", "areas"):
            assert soup.select_one(f"#panel-child-content-child-{field}-errors, [id*='{field}-errors']"), field
        assert entry.workflow_states.count() == 0

    def test_should_keep_a_row_that_is_half_written(self, editor_client: Client, place: GatheringPlace) -> None:
        values = with_row(
            form_of(editor_client, address(place)),
            "opening_rules",
            weekdays=str(Weekday.TUE.value),
            opens="10:00",
            holidays="closed",
        )
        assert editor_client.post(address(place), values).status_code == 302
        row = latest(place).opening_rules.all()[2]
        assert (row.weekdays, row.opens, row.closes) == ([Weekday.TUE], time(10), None)
        opened = form_of(editor_client, address(place))
        assert opened["opening_rules-2-opens"] == ["10:00"]
        assert editor_client.post(address(place, "preview_on_edit"), opened).json()["is_valid"]
        assert editor_client.get(address(place, "preview_on_edit")).status_code == 200
        response = editor_client.post(address(place), {**opened, "action-submit": ["1"]})
        assert response.status_code == 200 and errors(response)

    def test_should_not_publish_it_by_any_way(self, editor_client: Client) -> None:
        add = reverse("wagtailsnippets_directory_gatheringplace:add")
        editor_client.post(add, {**form_of(editor_client, add), "name": ["まだ名前だけ"]})
        entry = GatheringPlace.objects.get(name="まだ名前だけ")
        with pytest.raises(PermissionDenied, match="まだ公開できません"):
            entry.latest_revision.publish()
        with pytest.raises(IntegrityError), transaction.atomic():
            GatheringPlace.objects.filter(pk=entry.pk).update(live=True)
        assert not PublicRecord.objects.filter(pk=entry.pk).exists()

    def test_should_take_what_was_pasted_as_it_looks(self, editor_client: Client, place: GatheringPlace) -> None:
        values = form_of(editor_client, address(place))
        values |= {"body": ["一行目\x0b二行目\u200b"], "name": ["ひだ\u202eまり\x0b"]}
        assert editor_client.post(address(place), values).status_code == 302
        assert latest(place).body == "一行目\n二行目"
        assert latest(place).name == "ひだまり"


class TestRowsKeepWhoTheyAre:
    @pytest.mark.parametrize("live", [True, False])
    def test_should_write_a_new_row_once_however_often_it_saves_itself(
        self, editor_client: Client, place: GatheringPlace, live: bool
    ) -> None:
        """wagtail#14359: a tab that never learns the key of its new row."""
        if not live:
            place.unpublish()
        values = with_row(form_of(editor_client, address(place)), "opening_rules", **TUESDAY)
        for closes in ("12:00", "13:00", "14:00"):
            sent = {**values, "opening_rules-2-closes": [closes]}
            answer = editor_client.post(address(place), sent, **JSON).json()
            assert answer["success"], answer
            values |= {"overwrite_revision_id": [str(answer["revision_id"])]}
        assert hours(latest(place)) == ["mon 09:00-12:00", "fri 09:00-12:00", "tue 10:00-14:00"]
        values |= {"opening_rules-2-closes": ["15:00"]}
        assert editor_client.post(address(place), values).status_code == 302
        assert hours(latest(place)) == ["mon 09:00-12:00", "fri 09:00-12:00", "tue 10:00-15:00"]

    def test_should_know_rows_that_were_published_since(
        self, editor_client: Client, approver_client: Client, place: GatheringPlace
    ) -> None:
        """Their keys changed; the form that was open before posts the old ones, or none."""
        values = with_row(form_of(editor_client, address(place)), "opening_rules", **TUESDAY)
        editor_client.post(address(place), values)
        latest(place).save_revision().publish()
        before = {row.uuid for row in GatheringPlace.objects.get(pk=place.pk).opening_rules.all()}
        values |= {"opening_rules-0-closes": ["11:00"]}
        assert editor_client.post(address(place), values).status_code == 302
        assert hours(latest(place)) == ["mon 09:00-11:00", "fri 09:00-12:00", "tue 10:00-12:00"]
        assert {row.uuid for row in latest(place).opening_rules.all()} == before

    def test_should_delete_and_order_rows_as_the_page_shows_them(
        self, editor_client: Client, place: GatheringPlace
    ) -> None:
        values = with_row(form_of(editor_client, address(place)), "opening_rules", **TUESDAY)
        values |= {"opening_rules-2-ORDER": ["1"], "opening_rules-0-ORDER": ["2"], "opening_rules-1-DELETE": ["1"]}
        assert editor_client.post(address(place), values).status_code == 302
        assert hours(latest(place)) == ["tue 10:00-12:00", "mon 09:00-12:00"]

    def test_should_forget_a_row_that_was_opened_and_left_empty(
        self, editor_client: Client, place: GatheringPlace
    ) -> None:
        values = with_row(
            form_of(editor_client, address(place)), "opening_rules", holidays="closed", opens="", closes=""
        )
        assert editor_client.post(address(place), {**values, "action-submit": ["1"]}).status_code == 302
        assert len(hours(latest(place))) == 2

    def test_should_show_a_mistake_at_its_row(self, editor_client: Client, place: GatheringPlace) -> None:
        values = with_row(form_of(editor_client, address(place)), "opening_rules", **TUESDAY | {"opens": "25時"})
        response = editor_client.post(address(place), values)
        assert response.status_code == 200
        soup = BeautifulSoup(response.content, "lxml")
        assert soup.select_one("#id_opening_rules-2-opens")["value"] == "25時"
        assert soup.select_one("[id$='-2-child-panel-child-opens-errors']").get_text(strip=True)
        again = form_of_response(response)
        again |= {"opening_rules-2-opens": ["10:00"]}
        assert editor_client.post(address(place), again).status_code == 302
        assert len(hours(latest(place))) == 3

    def test_should_take_three_hundred_rows(self, editor_client: Client, place: GatheringPlace) -> None:
        values = form_of(editor_client, address(place))
        for number in range(300):
            values = with_row(values, "channels", kind="phone", value=f"0000-99-{number:04}", note="", hours="")
        assert editor_client.post(address(place), values).status_code == 302
        assert latest(place).channels.count() == 301
        assert editor_client.get(address(place)).status_code == 200

    def test_should_save_more_rows_than_a_form_takes_anew(
        self, editor_client: Client, place: GatheringPlace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rows, "MOST_ROWS", 2)
        values = form_of(editor_client, address(place))
        for number in range(2):
            values = with_row(values, "channels", kind="phone", value=f"0000-99-{number:04}", note="", hours="")
        assert editor_client.post(address(place), values).status_code == 302
        many = latest(place).channels.count()
        assert many > 2
        values = with_row(form_of(editor_client, address(place)), "channels", kind="phone", value="0000-99-9999")
        assert editor_client.post(address(place), values).status_code == 302
        assert latest(place).channels.count() == many + 1

    def test_should_make_no_wild_number_of_forms(
        self, editor_client: Client, place: GatheringPlace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rows, "MOST_ROWS", 5)
        values = {**form_of(editor_client, address(place)), "channels-TOTAL_FORMS": ["99999999"]}
        page = BeautifulSoup(editor_client.post(address(place), values).content, "lxml")
        made = page.select("[name^=channels-][name$=-value]")
        assert 0 < len(made) <= place.channels.count() + 5 + 1, "and the one of the template"

    @pytest.mark.parametrize(
        "total", ["", "many", "-1", "99999999", "1" * 400], ids=["empty", "word", "minus", "many", "long"]
    )
    def test_should_say_so_when_the_count_of_rows_is_nonsense(
        self, editor_client: Client, place: GatheringPlace, total: str
    ) -> None:
        values = {**form_of(editor_client, address(place)), "opening_rules-TOTAL_FORMS": [total]}
        response = editor_client.post(address(place), values)
        assert response.status_code in {200, 302}
        assert len(hours(GatheringPlace.objects.get(pk=place.pk))) == 2


def form_of_response(response: HttpResponse) -> Values:
    class Shown:
        def get(self, _address: str) -> HttpResponse:
            return response

    return form_of(Shown(), "")  # type: ignore[arg-type]


class TestTwoAtOnce:
    def test_should_keep_what_the_other_changed_elsewhere(
        self, editor_client: Client, other_client: Client, place: GatheringPlace
    ) -> None:
        mine, theirs = form_of(editor_client, address(place)), form_of(other_client, address(place))
        theirs |= {"summary": ["佐藤の書いた一文。"], "areas": theirs["areas"] + [area_of("seibu")]}
        assert other_client.post(address(place), with_row(theirs, "opening_rules", **TUESDAY)).status_code == 302
        mine |= {"access_note": ["駅から3分"], "opening_rules-0-closes": ["11:00"]}
        response = editor_client.post(address(place), mine, follow=True)
        assert "佐藤" in response.content.decode() and "そのまま残しています" in response.content.decode()
        now = latest(place)
        assert (now.summary, now.access_note) == ("佐藤の書いた一文。", "駅から3分")
        assert {area.slug for area in now.areas.all()} == {"tobu", "seibu"}
        assert hours(now) == ["mon 09:00-11:00", "fri 09:00-12:00", "tue 10:00-12:00"]

    def test_should_show_both_where_both_changed_one_field(
        self, editor_client: Client, other_client: Client, place: GatheringPlace
    ) -> None:
        mine, theirs = form_of(editor_client, address(place)), form_of(other_client, address(place))
        other_client.post(address(place), {**theirs, "summary": ["佐藤の書いた一文。"], "cost_note": ["お茶代100円"]})
        response = editor_client.post(address(place), {**mine, "summary": ["わたしの書いた一文。"]})
        assert response.status_code == 200
        text = response.content.decode()
        assert "佐藤 花子" in text and "「佐藤の書いた一文。」に変えました" in text
        assert "data-w-autosave-interval-value" not in text, "nor does it save itself before somebody has chosen"
        assert latest(place).summary == "佐藤の書いた一文。", "nothing is saved yet"
        again = form_of_response(response)
        assert again["summary"] == ["わたしの書いた一文。"], "what was typed is not lost"
        assert again["cost_note"] == ["お茶代100円"], "what only the other changed is shown"
        assert editor_client.post(address(place), again).status_code == 302
        assert (latest(place).summary, latest(place).cost_note) == ("わたしの書いた一文。", "お茶代100円")

    def test_should_say_what_the_other_wrote_in_words(
        self, editor_client: Client, other_client: Client, place: GatheringPlace
    ) -> None:
        mine, theirs = form_of(editor_client, address(place)), form_of(other_client, address(place))
        other = {"can_observe": ["true"], "audiences": ["youth"], "cost": ["free"], "ends_on": ["2031-03-31"]}
        own = {"can_observe": ["false"], "audiences": ["elderly"], "cost": ["paid"], "ends_on": ["2031-09-30"]}
        assert other_client.post(address(place), theirs | other).status_code == 302
        told = " ".join(errors(editor_client.post(address(place), mine | own)))
        labels = dict(Audience.choices)["youth"], dict(Cost.choices)["free"]
        for words in ("はい", *map(str, labels), "2031年3月31日"):
            assert f"「{words}」に変えました" in told, told

    def test_should_not_bring_back_a_row_that_the_other_deleted(
        self, editor_client: Client, other_client: Client, place: GatheringPlace
    ) -> None:
        mine, theirs = form_of(editor_client, address(place)), form_of(other_client, address(place))
        other_client.post(address(place), {**theirs, "opening_rules-1-DELETE": ["1"]})
        assert editor_client.post(address(place), {**mine, "access_note": ["駅から3分"]}).status_code == 302
        assert hours(latest(place)) == ["mon 09:00-12:00"]

    def test_should_ask_where_one_deleted_what_the_other_changed(
        self, editor_client: Client, other_client: Client, place: GatheringPlace
    ) -> None:
        mine, theirs = form_of(editor_client, address(place)), form_of(other_client, address(place))
        other_client.post(address(place), {**theirs, "opening_rules-1-DELETE": ["1"]})
        response = editor_client.post(address(place), {**mine, "opening_rules-1-closes": ["10:30"]})
        assert response.status_code == 200 and any("もここを変えました" in error for error in errors(response))
        assert editor_client.post(address(place), form_of_response(response)).status_code == 302
        assert hours(latest(place)) == ["mon 09:00-12:00", "fri 09:00-10:30"]

    def test_should_ask_about_everything_where_nobody_knows_what_was_shown(
        self, editor_client: Client, other_client: Client, place: GatheringPlace
    ) -> None:
        """The version that the form showed was written over, as autosave does."""
        theirs = form_of(other_client, address(place))
        answer = other_client.post(address(place), {**theirs, "summary": ["はじめの文。"]}, **JSON).json()
        mine = form_of(editor_client, address(place))
        other_client.post(
            address(place),
            {**theirs, "summary": ["つぎの文。"], "overwrite_revision_id": [str(answer["revision_id"])]},
            **JSON,
        )
        response = editor_client.post(address(place), {**mine, "access_note": ["駅から3分"]})
        assert response.status_code == 200
        assert any("「つぎの文。」に変えました" in error for error in errors(response))
        assert latest(place).summary == "つぎの文。"

    def test_should_let_autosave_wait_for_a_person(
        self, editor_client: Client, other_client: Client, place: GatheringPlace
    ) -> None:
        mine, theirs = form_of(editor_client, address(place)), form_of(other_client, address(place))
        other_client.post(address(place), {**theirs, "summary": ["佐藤の書いた一文。"]})
        answer = editor_client.post(address(place), {**mine, "summary": ["わたしの。"]}, **JSON).json()
        assert not answer["success"] and answer["error_code"] == "invalid_revision"
        assert "新しい" in answer["error_message"] or "保存" in answer["error_message"]
        assert latest(place).summary == "佐藤の書いた一文。"

    @pytest.mark.parametrize("action", ["", "action-submit"])
    def test_should_keep_on_the_screen_what_is_written_while_the_other_has_submitted(
        self, editor_client: Client, other_client: Client, place: GatheringPlace, action: str
    ) -> None:
        mine, theirs = form_of(editor_client, address(place)), form_of(other_client, address(place))
        other_client.post(address(place), {**theirs, "cost_note": ["お茶代100円"], "action-submit": ["1"]})
        sent: Values = {**mine, "access_note": ["駅から3分"], **({action: ["1"]} if action else {})}
        response = editor_client.post(address(place), sent)
        assert response.status_code == 200
        assert any("この画面に残っています" in error for error in errors(response))
        assert form_of_response(response)["access_note"] == ["駅から3分"]
        assert latest(place).cost_note == "お茶代100円"

    def test_should_merge_after_an_approver_published(
        self, editor_client: Client, approver_client: Client, place: GatheringPlace
    ) -> None:
        mine, theirs = form_of(editor_client, address(place)), form_of(approver_client, address(place))
        approver_client.post(address(place), {**theirs, "cost_note": ["お茶代100円"], "action-publish": ["1"]})
        response = editor_client.post(address(place), {**mine, "access_note": ["駅から3分"]})
        assert response.status_code == 302, errors(response)
        assert (latest(place).access_note, latest(place).cost_note) == ("駅から3分", "お茶代100円")
        assert GatheringPlace.objects.get(pk=place.pk).cost_note == "お茶代100円"

    def test_should_not_undo_what_was_handed_over_or_confirmed_beside_an_open_form(
        self, editor_client: Client, place: GatheringPlace
    ) -> None:
        old, new = (Office.objects.create(name=name) for name in ("前の係", "次の係"))
        write_columns(place, owner_id=old.pk, verified_on=date(2026, 1, 10), verified_by=VerifiedBy.PHONE)
        values = form_of(editor_client, address(place))
        hand_over(old, new, retire=True)
        write_columns(place, verified_on=date(2026, 6, 1), verified_by=VerifiedBy.VISIT)
        assert editor_client.post(address(place), {**values, "access_note": ["駅から3分"]}).status_code == 302
        now = latest(place)
        assert (now.owner, now.verified_on, now.verified_by) == (new, date(2026, 6, 1), VerifiedBy.VISIT)
        assert now.access_note == "駅から3分"
        # Who sees them and writes others means it.
        values = form_of(editor_client, address(place)) | {"verified_on": ["2026-06-02"]}
        assert editor_client.post(address(place), values).status_code == 302
        assert latest(place).verified_on == date(2026, 6, 2)

    @pytest.mark.parametrize("sent", ["", "[]", "{", "null", '{"owner": 5}'])
    def test_should_take_a_form_that_does_not_say_what_it_showed(
        self, editor_client: Client, place: GatheringPlace, sent: str
    ) -> None:
        values = form_of(editor_client, address(place)) | {"opened_with": [sent], "access_note": ["駅から3分"]}
        assert editor_client.post(address(place), values).status_code == 302
        assert latest(place).access_note == "駅から3分"

    def test_should_tell_who_saves_what_was_deleted(
        self, editor_client: Client, approver_client: Client, place: GatheringPlace
    ) -> None:
        mine = form_of(editor_client, address(place))
        approver_client.post(address(place, "delete"))
        response = editor_client.post(address(place), {**mine, "access_note": ["駅から3分"]})
        assert response.status_code == 404


def area_of(slug: str) -> str:
    return str(Area.objects.get(slug=slug).pk)


def test_should_save_by_itself_what_has_drafts_and_nothing_that_is_live_at_once(
    approver_client: Client, place: GatheringPlace
) -> None:
    marked = "data-w-autosave-interval-value"
    assert marked in approver_client.get(address(place)).content.decode()
    with_revisions = [
        model
        for model in apps.get_models()
        if issubclass(model, RevisionMixin) and model._meta.app_label in {"directory", "partners", "portal"}
    ]
    live_at_once = [model for model in with_revisions if not issubclass(model, DraftStateMixin)]
    assert live_at_once
    for model in live_at_once:
        viewset = model.snippet_viewset
        pages = [reverse(viewset.get_url_name("add"))]
        if row := model.objects.first():
            pages.append(reverse(viewset.get_url_name("edit"), args=[row.pk]))
        for page in pages:
            response = approver_client.get(page)
            assert response.status_code == 200, page
            assert marked not in response.content.decode(), page


def test_should_fall_back_where_a_draft_names_what_was_deleted(editor_client: Client, place: GatheringPlace) -> None:
    other = OrganisationFactory(name="すぐなくなる会")
    values: dict[str, Any] = {**form_of(editor_client, address(place)), "organisation": [str(other.pk)]}
    assert editor_client.post(address(place), values).status_code == 302
    other.delete()
    response = editor_client.get(address(place))
    assert response.status_code == 200
    assert latest(place).organisation == place.organisation
