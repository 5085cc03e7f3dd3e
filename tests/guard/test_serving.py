"""The server: who sends slowly, much or nonsense takes nothing away from others, and no running request is lost."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from guard import policy
from guard.server.worker import BufferedWorker
from tests.guard.server import Answer, Server, is_closed, read_answer

END = b"\r\n\r\n"
HOST = b" HTTP/1.1\r\nHost: localhost"
SESSION = b"\r\nCookie: a=b; sessionid=abc"
PICTURE = policy.LARGEST_PICTURE + policy.AROUND_A_FILE
UPLOAD = b"/admin/images/multiple/add/"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One worker of two threads."""
    started = Server("--workers", "1", "--threads", "2")
    yield started
    log = started.stop()
    assert log.count("Traceback") == log.count("RuntimeError: a view that fails"), log
    assert "uncaptured" not in log, log


def post(path: bytes, length: int, *, session: bool = False, more: bytes = b"") -> bytes:
    return b"POST " + path + HOST + (SESSION if session else b"") + more + b"\r\nContent-Length: %d" % length + END


def refused(answer: Answer, status: int) -> BeautifulSoup:
    assert answer.status == status
    assert answer.headers["connection"] == "close"
    return BeautifulSoup(answer.body, "lxml")


# reading


def test_should_tell_the_site_who_asks_for_what(server: Server) -> None:
    told = server.ask(
        b"GET //search/?q=%E3%81%82&n=1" + HOST + b"\r\nX-Forwarded-For: 192.0.2.7" + END, "127.0.0.3"
    ).told
    assert told["PATH_INFO"] == "/search/"
    assert told["QUERY_STRING"] == "q=%E3%81%82&n=1"
    assert told["REMOTE_ADDR"] == "127.0.0.3"
    assert told["wsgi.url_scheme"] == "http"
    assert told["HTTP_X_FORWARDED_FOR"] == "192.0.2.7", "the site decides itself whom it believes"


def test_should_drop_headers_that_could_pass_for_others(server: Server) -> None:
    told = server.ask(b"GET /" + HOST + b"\r\nX_Forwarded_For: 192.0.2.7" + END).told
    assert "HTTP_X_FORWARDED_FOR" not in told


def test_should_take_japanese_letters_in_an_address_as_they_are(server: Server) -> None:
    told = server.ask("GET /相談/?q=居場所".encode() + HOST + END).told
    assert told["QUERY_STRING"] == "q=%E5%B1%85%E5%A0%B4%E6%89%80"
    assert told["PATH_INFO"].encode("latin-1").decode() == "/相談/"


def test_should_answer_several_requests_on_one_connection(server: Server) -> None:
    with server.connect() as sock:
        for number in range(3):
            sock.sendall(b"GET /?n=%d" % number + HOST + END)
            assert read_answer(sock).told["QUERY_STRING"] == f"n={number}"


def test_should_send_no_body_where_only_headers_are_asked_for(server: Server) -> None:
    with server.connect() as sock:
        sock.sendall(b"HEAD /" + HOST + END)
        assert int(read_answer(sock, to_head=True).headers["content-length"]) > 0
        sock.sendall(b"GET /?next" + HOST + END)
        assert read_answer(sock).told["QUERY_STRING"] == "next"


def test_should_not_say_what_it_runs_on(server: Server) -> None:
    answer = server.ask(b"GET /" + HOST + END)
    assert "server" not in answer.headers
    assert "waitress" not in answer.told["SERVER_SOFTWARE"]


def test_should_read_a_body_that_comes_in_pieces(server: Server) -> None:
    raw = b"POST /" + HOST + b"\r\nTransfer-Encoding: chunked" + END + b"4\r\nabcd\r\n3;x=y\r\nefg\r\n0\r\n\r\n"
    with server.connect() as sock:
        for place in range(0, len(raw), 7):
            sock.sendall(raw[place : place + 7])
        told = read_answer(sock).told
    assert (told["read"], told["CONTENT_LENGTH"]) == (7, "7")


