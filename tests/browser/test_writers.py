"""Somebody writes for minutes; whoever reads waits for nobody."""

from __future__ import annotations

import sqlite3
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
READERS = (
    "/",
    "/search/?q=死にたい",
    "/search/?q=家賃が払えない",
    # Found nowhere: the words would be kept for the city.
    "/search/?q=潜水艦",
    "/find/",
    "/browse/",
    "/resources/",
    "/api/search?q=居場所",
    "/partners/login/",
    "/partners/join/",
)
# SQLite lets a writer wait 20 seconds; whoever waits for it comes back later than this.
PATIENCE = 10


def test_should_answer_readers_while_somebody_writes(site: str, site_environment: dict[str, str]) -> None:
    with closing(sqlite3.connect(Path(site_environment["YOROZU_VAR"]) / "db.sqlite3", timeout=30)) as writer:
        writer.isolation_level = None
        writer.execute("BEGIN IMMEDIATE")
        for address in READERS:
            path, _question, query = address.partition("?q=")
            target = f"{site}{path}" + (f"?q={urllib.parse.quote(query)}" if query else "")
            try:
                with urllib.request.urlopen(target, timeout=PATIENCE) as answer:  # noqa: S310
                    assert answer.status == 200, address
            except urllib.error.HTTPError as error:
                assert error.code in {403, 404}, address
        writer.execute("ROLLBACK")
