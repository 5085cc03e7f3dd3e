"""What somebody outside, and somebody at work, meets at the doors of a site that really runs."""

from __future__ import annotations

import http.cookiejar
import re
import socket
import socketserver
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import served
from tests.browser.test_flows import visit
from tests.browser.test_partner_flows import log_in, logins  # noqa: F401 (a fixture)
from tests.ports import free_port

pytestmark = pytest.mark.browser


class SlowMailServer(socketserver.ThreadingTCPServer):
    """Takes connections and says nothing until it is let go; then it takes mails as SMTP has it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.let_go = threading.Event()
        self.taken: list[str] = []
        self.came = threading.Semaphore(0)


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.server.let_go.wait(60)
        self.wfile.write(b"220 slow\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    text += line
                self.server.taken.append(text.decode())
                self.server.came.release()
            self.wfile.write(b"250 ok\r\n" if word != b"QUIT" else b"221 bye\r\n")
            if word == b"QUIT":
                break


@pytest.fixture
def mail_server() -> Iterator[SlowMailServer]:
    """A real server on a port of its own."""
    with SlowMailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.let_go.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def site_with_mail(
    site_environment: dict[str, str],
    mail_server: SlowMailServer,
    logins: dict[str, tuple[str, str]],  # noqa: F811 (the people who have an address)
) -> Iterator[str]:
    """The demo and its people, with a mail server that is slow; sees BASE_URL of its own."""
    port = str(free_port())
    environment = {
        **site_environment,
        "PORT": port,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.server_address[1]}",
    }
    with served(environment) as address:
        yield address


def ask_for_password(address: str, mail: str) -> str:
    """Fill in the form as a browser does; returns where it leads."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with closing(opener.open(address, timeout=20)) as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "email": mail}).encode()
    with closing(opener.open(urllib.request.Request(address, form), timeout=20)) as answer:  # noqa: S310
        return urllib.parse.urlsplit(answer.url).path


def test_should_answer_before_the_mail_server_does(site_with_mail: str, mail_server: SlowMailServer) -> None:
    """While the mail server says nothing at all, known and unknown addresses get the same answer at both doors."""
    for door, sent in (
        ("/partners/password/", "/partners/password/sent/"),
        ("/admin/password_reset/", "/admin/password_reset/done/"),
    ):
        known = "hellowork@example.jp" if "partners" in door else "editor@example.jp"
        for mail in (known, "nobody@example.jp"):
            assert ask_for_password(f"{site_with_mail}{door}", mail) == sent
    assert mail_server.taken == []
    mail_server.let_go.set()
    # A first try that gave up before is made again after a while: `PAUSES` of what runs behind the answers.
    for _mail in range(2):
        assert mail_server.came.acquire(timeout=120), "the mails go out all the same"
    assert len(mail_server.taken) == 2
    assert not any("nobody@example.jp" in text for text in mail_server.taken)


def test_should_not_serve_an_address_of_twenty_megabytes(site: str) -> None:
    host, port = urllib.parse.urlsplit(site).netloc.split(":")
    sent = 0
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        try:
            connection.sendall(b"GET /?q=")
            for _part in range(20 * 16):
                connection.sendall(b"x" * 65_536)
                sent += 65_536
            connection.sendall(b" HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = connection.recv(65_536)
        except OSError:
            answer = b""
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    assert sent < 20 * 1024 * 1024 or answer, "refused while it is read"


def test_should_keep_what_an_editor_wrote_while_the_session_ended(
    browser: Browser,
    site: str,
    logins: dict[str, tuple[str, str]],  # noqa: F811
) -> None:
    """The session is over, the text is not saved: log in again in another tab, save in the first one."""
    with visit(browser) as page:
        log_in(page, site, logins, "approver")
        page.goto(f"{site}/admin/snippets/directory/organisation/")
        page.locator("td.title a, .title-wrapper a").first.click()
        page.wait_for_url("**/edit/**")
        here, field = page.url, page.locator("#id_name")
        written = f"{field.input_value()}（書きかけ）"
        field.fill(written)
        page.context.clear_cookies(name="sessionid")
        with page.expect_response("**/admin/still-here/") as answer:
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert answer.value.status == 403
        page.get_by_role("alert").filter(has_text="別のタブでログインして").wait_for()
        assert field.input_value() == written
        other = page.context.new_page()
        log_in(other, site, logins, "approver")
        page.get_by_role("button", name=re.compile("保存|公開")).first.click()
        expect(page.locator(".messages li").first).to_be_visible()
        page.goto(here)
        expect(page.locator("#id_name")).to_have_value(written)