def test_should_ask_for_the_body_where_a_client_waits_to_be_asked(server: Server) -> None:
    with server.connect() as sock:
        sock.sendall(post(b"/", 3, more=b"\r\nExpect: 100-continue"))
        assert read_answer(sock).status == 100
        sock.sendall(b"abc")
        assert read_answer(sock).told["read"] == 3


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense" + END,
        b"GET /" + END,
        b"GET / x HTTP/1.1" + END,
        b"GET http://" + b"a" * 100_000 + b" x HTTP/1.1" + END,
        b"GET http://[/ HTTP/1.1\r\nHost: x" + END,
        b"PRI * HTTP/2.0\r\nHost: x" + END,
        b"GET /\x00" + HOST + END,
        b"GET /" + HOST + b"\r\nA: b\r\n c" + END,
        b"GET /" + HOST + b"\r\nA: b\rc" + END,
        b"GET /" + HOST + b"\r\nno header" + END,
        b"GET /" + HOST + b"\r\nA:" + b" " * 100_000 + b"\x01" + END,
        b"POST /" + HOST + b"\r\nContent-Length: x" + END,
        b"POST /" + HOST + b"\r\nContent-Length: -1" + END,
        b"POST /" + HOST + b"\r\nContent-Length: " + b"9" * 5_000 + END,
        b"POST /" + HOST + b"\r\nContent-Length: 3\r\nContent-Length: 4" + END + b"abcd",
        b"POST /" + HOST + b"\r\nContent-Length: 3\r\nTransfer-Encoding: chunked" + END + b"0\r\n\r\n",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked" + END + b"0\r\n\r\n",
        b"POST /" + HOST + b"\r\nTransfer-Encoding: chunked" + END + b"xyz\r\n",
        b"POST /" + HOST + b"\r\nTransfer-Encoding: chunked" + END + b"1" * 5_000,
    ],
)  # fmt: skip
def test_should_refuse_what_cannot_be_read(server: Server, raw: bytes) -> None:
    soup = refused(server.ask(raw), 400)
    assert "もう一度" in soup.p.get_text()


def test_should_read_a_header_with_endless_spaces_at_once(server: Server) -> None:
    told = server.ask(b"GET /" + HOST + b"\r\nA:" + b" " * 200_000 + b"b" + END).told
    assert told["HTTP_A"] == "b"


def test_should_answer_a_view_that_fails_with_a_page_and_without_details(server: Server) -> None:
    answer = server.ask(b"GET /broken/" + HOST + END)
    soup = refused(answer, 500)
    assert soup.h1 and "RuntimeError" not in answer.body.decode()


# sizes


def test_should_refuse_an_endless_address_while_it_is_read(server: Server) -> None:
    with server.connect() as sock:
        sock.sendall(b"GET /" + b"a" * policy.LARGEST_HEADERS)
        soup = refused(read_answer(sock), 414)
    assert "長すぎます" in soup.h1.get_text()


@pytest.mark.parametrize("headers", [b"A: " + b"a" * policy.LARGEST_HEADERS, b"a:b\r\n" * 200 + END])
def test_should_refuse_endless_headers_while_they_are_read(server: Server, headers: bytes) -> None:
    with server.connect() as sock:
        sock.sendall(b"GET /" + HOST + b"\r\n" + headers)
        refused(read_answer(sock), 431)


@pytest.mark.parametrize(
    "raw",
    [
        post(b"/search/", policy.LARGEST_BODY + 1),
        post(b"/search/", policy.LARGEST_BODY + 1, session=True),
        post(b"/admin/login/", 100 * policy.MEGABYTE, session=True),
        post(UPLOAD, policy.LARGEST_BODY + 1),
        post(UPLOAD, policy.LARGEST_BODY + 1, more=b"\r\nCookie: xsessionid=1; sessionid="),
        post(UPLOAD, PICTURE + 1, session=True),
        post(b"/admin%2fimages/../../search/", PICTURE + 1, session=True),
        post(b"/search/?/admin/images/", PICTURE, session=True),
        b"GET " + post(UPLOAD, PICTURE, session=True).removeprefix(b"POST "),
    ],
)
def test_should_refuse_a_body_before_it_is_sent(server: Server, raw: bytes) -> None:
    soup = refused(server.ask(raw), 413)
    assert "大きすぎ" in soup.h1.get_text()


