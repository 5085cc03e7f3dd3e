"""What is planned for an hour happens at that hour, and the desk says so where nobody does it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from io import StringIO

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from directory.models import GatheringPlace, PublicRecord
from tests.factories import PlaceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
NOW = datetime(2026, 6, 1, 9, tzinfo=timezone.get_fixed_timezone(9 * 60))


def run() -> str:
    out = StringIO()
    call_command("publish_due", stdout=out, stderr=out)
    return out.getvalue()


def planned(**when: datetime) -> GatheringPlace:
    """A draft that an approver has published for later."""
    place = PlaceFactory(name="予定の居場所", live=False)
    for name, moment in when.items():
        setattr(place, name, moment)
    place.save_revision().publish()
    return place


def is_public(place: GatheringPlace) -> bool:
    return PublicRecord.objects.filter(pk=place.pk).exists()


def test_should_publish_and_end_at_the_hour() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        place = planned(go_live_at=NOW + timedelta(hours=1), expire_at=NOW + timedelta(hours=3))
        assert "公開 0件、終了 0件" in run()
        assert not is_public(place)
        clock.move_to(NOW + timedelta(hours=1))
        assert "公開 1件、終了 0件" in run()
        assert is_public(place)
        assert "公開 0件、終了 0件" in run(), "once"
        clock.move_to(NOW + timedelta(hours=3))
        assert "公開 0件、終了 1件" in run()
        assert not is_public(place)
    place.refresh_from_db()
    assert not place.live and place.expired
    actions = ModelLogEntry.objects.for_instance(place).values_list("action", flat=True)
    assert {"wagtail.publish.scheduled", "wagtail.unpublish.scheduled"} <= set(actions)


def test_should_change_a_public_entry_at_the_hour_and_not_before() -> None:
    place = PlaceFactory(name="いまの名前")
    with time_machine.travel(NOW, tick=False) as clock:
        place.name, place.go_live_at = "4月からの名前", NOW + timedelta(days=1)
        place.save_revision().publish()
        assert PublicRecord.objects.get(pk=place.pk).data["name"] == "いまの名前"
        clock.move_to(NOW + timedelta(days=1, minutes=1))
        run()
        assert PublicRecord.objects.get(pk=place.pk).data["name"] == "4月からの名前"


def test_should_go_on_where_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        good, bad = planned(expire_at=NOW + timedelta(hours=1)), planned(expire_at=NOW + timedelta(hours=1))
        whole = GatheringPlace.unpublish

        def unpublish(self: GatheringPlace, *args: object, **kwargs: object) -> None:
            if self.pk == bad.pk:
                raise ValueError("no")
            whole(self, *args, **kwargs)

        monkeypatch.setattr(GatheringPlace, "unpublish", unpublish)
        clock.move_to(NOW + timedelta(hours=2))
        out = StringIO()
        with pytest.raises(SystemExit):
            call_command("publish_due", stdout=out, stderr=out)
        assert "できなかったもの: 予定の居場所" in out.getvalue()
        assert not is_public(good)
        assert is_public(bad)


def test_should_tell_on_the_desk_that_nobody_does_it(approver_client: Client) -> None:
    def told() -> list[str]:
        page = BeautifulSoup(approver_client.get("/admin/").content, "lxml")
        heading = page.find("h2", string="予定の時刻をすぎたもの")
        return [item.get_text(" ", strip=True) for item in heading.find_next("ul").select("li")] if heading else []

    with time_machine.travel(NOW, tick=False) as clock:
        planned(go_live_at=NOW + timedelta(hours=1))
        ending = PlaceFactory(name="終わるはずの居場所")
        GatheringPlace.objects.filter(pk=ending.pk).update(expire_at=NOW + timedelta(hours=1))
        assert told() == []
        clock.move_to(NOW + timedelta(hours=1, minutes=10))
        assert told() == [], "the next run may still come"
        clock.move_to(NOW + timedelta(hours=1, minutes=20))
        assert told() == [
            "予定の居場所 2026年6月1日（月）10:00に公開する予定でした",
            "終わるはずの居場所 2026年6月1日（月）10:00に終わる予定でした",
        ]
        run()
        assert told() == []


def test_should_offer_the_plan_in_the_form(approver_client: Client) -> None:
    place = PlaceFactory()
    page = approver_client.get(f"/admin/snippets/directory/gatheringplace/edit/{place.pk}/").content.decode()
    # The window is a text of its own until a script opens it: parsers do not look into it.
    assert set(re.findall(r"<input[^>]* name=\"(go_live_at|expire_at)\"", page)) == {"go_live_at", "expire_at"}
