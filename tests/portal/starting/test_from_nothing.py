"""From an empty database, in processes of their own as an operator has them: beginning, and the demo gone without a trace.

Their sites are files of their own, on whatever database the others are tried.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from directory.fixtures import FIXTURES
from tests.template import copy_empty, copy_site

ROOT = Path(__file__).resolve().parent.parent.parent.parent
Manage = Callable[..., str]
# A visitor's answers, and those of a member of staff, by the first administrator's name.
VISIT = """
import json
import django
django.setup()
from django.contrib.auth import get_user_model
from django.test import Client
from portal.starting.opening import switch

kanri = get_user_model().objects.get(username="kanri")
staff, visitor = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
staff.force_login(kanri)
addresses = ["/", "/search/?q=まるごと窓口", "/find/", "/browse/", "/お知らせ/", "/プライバシー/", "/全国の相談電話/", "/sitemap.xml"]
told = {"staff": [staff.get(a).status_code for a in addresses], "before": [visitor.get(a).status_code for a in addresses]}
switch(kanri, opens=True)
told["after"] = [visitor.get(a).status_code for a in addresses]
told["found"] = json.loads(visitor.get("/api/search?q=どこに相談したらいいか分からない").content)["desk"]["title"]
told["town"] = "西部圏域" in visitor.get("/find/?about=poor&where=000-1006").content.decode()
print("TOLD" + json.dumps(told))
"""


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site right after `migrate`."""
    folder = tmp_path_factory.mktemp("nothing")
    if not copy_empty(folder):
        manage_in(folder)("migrate", "--verbosity", "0")
    return folder


