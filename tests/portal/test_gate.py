"""A desk that is changed, taken back or deleted, an ear that was trained anew: which of the city's calls break is said before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from directory.judging.calls import broken_calls
from directory.judging.gate import desk_would_break, ear_would_break
from directory.models import Call, ConsultationDesk, InstitutionType, Phrase, PublicRecord
from search.ear import Ear, current_ear
from tests.factories import DeskFactory
from tests.portal.test_admin import form_of

pytestmark = pytest.mark.django_db
SPELL = "ぬるぽがっしゃん"
TOLD = "[aria-labelledby=broken-calls-title]"


@pytest.fixture
def desk() -> ConsultationDesk:
    """The only desk of its type, and the call that asks for it by a word that nothing else knows."""
    kind = InstitutionType.objects.create(code="fox", name="きつねの窓口")
    made = DeskFactory(name="きつねの窓口", type=kind)
    Phrase.objects.create(text=SPELL, type=kind)
    Call.objects.all().delete()
    Call.objects.create(text=SPELL, band="no").leads.set([kind])
    assert broken_calls() == []
    return made


def address_of(desk: ConsultationDesk, view: str) -> str:
    return reverse(f"wagtailsnippets_directory_consultationdesk:{view}", args=[desk.pk])


def test_should_show_before_publishing_what_a_change_breaks(approver_client: Client, desk: ConsultationDesk) -> None:
    address = address_of(desk, "edit")
    values = form_of(approver_client, address) | {"type": [InstitutionType.objects.get(code="koho").pk]}
    values |= {"action-publish": ["1"]}
    soup = BeautifulSoup(approver_client.post(address, values).content, "lxml")
    assert SPELL in soup.select_one(TOLD).get_text()
    assert soup.select_one(f"form {TOLD} [name=calls_known]")
    assert PublicRecord.objects.get(resource=desk).type == "fox"
    assert broken_calls() == [], "nothing is left of what was tried"
    assert approver_client.post(address, {**values, "calls_known": "on"}).status_code == 302
    assert PublicRecord.objects.get(resource=desk).type == "koho"
    assert len(broken_calls()) == 1


def test_should_not_ask_for_a_draft_or_a_harmless_change(approver_client: Client, desk: ConsultationDesk) -> None:
    address = address_of(desk, "edit")
    values = form_of(approver_client, address)
    draft = values | {"type": [InstitutionType.objects.get(code="koho").pk]}
    assert approver_client.post(address, draft).status_code == 302
    values = values | {"summary": ["お金のことを、いっしょに考えます。"], "action-publish": ["1"]}
    assert approver_client.post(address, values).status_code == 302
    assert PublicRecord.objects.get(resource=desk).data["summary"] == "お金のことを、いっしょに考えます。"


@pytest.mark.parametrize("view", ["unpublish", "delete"])
def test_should_show_what_breaks_without_the_desk(approver_client: Client, desk: ConsultationDesk, view: str) -> None:
    soup = BeautifulSoup(approver_client.get(address_of(desk, view)).content, "lxml")
    assert SPELL in soup.select_one(TOLD).get_text()
    assert ConsultationDesk.objects.filter(pk=desk.pk, live=True).exists()
    assert broken_calls() == []
    assert approver_client.post(address_of(desk, view)).status_code == 302
    assert not PublicRecord.objects.filter(resource_id=desk.pk).exists()


def test_should_judge_several_calls_for_one_type(approver_client: Client, desk: ConsultationDesk) -> None:
    for text in ("もけらもけら", "ぽんぽこりん"):
        Phrase.objects.create(text=text, type=desk.type)
        Call.objects.create(text=text, band="no").leads.set([desk.type])
    assert {call.text for call in desk_would_break(desk.delete, {desk.type_id})} == {
        SPELL,
        "もけらもけら",
        "ぽんぽこりん",
    }


def test_should_judge_only_calls_for_the_desks_type(
    approver_client: Client, desk: ConsultationDesk, django_assert_max_num_queries: object
) -> None:
    kind = InstitutionType.objects.get(code="volunteer").pk
    with django_assert_max_num_queries(1):
        assert desk_would_break(desk.delete, {kind}) == []
    assert ConsultationDesk.objects.filter(pk=desk.pk).exists()


def test_should_tell_what_another_ear_would_not_hear(tmp_path: Path) -> None:
    ear = current_ear()
    assert ear is not None
    ear.write(tmp_path / "ear.npz")
    with np.load(tmp_path / "ear.npz") as file:
        arrays = {name: file[name] for name in file.files if name != "meta"}
    deaf = Ear({**ear.meta, "thresholds": dict.fromkeys(ear.meta["thresholds"], 99.0)}, arrays)
    Call.objects.all().delete()
    Call.objects.create(text="たすけて だんなが またどなってる こわくて へやから でられない", band="yes")
    Call.objects.create(text="太鼓を叩く会", band="no")
    assert ear_would_break(ear) == []
    assert [call.expected for call in ear_would_break(deaf)] == ["帯が出る"]
    assert broken_calls() == []
