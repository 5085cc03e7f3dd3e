"""Contact points go out and come back with the register, by the way of their desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from directory.exchange.tables.writing import export_register
from directory.models import InstitutionType
from directory.partners.models import ContactChange, ContactPoint
from directory.partners.words import searchable_text
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
from tests.factories import OrganisationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]


def contacts_of(folder: Path) -> Path:
    """A folder with the contact points alone."""
    export_register(folder / "all")
    part = folder / "part"
    part.mkdir()
    (folder / "all" / "contacts.csv").rename(part / "contacts.csv")
    return part


def test_should_bring_contact_points_back_to_the_byte(tmp_path: Path) -> None:
    before = exported(tmp_path / "before")
    part = contacts_of(tmp_path)
    ContactPoint.objects.all().delete()
    assert ContactPoint.objects.count() == 0
    run = take_in(part)
    assert run.state == "done", run.plan["problems"]
    assert exported(tmp_path / "after")["contacts.csv"] == before["contacts.csv"]
    contact = ContactPoint.objects.exclude(organisation=None)[0]
    assert contact.live and contact.search_text == searchable_text(contact)


def test_should_note_a_change_for_the_packs_and_take_it_back(tmp_path: Path) -> None:
    part = contacts_of(tmp_path)
    rows = read_rows(part / "contacts.csv")
    rows[0][label("contacts", "direct_line")] = "0000-12-3456"
    write_rows(part / "contacts.csv", rows)
    noted = ContactChange.objects.count()
    run = take_in(part)
    contact = ContactPoint.objects.get(uuid=rows[0][label("contacts", "id")])
    assert contact.direct_line == "0000-12-3456"
    assert ContactChange.objects.filter(contact=contact).exists() and ContactChange.objects.count() > noted
    take_back(run)
    contact.refresh_from_db()
    assert contact.direct_line != "0000-12-3456"


def test_should_refuse_a_name_where_names_are_dangerous(tmp_path: Path) -> None:
    shelter = OrganisationFactory(type=InstitutionType.objects.get(code="dv"))
    row = {
        "id": "",
        "organisation": str(shelter.uuid),
        "unit": "相談係",
        "areas": "yorozu",
        "person": "試験 花子",
        "direct_line": "0000-1",
    }
    path = write_rows(tmp_path / "contacts.csv", [labelled("contacts", row)])
    plan, _items = dry_run(path)
    [problem] = plan.problems
    assert problem.place.column == label("contacts", "person") and "名前を書けません" in problem.message
