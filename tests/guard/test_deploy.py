"""What is shipped for nginx and systemd holds what the policy says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.management import get_commands

from guard import policy
from portal.kept.front import OWN_COOKIES
from tests.settings_of import settings_of

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
GUIDE = ROOT / "docs" / "deployment.md"


@pytest.fixture
def nginx() -> str:
    """The configuration of nginx."""
    return (DEPLOY / "nginx.conf").read_text()


def location(nginx: str, beginning: str) -> str:
    """What stands in this location."""
    found = re.search(rf"location {re.escape(beginning)} {{\n(.*?)\n    }}", nginx, re.DOTALL)
    assert found, beginning
    return found[1]


def test_should_let_nginx_take_as_much_as_the_site(nginx: str) -> None:
    of_all = re.search(r"^    client_max_body_size (\d+)m;", nginx, re.MULTILINE)
    assert int(of_all[1]) * policy.MEGABYTE == policy.LARGEST_BODY
    for beginning, size in policy.UPLOADS:
        named = re.search(r"client_max_body_size (\d+)m;", location(nginx, beginning))
        assert int(named[1]) * policy.MEGABYTE == size
    assert len(re.findall(r"client_max_body_size [1-9]", nginx)) == 1 + len(policy.UPLOADS)


def test_should_let_nginx_wait_as_long_as_the_site(nginx: str) -> None:
    assert f"client_header_timeout {policy.SECONDS_FOR_HEADERS}s;" in nginx
    assert f"limit_conn yorozu_connections {policy.CONNECTIONS_OF_NETWORK};" in nginx


def test_should_let_nginx_send_pictures_only(nginx: str) -> None:
    shown = location(nginx, '~ "^/media/images/[^/]+\\.(?:jpg|jpeg|png|webp|gif|avif)$"')
    types = {ending: row.split()[0] for row in re.findall(r"(image/.+);", shown) for ending in row.split()[1:]}
    assert types == policy.MEDIA_TYPES
    assert f'Content-Security-Policy "{policy.SANDBOX}"' in shown
    assert "nosniff" in shown
    assert "return 404;" in location(nginx, "/media/")


def test_should_let_nginx_say_itself_who_asks(nginx: str) -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    assert "$proxy_add_x_forwarded_for" not in nginx


def test_should_let_nginx_ask_for_https_as_the_site_does(nginx: str) -> None:
    said = settings_of("production")
    expected = f"max-age={said['SECURE_HSTS_SECONDS']}; includeSubDomains"
    assert said["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert f'add_header Strict-Transport-Security "{expected}";' in location(nginx, "/")


def test_should_let_nginx_know_the_cookies_that_change_a_page(nginx: str) -> None:
    named = re.search(r"\(\?:\^\|\[; \]\)\(\?:([a-z|]+)\)=", nginx)
    assert set(named[1].split("|")) == OWN_COOKIES


def test_should_write_down_neither_words_nor_visitors(nginx: str) -> None:
    log = re.search(r"log_format .*;", nginx)[0]
    assert not re.search(r"\$(request|request_uri|uri|args|query_string|remote_addr|http_\w+)\b", log)
    assert set(re.findall(r"access_log (.*);", nginx)) == {"off", "/var/log/nginx/yorozu.access.log yorozu"}
    assert set(re.findall(r"error_log \S+ (\w+);", nginx)) == {"crit"}


@pytest.mark.parametrize("name", ["refused", "unreachable"])
def test_should_lead_on_where_the_site_does_not_answer(name: str) -> None:
    soup = BeautifulSoup((DEPLOY / "pages" / f"{name}.html").read_text(), "lxml")
    assert soup.html["lang"] == "ja"
    assert soup.title.get_text() == soup.h1.get_text()
    assert [link["href"] for link in soup.select("a")] == ["/", "tel:110", "tel:119"]


def test_should_start_the_site_everywhere_as_its_own_file_says() -> None:
    started = {
        "service": (DEPLOY / "yorozu.service").read_text(),
        "make demo": (ROOT / "Makefile").read_text(),
        "browser": (ROOT / "tests" / "browser" / "conftest.py").read_text(),
    }
    for where, text in started.items():
        assert "gunicorn" in text, where
        assert not re.search(r"gunicorn.*(--config|-c |worker-class|-k |limit-request-line)", text), where


@pytest.mark.parametrize("unit", sorted(DEPLOY.glob("*.service")), ids=lambda path: path.name)
def test_should_start_only_what_there_is_and_say_how(unit: Path) -> None:
    """Each unit is copied by the guide, its commands exist, and it writes nowhere but where the site writes."""
    text = unit.read_text()
    commands = re.findall(r"^ExecStart=\S+/manage\.py (\S+)|^ExecStart=\S+ manage\.py (\S+)", text, re.MULTILINE)
    assert {first or second for first, second in commands} <= set(get_commands())
    assert "User=yorozu" in text and "ReadWritePaths=/var/lib/yorozu\n" in text and "ProtectSystem=strict" in text
    [copied] = re.findall(r"^cp (deploy/yorozu\.service .*) /etc/systemd/system/$", GUIDE.read_text(), re.MULTILINE)
    assert f"deploy/{unit.name}" in copied.split()


def test_should_take_files_in_with_as_few_rights_as_the_site() -> None:
    def rights(name: str) -> set[str]:
        words = "NoNew|Capability|Private|Protect|Restrict[A-Z]|Lock|ReadWrite"
        return set(re.findall(rf"^(?:{words})\S+", (DEPLOY / name).read_text(), re.MULTILINE))

    assert rights("yorozu-imports.service") == rights("yorozu.service")
