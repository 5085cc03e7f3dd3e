"""In front of the site: who asks for a page that is kept gets it before sessions, templates and tables are touched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import DatabaseError
from django.http import parse_cookie
from django.utils.html import escape
from django.utils.http import http_date
from django.utils.translation import gettext as _

from directory import cache
from directory.hours.rules import TOKYO, next_midnight, noting_turns
from guard.server.refusals import HEADERS
from search.engines.base import EngineError
from search.indexing import is_up_to_date

from ..cms.tickets import ENVIRON, Ticket
from ..counter_list import COOKIE as LIST_COOKIE
from ..operations.patience import patient
from ..operations.spare import failure
from . import database, disk
from .store import SENT_LEVELS, Key, Page, Store, coding_for, encode

# What only staff see, what is a file and what has rules of its own: handed on untouched.
NEVER = ("/admin/", "/partners/", "/static/", "/media/", "/documents/", "/healthz", "/readyz")
# With one of these a page may be another one for this visitor.
OWN_COOKIES = frozenset({LIST_COOKIE, "messages", settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME})
# Words that somebody typed: nothing of such an address is kept, not even as a key.
TYPED = ("q=", "near=", "where=", "about=", "ids=")
LONGEST_QUERY = 300
SMALLEST_CODED = 500
# So long may a page wait for the database in all.
PATIENCE_SECONDS = 5.0
# After it the sentence is put that says how old a page is.
MAIN = b'<main id="main" tabindex="-1">'
NOT_MODIFIED = "304 Not Modified"

Headers = list[tuple[str, str]]
Answer = tuple[str, Headers, Iterable[bytes]]

store = Store()


class Front:
    """The site as a WSGI application, with the pages that are kept before it."""

    def __init__(self, site: WSGIApplication) -> None:
        self._site = site

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """See PEP 3333."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get("PATH_INFO", "").startswith(NEVER):
            return self._site(environ, start_response)
        status, headers, body = self._answer(environ)
        start_response(status, headers)
        return body

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        key = key_of(environ)
        page = store.get(key) if key else None
        try:
            generations = database.generations()
        except DatabaseError as error:
            if page:
                return _old(page)
            # One that refuses leaves much that can be answered from memory; of one that hangs nobody asks anything.
            return _spare(environ, error) if database.hangs() else self._made(environ)
        now = datetime.now(TOKYO)
        if page and page.generation == generations[cache.ALL] and now < page.until:
            if key:
                disk.put(key, page)
            return _kept(environ, page)
        environ[cache.ENVIRON] = generations
        if key is None:
            return _coded(environ, *self._made(environ))
        environ[ENVIRON] = ticket = Ticket()
        # Asked before the page is made: what the index has seen by then is of this generation or of a later one.
        follows = _index_follows()
        with noting_turns() as turns:
            status, headers, body = self._made(environ)
        if ticket.is_closed:
            # What was kept while the site was open is for nobody, also when nothing can be asked any more.
            store.clear()
        elif page and status.startswith("5"):
            return _old(page)
        if ticket.is_kept and follows and isinstance(body, list) and _may_be_kept(environ, status, headers):
            until = min([next_midnight(now), *turns])
            page = Page(_headers(headers, now), body[0], generations[cache.ALL], now, until)
            store.put(key, page)
            disk.put(key, page)
            return _kept(environ, page)
        store.drop(key)
        return _coded(environ, status, headers, body)

    def _made(self, environ: WSGIEnvironment) -> Answer:
        """What the site answers: a page whole, in a list of one; anything else as it comes."""
        begun: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, exc_info: object = None) -> object:
            begun[:] = [(status, headers)]
            return _no_writing

        with patient(PATIENCE_SECONDS):
            body = self._site(environ, start)  # type: ignore[arg-type]
        status, headers = begun[0]
        if not _value(headers, "content-type").startswith("text/html"):
            return status, headers, body
        try:
            return status, headers, [b"".join(body)]
        finally:
            if close := getattr(body, "close", None):
                close()


def _spare(environ: WSGIEnvironment, error: DatabaseError) -> Answer:
    """What is left where nothing can be asked: the desk for everything and lines to dial."""
    response = failure(error, as_data=environ.get("PATH_INFO", "").startswith("/api/"))
    # No middleware sees it. Unlike what the server itself refuses, it has the site's own look.
    look = "default-src 'none'; style-src 'self'; img-src 'self'"
    added = ((name, value.replace("default-src 'none'", look)) for name, value in HEADERS if name not in response)
    headers = [*response.items(), *added]
    return f"{response.status_code} {response.reason_phrase}", headers, [response.content]


