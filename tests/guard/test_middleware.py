"""The site's own answers to what is too long or too large, whatever server stands in front."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from guard import policy

TOO_LARGE = policy.LARGEST_BODY + 1


def sent(client: Client, path: str, size: int) -> int:
    """The answer to a body that says it is so large."""
    return client.generic("POST", path, b"", CONTENT_LENGTH=str(size)).status_code


@pytest.mark.parametrize("path", ["/", "/search/", "/admin/login/", "/partners/login/", "/admin/images/add/"])
def test_should_refuse_a_large_body_of_somebody_unknown(client: Client, db: None, path: str) -> None:
    assert sent(client, path, TOO_LARGE) == 413
    client.cookies["sessionid"] = "made-up"
    assert sent(client, path, TOO_LARGE) == 413, "a cookie alone is nobody"


def test_should_say_what_was_too_large_in_the_sites_own_look(client: Client, db: None) -> None:
    response = client.generic("POST", "/search/", b"", CONTENT_LENGTH=str(TOO_LARGE))
    soup = BeautifulSoup(response.content, "lxml")
    assert "大きすぎ" in soup.h1.get_text()
    assert soup.select_one('a[href="/"]') and soup.select_one('a[href="tel:110"]')
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_should_take_files_of_who_is_logged_in_up_to_the_limit_of_the_field(editor_client: Client) -> None:
    picture = policy.LARGEST_PICTURE + policy.AROUND_A_FILE
    assert sent(editor_client, "/admin/images/add/", picture + 1) == 413
    assert sent(editor_client, "/admin/images/add/", picture) != 413
    assert sent(editor_client, "/admin/login/", picture) == 413


def test_should_take_a_form_as_large_as_any_body_may_be(client: Client, db: None) -> None:
    value = "a" * (policy.LARGEST_BODY - 100)
    assert client.post("/list/change/", {"x": value}).status_code not in {400, 413}
    urlencoded = client.generic("POST", "/list/change/", f"x={value}", "application/x-www-form-urlencoded")
    assert urlencoded.status_code not in {400, 413}


@pytest.mark.parametrize("length", ["", "x", "-1"])
def test_should_leave_a_length_that_is_no_number_to_the_site(client: Client, db: None, length: str) -> None:
    assert client.generic("POST", "/search/", b"", CONTENT_LENGTH=length).status_code < 500


@pytest.mark.parametrize(
    "address",
    ["/" + "a" * policy.LONGEST_PATH, "/search/?q=" + "a" * policy.LONGEST_QUERY, "/search/%00/"],
)
def test_should_answer_addresses_that_cannot_be_read_in_the_sites_own_look(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 400
    assert "うまく受け取れませんでした" in response.content.decode()


def test_should_read_what_people_paste_into_the_box(client: Client, db: None) -> None:
    assert client.get("/search/", {"q": "相談" * 5_000}).status_code == 200