def test_should_refuse_a_body_instead_of_asking_for_it(server: Server) -> None:
    refused(server.ask(post(b"/search/", policy.LARGEST_BODY + 1, more=b"\r\nExpect: 100-continue")), 413)


@pytest.mark.parametrize("path", [UPLOAD, b"/%61dmin/images/", b"//admin/images/"])
def test_should_take_files_where_somebody_may_be_logged_in(server: Server, path: bytes) -> None:
    assert server.ask(post(path, PICTURE, session=True) + bytes(PICTURE)).told["read"] == PICTURE


def test_should_take_a_form_of_the_largest_size_from_anybody(server: Server) -> None:
    told = server.ask(post(b"/search/", policy.LARGEST_BODY) + bytes(policy.LARGEST_BODY)).told
    assert told["read"] == policy.LARGEST_BODY


def test_should_refuse_a_body_of_unknown_size_while_it_is_read(server: Server) -> None:
    with server.connect() as sock:
        sock.sendall(b"POST /search/" + HOST + b"\r\nTransfer-Encoding: chunked" + END)
        chunk = b"%x\r\n" % policy.MEGABYTE + bytes(policy.MEGABYTE) + b"\r\n"
        for _number in range(4):
            sock.sendall(chunk)
        refused(read_answer(sock), 413)


def test_should_be_heard_by_somebody_who_goes_on_sending(server: Server) -> None:
    """A connection that is cut at once shows an error of the network, not the page."""
    with server.connect() as sock:
        sock.sendall(post(b"/search/", 20 * policy.MEGABYTE))
        for _number in range(20):
            sock.sendall(bytes(policy.MEGABYTE))
        refused(read_answer(sock), 413)


def test_should_take_in_few_large_files_at_once(server: Server) -> None:
    with server.connect() as first:
        first.sendall(post(UPLOAD, PICTURE, session=True) + b"x")
        soup = refused(_until(server, post(UPLOAD, PICTURE, session=True), 503), 503)
        assert "こみ合って" in soup.h1.get_text()
    assert _until(server, post(UPLOAD, PICTURE, session=True) + bytes(PICTURE), 200).told["read"] == PICTURE


def _until(server: Server, raw: bytes, status: int) -> Answer:
    """Another connection may be a moment ahead or behind."""
    for _try in range(20):
        answer = server.ask(raw) if status == 200 else _asked_shortly(server, raw)
        if answer and answer.status == status:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"never {status}")


def _asked_shortly(server: Server, raw: bytes) -> Answer | None:
    with server.connect() as sock:
        sock.settimeout(1)
        sock.sendall(raw)
        try:
            return read_answer(sock)
        except TimeoutError:
            return None


# time and number


def test_should_answer_others_while_many_never_end_their_headers_or_bodies(server: Server) -> None:
    slow = [server.connect(f"127.0.1.{number}") for number in range(1, 41)]
    for number, sock in enumerate(slow):
        sock.sendall(b"GET /" + HOST if number % 2 else post(b"/", 100) + b"x")
    assert server.ask(b"GET /?others" + HOST + END, "127.0.0.2").told["QUERY_STRING"] == "others"
    for sock in slow:
        sock.close()


@pytest.mark.parametrize("begun", [b"GET /" + HOST, b"\r\n\r\nGET", post(b"/", 100) + b"x"])
def test_should_say_so_when_a_request_takes_too_long(server: Server, begun: bytes) -> None:
    with server.connect() as sock:
        sock.sendall(begun)
        soup = refused(read_answer(sock), 408)
        assert "時間" in soup.h1.get_text()
        assert is_closed(sock)


