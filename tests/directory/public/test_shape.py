"""What another version of the software wrote: one row that cannot be read takes nothing else with it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client

from directory.models import PublicRecord
from directory.public.record import SHAPE
from directory.public.store import refresh_outdated
from search.documents import document_stream

pytestmark = pytest.mark.django_db


@pytest.fixture
def damaged() -> PublicRecord:
    """A desk's record as a version wrote it that knew neither the field nor the kind of another."""
    record = PublicRecord.objects.filter(kind="desk").order_by("pk")[3]
    data = {**record.data, "from_the_future": 1}
    del data["name"]
    PublicRecord.objects.filter(pk=record.pk).update(data=data, shape="before")
    return record


def test_should_write_the_shape_of_every_record() -> None:
    assert set(PublicRecord.written.values_list("shape", flat=True)) == {SHAPE}
    assert len(SHAPE) == 16


def test_should_leave_out_one_row_and_report_it(
    client: Client, damaged: PublicRecord, caplog: pytest.LogCaptureFixture
) -> None:
    others = PublicRecord.objects.filter(kind="desk").exclude(pk=damaged.pk).order_by("pk")[:3]
    assert client.get(f"/resources/{damaged.short_id}/").status_code == 404
    ids = ".".join([damaged.short_id, *(record.short_id for record in others)])
    page = client.get("/list/", {"ids": ids})
    assert page.status_code == 200
    assert others[0].data["name"] in page.content.decode()
    for address in ("/", "/browse/desk/", "/search/?q=相談", "/find/?about=anything", "/share/leaflet/"):
        assert client.get(address).status_code == 200, address
    table = client.get("/share/list.csv?kind=desk")
    names = {row[0] for row in csv.reader(io.StringIO(table.getvalue().decode("utf-8-sig")))}
    assert len(names) > 10
    assert json.loads(client.get("/share/list.json?kind=desk").getvalue())["items"]
    assert damaged.short_id in caplog.text
    assert "refresh_public" in caplog.text


def test_should_go_on_indexing(damaged: PublicRecord) -> None:
    keys = {document.key for document in document_stream()}
    assert f"resource:{damaged.short_id}" not in keys
    assert len(keys) > 100


def test_should_tell_the_operator_and_write_them_anew(
    client: Client, damaged: PublicRecord, own_index: object, django_capture_on_commit_callbacks: Callable
) -> None:
    state = client.get("/healthz").json()
    assert state["status"] == "degraded"
    assert "refresh_public" in state["records"]
    with django_capture_on_commit_callbacks(execute=True):
        call_command("refresh_public", verbosity=0)
    assert client.get("/healthz").json()["records"] == "ok"
    assert client.get(f"/resources/{damaged.short_id}/").status_code == 200
    assert PublicRecord.objects.get(pk=damaged.pk).data["name"]


def test_should_write_nothing_where_nothing_is_old(django_assert_max_num_queries: Callable) -> None:
    refresh_outdated()
    marked = PublicRecord.written.order_by("-updated_at").values_list("updated_at", flat=True).first()
    with django_assert_max_num_queries(40):
        refresh_outdated()
    assert PublicRecord.written.filter(updated_at__gt=marked).count() == 0
