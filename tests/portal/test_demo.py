"""The demo: complete, honest, the same each time, and removable."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from wagtail.models import Page

from directory.choices import Surface
from directory.exchange import bulk_demo
from directory.fixtures import FixtureError
from directory.models import Area, InstitutionType, Organisation, PublicRecord, Resource
from portal.demo import city as demo
from search import indexing
from search.indexing import check

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("demo_data", *arguments, stdout=out)
    return out.getvalue()


def test_should_hold_many_resources_of_every_kind_in_every_district() -> None:
    city = PublicRecord.objects.filter(resource__organisation__municipality__slug="yorozu")
    assert city.count() >= 250
    for kind in ("desk", "place", "volunteer", "work"):
        assert city.filter(kind=kind).count() >= 40, kind
    for district in Area.objects.get(slug="yorozu").children.all():
        areas = [district, *district.children.all()]
        assert city.filter(resource__areas__in=areas).distinct().count() >= 20, district.name


def test_should_hold_an_organisation_of_every_public_type() -> None:
    public = set(InstitutionType.objects.filter(surface=Surface.PUBLIC).values_list("code", flat=True))
    held = set(Organisation.objects.filter(municipality__slug="yorozu").values_list("type__code", flat=True))
    assert public <= held


def test_should_repeat_no_text() -> None:
    for column in ("name", "summary", "body"):
        texts = [record.data[column] for record in PublicRecord.objects.all() if record.data[column]]
        assert len(texts) == len(set(texts)), column


def test_should_hold_only_numbers_and_addresses_that_lead_nowhere() -> None:
    for record in PublicRecord.objects.all():
        for channel in record.data["channels"]:
            if channel["kind"] in {"phone", "fax"}:
                assert re.fullmatch(r"0000-\d\d-\d{4}", channel["value"]), channel
            elif channel["value"]:
                assert "example.jp" in channel["value"], channel


def test_should_reach_every_desk_of_the_city_without_a_voice() -> None:
    for record in PublicRecord.objects.filter(kind="desk", resource__organisation__municipality__slug="yorozu"):
        assert {channel["kind"] for channel in record.data["channels"]} - {"phone"}, record.data["name"]


def test_should_have_hours_that_are_unknown_and_records_never_confirmed() -> None:
    records = list(PublicRecord.objects.all())
    assert sum(not record.data["schedule"]["rules"] for record in records) >= 5
    assert sum(record.data["verified_on"] is None for record in records) >= 5


def test_should_be_complete_in_the_index() -> None:
    report = check()
    assert not (report.missing or report.stale or report.surplus)


def test_should_change_nothing_the_second_time(own_index: Path) -> None:
    before = list(Resource.objects.order_by("pk").values_list("pk", "short_id"))
    assert "読み込み済み" in run()
    assert list(Resource.objects.order_by("pk").values_list("pk", "short_id")) == before


def test_should_multiply_for_benchmarks(own_index: Path) -> None:
    wanted = Resource.objects.count() + 50
    with indexing.waiting_for_rebuild():
        bulk_demo.multiply(demo.ORIGIN, wanted, seed=7)
    indexing.rebuild()
    assert PublicRecord.written.count() == wanted
    report = check()
    assert not (report.missing or report.stale or report.surplus)


def test_should_load_nothing_at_all_when_a_file_is_broken(
    own_index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(demo, "STAMP", tmp_path / "demo.json")
    before = Resource.objects.count(), Page.objects.count()

    def broken(*args: object) -> None:
        raise FixtureError(["situations.yaml: no title"])

    # By then everything of before is taken away.
    monkeypatch.setattr(demo.RegisterLoader, "load_areas", broken)
    with pytest.raises(CommandError, match=r"situations\.yaml"):
        run()
    assert (Resource.objects.count(), Page.objects.count()) == before


def test_should_not_create_demo_logins_in_production(settings: object) -> None:
    settings.ENVIRONMENT = "production"
    with pytest.raises(CommandError):
        run("--logins")
    assert not get_user_model().objects.filter(username__in=demo.LOGINS).exists()