def key_of(environ: WSGIEnvironment) -> Key | None:
    """What a kept page is found by: scheme, host and address; None for what is never kept."""
    query = environ.get("QUERY_STRING", "")
    if len(query) > LONGEST_QUERY or "HTTP_AUTHORIZATION" in environ or "HTTP_RANGE" in environ:
        return None
    if any(pair.startswith(TYPED) for pair in query.split("&")) or not OWN_COOKIES.isdisjoint(_cookies(environ)):
        return None
    scheme = environ.get("wsgi.url_scheme", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        scheme += environ.get(settings.SECURE_PROXY_SSL_HEADER[0], "")[:20]
    return scheme, environ.get("HTTP_HOST", "")[:260].lower(), environ.get("PATH_INFO", ""), query


def _cookies(environ: WSGIEnvironment) -> Iterable[str]:
    # As the site itself reads them: browsers send what no standard allows.
    return parse_cookie(environ["HTTP_COOKIE"]) if "HTTP_COOKIE" in environ else ()


def _index_follows() -> bool:
    try:
        return is_up_to_date()
    except (EngineError, DatabaseError):
        return False


def _may_be_kept(environ: WSGIEnvironment, status: str, headers: Headers) -> bool:
    if environ["REQUEST_METHOD"] != "GET" or not status.startswith("200") or _value(headers, "set-cookie"):
        return False
    return not any(word in _value(headers, "cache-control") for word in ("no-store", "private"))


def _headers(headers: Headers, made_at: datetime) -> tuple[tuple[str, str], ...]:
    """Headers of a kept page: any cache may hold it, and asks each time whether it is still true."""
    own = {"content-length", "vary", "cache-control", "etag", "last-modified"}
    return (
        *((name, value) for name, value in headers if name.lower() not in own),
        ("Vary", "Accept-Encoding, Cookie"),
        ("Cache-Control", "no-cache"),
        ("Last-Modified", http_date(made_at.timestamp())),
    )


def _kept(environ: WSGIEnvironment, page: Page) -> Answer:
    headers = [*page.headers, ("ETag", page.etag)]
    asked = environ.get("HTTP_IF_NONE_MATCH", "")
    if asked and page.etag in (tag.strip() for tag in asked.split(",")):
        return NOT_MODIFIED, [(name, value) for name, value in headers if name.lower() != "content-type"], []
    coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
    return "200 OK", *_sent(environ, headers, page.coded(coding), coding)


def _old(page: Page) -> Answer:
    """A page as it last was, saying so; nobody keeps it."""
    sentence = _("いま、新しい情報を確かめられません。これは {day}月{date}日 {hour}:{minute:02} の案内です。").format(
        day=page.made_at.month, date=page.made_at.day, hour=page.made_at.hour, minute=page.made_at.minute
    )
    body = page.body.replace(MAIN, MAIN + f'<p class="box wrap" role="status">{escape(sentence)}</p>'.encode(), 1)
    headers = [(name, value) for name, value in page.headers if name.lower() not in {"cache-control", "last-modified"}]
    headers += [("Cache-Control", "no-store"), ("Content-Length", str(len(body)))]
    return f"{HTTPStatus.OK} OK", headers, [body]


def _coded(environ: WSGIEnvironment, status: str, headers: Headers, body: Iterable[bytes]) -> Answer:
    """An answer that is not kept, made smaller where it is a page."""
    coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
    if not isinstance(body, list) or not coding or len(body[0]) < SMALLEST_CODED or _value(headers, "content-encoding"):
        return status, headers, body
    headers = [(name, value) for name, value in headers if name.lower() not in {"content-length", "vary"}]
    vary = dict.fromkeys(filter(None, (part.strip() for part in _value(headers, "vary").split(","))))
    headers.append(("Vary", ", ".join([*vary, "Accept-Encoding"])))
    return status, *_sent(environ, headers, encode(body[0], coding, SENT_LEVELS[coding]), coding)


def _sent(environ: WSGIEnvironment, headers: Headers, body: bytes, coding: str) -> tuple[Headers, list[bytes]]:
    if coding:
        headers = [*headers, ("Content-Encoding", coding)]
    headers = [*headers, ("Content-Length", str(len(body)))]
    return headers, [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _value(headers: Headers, name: str) -> str:
    return ", ".join(value for other, value in headers if other.lower() == name).lower()


def _no_writing(data: bytes) -> None:
    raise NotImplementedError("Django writes nothing besides what it returns")
