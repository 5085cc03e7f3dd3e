"""PostgreSQL stopped under visitors, and back: every answer has a number to dial, and nobody gets a dead connection."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from portal.kept import database
from tests.browser.conftest import ROOT, manage, served
from tests.browser.test_kept import change_elsewhere
from tests.browser.test_kept import page as kept_page
from tests.environment import RUN
from tests.ports import free_port

pytestmark = pytest.mark.browser
ASKED = (
    "/",
    "/search/?q=死にたい",
    "/search/?q=夫に殴られる",
    "/search/?q=家賃が払えない",
    "/find/",
    "/browse/",
    "/search/?q=居場所",
)


class Cluster:
    """A PostgreSQL of this test's own on a port of its own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder, self.port = programs, folder, free_port()
        # It refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self._run("initdb", "-D", folder / "data", "-U", "yorozu", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    def _run(self, program: str, *options: object) -> None:
        command = [str(self.programs / program), *map(str, options)]
        subprocess.run(command, user=self.user, cwd="/", check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Start it (again)."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", options, "start")

    def freeze(self) -> None:
        """It takes connections and says nothing more, as a machine does whose disk is gone."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it stood."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        main = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for process in [main, *map(int, children)]:
            os.kill(process, number)

    def stop(self) -> None:
        """At once, whoever is connected."""
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    @property
    def url(self) -> str:
        """What DATABASE_URL says."""
        return f"postgres://yorozu@127.0.0.1:{self.port}/postgres"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A laptop may skip; CI may not."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("pg_ctl")
    if not found and not on_path:
        reason = "PostgreSQL is missing: apt-get install postgresql"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # It runs as another user, who may not look into the folders that pytest makes.
    folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=os.environ[RUN]))
    cluster = Cluster(found[-1] if found else Path(on_path).parent, folder)
    yield cluster
    with suppress(subprocess.CalledProcessError):
        cluster.stop()


@pytest.fixture(scope="session")
def site_on_postgres(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo on it, served by one worker."""
    folder, port = tmp_path_factory.mktemp("site"), str(free_port())
    environment = {
        **os.environ, "YOROZU_ENV": "demo", "YOROZU_VAR": str(folder), "PORT": port, "DATABASE_URL": cluster.url,
        "RATE_LIMITS": "false",
    }  # fmt: skip
    for command in (["migrate"], ["collectstatic", "--noinput"], ["demo_data"]):
        manage(environment, *command, "--verbosity", "0")
    with served(environment) as address:
        yield address


def ask(site: str, address: str) -> tuple[int, BeautifulSoup]:
    """Status and page; a visitor waits a quarter of a minute at most."""
    path, _question, query = address.partition("?q=")
    target = f"{site}{path}" + (f"?q={urllib.parse.quote(query)}" if query else "")
    try:
        with urllib.request.urlopen(target, timeout=15) as answer:  # noqa: S310
            return answer.status, BeautifulSoup(answer.read(), "lxml")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, BeautifulSoup(error.read(), "lxml")


def numbers(page: BeautifulSoup) -> set[str]:
    """What can be dialled."""
    return {link["href"] for link in page.select("main a[href^='tel:']")}


def test_should_leave_nobody_without_a_number(cluster: Cluster, site_on_postgres: str) -> None:
    before = {address: ask(site_on_postgres, address) for address in ASKED}
    assert {status for status, _page in before.values()} == {200}
    cluster.stop()
    for address in ASKED:
        status, page = ask(site_on_postgres, address)
        assert status in {200, 503}, address
        if status == 200:
            # Kept, or made of what is remembered: it ends in a desk as it did before.
            assert numbers(page) & numbers(before[address][1]), address
            continue
        assert {"tel:110", "tel:119"} <= numbers(page), address
        assert len(numbers(page)) >= 5, (address, status, numbers(page))
    # 死にたい leads to the same people as ever.
    _status, page = ask(site_on_postgres, "/search/?q=死にたい")
    assert numbers(before["/search/?q=死にたい"][1]) & numbers(page) - {"tel:110", "tel:119"}
    cluster.start()
    for address in ASKED * 3:
        assert ask(site_on_postgres, address)[0] == 200, address


def test_should_show_at_once_what_another_process_published(
    cluster: Cluster, site_on_postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As on SQLite (`test_kept`), with a server of the database between."""
    environment = {
        **os.environ,
        "YOROZU_ENV": "demo",
        "YOROZU_VAR": str(tmp_path_factory.mktemp("elsewhere")),
        "DATABASE_URL": cluster.url,
    }
    # A test before may have stopped it: what was away is left alone for a moment.
    time.sleep(database.REST_SECONDS)
    address = f"{site_on_postgres}/browse/"
    _status, tag, _text = kept_page(address)
    assert kept_page(address, tag)[0] == 304
    before = change_elsewhere(environment, notice="あす、市役所はお休みです")
    status, changed, text = kept_page(address, tag)
    assert (status, "あす、市役所" in text) == (200, True)
    change_elsewhere(environment, **before)
    status, _tag, text = kept_page(address, changed)
    assert (status, "あす、市役所" in text) == (200, False)


def test_should_answer_while_the_database_hangs(cluster: Cluster, site_on_postgres: str) -> None:
    """It is neither away nor does it answer, for twenty seconds, while three visitors ask one page after the other."""
    for address in ASKED:
        assert ask(site_on_postgres, address)[0] == 200
    answers: list[tuple[str, int, float, set[str]]] = []
    until = time.monotonic() + 20

    def visit() -> None:
        for address in itertools.cycle(ASKED):
            if time.monotonic() > until:
                return
            started = time.monotonic()
            status, page = ask(site_on_postgres, address)
            answers.append((address, status, time.monotonic() - started, numbers(page)))

    cluster.freeze()
    try:
        visitors = [threading.Thread(target=visit) for _number in range(3)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
    finally:
        cluster.thaw()
    assert len(answers) > 3 * len(ASKED)
    for address, status, seconds, found in answers:
        assert status in {200, 503}, address
        assert found, address
        assert seconds < 12, address
    time.sleep(database.REST_SECONDS)
    for address in ASKED * 2:
        status, page = ask(site_on_postgres, address)
        assert status == 200, address
        assert "いま、新しい情報を確かめられません" not in page.get_text()


def test_should_not_be_waited_for_where_nobody_listens() -> None:
    """A machine that is off: the settings say how long a connection may take."""
    script = (
        "from portal import settings; d = settings.DATABASES['default']; print(d['OPTIONS'], d['CONN_HEALTH_CHECKS'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "YOROZU_ENV": "test", "YOROZU_VAR": os.environ["YOROZU_VAR"],
             "DATABASE_URL": "postgres://yorozu@127.0.0.1/yorozu"},
    )  # fmt: skip
    assert "'connect_timeout': 3" in done.stdout
    assert done.stdout.strip().endswith("True")