def manage_in(folder: Path) -> Manage:
    def run(*arguments: str, script: str = "", status: int = 0) -> str:
        environment = {
            **os.environ,
            "YOROZU_ENV": "test",
            "YOROZU_VAR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        }
        command = ["-c", script] if script else ["manage.py", *arguments]
        done = subprocess.run(
            [sys.executable, *command],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def site(nothing: Path, tmp_path: Path) -> Manage:
    """A copy of it, to be begun in."""
    return manage_in(Path(shutil.copytree(nothing, tmp_path / "site")))


def test_should_begin_from_an_empty_database(site: Manage) -> None:
    printed = site("start_municipality", str(FIXTURES / "starting" / "example" / "start.yaml"))
    assert "機関の種類・困りごと・ことば・全国の電話など" in printed
    assert "まだ足りないもの" in printed
    again = site("start_municipality", str(FIXTURES / "starting" / "example" / "start.yaml"))
    assert "何も変えていません" in again
    (line,) = (line for line in site(script=VISIT).splitlines() if line.startswith("TOLD"))
    told = json.loads(line.removeprefix("TOLD"))
    assert set(told["staff"]) == {200}
    assert set(told["before"]) == {503}
    assert set(told["after"]) == {200}
    assert told["found"] == "みどり町 福祉まるごと相談窓口"
    assert told["town"], "a postal code says where somebody lives"


# A list as the standard for municipalities has it; the places are made up.
FACILITIES = """全国地方公共団体コード,ID,名称,名称_カナ,種別,所在地_連結表記,電話番号,利用可能曜日,開始時間,終了時間
19992,0001,本町ふれあい会館,ホンチョウフレアイカイカン,集会所,本町1-2,0000-60-0001,月火水木金,09:00,17:00
19992,0002,緑ケ丘児童館,ミドリガオカジドウカン,児童館,緑ケ丘3-4,0000-60-0002,火水木金土,10:00,18:00
19992,0003,,ナナシ,集会所,本町9,0000-60-0003,月,09:00,12:00
"""
FIND = """
import json
import django
django.setup()
from django.contrib.auth import get_user_model
from django.test import Client
from portal.starting.opening import switch

switch(get_user_model().objects.get(username="kanri"), opens=True)
visitor = Client(SERVER_NAME="localhost")
found = json.loads(visitor.get("/api/search?q=緑ケ丘の児童館").content)
page = visitor.get(found["hits"][0]["url"]).content.decode()
results = visitor.get("/search/?q=緑ケ丘の児童館").content.decode()
told = {"first": found["hits"][0]["title"], "hours": "10:00" in page, "ends": "福祉まるごと相談窓口" in results}
print("TOLD" + json.dumps(told))
"""


def test_should_begin_with_the_list_of_facilities_that_a_city_publishes(site: Manage, tmp_path: Path) -> None:
    file = tmp_path / "000000_public_facility.csv"
    file.write_text(FACILITIES, encoding="utf-8-sig")
    site("start_municipality", str(FIXTURES / "starting" / "example" / "start.yaml"))
    planned = json.loads(
        site("import_register", str(file), "--profile", "public_facility", "--json", "--dry-run", status=1)
    )
    assert (planned["new"], planned["refused"]) == (3, 1), (
        "two places, the town that keeps them, and one without a name"
    )
    assert [(problem["row"], problem["message"]) for problem in planned["problems"]] == [
        (4, "名前がありません。名前を書くか、この行を消してください。")
    ]
    site("import_register", str(file), "--profile", "public_facility", "--good-only", status=1)
    (line,) = (line for line in site(script=FIND).splitlines() if line.startswith("TOLD"))
    told = json.loads(line.removeprefix("TOLD"))
    assert told == {"first": "緑ケ丘児童館", "hours": True, "ends": True}


# What a site that was used has more of than one that was not, and that tells nothing of the demo: marks that something changed,
# keys for the indexes to look at, and the admin's index of words, which is compared by what it can find.
TECHNICAL = ("directory_contentchange", "search_indexchange", "wagtailsearch_", "sqlite_")

# Of its places, its people and its two real cities (of which the facts that ship name one, too).
TELLING = (
    "よろず市",
    "ハローワークよろず",
    "架空のまち",
    "henshu",
    "editor@example.jp",
    "hellowork@example.jp",
    "鶴岡",
    "豊川",
)


def rows(database: Path) -> dict[str, list[str]]:
    """Every row of every table, without moments."""
    with closing(sqlite3.connect(database)) as source:
        names = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(repr(row) for row in source.execute(f'SELECT * FROM "{name}"'))  # noqa: S608
            for name in names
            if not name.startswith(TECHNICAL)
        }


def everything_told(database: Path) -> str:
    with closing(sqlite3.connect(database)) as source:
        return "\n".join(source.iterdump())


def test_should_leave_no_trace_of_the_demo(nothing: Path, tmp_path: Path) -> None:
    untouched = Path(shutil.copytree(nothing, tmp_path / "untouched"))
    manage_in(untouched)("load_reference")
    manage_in(untouched)(
        script="import django; django.setup(); from directory.admin.roles import set_up_roles; set_up_roles()"
    )
    used = tmp_path / "used"
    used.mkdir()
    if not copy_site(used):
        pytest.skip("the demo of this run is on a server")
    manage_in(used)("demo_data", "--logins")
    assert "よろず市" in everything_told(used / "db.sqlite3")
    manage_in(used)("demo_data", "--remove")
    before, after = rows(untouched / "db.sqlite3"), rows(used / "db.sqlite3")
    assert set(before) == set(after)
    for table in before:
        assert columns_that_tell(before[table]) == columns_that_tell(after[table]), table
    left, never = everything_told(used / "db.sqlite3"), everything_told(untouched / "db.sqlite3")
    for word in TELLING:
        assert left.count(word) == never.count(word), word
    assert not list((used / "media").rglob("*.png")), "nor its pictures"
    assert not (used / "demo.json").exists()
    assert "よろず市" not in (used / "spare.json").read_text()


def columns_that_tell(found: list[str]) -> list[str]:
    """Rows without what differs between any two sites: numbers of rows, moments, random marks."""
    moment = re.compile(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?'")
    mark = re.compile(r"'[0-9a-f]{32}'|'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'")
    number = re.compile(r"(?<=[(\s])\d+(?=[,)])")
    return sorted(number.sub("#", mark.sub("#", moment.sub("#", row))) for row in found)
