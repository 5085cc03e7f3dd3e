"""The desk in the admin from which the register is kept true, as an editor and an approver use it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client
from openpyxl import load_workbook

from directory.choices import CheckEvery, ConfirmBy, Confirmer, Decision, PhoneState
from directory.freshness import calls
from directory.freshness.links import link_of_code, read_token
from directory.freshness.proposals import propose
from directory.models import (
    ChangeProposal,
    CheckRound,
    GatheringPlace,
    Office,
    PhoneCheck,
    PublicRecord,
    Resource,
    Verification,
)
from directory.public.projection import read
from tests.directory.freshness.conftest import at
from tests.factories import OrganisationFactory, PlaceFactory

pytestmark = pytest.mark.django_db
DAY = date(2027, 6, 1)
BASE = "/admin/freshness/"


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    """The day of the story; nothing of the demo is due."""
    with at(DAY):
        Resource.objects.update(check_every=CheckEvery.NEVER)
        PublicRecord.objects.update(due_on=None)
        yield


@pytest.fixture
def place() -> GatheringPlace:
    """An entry that has been due for a month."""
    return PlaceFactory(
        organisation=OrganisationFactory(name="ひだまりの会"),
        name="ひだまりサロン",
        verified_on=date(2026, 5, 1),
        verified_by="phone",
        cost_note="100円",
    )


@pytest.fixture
def call(place: GatheringPlace) -> PhoneCheck:
    """It stands in the queue."""
    calls.queue([place], DAY)
    return PhoneCheck.objects.get(resource=place.pk)


def soup(response: HttpResponse) -> BeautifulSoup:
    """A page that is there."""
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def said(client: Client, response: HttpResponse) -> str:
    """What the page after a form says."""
    assert response.status_code == 302, response.content.decode()[:500]
    return soup(client.get(response["Location"])).get_text()


def test_should_say_how_the_register_stands(editor_client: Client, place: GatheringPlace) -> None:
    page = soup(editor_client.get(BASE))
    table = page.find("th", string="段").find_parent("table")
    rows = {row.td.get_text(strip=True): row.find_all("td")[1].get_text() for row in table.select("tbody tr")}
    assert rows["確認をお願いする"] == "1"
    assert rows["確認の日はまだ先"] == str(PublicRecord.objects.count() - 1)
    assert "担当の係が決まっていない案内" in page.get_text()
    assert "この係にはメールがない" in page.get_text()
    assert place.name in page.get_text()
    assert place.name not in soup(editor_client.get(f"{BASE}?step=4")).get_text()
    assert place.name in soup(editor_client.get(f"{BASE}?step=1&office={Office.default().pk}")).get_text()
    for odd in ("step=99", "step=x", "office=x", "page=999", "step=-1", "office=99999999999999999999"):
        assert editor_client.get(f"{BASE}?{odd}").status_code == 200, odd


def test_should_list_many_in_a_fixed_number_of_queries(
    editor_client: Client, place: GatheringPlace, django_assert_max_num_queries: Callable[..., object]
) -> None:
    def ask(address: str, most: int) -> None:
        editor_client.get(address)
        with django_assert_max_num_queries(most):
            assert editor_client.get(address).status_code == 200

    for _number in range(10):
        calls.queue([PlaceFactory(verified_on=date(2026, 5, 1), verified_by="phone")], DAY)
    ask(BASE, 40)
    ask(f"{BASE}calls/", 30)
    ask(f"{BASE}sheets/?q=会", 30)


# -- an answer in ten seconds --


def test_should_enter_a_fax_in_one_form(editor_client: Client, place: GatheringPlace) -> None:
    offered = soup(editor_client.get(f"{BASE}entry/")).select("datalist option")
    chosen = next(one["value"] for one in offered if place.name in one["value"])
    page = soup(editor_client.get(f"{BASE}entry/", {"entry": chosen}))
    form = page.select_one("form[method=post]")
    checked = {one["name"]: one["value"] for one in form.select("input[checked]")}
    assert checked == {"role": "fax", "is_right": "yes"}, "one click more, and it is done"
    sent = {**checked, "entry": form.select_one("input[name=entry]")["value"]}
    assert "確かめたと記録しました" in said(editor_client, editor_client.post(f"{BASE}entry/", sent))
    proof = Verification.objects.filter(resource=place.pk, on=DAY)
    assert {(one.role, one.how) for one in proof} == {(Confirmer.FAX, "letter")}
    assert not [one.name for one in Verification._meta.fields if "user" in one.name or "person" in one.name]


def test_should_enter_what_changed_as_proposals(editor_client: Client, place: GatheringPlace) -> None:
    sent = {"entry": place.short_id, "role": "site", "is_right": "no", "cost": "200円"}
    said(editor_client, editor_client.post(f"{BASE}entry/", sent))
    (made,) = ChangeProposal.objects.all()
    assert (made.proposed, made.role) == ("200円", Confirmer.SITE)
    assert not Verification.objects.filter(on=DAY).exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"entry": "nothing", "role": "fax", "is_right": "yes"},
        {"entry": "", "role": "fax", "is_right": "yes"},
        {"role": "someone", "is_right": "yes"},
        {"role": "group", "is_right": "yes"},
        {"role": "fax", "is_right": "perhaps"},
        {"role": "fax", "is_right": "no"},
        {"role": "fax", "is_right": "no", "cost": "あ" * 500},
        {"role": "fax", "is_right": "no", "cost": "\x00"},
    ],
)
def test_should_take_no_nonsense(editor_client: Client, place: GatheringPlace, sent: dict[str, str]) -> None:
    response = editor_client.post(f"{BASE}entry/", {"entry": place.short_id, **sent})
    assert response.status_code == 200
    assert not ChangeProposal.objects.exists()
    assert not Verification.objects.filter(on=DAY).exists()


# -- calls --


def test_should_go_from_to_do_to_confirmed(editor_client: Client, place: GatheringPlace, call: PhoneCheck) -> None:
    office = Office.objects.create(name="福祉係")
    address = f"{BASE}calls/{call.pk}/"
    assert place.name in soup(editor_client.get(f"{BASE}calls/?state=todo")).get_text()
    page = soup(editor_client.get(address))
    assert "話すこと" in page.get_text()
    assert "0000-99-0001" in page.get_text()

    def press(do: str, **more: str) -> PhoneCheck:
        editor_client.post(address, {"do": do, **more})
        return PhoneCheck.objects.get(pk=call.pk)

    assert press("take").state == PhoneState.TODO, "without an office nobody has it"
    assert (press("take", office=str(office.pk)).state, PhoneCheck.objects.get().taken_by) == (PhoneState.TAKEN, office)
    assert press("take", office=str(Office.default().pk)).taken_by == office, "another cannot take it away"
    assert press("missed", way="visit").state == PhoneState.MISSED
    assert press("missed", way="pigeon").state == PhoneState.MISSED
    assert press("later").state == PhoneState.REACHED
    done = press("right")
    assert (done.state, done.closed_on, done.was_right) == (PhoneState.CONFIRMED, DAY, True)
    assert [(one.on, one.way, one.reached) for one in done.tries.all()] == [
        (DAY, "visit", False),
        (DAY, "phone", False),
        (DAY, "phone", True),
        (DAY, "phone", True),
    ]
    assert Verification.objects.filter(resource=place.pk, on=DAY, role=Confirmer.PHONE).count() == 4
    editor_client.get(BASE)
    assert place.name not in soup(editor_client.get(f"{BASE}calls/")).get_text()
    # Pressed again in another window.
    again = editor_client.post(address, {"do": "missed"})
    assert "もう終わっています" in soup(again).get_text()
    assert done.tries.count() == 4


def test_should_count_a_change_as_not_right(editor_client: Client, place: GatheringPlace, call: PhoneCheck) -> None:
    editor_client.post(f"{BASE}calls/{call.pk}/", {"do": "change", "hours": "土曜"})
    call.refresh_from_db()
    assert (call.state, call.was_right) == (PhoneState.CONFIRMED, False)
    assert ChangeProposal.objects.get().role == Confirmer.PHONE


def test_should_write_nothing_where_a_change_is_refused(editor_client: Client, call: PhoneCheck) -> None:
    page = soup(editor_client.post(f"{BASE}calls/{call.pk}/", {"do": "change", "cost": "あ" * 500}))
    assert page.select(".error-message")
    assert not call.tries.exists()
    call.refresh_from_db()
    assert call.closed_on is None


def test_should_show_no_call_of_what_is_not_public(
    editor_client: Client, place: GatheringPlace, call: PhoneCheck
) -> None:
    place.unpublish()
    assert editor_client.get(f"{BASE}calls/{call.pk}/").status_code == 404
    assert place.name not in soup(editor_client.get(f"{BASE}calls/")).get_text()


# -- proposals --


def test_should_put_old_and_new_side_by_side_and_take_into_a_draft(
    editor_client: Client, place: GatheringPlace
) -> None:
    public = read(PublicRecord.objects.get(resource=place.pk))
    assert public
    cost, body = propose(public, Confirmer.ORGANISATION, {"cost": "<i>200円</i>", "body": "歌います"})
    assert place.name in soup(editor_client.get(f"{BASE}proposals/")).get_text()
    page = soup(editor_client.get(f"{BASE}proposals/{place.pk}/"))
    row = page.find("input", attrs={"name": f"answer-{cost.pk}"}).find_parent("tr").get_text()
    assert "100円" in row
    assert "<i>200円</i>" in row
    assert not page.select("td i")
    response = editor_client.post(
        f"{BASE}proposals/{place.pk}/", {f"answer-{cost.pk}": "take", f"answer-{body.pk}": "decline"}
    )
    assert response["Location"].startswith("/admin/snippets/directory/gatheringplace/edit/"), (
        "an editor publishes nothing"
    )
    row = GatheringPlace.objects.get(pk=place.pk)
    assert row.has_unpublished_changes
    assert row.cost_note == "100円"
    assert row.get_latest_revision_as_object().cost_note == "<i>200円</i>"
    assert {one.state for one in ChangeProposal.objects.all()} == {Decision.TAKEN, Decision.DECLINED}
    again = editor_client.post(f"{BASE}proposals/{place.pk}/", {f"answer-{cost.pk}": "take"})
    assert "もう答えてあります" in said(editor_client, again)


def test_should_want_a_choice(editor_client: Client, place: GatheringPlace) -> None:
    public = read(PublicRecord.objects.get(resource=place.pk))
    assert public
    propose(public, Confirmer.FAX, {"cost": "200円"})
    page = soup(editor_client.post(f"{BASE}proposals/{place.pk}/", {"answer-0": "take", "answer-x": "take"}))
    assert "選んでください" in page.get_text()


# -- sheets --


def test_should_make_a_sheet_whose_code_opens_the_entries(editor_client: Client, place: GatheringPlace) -> None:
    organisation = place.organisation
    organisation.confirm_by = ConfirmBy.SHEET
    organisation.save()
    place.staff_note = "もれてはいけない"
    place.save_revision().publish()
    assert organisation.name in soup(editor_client.get(f"{BASE}sheets/")).get_text()
    sheet = soup(editor_client.post(f"{BASE}sheets/{organisation.pk}/"))
    code = sheet.select_one(".code").get_text()
    assert read_token(str(link_of_code(code))).organisation == organisation
    assert sheet.img["src"].startswith("data:image/svg+xml")
    assert place.name in sheet.get_text()
    assert len(sheet.select(".entry .box")) == 3
    assert "もれてはいけない" not in str(sheet)
    assert CheckRound.objects.get(resource=place.pk).asked_on == DAY
    # Four weeks later nobody has sent it back: somebody calls.
    with at(DAY + timedelta(days=28)):
        from directory.freshness.due import due_entries

        (entry,) = [one for one in due_entries(DAY + timedelta(days=28)) if one.resource.pk == place.pk]
        assert entry.wants_call


# -- hand-over --


def test_should_hand_over_an_office_as_one_sheet_and_one_action(approver_client: Client, place: GatheringPlace) -> None:
    old, new = Office.objects.create(name="福祉係"), Office.objects.create(name="くらし係")
    Resource.objects.filter(pk=place.pk).update(owner=old)
    page = soup(approver_client.get(f"{BASE}handover/?office={old.pk}"))
    assert place.name in page.get_text()
    file = approver_client.get(f"{BASE}handover/{old.pk}.xlsx")
    names = [row[0] for row in load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True)]
    assert names[1:] == [place.name]
    sent = {"old": str(old.pk), "new": str(new.pk), "retire": "on"}
    assert "1件を、くらし係 に移しました" in said(approver_client, approver_client.post(f"{BASE}handover/", sent))
    assert Resource.objects.get(pk=place.pk).owner == new
    assert (
        "同じ係です"
        in soup(approver_client.post(f"{BASE}handover/", {"old": str(new.pk), "new": str(new.pk)})).get_text()
    )


def test_should_show_the_days_between_the_steps_to_administrators(admin_client: Client, editor_client: Client) -> None:
    page = soup(admin_client.get(BASE))
    link = page.find("a", string="段と段のあいだの日数を見る・変える")["href"]
    form = soup(admin_client.get(link, follow=True))
    assert form.find("input", attrs={"name": "demote_after"})["value"] == "120"
    assert not soup(editor_client.get(BASE)).find("a", string="段と段のあいだの日数を見る・変える")


def test_should_let_an_editor_choose_office_and_interval(editor_client: Client, place: GatheringPlace) -> None:
    page = soup(editor_client.get(f"/admin/snippets/directory/gatheringplace/edit/{place.pk}/"))
    for name in ("owner", "check_every", "no_check_reason", "ends_on", "succeeded_by"):
        assert page.find(attrs={"name": name}), name
    page = soup(editor_client.get(f"/admin/snippets/directory/organisation/edit/{place.organisation_id}/"))
    assert page.find(attrs={"name": "confirm_mail"})
