"""A call is public until its last day, and the day after it is gone from every output, without anybody saving anything."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from directory.cache import forget_all
from directory.models import GatheringPlace, NextStep, PublicRecord, Resource, Tombstone, VolunteerOpportunity
from directory.partners.models import SharingPack
from directory.partners.packs import contents
from directory.public.selectors import ended
from search.indexing import check
from tests.factories import OrganisationFactory, PlaceFactory, VolunteerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
TOKYO = ZoneInfo("Asia/Tokyo")
NAME = "ぞうさんの水あそびの手伝い"
LAST = date(2027, 3, 10)


@pytest.fixture
def call(django_capture_on_commit_callbacks: Callable) -> VolunteerOpportunity:
    """A call for volunteers, published and indexed long before its last day; a place leads on to it."""
    with django_capture_on_commit_callbacks(execute=True):
        made = VolunteerFactory(name=NAME, reading="ぞうさんのみずあそびのてつだい", deadline=LAST)
        place = PlaceFactory(name="きりんのおひるね")
        place.next_steps = [NextStep(target=Resource.objects.get(pk=made.pk))]
        place.save_revision().publish()
    return made


@pytest.fixture(params=["the last minute of the last day", "the first minute of the day after"])
def is_over(request: Any, call: VolunteerOpportunity) -> Iterator[bool]:
    """Before and after the midnight; nothing was saved in between."""
    over = request.param.startswith("the first")
    midnight = datetime.combine(LAST + timedelta(days=1), datetime.min.time(), TOKYO)
    with time_machine.travel(midnight + timedelta(minutes=1 if over else -1), tick=True):
        forget_all()
        cache.clear()
        yield over


def outputs(call: VolunteerOpportunity) -> dict[str, str]:
    """Each public address that shows it, and words that stand there as long as it does."""
    place = PublicRecord.objects.get(data__name="きりんのおひるね").short_id
    path = f"/resources/{call.short_id}/"
    return {
        f"/search/?q={NAME}": path,
        "/search/?q=手伝い&kind=volunteer&sort=reading&area=tobu": "",
        f"/api/search?q={NAME}": path,
        "/api/suggest?q=ぞうさんの": NAME,
        "/share/list.csv?kind=volunteer": path,
        "/share/list.json": path,
        f"/list/?ids={call.short_id}": path,
        "/sitemap-resources.xml": path,
        f"/resources/{place}/": path,
    }


def test_should_show_it_until_its_last_day_and_nowhere_the_day_after(
    client: Client, call: VolunteerOpportunity, is_over: bool
) -> None:
    for address, sign in outputs(call).items():
        response = client.get(address)
        text = (
            json.dumps(response.json(), ensure_ascii=False)
            if address.startswith("/api")
            else (response.getvalue().decode())
        )
        if sign:
            assert (sign not in text) == is_over, address
        assert not is_over or path_of(call) not in text, address


def path_of(call: VolunteerOpportunity) -> str:
    return f"/resources/{call.short_id}/"


def test_should_count_it_no_longer(client: Client, call: VolunteerOpportunity, is_over: bool) -> None:
    current = PublicRecord.objects.filter(kind="volunteer")
    assert call.pk in PublicRecord.written.values_list("pk", flat=True)
    assert (call.pk in current.values_list("pk", flat=True)) != is_over
    listed: list[str] = []
    for page in range(1, 6):
        rows = BeautifulSoup(client.get(f"/browse/volunteer/?page={page}").content, "lxml")
        listed += [link["href"] for link in rows.select(".hit-title a")]
    assert (path_of(call) in listed) != is_over
    doors = BeautifulSoup(client.get("/share/leaflet/").content, "lxml").select_one(".leaflet-foot").get_text()
    assert f"ボランティア {len(set(listed))}件" in doors


def test_should_leave_the_lists_of_partners_too(call: VolunteerOpportunity, is_over: bool) -> None:
    for pack in SharingPack.objects.all():
        shown = {resource.short_id for part in contents(pack, whole=True).resources for resource in part.resources}
        if any(part.list.kind == "volunteer" for part in contents(pack).resources):
            assert (call.short_id in shown) != is_over, pack


def test_should_tell_on_its_own_page_that_it_has_ended_and_where_others_are(
    client: Client, call: VolunteerOpportunity, is_over: bool
) -> None:
    response = client.get(path_of(call))
    soup = BeautifulSoup(response.content, "lxml")
    if not is_over:
        assert response.status_code == 200
        assert "2027年3月10日" in soup.main.get_text()
        return
    assert response.status_code == 410
    assert response["Cache-Control"] == "no-store"
    assert soup.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert soup.h1.get_text(strip=True) == NAME
    assert "この募集は、2027年3月10日で終わりました" in soup.main.get_text()
    assert soup.select_one("main a[href='/browse/volunteer/']")
    others = [link["href"] for link in soup.select(".hit-title a")]
    assert others
    assert path_of(call) not in others
    assert soup.select_one(".ending .desk-name"), "no dead end"


def test_should_come_back_when_its_last_day_is_put_off(
    client: Client, call: VolunteerOpportunity, django_capture_on_commit_callbacks: Callable
) -> None:
    with time_machine.travel(datetime(2027, 4, 1, 9, tzinfo=TOKYO)):
        assert client.get(path_of(call)).status_code == 410
        call.deadline = date(2027, 4, 30)
        with django_capture_on_commit_callbacks(execute=True):
            call.save_revision().publish()
        assert client.get(path_of(call)).status_code == 200
        assert path_of(call) in client.get(f"/search/?q={NAME}").content.decode()


def test_should_leave_the_index_right_when_a_day_has_passed(call: VolunteerOpportunity, is_over: bool) -> None:
    """Nothing is repaired at midnight: the index holds what has ended and answers without it."""
    report = check()
    assert (report.missing, report.surplus) == ((), ())
    assert f"resource:{call.short_id}" not in report.stale


AFTER = "むかでのおさんぽ"


@pytest.fixture(params=["its own last day", "the end of its organisation"])
def ending(request: Any, django_capture_on_commit_callbacks: Callable) -> GatheringPlace:
    """A place that ends by the calendar, one way or the other, and names what comes after it."""
    with django_capture_on_commit_callbacks(execute=True):
        after = PlaceFactory(name=AFTER)
        of_its_own = request.param == "its own last day"
        organisation = OrganisationFactory(active_to=None if of_its_own else LAST)
        return PlaceFactory(
            name=NAME,
            reading="ぞうさんのみずあそびのてつだい",
            organisation=organisation,
            ends_on=LAST if of_its_own else None,
            succeeded_by=after.short_id,
        )


@pytest.mark.parametrize("day", [LAST, LAST + timedelta(days=1)])
def test_should_end_by_itself_and_lead_on(client: Client, ending: GatheringPlace, day: date) -> None:
    over = day > LAST
    with time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=TOKYO), tick=True):
        forget_all()
        cache.clear()
        path = f"/resources/{ending.short_id}/"
        for address in (
            f"/search/?q={NAME}",
            f"/api/search?q={NAME}",
            "/share/list.csv?kind=place",
            "/share/list.json",
        ):
            response = client.get(address)
            text = (
                response.getvalue().decode()
                if response.streaming
                else json.dumps(response.json(), ensure_ascii=False)
                if "api" in address
                else response.content.decode()
            )
            assert (path in text) != over, address
        response = client.get(path)
        assert response.status_code == (410 if over else 200)
        if not over:
            return
        page = BeautifulSoup(response.content, "html.parser")
        assert "2027年3月10日で終わりました" in page.main.get_text()
        assert page.select_one("section .desk-name").get_text(strip=True) == AFTER
        assert page.select_one(".ending .desk-name"), "no dead end"
        successor = page.select_one("section .desk-name a")["href"].split("/")[2]
        stone = {"id": ending.short_id, "ended_on": "2027-03-10", "successor": successor}
        assert stone in json.loads(client.get("/share/list.json?kind=place").getvalue())["ended"]
        assert stone not in json.loads(client.get("/share/list.json?kind=desk").getvalue())["ended"]
        rows = list(csv.reader(client.get("/share/ended.csv").getvalue().decode("utf-8-sig").splitlines()))
        assert [ending.short_id, f"http://testserver{path}", "2027-03-10", successor] in rows


@pytest.mark.parametrize("way", ["unpublish", "delete"])
def test_should_answer_for_ever_where_something_stood_and_say_nothing_else_of_it(client: Client, way: str) -> None:
    after = PlaceFactory(name=AFTER)
    place = PlaceFactory(name=NAME, summary="まちがって載せた番地", succeeded_by=after.short_id)
    path = f"/resources/{place.short_id}/"
    getattr(type(place).objects.get(pk=place.pk), way)()
    response = client.get(path)
    assert response.status_code == 410
    assert response["Cache-Control"] == "no-store"
    page = BeautifulSoup(response.content, "html.parser")
    assert "もう載っていません" in page.h1.get_text()
    assert NAME not in str(page), "what was taken back may have been wrong to show"
    assert "まちがって載せた番地" not in str(page)
    assert page.select_one("section .desk-name").get_text(strip=True) == AFTER
    assert page.select_one(".ending .desk-name")
    (stone,) = [one for one in ended() if one.id == place.short_id]
    assert (stone.ended_on, stone.successor) == (timezone.localdate(), after.short_id)
    text = client.get("/share/ended.csv").getvalue().decode()
    assert place.short_id in text
    assert NAME not in text


def test_should_follow_those_that_came_after_one_another_and_never_go_in_circles(client: Client) -> None:
    last = PlaceFactory(name=AFTER)
    middle = PlaceFactory(succeeded_by=last.short_id)
    first = PlaceFactory(succeeded_by=middle.short_id)
    for place in (first, middle):
        type(place).objects.get(pk=place.pk).unpublish()
    page = BeautifulSoup(client.get(f"/resources/{first.short_id}/").content, "html.parser")
    assert page.select_one("section .desk-name").get_text(strip=True) == AFTER
    type(last).objects.get(pk=last.pk).unpublish()
    Tombstone.objects.filter(short_id=last.short_id).update(successor=first.short_id)
    page = BeautifulSoup(client.get(f"/resources/{first.short_id}/").content, "html.parser")
    assert not page.find(id="after-title")
    assert page.select_one(".ending .desk-name"), "then the desk"


def test_should_take_the_stone_away_when_it_is_public_again_and_learn_its_successor_late(client: Client) -> None:
    after, place = PlaceFactory(), PlaceFactory()
    row = type(place).objects.get(pk=place.pk)
    row.unpublish()
    row.succeeded_by = after.short_id
    row.save()
    assert Tombstone.objects.get(short_id=place.short_id).successor == after.short_id
    row.save_revision().publish()
    assert not Tombstone.objects.filter(short_id=place.short_id).exists()
    assert client.get(f"/resources/{place.short_id}/").status_code == 200


def test_should_leave_no_stone_of_a_draft_that_nobody_saw(client: Client) -> None:
    draft = PlaceFactory(live=False)
    draft.delete()
    assert client.get(f"/resources/{draft.short_id}/").status_code == 404


@pytest.mark.parametrize("successor", ["own", "0000000000"])
def test_should_refuse_a_successor_that_is_none(successor: str) -> None:
    place = PlaceFactory()
    place.succeeded_by = place.short_id if successor == "own" else successor
    with pytest.raises(ValidationError) as refused:
        place.full_clean()
    assert set(refused.value.message_dict) == {"succeeded_by"}


@pytest.mark.parametrize("number", range(5))
def test_should_answer_404_where_there_never_was_anything(client: Client, number: int) -> None:
    assert client.get(f"/resources/000000000{number}/").status_code == 404


def test_should_have_no_other_reader_of_what_has_ended() -> None:
    """Whoever asks `written` decides for the public: the writer, the index, the dictionary, the page that says so, the note to whom it
    belongs, the desk and the checker, who tell editors; others count."""
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    readers = {
        str(file.relative_to(root))
        for package in ("directory", "portal", "search")
        for file in (root / package).rglob("*.py")
        if "PublicRecord.written" in file.read_text()
    }
    assert readers == {
        "directory/admin/desk/since.py",
        "directory/checker/world.py",
        "directory/finding/documents.py",
        "directory/freshness/reminders.py",
        "directory/public/selectors.py",
        "directory/public/store.py",
        "directory/reporting/groups.py",
        "directory/vocabulary/dictionary.py",
        "portal/demo/city.py",
        "portal/views/health.py",
    }
