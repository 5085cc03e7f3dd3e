"""No form grows with the register: with 100,000 entries a list of all of them made one of 23 MB, in 20 seconds."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from wagtail.snippets.models import get_snippet_models

from directory.models import GatheringPlace, InstitutionType, NextStep, Organisation, Resource
from tests.directory.admin.forms.written import page_of
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db


def test_should_list_no_entries_and_no_organisations_in_any_form(admin_client: Client) -> None:
    growing = set(Resource.objects.values_list("name", flat=True)) | set(
        Organisation.objects.values_list("name", flat=True)
    )
    # A kind of institution may be called as the only one of its kind.
    growing -= set(InstitutionType.objects.values_list("name", flat=True))
    forms = 0
    for model in get_snippet_models():
        address = reverse(model.snippet_viewset.get_url_name("add"))
        response = admin_client.get(address)
        if response.status_code != 200:
            continue
        forms += 1
        for choice in BeautifulSoup(response.content, "lxml").select("option"):
            assert choice.get_text(strip=True) not in growing, f"{address}: {choice.parent.get('name')}"
    assert forms > 20


def test_should_choose_a_next_step_out_of_all_kinds_by_a_search(editor_client: Client) -> None:
    address = reverse("entry_chooser:choose_results")
    found = BeautifulSoup(editor_client.get(address, {"q": "ふれあいサロン"}).content, "lxml")
    names = {link.get_text(strip=True) for link in found.select("a[data-chooser-modal-choice]")}
    assert names and names <= set(Resource.objects.values_list("name", flat=True))
    assert any("ふれあいサロン" in name for name in names)


def test_should_keep_and_change_the_next_step_of_an_entry(editor_client: Client) -> None:
    place, target = PlaceFactory(live=False), Resource.objects.filter(live=True).first()
    place.next_steps = [NextStep(target=target, note="まず見学から")]
    place.save()
    page = page_of(editor_client, f"/admin/snippets/directory/gatheringplace/edit/{place.pk}/")
    chosen = page.select_one("#id_next_steps-0-target-chooser")
    assert target.name in chosen.get_text()
    assert page.select_one("#id_next_steps-0-target")["value"] == str(target.pk)
    assert chosen.select_one("a[href*='/edit/']")["href"].endswith(f"/edit/{target.pk}/")
    assert GatheringPlace.objects.get(pk=place.pk).next_steps.get().target_id == target.pk
