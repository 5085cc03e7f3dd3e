"""The city's side: how it stands to its duties, and what is no longer sure."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from directory.partners.duty_status import standings
from directory.partners.models import Duty, Partner
from directory.partners.packs import current_contacts
from tests.factories import ContactPointFactory, PartnerFactory

pytestmark = pytest.mark.django_db


def test_should_tell_the_city_what_changed_since_it_sent_a_pack(approver: Client, hellowork: Partner) -> None:
    approver.post("/partners/office/packs/hellowork/send/")
    contact = current_contacts().with_roles(["5"]).first()
    for hours in ("10時から", "11時から"):
        contact.hours = hours
        contact.save_revision().publish()
    found = {standing.pack.code: standing for standing in standings()}
    assert found["hellowork"].changed == 1, "a contact point that changed twice is one"
    assert (found["hellowork"].opened, found["hellowork"].confirmed) == (0, 0)
    approver.post("/partners/office/packs/hellowork/send/")
    assert {standing.pack.code: standing for standing in standings()}["hellowork"].changed == 0


def test_should_show_the_city_which_contact_points_are_no_longer_sure(editor: Client) -> None:
    today = timezone.localdate()
    sure = ContactPointFactory(unit="確かな係", confirmed_on=today - timedelta(days=364), confirmed_by="phone")
    orphan = ContactPointFactory(unit="親のない係", confirmed_on=today, confirmed_by="phone")
    orphan.organisation.delete()
    ContactPointFactory(unit="期限の係", confirmed_on=today, confirmed_by="phone", valid_to=today - timedelta(days=1))
    ContactPointFactory(unit="古い係", confirmed_on=today - timedelta(days=366), confirmed_by="phone")
    ContactPointFactory(unit="未確認の係")
    ContactPointFactory(unit="下書きの係", live=False)
    page = BeautifulSoup(editor.get("/partners/office/").content, "lxml")
    text = page.select_one("section[aria-labelledby=doubtful-title]").get_text()
    for unit, why in (
        ("親のない係", "機関がなくなりました"),
        ("期限の係", "期間が終わりました"),
        ("古い係", "確かめてから1年を過ぎました"),
        ("未確認の係", "まだ確かめていません"),
    ):
        assert re.search(rf"{unit}\s+{why}", text), text
    assert sure.unit not in text
    assert "下書きの係" not in text
    assert page.select_one(f"section[aria-labelledby=doubtful-title] a[href$='/edit/{orphan.pk}/']")


def test_should_record_the_day_on_which_a_duty_was_done(editor: Client) -> None:
    duty = Duty.objects.filter(fulfilled_by="record").first()
    today = timezone.localdate()
    address = f"/partners/office/duties/{duty.pk}/done/"

    def done_on() -> object:
        return Duty.objects.get(pk=duty.pk).done_on

    before = editor.get("/partners/office/").content.decode().count("まだ記録がありません")
    editor.post(address)
    assert done_on() == today
    assert editor.get("/partners/office/").content.decode().count("まだ記録がありません") == before - 1
    editor.post(address, {"on": (today - timedelta(days=40)).isoformat()})
    assert done_on() == today - timedelta(days=40)
    for wrong in ((today + timedelta(days=1)).isoformat(), "きのう", "2026-02-30"):
        answer = editor.post(address, {"on": wrong}, follow=True)
        assert BeautifulSoup(answer.content, "lxml").select_one(".message-error"), wrong
    assert done_on() == today - timedelta(days=40)
    other = Duty.objects.filter(fulfilled_by="none").first()
    assert editor.post(f"/partners/office/duties/{other.pk}/done/").status_code == 404


def test_should_need_few_queries_for_the_city_however_many_partners_there_are(
    approver: Client, django_assert_max_num_queries: Any
) -> None:
    for _number in range(30):
        PartnerFactory(type_code="hw")
    approver.post("/partners/office/packs/hellowork/send/")
    approver.get("/partners/office/")
    with django_assert_max_num_queries(40):
        approver.get("/partners/office/")