def test_should_give_no_more_time_to_a_request_that_goes_on_dripping(server: Server) -> None:
    with server.connect() as sock:
        sock.sendall(b"GET /")
        ended = threading.Event()

        def drip() -> None:
            while not ended.wait(0.1):
                try:
                    sock.sendall(b"a")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            refused(read_answer(sock), 408)
        finally:
            ended.set()
            dripping.join()


def test_should_close_what_says_nothing(server: Server) -> None:
    with server.connect() as silent, server.connect() as answered, server.connect() as empty:
        answered.sendall(b"GET /" + HOST + END)
        read_answer(answered)
        empty.sendall(END)
        assert is_closed(silent) and is_closed(answered) and is_closed(empty)


def test_should_hold_only_so_many_connections_of_one_network(server: Server) -> None:
    held = [server.connect("127.0.2.1") for _number in range(20)]
    for sock in held:
        sock.sendall(b"GET /" + HOST)
    with server.connect("127.0.2.1") as one_more:
        assert is_closed(one_more)
    assert server.ask(b"GET /" + HOST + END, "127.0.2.2").status == 200
    for sock in held:
        sock.close()


def test_should_let_in_a_network_whose_other_connections_ask_nothing(server: Server) -> None:
    held = [server.connect("127.0.3.1") for _number in range(20)]
    for sock in held:
        sock.sendall(b"GET /" + HOST + END)
        read_answer(sock)
    assert server.ask(b"GET /" + HOST + END, "127.0.3.1").status == 200
    for sock in held:
        sock.close()


# the arbiter


def test_should_bring_back_a_worker_that_was_killed(server: Server) -> None:
    before = server.workers()
    os.kill(before[0], signal.SIGKILL)
    server.wait()
    assert server.workers() and server.workers() != before


def test_should_end_running_requests_before_it_stops() -> None:
    server = Server("--workers", "1", "--threads", "4")
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(server.ask, b"GET /slow/" + HOST + END) for _number in range(4)]
        time.sleep(0.7)
        log = server.stop()
        answers = [one.result() for one in asked]
    assert [answer.status for answer in answers] == [200] * 4
    assert {answer.headers.get("connection") for answer in answers} == {"close"}
    assert "Traceback" not in log
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.port), 1)


def test_should_change_its_workers_without_losing_a_request() -> None:
    server = Server("--workers", "2", "--threads", "2")
    before, statuses, ended = set(server.workers()), [], threading.Event()

    def visit() -> None:
        while not ended.is_set():
            statuses.append(server.ask(b"GET /" + HOST + END).status)

    try:
        with ThreadPoolExecutor(2) as pool:
            visits = [pool.submit(visit) for _number in range(2)]
            server.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and before & set(server.workers()):
                time.sleep(0.1)
            ended.set()
            for one in visits:
                one.result()
        assert not before & set(server.workers())
        assert set(statuses) == {200}
    finally:
        server.stop()


def test_should_go_on_with_a_fresh_worker_after_many_requests() -> None:
    server = Server("--workers", "1", "--max-requests", "3")
    try:
        processes = {server.ask(b"GET /" + HOST + END).told["process"] for _number in range(8)}
        assert len(processes) > 1, "each worker answers about three"
    finally:
        server.stop()


def test_should_count_no_connections_behind_a_proxy() -> None:
    server = Server("--workers", "1", BEHIND_PROXY="true")
    try:
        held = [server.connect() for _number in range(30)]
        for sock in held:
            sock.sendall(b"GET /" + HOST)
        assert server.ask(b"GET /" + HOST + END).status == 200
        for sock in held:
            sock.close()
    finally:
        server.stop()


def test_should_not_pretend_to_speak_tls() -> None:
    with pytest.raises(RuntimeError, match="plain HTTP"):
        BufferedWorker.check_config(SimpleNamespace(is_ssl=True), None)
