"""What stands at the addresses that browsers, crawlers and finders of holes ask for unasked."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from bs4 import BeautifulSoup
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from environ import Env
from PIL import Image

from guard.startup import security_contact
from tests.addresses import addresses
from tests.settings_of import settings_of

pytestmark = pytest.mark.django_db
Page = Callable[..., BeautifulSoup]


def rules(text: str) -> list[re.Pattern[str]]:
    """The disallowed paths of robots.txt as RFC 9309 reads them."""
    found = re.findall(r"^Disallow: (\S+)$", text, re.MULTILINE)
    return [re.compile(".*".join(map(re.escape, path.split("*")))) for path in found]


def test_should_let_crawlers_in_and_show_them_the_sitemap(client: Client, settings: Any) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://soudan.city.example.jp"
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    text = response.content.decode()
    reader = RobotFileParser()
    reader.parse(text.splitlines())
    assert reader.site_maps() == ["https://soudan.city.example.jp/sitemap.xml"]
    for path in ("/", "/resources/abc1234567/", "/browse/desk/", "/browse/desk/?page=2", "/find/", "/share/list.csv"):
        assert not any(rule.match(path) for rule in rules(text)), path
    assert client.get("/sitemap.xml").status_code == 200


def test_should_keep_crawlers_out_of_what_has_no_end(client: Client, page: Page) -> None:
    """Every link with a question or a filter in it that the site itself makes."""
    closed = rules(client.get("/robots.txt").content.decode())
    links = {
        link["href"]
        for address in ("/", "/search/?q=居場所", "/browse/place/", "/find/?about=dementia", "/share/leaflet/")
        for link in page(address).find_all("a", href=re.compile(r"^/[^?]*\?"))
    }
    asking = {link for link in links if not re.fullmatch(r"/browse/\w+/\?page=\d+", link)}
    assert len(asking) > 30
    assert not {link for link in asking if not any(rule.match(link) for rule in closed)}


def test_should_name_no_staff_only_address_to_crawlers_and_say_noindex_there(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    for door in ("admin", "partners", "documents"):
        assert door not in text
    for path in ("/admin/", "/partners/", "/admin/login/", "/partners/login/"):
        assert "noindex" in client.get(path)["X-Robots-Tag"]


def test_should_have_an_icon_of_its_own_for_whoever_asks(client: Client, page: Page) -> None:
    response = client.get("/favicon.ico")
    assert response["Content-Type"] == "image/x-icon"
    assert Image.open(io.BytesIO(response.content)).info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    for address in ("/", "/search/?q=居場所", "/partners/login/"):
        assert page(address).find("link", rel="icon")["href"].endswith("icon.svg")


def test_should_say_whom_to_tell_of_a_hole(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = "mailto:anzen@city.example.jp"
    settings.WAGTAILADMIN_BASE_URL = "https://soudan.city.example.jp"
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert fields["Contact"] == "mailto:anzen@city.example.jp"
    assert fields["Canonical"] == "https://soudan.city.example.jp/.well-known/security.txt"
    ahead = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=30) < ahead < timedelta(days=365)


def test_should_answer_404_where_nobody_is_named_and_tell_the_operator(client: Client, settings: Any) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404

    def told() -> set[str]:
        return {message.id for message in run_checks(tags=["yorozu"], include_deployment_checks=True)}

    assert "portal.I001" in told()
    settings.SECURITY_CONTACT = "mailto:anzen@city.example.jp"
    assert "portal.I001" not in told()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("", ""),
        ("anzen@city.example.jp", "mailto:anzen@city.example.jp"),
        ("mailto:anzen@city.example.jp", "mailto:anzen@city.example.jp"),
        ("https://city.example.jp/anzen", "https://city.example.jp/anzen"),
    ],
)
def test_should_read_the_contact_as_an_operator_writes_it(
    monkeypatch: pytest.MonkeyPatch, given: str, named: str
) -> None:
    monkeypatch.setenv("SECURITY_CONTACT", given)
    assert security_contact(Env()) == named


@pytest.mark.parametrize("given", ["情報係", "http://city.example.jp", "a@b\nContact: x@y", "03-0000-0000"])
def test_should_refuse_a_contact_that_nobody_can_reach(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SECURITY_CONTACT", given)
    with pytest.raises(ImproperlyConfigured, match="SECURITY_CONTACT"):
        security_contact(Env())


def test_should_take_the_contact_from_the_environment() -> None:
    assert settings_of("production", SECURITY_CONTACT="anzen@city.example.jp")["SECURITY_CONTACT"] == (
        "mailto:anzen@city.example.jp"
    )


def test_should_have_these_among_the_addresses() -> None:
    assert {"robots", "favicon", "security"} <= {address.key for address in addresses()}
