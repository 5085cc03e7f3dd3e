"""Offices of the city edit the entries that are theirs or of their field; all see all, and propose."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client

from directory.admin.freshness.owning import may_edit
from directory.choices import Confirmer
from directory.freshness.proposals import propose
from directory.models import ChangeProposal, Field, Offer, Office, PublicRecord, Resource
from directory.public.projection import read
from tests.directory.offers.conftest import make as make_offer
from tests.factories import DeskFactory, MemberFactory, OrganisationFactory, PlaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    """障害福祉係, with the field of disability."""
    office = Office.objects.create(name="障害福祉係")
    office.fields.add(Field.objects.get(code="disability"))
    return office


@pytest.fixture
def worker(editor_client: Client, office: Office) -> Any:
    """The editor of `editor_client` works there."""
    user = get_user_model().objects.get(username="test-editor")
    office.people.add(user)
    return user


def edit(resource: Resource) -> str:
    """Its address in the admin."""
    return f"/admin/snippets/directory/{resource._meta.model_name}/edit/{resource.pk}/"


def said(client: Client, response: HttpResponse) -> str:
    """What the page says to which one is sent."""
    page = client.get(response["Location"])
    assert page.status_code == 200
    return BeautifulSoup(page.content, "lxml").get_text()


def test_should_edit_what_is_the_offices_or_of_its_field(editor_client: Client, worker: Any, office: Office) -> None:
    for resource in (
        PlaceFactory(owner=office),
        PlaceFactory(fields=["disability", "community"]),
        DeskFactory(owner=office),
        PlaceFactory(owner=office, live=False),
    ):
        assert editor_client.get(edit(resource)).status_code == 200


@pytest.mark.parametrize("factory", [PlaceFactory, DeskFactory])
def test_should_see_and_propose_what_is_of_others(editor_client: Client, worker: Any, factory: Any) -> None:
    children = Office.objects.create(name="こども係")
    resource = factory(name="よその場", owner=children, cost_note="100円")
    before = Resource.objects.filter(pk=resource.pk).values().get()
    revisions = resource.revisions.count()
    for method, form in ((editor_client.get, {}), (editor_client.post, {"name": "書きかえた"})):
        answer = method(edit(resource), form)
        assert answer.status_code == 302
        assert answer["Location"] == f"/admin/freshness/entry/?entry={resource.short_id}"
        assert "「よその場」は、こども係が受け持っています" in said(editor_client, answer)
    back = f"{edit(resource).replace('/edit/', '/history/')}revisions/{resource.latest_revision_id}/revert/"
    assert editor_client.post(back, {"name": "書きかえた"})["Location"] == answer["Location"]
    assert Resource.objects.filter(pk=resource.pk).values().get() == before
    assert resource.revisions.count() == revisions
    proposed = {"entry": resource.short_id, "role": "editor", "is_right": "no", "cost": "200円"}
    assert editor_client.post("/admin/freshness/entry/", proposed).status_code == 302
    assert ChangeProposal.objects.get().proposed == "200円"
    draft = PlaceFactory(owner=children, live=False)
    assert "こども係が受け持っています" in said(editor_client, editor_client.get(edit(draft)))


def test_should_leave_answers_to_proposals_to_the_office(editor_client: Client, worker: Any) -> None:
    resource = PlaceFactory(owner=Office.objects.create(name="こども係"), cost_note="100円")
    (proposal,) = propose(read(PublicRecord.objects.get(pk=resource.pk)), Confirmer.FAX, {"cost": "200円"})
    address = f"/admin/freshness/proposals/{resource.pk}/"
    page = BeautifulSoup(editor_client.get(address).content, "lxml")
    assert "ほかの係が受け持っています" in page.get_text()
    editor_client.post(address, {f"answer-{proposal.pk}": "take"})
    proposal.refresh_from_db()
    assert proposal.state == "waiting"
    assert not Resource.objects.get(pk=resource.pk).has_unpublished_changes


def test_should_leave_everything_open_to_managers_and_where_nobody_keeps_such_lists(
    editor_client: Client, approver_client: Client, office: Office
) -> None:
    theirs = PlaceFactory(owner=Office.objects.create(name="こども係"))
    users = get_user_model().objects
    assert editor_client.get(edit(theirs)).status_code == 200, "somebody in no office"
    office.people.add(users.get(username="test-approver"))
    assert approver_client.get(edit(theirs)).status_code == 200, "a manager"
    office.people.add(users.get(username="test-editor"))
    assert editor_client.get(edit(theirs)).status_code == 302
    Office.objects.filter(pk=office.pk).update(retired=True)
    assert editor_client.get(edit(theirs)).status_code == 200, "an office that is no more"


def test_should_hold_what_nobody_owns_for_the_default_office(worker: Any, office: Office) -> None:
    resource = PlaceFactory()
    assert not may_edit(worker, resource)
    Office.default().people.add(worker)
    assert may_edit(worker, resource)


def test_should_own_what_somebody_of_one_office_makes(editor_client: Client, worker: Any, office: Office) -> None:
    page = BeautifulSoup(editor_client.get("/admin/snippets/directory/gatheringplace/add/").content, "lxml")
    assert page.select_one("#id_owner")["value"] == str(office.pk)
    offer, known = make_offer(), OrganisationFactory(name="つむぎ製作所")
    answer = editor_client.post(
        f"/admin/offers/{offer.pk}/",
        {"do": "accept", "kind": "work", "organisation": known.pk, "type": "", "words": ""},
    )
    assert editor_client.get(answer["Location"]).status_code == 200
    assert Offer.objects.get(pk=offer.pk).resource.owner == office
    office.people.clear()
    page = BeautifulSoup(editor_client.get("/admin/snippets/directory/gatheringplace/add/").content, "lxml")
    assert not page.select_one("#id_owner").get("value")


def test_should_be_set_in_the_form_of_the_office(approver_client: Client, office: Office) -> None:
    user = get_user_model().objects.create_user("new-here")
    user.groups.add(*Group.objects.filter(name__in=["編集者", "承認者"]))
    partner = MemberFactory()
    address = f"/admin/snippets/directory/office/edit/{office.pk}/"
    page = BeautifulSoup(approver_client.get(address).content, "lxml")
    offered = [label.get_text(strip=True) for label in page.select("#id_people label")]
    assert sorted(offered) == sorted({*offered}), "each once, whatever the number of groups"
    assert "new-here" in offered
    assert partner.user.get_username() not in offered, "people of partners do not edit the register"
    field = Field.objects.get(code="mental")
    approver_client.post(address, {"name": office.name, "fields": [field.pk], "people": [user.pk]})
    assert (list(office.fields.all()), list(office.people.all())) == ([field], [user])
