"""Bad days as a resident sees them: bands above pages, prepared pages, and what an entry says everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError
from django.test import Client

from directory.days import bands, measures
from directory.hours.rules import noting_turns
from directory.models import Area, Banner, DaysNotice, PreparedPage
from directory.public.days import MEMORY
from portal.models import SituationPage
from portal.operations.spare import failure, write_spare
from portal.views.resources import preview_context
from search.indexing import catch_up
from tests.storms import at, open_daily

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storm")]
Page = Callable[..., BeautifulSoup]
HOSTILE = '<img src=x onerror="alert(1)">'


def show(**columns: Any) -> Banner:
    values = {"level": "info", "words": "あすは雪です。", "since": at(26), "until": at(27, 18), **columns}
    return bands.make(Banner(**values), None, at_once=True)[0]


def shown(soup: BeautifulSoup) -> list[str]:
    return [band.get_text(" ", strip=True) for band in soup.select(".alerts .alert")]


def test_should_show_a_band_above_every_page_with_word_end_and_link(page: Page) -> None:
    assert not page("/").select(".alerts")
    show(level="caution", link="/find/")
    for address in ("/", "/search/", "/find/", "/browse/", "/browse/desk/", "/list/"):
        soup = page(address)
        (text,) = shown(soup)
        assert text.startswith("注意 あすは雪です。") and "11月27日（金） 18:00まで" in text, address
        assert bool(soup.select_one(".alerts a[href='/find/']")) == (address != "/find/")
        assert [one.name for one in soup.body.find_all(["section", "main"], recursive=False)][:2] == ["section", "main"]
        assert not soup.select("[role=alert]"), "only what is urgent is an alert"
    assert shown(page("/nowhere/", status=404))


def test_should_call_only_what_is_urgent_an_alert(page: Page) -> None:
    show()
    show(level="urgent", words="避難してください。")
    soup = page("/")
    assert [band.get("role") for band in soup.select(".alert")] == ["alert", None]
    assert [script["src"].rpartition("/")[2] for script in soup.select("script")].count("band.js") == 1


def test_should_show_that_of_an_area_on_its_entries_lists_and_results_alone(page: Page) -> None:
    east, west = open_daily(), open_daily(areas=["seibu"])
    show(area=Area.objects.get(slug="tobu"), words="橋が通れません。")
    for address in (
        f"/resources/{east.short_id}/",
        "/browse/place/?area=tobu",
        "/search/?area=tobu",
        "/find/?about=dementia&area=tobu",
    ):
        assert len(shown(page(address))) == 1, address
    for address in ("/", f"/resources/{west.short_id}/", "/browse/place/?area=seibu", "/search/?q=居場所"):
        assert shown(page(address)) == [], address


def test_should_put_danger_first(page: Page) -> None:
    show(level="urgent", words="避難してください。")
    soup = page("/search/?q=死にたい")
    assert len(shown(soup)) == 1
    order = [part.get("class")[0] for part in soup.select(".urgent, .alerts")]
    assert order[:2] == ["urgent", "alerts"]
    situation = SituationPage.objects.live().filter(danger=True).first()
    soup = page(situation.url)
    assert [part.get("class")[0] for part in soup.select(".urgent, .alerts")][:2] == ["urgent", "alerts"]
    assert len(shown(soup)) == 1


def test_should_escape_what_somebody_wrote(page: Page, told: Any) -> None:
    place = open_daily()
    show(words=HOSTILE)
    told(place, what="words", reason=HOSTILE)
    for address in ("/", f"/resources/{place.short_id}/"):
        assert not page(address).select("img[onerror]")
    assert HOSTILE in page(f"/resources/{place.short_id}/").select_one(".notice-words").get_text()


def test_should_stand_on_the_page_of_a_failure_as_long_as_it_holds(storm: Any, settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path
    show(level="urgent", words=f"避難してください。{HOSTILE}")
    write_spare()
    page = failure(DatabaseError()).content.decode()
    assert "避難してください。" in page and HOSTILE not in page
    storm.move_to(at(27, 18))
    assert "避難してください。" not in failure(DatabaseError()).content.decode()


def test_should_say_it_of_an_entry_on_its_page_in_lists_and_as_data(
    page: Page,
    client: Client,
    told: Any,
    own_index: Any,
) -> None:
    place = open_daily(name="おおあめの日の家")
    catch_up()
    told(place)
    told(place, what="words", reason="1階だけ使えます", since=at(26), until=at(27))
    soup = page(f"/resources/{place.short_id}/")
    assert "大雨のためお休みです" in soup.select_one(".record-status").get_text()
    assert "1階だけ使えます" in soup.select_one(".notice-words").get_text()
    assert any("11月26日（木）〜11月27日（金） お休み（大雨）" in line.get_text() for line in soup.select(".hours li"))
    row = next(hit for hit in page("/search/?q=おおあめの日の家").select(".hit") if place.name in hit.get_text())
    assert "大雨のためお休みです" in row.get_text() and "1階だけ使えます" in row.get_text()
    item = next(
        one
        for one in json.loads(client.get("/share/list.json?kind=place&area=tobu").getvalue())["items"]
        if one["id"] == place.short_id
    )
    assert item["notices"] == ["1階だけ使えます"]
    assert "11月26日（木）〜11月27日（金） お休み（大雨）" in item["exceptions"]
    rows = client.get("/api/search?q=おおあめの日の家").json()
    assert '"kind": "closed"' in json.dumps(rows, ensure_ascii=False)


def test_should_leave_a_draft_without_it_and_show_it_in_its_preview(told: Any) -> None:
    place = open_daily()
    told(place)
    assert "大雨" in preview_context(type(place).objects.get(pk=place.pk))["status"]


def test_should_answer_404_with_the_desk_before_and_after_and_the_page_while_it_is_open(
    page: Page,
    client: Client,
    storm: Any,
) -> None:
    for slug in ("storm", "no-such-page"):
        soup = page(f"/now/{slug}/", status=404)
        assert "いまは出していません" in soup.h1.get_text() and soup.select_one(".ending")
    prepared = PreparedPage.objects.get(slug="storm")
    band, _is_new = bands.open_page(prepared, at(27, 18), None, DaysNotice().key)
    soup = page("/now/storm/")
    assert soup.h1.get_text() == prepared.title
    assert len(soup.select(".now-steps li")) == len(prepared.steps.strip().splitlines())
    assert soup.select_one(".ending") and soup.select(".desk-list .desk")
    assert not soup.select(".alerts a"), "the band on the page itself leads nowhere else"
    assert page("/").select_one(".alerts a")["href"] == "/now/storm/"
    storm.move_to(at(27, 18))
    assert page("/now/storm/", status=404).h1.get_text() == "いまは出していません"
    assert not shown(page("/"))
    storm.move_to(at(26, 15))
    measures.take_back(band, None, MEMORY)
    assert client.get("/now/storm/").status_code == 404


def test_should_ask_few_questions_of_an_open_page(client: Client, django_assert_max_num_queries: Any) -> None:
    bands.open_page(PreparedPage.objects.get(slug="heat"), at(27, 18), None, DaysNotice().key)
    client.get("/now/heat/")
    with django_assert_max_num_queries(9):
        client.get("/now/heat/")


def test_should_tell_who_keeps_a_page_when_a_band_begins_and_ends() -> None:
    show(since=at(26, 15))
    with noting_turns() as turns:
        Client().get("/browse/")
    assert {at(26, 15), at(27, 18)} <= set(turns)
