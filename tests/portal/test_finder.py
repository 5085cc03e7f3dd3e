"""The finder: what is it about, where do you live, and then desks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from directory.areas.index import home_area
from directory.cache import forget_all
from directory.finding.answers import answer
from directory.finding.leads import leading_types_of_needs
from directory.finding.needs import all_needs
from directory.finding.query import Asked
from directory.models import NationalLine, Need
from directory.public.roles import is_sought
from directory.public.selectors import desks_of_types

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]


def desks(soup: BeautifulSoup) -> list[str]:
    """Names of the desks in the answer, in order."""
    return [name.get_text(strip=True) for name in soup.select(".answer .desk-name")]


def test_should_offer_every_need_once(page: Page) -> None:
    values = [box["value"] for box in page("/find/").select("input[name=about]")]
    assert sorted(values) == sorted(Need.objects.filter(retired=False).values_list("code", flat=True))


def test_should_answer_one_need_with_its_desk_of_the_area_first(page: Page) -> None:
    found = desks(page("/find/", {"about": ["dementia"], "where": "汐見"}))
    assert "南部" in found[0]
    assert "地域包括" in found[0]
    assert any("まるごと" in name for name in found), "the desk for everything is always among them"


def test_should_answer_several_fields_with_the_desk_for_everything_first(page: Page) -> None:
    found = desks(page("/find/", {"about": ["dementia", "debt"], "area": "tobu"}))
    assert "まるごと" in found[0]
    assert len(found) >= 3


@pytest.mark.parametrize(
    "parameters", [{"about": "anything"}, {"about": ""}, {"where": ""}, {"about": ["unknown-code"]}]
)
def test_should_answer_not_knowing_with_the_desk_for_everything(page: Page, parameters: dict) -> None:
    assert "まるごと" in desks(page("/find/", parameters))[0]


def test_should_understand_a_postal_code(page: Page) -> None:
    assert "北部" in desks(page("/find/", {"about": "care", "where": "000-0421"}))[0]


def test_should_ask_back_about_an_ambiguous_town(page: Page) -> None:
    soup = page("/find/", {"about": "care", "where": "し"})
    options = soup.select(".answer .chips a")
    assert len(options) >= 3
    assert desks(page(options[0]["href"]))


def test_should_say_so_when_the_place_is_unknown_and_still_answer(page: Page) -> None:
    soup = page("/find/", {"about": "care", "where": "ハワイ"})
    assert "ハワイ" in soup.get_text()
    assert desks(soup)


@pytest.mark.parametrize(("typed", "is_wrong"), [("ハワイ", True), ("999-9999", True), ("し", False)])
def test_should_tie_what_is_wrong_with_the_place_to_its_field(page: Page, typed: str, is_wrong: bool) -> None:
    soup = page("/find/", {"about": "care", "where": typed})
    field = soup.find(id="where")
    message = soup.find(id=field["aria-describedby"])
    assert typed in message.get_text()
    assert message.find_parent("fieldset") == field.find_parent("fieldset")
    assert field.get("aria-invalid") == ("true" if is_wrong else None)
    # Who listens or uses the keyboard begins where it is said, and gets from there to the field.
    begun = soup.select_one("[autofocus]")
    assert begun["tabindex"] == "-1"
    assert typed in begun.get_text()
    assert bool(begun.select_one("a[href='#where']")) is is_wrong


def test_should_say_nothing_is_wrong_where_nothing_is(page: Page) -> None:
    for asked in ({}, {"about": "care", "where": "汐見"}, {"about": "care"}):
        soup = page("/find/", asked)
        assert not soup.select("[aria-invalid], [autofocus], .field-message")


def test_should_begin_with_the_danger_and_not_with_a_wrong_place(page: Page) -> None:
    soup = page("/find/", {"about": "partner-violence", "where": "ハワイ"})
    assert soup.find(id="where")["aria-invalid"] == "true"
    assert not soup.select("[autofocus]")


def test_should_put_the_urgent_lines_above_the_desks(page: Page) -> None:
    soup = page("/find/", {"about": "partner-violence"})
    first = soup.select_one(".answer .line, .answer .desk")
    assert "line" in first["class"]
    assert not page("/find/", {"about": "care"}).select(".line")


@pytest.mark.parametrize(
    "need,number", [("partner-violence", "0120-279-889"), ("child-abuse", "189"), ("sexual-violence", "#8891")]
)
def test_should_put_the_line_for_the_chosen_need_first(page: Page, need: str, number: str) -> None:
    assert number in page("/find/", {"about": need}).select_one(".line").get_text()


def numbers(soup: BeautifulSoup) -> list[str]:
    """Numbers of the lines that the answer shows before anything is unfolded."""
    return [row.get_text(strip=True) for row in soup.select(".answer .urgent > .line-rows .call-number")]


def test_should_have_a_topic_of_its_own_for_what_is_sudden(page: Page) -> None:
    first = page("/find/").select_one(".topic")
    assert first.summary.get_text(strip=True) == "急な病気・けが・火事・出産"
    assert first.select_one("input[value=sudden-illness]")


def test_should_answer_what_is_sudden_with_119_first_for_children_and_grown_ups(page: Page) -> None:
    soup = page("/find/", {"about": "sudden-illness"})
    assert soup.select_one(".urgent h2").get_text() == "急に具合が悪くなったとき"
    assert numbers(soup) == ["119", "#8000"]
    assert "急患センター" in desks(soup)[0]


def test_should_show_the_emergency_line_of_a_region_that_has_one(page: Page) -> None:
    NationalLine.objects.filter(number="#7119").update(show=True)
    forget_all()
    text = page("/find/", {"about": "sudden-illness"}).select_one(".urgent").get_text()
    assert "#7119" in text


def test_should_not_alarm_who_only_chose_something_near(page: Page) -> None:
    for need in ("pregnancy", "isolation", "consumer", "care"):
        assert not page("/find/", {"about": need}).select(".urgent"), need


def test_should_let_one_leave_an_urgent_answer_quickly(page: Page) -> None:
    assert page("/find/", {"about": "partner-violence"}).select_one(".leave a")
    assert not page("/find/", {"about": "care"}).select_one(".leave")


def test_should_say_of_urgent_lines_whether_they_answer_now(page: Page, time_machine: object) -> None:
    time_machine.move_to("2026-11-24 03:00+09:00")
    soup = page("/find/", {"about": "suicidal"})
    assert "いまつながります" in soup.select_one(".urgent .line").get_text()
    states = ["からつながります" in line.get_text() for line in soup.select(".urgent .fold .line")]
    assert states == sorted(states), "what is closed now comes last"
    assert any(states)


def test_should_keep_what_was_chosen(page: Page) -> None:
    soup = page("/find/", {"about": ["care", "debt"], "area": "seibu"})
    assert {box["value"] for box in soup.select("input[name=about][checked]")} == {"care", "debt"}
    assert soup.select_one("option[selected]")["value"] == "seibu"


@pytest.mark.parametrize("value", ["\x00", "あ" * 10_000, "🏠", "' --", "<script>", "9" * 5000])
@pytest.mark.parametrize("name", ["about", "where", "area"])
def test_should_answer_any_value_with_a_page(client: Client, name: str, value: str) -> None:
    response = client.get("/find/", {name: [value] * 2})
    assert response.status_code == 200
    assert desks(BeautifulSoup(response.content, "lxml"))


def test_should_store_nothing(client: Client, django_assert_num_queries: Callable) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        response = client.get("/find/", {"about": "suicidal", "where": "朝日町"})
    assert not [
        query for query in queries if not query["sql"].lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE"))
    ]
    assert not response.cookies


def test_should_lead_where_the_results_lead_for_the_same_need() -> None:
    """Chosen or told in its own words, a need is answered by the same institution first."""
    home, differ = home_area(), {}
    for need in all_needs():
        types, reason = leading_types_of_needs([need], is_unsure=False)
        found = answer(Asked(q=need.name), home)
        first = found.desk.resource.type.code if found.desk else ""
        # Places and activities are sought in the list; of the city hall's sections the words tell which.
        if first and not found.band and not any(is_sought(code) for code in need.types[:1]):
            chosen = next(code for code in types if desks_of_types([code], None, home))
            if chosen != first:
                differ[need.code] = (chosen, first, reason, found.desk_reason)
    assert differ == {}
