"""What was approved is what is published, in every order of saving and approving; and two steps are two people."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.test import Client
from wagtail.models import GroupApprovalTask, Page, TaskState, Workflow, WorkflowTask

from directory.admin.roles import FIRST_STEP, SECOND_STEP, WORKFLOW, set_up_roles
from directory.models import Approval, Field, GatheringPlace, Office, PublicRecord, SecondApproval
from tests.directory.admin.flow.conftest import change, compare_page, decide, hand_in, soup
from tests.factories import ContactPointFactory, DeskFactory, PlaceFactory
from tests.portal.test_admin import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
EDIT = "/admin/snippets/directory/gatheringplace/edit/{}/"


def now_public(place: GatheringPlace) -> str:
    """The name that residents read."""
    return PublicRecord.objects.get(pk=place.pk).data["name"]


def said(answer: Any) -> str:
    return BeautifulSoup(answer.content, "lxml").get_text()


def status(place: GatheringPlace) -> str:
    """Of its approval; "" when none is going on."""
    state = GatheringPlace.objects.get(pk=place.pk).current_workflow_state
    return state.status if state else ""


@pytest.fixture
def colleague(person: Callable[..., Client]) -> Client:
    """Another 承認者."""
    return person("approver-two", "承認者")


# every order


def test_should_publish_what_was_handed_in(approver: Client, place: GatheringPlace) -> None:
    assert decide(approver, place, "approve")["Location"] == "/admin/approvals/"
    assert now_public(place) == "新しい名前"
    assert status(place) == ""
    assert not GatheringPlace.objects.get(pk=place.pk).has_unpublished_changes


def test_should_not_approve_what_was_saved_while_somebody_looked(
    approver: Client, colleague: Client, place: GatheringPlace
) -> None:
    page = compare_page(approver, place)
    change(place, colleague.user, name="あとから")
    answer = decide(approver, place, "approve", page, **{"answer-name": "書きかけの答え"})
    assert answer.status_code == 200
    assert "見ているあいだに、ほかの人が保存しました" in said(answer)
    again = BeautifulSoup(answer.content, "lxml")
    assert "あとから" in again.select_one("[aria-labelledby=row-name]").get_text()
    assert "approver-twoさん" in again.select_one(".compare > p").get_text()
    assert again.select_one("[name=answer-name]").get_text() == "書きかけの答え"
    assert (now_public(place), status(place)) == ("もとの名前", "in_progress")
    decide(approver, place, "approve", again)
    assert now_public(place) == "あとから"


def test_should_notice_a_version_that_was_written_over_in_its_place(
    approver: Client, editor: Client, place: GatheringPlace
) -> None:
    """As autosave does."""
    page = compare_page(approver, place)
    draft = place.latest_revision.as_object()
    draft.name = "上書き"
    draft.save_revision(user=editor.user, overwrite_revision=place.latest_revision)
    assert decide(approver, place, "approve", page).status_code == 200
    assert now_public(place) == "もとの名前"


def test_should_lead_from_wagtails_own_button_to_what_changed(
    approver: Client, colleague: Client, place: GatheringPlace
) -> None:
    state = place.current_workflow_task_state
    address = f"/admin/snippets/directory/gatheringplace/workflow/action/{place.pk}/approve/{state.pk}/"
    change(place, colleague.user, name="あとから")
    assert approver.post(address)["Location"] == f"/admin/approvals/{place.pk}/"
    assert (now_public(place), status(place)) == ("もとの名前", "in_progress")
    assert "承認に出したあとで保存されています" in compare_page(approver, place).get_text()


def test_should_publish_by_wagtails_own_button_what_was_handed_in(approver: Client, place: GatheringPlace) -> None:
    state = place.current_workflow_task_state
    address = f"/admin/snippets/directory/gatheringplace/workflow/action/{place.pk}/approve/{state.pk}/"
    approver.post(address)
    assert (now_public(place), status(place)) == ("新しい名前", "")


def test_should_publish_what_the_approver_mended_in_the_form(approver: Client, place: GatheringPlace) -> None:
    address = EDIT.format(place.pk)
    form = form_of(approver, address) | {
        "name": ["承認者が直した"],
        "action-workflow-action": ["true"],
        "workflow-action-name": ["approve"],
    }
    assert approver.post(address, form).status_code == 302
    assert (now_public(place), status(place)) == ("承認者が直した", "")


def test_should_approve_once(approver: Client, colleague: Client, place: GatheringPlace) -> None:
    page = compare_page(colleague, place)
    decide(approver, place, "approve")
    answer = decide(colleague, place, "approve", page)
    assert answer["Location"] == f"/admin/approvals/{place.pk}/"
    assert "ほかの人が先に答えたようです" in said(colleague.get(answer["Location"]))
    assert TaskState.objects.filter(status="approved", revision__object_id=str(place.pk)).count() == 1


def test_should_keep_a_draft_that_is_saved_after_the_approval(
    approver: Client, colleague: Client, place: GatheringPlace
) -> None:
    decide(approver, place, "approve")
    change(place, colleague.user, name="つぎの下書き")
    place.refresh_from_db()
    assert (now_public(place), place.has_unpublished_changes) == ("新しい名前", True)


def test_should_publish_the_approved_version_and_keep_a_later_one(approver: Client, place: GatheringPlace) -> None:
    """Were somebody to save between the last look and the publication."""
    state = place.current_workflow_state
    seen = place.latest_revision
    task_state = state.current_task_state
    task_state.status, task_state.finished_by = "approved", approver.user
    task_state.finished_at = seen.created_at
    task_state.save()
    change(place, approver.user, name="そのすきに")
    state = type(state).objects.get(pk=state.pk)
    state.finish(user=approver.user)
    place.refresh_from_db()
    assert (now_public(place), place.has_unpublished_changes) == ("新しい名前", True)
    assert place.latest_revision.as_object().name == "そのすきに"


def test_should_send_back_only_what_still_waits(approver: Client, colleague: Client, place: GatheringPlace) -> None:
    page = compare_page(colleague, place)
    decide(approver, place, "reject", comment="まだです")
    assert status(place) == "needs_changes"
    answer = decide(colleague, place, "approve", page)
    assert answer.status_code == 302
    assert (now_public(place), status(place)) == ("もとの名前", "needs_changes")


def test_should_have_handed_in_what_was_saved_in_the_form_again(
    approver: Client, editor: Client, place: GatheringPlace
) -> None:
    decide(approver, place, "reject", comment="まだです")
    address = EDIT.format(place.pk)
    form = form_of(editor, address) | {"name": ["直した名前"], "action-submit": ["action-submit"]}
    assert editor.post(address, form).status_code == 302
    place.refresh_from_db()
    assert place.current_workflow_task_state.revision_id == place.latest_revision_id
    page = compare_page(approver, place)
    assert "承認に出したあとで保存されています" not in page.get_text()
    decide(approver, place, "approve", page)
    assert (now_public(place), status(place)) == ("直した名前", "")


def test_should_ask_nobody_about_what_was_deleted(approver: Client, place: GatheringPlace) -> None:
    page = compare_page(approver, place)
    GatheringPlace.objects.get(pk=place.pk).delete()
    assert decide(approver, place, "approve", page).status_code == 404
    assert soup(approver, "/admin/approvals/")
    assert soup(approver, "/admin/")


def test_should_approve_pages_and_contact_points_as_before(approver: Client, editor: Client) -> None:
    contact = ContactPointFactory(unit="前の係")
    contact.unit = "新しい係"
    contact.save_revision(user=editor.user)
    contact.refresh_from_db()
    contact.get_workflow().start(contact, editor.user)
    state = contact.current_workflow_task_state
    approver.post(f"/admin/snippets/partners/contactpoint/workflow/action/{contact.pk}/approve/{state.pk}/")
    contact.refresh_from_db()
    assert contact.unit == "新しい係"
    page = Page.objects.filter(depth=3, live=True).first().specific
    page.title = "新しい題"
    page.save_revision(user=editor.user)
    page.get_workflow().start(page, editor.user)
    assert "承認を待っているページと連絡先" in soup(approver, "/admin/").select_one(".desk").get_text()
    state = page.current_workflow_task_state
    approver.post(f"/admin/pages/workflow/action/{page.pk}/approve/{state.pk}/")
    assert Page.objects.get(pk=page.pk).title == "新しい題"


# the desk and the mail


def test_should_lead_from_desk_and_mail_to_what_differs(
    approver: Client, editor: Client, django_capture_on_commit_callbacks: Any
) -> None:
    place = PlaceFactory(name="めーるの場")
    change(place, editor.user, name="かえた場")
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        hand_in(place, editor.user)
    ours = [one for one in mail.outbox if approver.user.email in one.to]
    assert len(ours) == 1
    assert f"/admin/approvals/{place.pk}/" in ours[0].body
    assert "かえた場" not in ours[0].body
    desk = soup(approver, "/admin/")
    link = next(link for link in desk.select(".desk__waits a") if "承認を待っている案内" in link.get_text())
    assert (link["href"], link.b.get_text()) == ("/admin/approvals/", "1")
    assert not desk.select_one("#awaiting-review-section")
    listed = soup(approver, link["href"]).select_one("tbody a")
    assert listed["href"] == f"/admin/approvals/{place.pk}/"
    assert soup(editor, "/admin/approvals/").select("tbody a") == []


# two steps


@pytest.fixture
def field() -> Field:
    """Its entries need two approvals."""
    field = Field.objects.get(code="community")
    field.needs_second = True
    field.save()
    return field


def test_should_need_two_people_where_a_field_asks_for_it(
    approver: Client, colleague: Client, field: Field, place: GatheringPlace
) -> None:
    answer = decide(approver, place, "approve")
    assert "もう1人が承認すると" in said(approver.get(answer["Location"]))
    assert (now_public(place), status(place)) == ("もとの名前", "in_progress")
    page = compare_page(approver, place)
    assert page.select("button[name=do]") == []
    assert "もう1回の承認は、ほかの人がします" in page.get_text()
    decide(approver, place, "approve", page)
    assert status(place) == "in_progress"
    assert soup(approver, "/admin/approvals/").select("tbody a") == []
    decide(colleague, place, "approve")
    assert (now_public(place), status(place)) == ("新しい名前", "")


def test_should_pass_over_the_second_step_elsewhere(approver: Client, place: GatheringPlace) -> None:
    workflow = place.current_workflow_state
    decide(approver, place, "approve")
    steps = list(workflow.task_states.order_by("pk").values_list("task__name", "status"))
    assert steps == [(FIRST_STEP, "approved"), (SECOND_STEP, "skipped")]


def test_should_let_nobody_approve_their_own_in_two_steps(
    approver: Client, colleague: Client, person: Callable[..., Client], field: Field
) -> None:
    place = PlaceFactory(name="自分の場")
    change(place, approver.user, name="自分で直した")
    hand_in(place, approver.user)
    page = compare_page(approver, place)
    assert page.select("button[name=do]") == []
    assert "ご自分で出したもの" in page.get_text()
    assert decide(approver, place, "approve", page).status_code == 302
    state = place.current_workflow_task_state
    stock = f"/admin/snippets/directory/gatheringplace/workflow/action/{place.pk}/approve/{state.pk}/"
    assert approver.post(stock)["Location"] == "/admin/"
    assert soup(approver, "/admin/approvals/").select("tbody a") == []
    decide(colleague, place, "approve")
    assert decide(approver, place, "approve", page).status_code == 302
    assert now_public(place) == "自分の場"
    decide(person("approver-three", "承認者"), place, "approve")
    assert now_public(place) == "自分で直した"


def test_should_leave_one_step_as_it_was(approver: Client) -> None:
    place = PlaceFactory(name="自分の場")
    change(place, approver.user, name="自分で直した")
    hand_in(place, approver.user)
    decide(approver, place, "approve")
    assert now_public(place) == "自分で直した"


def test_should_ask_the_fields_office(
    approver: Client,
    colleague: Client,
    person: Callable[..., Client],
    field: Field,
    place: GatheringPlace,
    django_capture_on_commit_callbacks: Any,
) -> None:
    office = Office.objects.create(name="福祉政策課")
    planner = person("planner", "編集者")
    office.people.add(planner.user)
    field.second_office = office
    field.save()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        decide(approver, place, "approve")
    assert {address for one in mail.outbox for address in one.to} >= {planner.user.email}
    assert colleague.user.email not in {address for one in mail.outbox for address in one.to}
    assert compare_page(colleague, place).select("button[name=do]") == []
    assert soup(colleague, "/admin/approvals/").select("tbody a") == []
    assert len(soup(planner, "/admin/approvals/").select("tbody a")) == 1
    answer = decide(planner, place, "approve")
    assert answer.status_code == 302, said(answer)
    assert "公開しました" in said(planner.get(answer["Location"]))
    assert now_public(place) == "新しい名前"


def test_should_fall_back_to_approvers_where_the_office_has_nobody(
    approver: Client, colleague: Client, field: Field, place: GatheringPlace
) -> None:
    field.second_office = Office.objects.create(name="だれもいない課")
    field.save()
    decide(approver, place, "approve")
    decide(colleague, place, "approve")
    assert now_public(place) == "新しい名前"


def test_should_be_approved_anew_where_the_second_changes_it(
    approver: Client, colleague: Client, field: Field, place: GatheringPlace
) -> None:
    decide(approver, place, "approve")
    change(place, colleague.user, name="2人目が直した")
    decide(colleague, place, "approve")
    assert (now_public(place), status(place)) == ("もとの名前", "in_progress")
    assert compare_page(colleague, place).select("button[name=do]") == []
    decide(approver, place, "approve")
    assert (now_public(place), status(place)) == ("2人目が直した", "")


def test_should_need_two_where_the_draft_leaves_the_field(
    approver: Client, colleague: Client, editor: Client, field: Field
) -> None:
    place = PlaceFactory(name="もとの名前")
    change(place, editor.user, name="ぬけ道", fields=[Field.objects.get(code="elderly")])
    hand_in(place, editor.user)
    decide(approver, place, "approve")
    assert now_public(place) == "もとの名前"
    decide(colleague, place, "approve")
    assert now_public(place) == "ぬけ道"


@pytest.mark.parametrize("factory", [PlaceFactory, DeskFactory])
def test_should_have_no_way_around_two_steps_in_the_form(approver: Client, field: Field, factory: Any) -> None:
    place = factory(name="もとの名前")
    name = place._meta.model_name
    address = f"/admin/snippets/directory/{name}/edit/{place.pk}/"
    assert soup(approver, address).select("[name=action-publish]") == []
    form = form_of(approver, address) | {"name": ["すぐに出したい"], "action-publish": ["action-publish"]}
    answer = approver.post(address, form)
    assert answer.status_code == 302
    assert "2人で確かめる分野の案内なので" in said(approver.get(answer["Location"]))
    assert now_public(place) == "もとの名前"
    state = type(place).objects.get(pk=place.pk).current_workflow_state
    assert (state.requested_by, state.status) == (approver.user, "in_progress")


def test_should_have_no_way_around_two_steps_for_something_new(approver: Client, field: Field) -> None:
    source = PlaceFactory(name="もとになる場")
    form = form_of(approver, EDIT.format(source.pk)) | {"name": ["新しい場"], "action-publish": ["action-publish"]}
    form = {name: [""] if name.endswith("-id") else value for name, value in form.items()}
    form |= {name: ["0"] for name in form if name.endswith("INITIAL_FORMS")}
    answer = approver.post("/admin/snippets/directory/gatheringplace/add/", form)
    assert answer.status_code == 302, BeautifulSoup(answer.content, "lxml").select(".error-message")
    made = GatheringPlace.objects.get(name="新しい場")
    assert not made.live
    assert made.current_workflow_state.status == "in_progress"


# sites of an earlier version


def test_should_take_over_the_step_of_an_earlier_version_with_what_waits_at_it(approver: Client) -> None:
    workflow = Workflow.objects.get(name=WORKFLOW)
    WorkflowTask.objects.filter(workflow=workflow).delete()
    Approval.objects.all().delete()
    SecondApproval.objects.all().delete()
    stock = GroupApprovalTask.objects.create(name=FIRST_STEP)
    stock.groups.add(Group.objects.get(name="承認者"))
    WorkflowTask.objects.create(workflow=workflow, task=stock.task_ptr, sort_order=0)
    place = PlaceFactory(name="もとの名前")
    change(place, approver.user, name="待っていた")
    hand_in(place, approver.user)
    migration = import_module("directory.migrations.0026_flow")
    migration.make_careful(apps, SimpleNamespace(connection=connection))
    first, second = Workflow.objects.get(pk=workflow.pk).tasks.specific()
    assert (type(first), first.pk, type(second)) == (Approval, stock.pk, SecondApproval)
    assert [group.name for group in first.groups.all()] == [group.name for group in second.groups.all()] == ["承認者"]
    decide(approver, place, "approve")
    assert now_public(place) == "待っていた"
    set_up_roles()
    assert [task.pk for task in workflow.tasks] == [first.pk, second.pk]
