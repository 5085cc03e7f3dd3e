"""What is deleted in the admin can be taken back for ninety days; nothing else knows of it meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.choices import ChannelKind
from directory.freshness.retention import TRASH, clean_up
from directory.models import Channel, GatheringPlace, Office, PublicRecord, Resource, TrashedEntry
from tests.directory.admin.flow.conftest import change, soup
from tests.factories import DeskFactory, PlaceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]


def delete(client: Client, entry: Resource) -> Any:
    """Press the button of the page that asks whether it is meant."""
    address = f"/admin/snippets/directory/{entry._meta.model_name}/delete/{entry.pk}/"
    assert client.get(address).status_code == 200
    return client.post(address)


def rows(client: Client) -> list[str]:
    return [" ".join(row.th.get_text(" ").split()) for row in soup(client, "/admin/trash/").select("tbody tr")]


def take_back(client: Client, name: str) -> Any:
    return client.post(f"/admin/trash/{TrashedEntry.objects.get(name=name).pk}/")


def said(client: Client, answer: Any) -> str:
    return BeautifulSoup(client.get(answer["Location"]).content, "lxml").get_text()


@pytest.mark.parametrize("factory", [PlaceFactory, DeskFactory])
def test_should_put_away_what_is_deleted_and_bring_it_back_as_a_draft(
    approver: Client, client: Client, factory: Any
) -> None:
    entry = factory(name="まちがえて消す場", staff_note="メモ", needs=["alone"] if factory is PlaceFactory else [])
    entry.channels = [
        Channel(kind=ChannelKind.PHONE, value="0000-99-0001"),
        Channel(kind=ChannelKind.MAIL, value="ba@example.jp"),
    ]
    entry.save_revision().publish()
    entry = factory._meta.model.objects.get(pk=entry.pk)
    address, before = f"/resources/{entry.short_id}/", entry.serializable_data()
    assert client.get(address).status_code == 200
    delete(approver, entry)
    assert not Resource.objects.filter(short_id=entry.short_id).exists()
    gone = client.get(address)
    assert gone.status_code == 410
    assert "まちがえて消す場" not in gone.content.decode()
    assert rows(approver) == [f"まちがえて消す場 {entry.get_kind_display()} 公開していました"]
    answer = take_back(approver, "まちがえて消す場")
    assert "下書きに戻しました" in said(approver, answer)
    back = type(entry).objects.get(short_id=entry.short_id)
    assert not back.live
    assert not PublicRecord.objects.filter(short_id=entry.short_id).exists()
    assert rows(approver) == []
    back.latest_revision.publish()
    assert client.get(address).status_code == 200
    after = type(entry).objects.get(pk=back.pk).serializable_data()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {
        "pk", "resource_ptr", "latest_revision", "live_revision", "channels", "updated_at", "created_at",
        "last_published_at", "first_published_at",
    }  # fmt: skip
    assert [(one["kind"], one["value"], one["uuid"]) for one in before["channels"]] == [
        (one["kind"], one["value"], one["uuid"]) for one in after["channels"]
    ]


def test_should_bring_back_a_draft_that_was_beside_it(approver: Client) -> None:
    place = PlaceFactory(name="もとの名前")
    change(place, approver.user, name="書きかけの名前")
    delete(approver, place)
    take_back(approver, "もとの名前")
    back = GatheringPlace.objects.get(short_id=place.short_id)
    assert back.latest_revision.as_object().name == "書きかけの名前"
    assert [one.as_object().name for one in back.revisions.order_by("pk")] == ["もとの名前", "書きかけの名前"]


def test_should_put_away_many_at_once(approver: Client) -> None:
    both = [PlaceFactory(name="ひとつめ"), PlaceFactory(name="ふたつめ")]
    ids = "&".join(f"id={one.pk}" for one in both)
    address = f"/admin/bulk/directory/gatheringplace/delete/?{ids}"
    assert approver.get(address).status_code == 200
    assert not TrashedEntry.objects.exists(), "looking is not deleting"
    approver.post(address)
    assert not GatheringPlace.objects.filter(pk__in=[one.pk for one in both]).exists()
    assert {row.split()[0] for row in rows(approver)} == {"ひとつめ", "ふたつめ"}


def test_should_say_why_something_cannot_come_back(approver: Client) -> None:
    place = PlaceFactory(name="帰れない場")
    delete(approver, place)
    twin = PlaceFactory(name="番号の同じ場")
    Resource.objects.filter(pk=twin.pk).update(uuid=place.uuid)
    assert "もう登録されています" in said(approver, take_back(approver, "帰れない場"))
    Resource.objects.filter(pk=twin.pk).update(uuid=twin.uuid)
    assert rows(approver) == ["帰れない場 居場所 公開していました"]
    assert not Resource.objects.filter(short_id=place.short_id).exists()


def test_should_come_back_as_a_draft_where_its_organisation_is_gone(approver: Client) -> None:
    place = PlaceFactory(name="団体のなくなった場")
    delete(approver, place)
    place.organisation.delete()
    take_back(approver, "団体のなくなった場")
    back = GatheringPlace.objects.get(short_id=place.short_id)
    assert (back.live, back.organisation) == (False, None)


def test_should_leave_out_what_an_entry_named_and_is_gone(approver: Client) -> None:
    office = Office.objects.create(name="なくなる係")
    place = PlaceFactory(name="係のあった場", owner=office)
    delete(approver, place)
    office.delete()
    take_back(approver, "係のあった場")
    assert GatheringPlace.objects.get(short_id=place.short_id).owner is None


def test_should_forget_it_after_ninety_days(approver: Client) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        delete(approver, PlaceFactory(name="古い場"))
        clock.move_to(now + TRASH - timedelta(minutes=1))
        clean_up(timezone.localdate())
        assert TrashedEntry.objects.count() == 1
        clock.move_to(now + TRASH + timedelta(minutes=1))
        clean_up(timezone.localdate())
        assert TrashedEntry.objects.count() == 0


def test_should_be_kept_from_who_deletes_nothing(editor: Client, approver: Client) -> None:
    place = PlaceFactory(name="よその場")
    delete(approver, place)
    trashed = TrashedEntry.objects.get()
    assert editor.get("/admin/trash/")["Location"] == "/admin/"
    assert editor.post(f"/admin/trash/{trashed.pk}/")["Location"] == "/admin/"
    assert TrashedEntry.objects.count() == 1
    assert approver.get(f"/admin/trash/{trashed.pk}/").status_code == 405


def test_should_read_as_much_however_much_lies_there(approver: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            soup(approver, "/admin/trash/")
        return len(queries)

    delete(approver, PlaceFactory())
    asked()
    one = asked()
    for _number in range(4):
        delete(approver, PlaceFactory())
    assert asked() == one
