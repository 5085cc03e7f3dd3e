"""What something costs is said where it says something: nobody asks whether a paid job is free of charge."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from directory.choices import Cost, Kind, Pay
from directory.finding.documents import ResourceSource
from directory.models import PublicRecord
from directory.public.projection import read
from tests.factories import WorkFactory

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]


def records(*, paid: bool, cost: str = "free") -> list[PublicRecord]:
    work = PublicRecord.objects.filter(kind=Kind.WORK, data__cost=cost)
    return [record for record in work if (record.data["work"]["pay"] != Pay.NONE) == paid]


def cost_of(soup: BeautifulSoup) -> str | None:
    term = soup.find("dt", string="費用")
    return term.find_next_sibling("dd").get_text(strip=True) if term else None


def test_should_call_no_paid_job_free_of_charge_on_its_page_or_in_a_list(page: Page) -> None:
    jobs = records(paid=True)
    assert len(jobs) >= 20
    for job in jobs:
        soup = page(f"/resources/{job.short_id}/")
        # A note of the employer's (パソコンは無料で貸します) stays; what it costs to come is not said.
        note = job.data["cost_note"] or None
        assert cost_of(soup) == note
        assert cost_of(page(f"/list/?ids={job.short_id}").select_one(".list-entry")) == note
    paths = {f"/resources/{job.short_id}/" for job in jobs}
    seen = 0
    for number in (1, 2, 3):
        for hit in page("/browse/work/", {"page": number}).select(".hit"):
            if hit.select_one(".hit-title a")["href"] in paths:
                seen += 1
                assert "無料" not in [fact.get_text() for fact in hit.select(".fact")]
    assert seen >= 20


def test_should_find_no_paid_job_among_what_is_free_of_charge(client: Client) -> None:
    keys = [f"resource:{job.short_id}" for job in records(paid=True)]
    for document in ResourceSource().documents(keys):
        assert document.facets["cost"] == ()
        assert "無料" not in document.labels
    jobs = {f"/resources/{job.short_id}/" for job in records(paid=True)}
    for number in (1, 2, 3):
        found = client.get("/search/", {"kind": "work", "cost": "free", "page": number})
        soup = BeautifulSoup(found.content, "lxml")
        assert not jobs & {link["href"] for link in soup.select(".hit-title a")}


def test_should_pass_on_no_price_of_a_paid_job(client: Client) -> None:
    paid = {job.short_id for job in records(paid=True)}
    items = json.loads(client.get("/share/list.json?kind=work").getvalue())["items"]
    assert all((item["cost"] is None) == (item["id"] in paid) for item in items)
    rows = list(csv.DictReader(client.get("/share/list.csv?kind=work").getvalue().decode("utf-8-sig").splitlines()))
    assert len(rows) > 20
    notes = {job.short_id: job.data["cost_note"] for job in records(paid=True)}
    for row in rows:
        short_id = row["このサイトのページ"].split("/")[-2]
        assert row["費用"] == notes[short_id] if short_id in paid else row["費用"]


def test_should_still_say_what_a_trial_costs_and_what_costs_beside_the_pay(page: Page) -> None:
    for record in records(paid=False)[:3]:
        assert cost_of(page(f"/resources/{record.short_id}/")).startswith("無料")
    for record in records(paid=True, cost="partly")[:3]:
        assert cost_of(page(f"/resources/{record.short_id}/")).startswith("一部有料")


@pytest.mark.parametrize("pay", list(Pay))
@pytest.mark.parametrize("cost", list(Cost))
def test_should_decide_by_pay_and_cost_and_not_by_a_name(pay: Pay, cost: Cost) -> None:
    resource = read(PublicRecord.objects.get(pk=WorkFactory(pay=pay, cost=cost).pk))
    says_nothing = pay != Pay.NONE and cost in {Cost.FREE, Cost.UNKNOWN}
    assert resource.shown_cost == (None if says_nothing else cost)
