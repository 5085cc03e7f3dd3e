"""What the tests stand on: the demo city, loaded once (`tests.template`) into a real database and a real index.

Each test runs in a transaction that is rolled back. A test that changes the index asks for `own_index`, a copy.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.template import Template
from django.test import Client
from django.test.utils import _TestState

from guard.counting import forget_pages
from search import engines
from tests import quick, template, warmth
from tests.elasticsearch.node import MissingTools, Node, start_node
from tests.load_demo import SWEEPS

# Tests that share a server which is dear to start: they stay together in one process.
GROUPS = {
    "tests/browser/test_database_away.py": "database",
    "tests/browser/": "browser",
    "tests/guard/test_serving.py": "server",
    "tests/portal/starting/begun/": "begun",
    "tests/portal/starting/test_empty.py": "begun",
    "tests/portal/starting/test_from_nothing.py": "begun",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """A second run on another database need not ask again what no database answers."""
    parser.addoption("--of-database", action="store_true", help="only tests that ask the database")
    quick.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Whoever hears of all tests notes what takes long, if asked to."""
    if quick.are_noted_by(config):
        config.pluginmanager.register(quick.Notes())


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Groups for `--dist loadgroup` (all other tests go to whoever is free), marks of what a fixture starts, and an order:
    what needs no demo while it is loaded, then the groups, which take longest, then all others; each at random."""
    for item in items:
        group = next((group for place, group in GROUPS.items() if item.nodeid.startswith(place)), None)
        if item.get_closest_marker("elasticsearch"):
            group = "elasticsearch"
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
        if group == "server" or "redis" in item.fixturenames:
            item.add_marker("server")
    result = yield
    if config.getoption("of_database"):
        _keep(config, items, [item for item in items if _needs_demo(item)])
    if config.getoption("quick"):
        _keep(config, items, quick.without_long(items))
    items.sort(key=lambda item: 1 if item.get_closest_marker("xdist_group") else 2 * _needs_demo(item))
    return result


def _keep(config: pytest.Config, items: list[pytest.Item], kept: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=list(set(items) - set(kept)))
    items[:] = kept


def _needs_demo(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db")) or "db" in item.fixturenames


def pytest_collection_finish(session: pytest.Session) -> None:
    """The demo is loaded while tests run that do without."""
    needs_it = any(map(_needs_demo, session.items))
    if needs_it and not session.config.option.collectonly:
        template.load_meanwhile()


@pytest.fixture(scope="session")
def django_test_environment(django_test_environment: None) -> None:
    """Templates render as on a site. Django's own runner copies the context of each one, a tenth of an admin page; no test here
    looks at contexts: they read pages."""
    Template._render = _TestState.saved_data.template_render


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: object) -> Iterator[None]:
    """A database with the demo in it, and a process that has answered its first visitor."""
    with django_db_blocker.unblock():
        template.stand_on_copy()
        warmth.warm_up()
    # As a server does before its workers part: what is loaded stays. To walk over it again and again took a fifth of what pages cost.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SWEEPS)
    yield
    with django_db_blocker.unblock():
        template.leave_copy()


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """What one test made the site remember is not true for the next: each begins with what the first visitor left."""
    yield
    cache.clear()
    warmth.remember_the_demo()
    forget_pages()


@pytest.fixture
def own_index(settings: object, tmp_path: Path) -> Iterator[Path]:
    """The index of the demo, and its dictionary, as copies that the test may change or destroy."""
    for name in ("SEARCH_INDEX_DIR", "SEARCH_DICTIONARY_DIR"):
        copy = tmp_path / name.lower()
        shutil.copytree(getattr(settings, name), copy)
        setattr(settings, name, copy)
    engines.forget_engines()
    yield settings.SEARCH_INDEX_DIR
    engines.forget_engines()


@pytest.fixture
def page(client: Client, db: None) -> Callable[..., BeautifulSoup]:
    """Get an address and parse the page; the status must be 200 unless another one is named."""

    def get(address: str, parameters: dict | None = None, status: int = 200) -> BeautifulSoup:
        response = client.get(address, parameters or {})
        assert response.status_code == status, f"{address} answered {response.status_code}"
        return BeautifulSoup(response.content, "lxml")

    return get


def _member(name: str, group: str) -> object:
    user = get_user_model().objects.create_user(name, f"{name}@example.jp", "a-long-password-1")
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def editor_client(db: None) -> Client:
    """A browser in which an editor is logged in."""
    client = Client()
    client.force_login(_member("test-editor", "編集者"))
    return client


@pytest.fixture
def approver_client(db: None) -> Client:
    """A browser in which an approver is logged in."""
    client = Client()
    client.force_login(_member("test-approver", "承認者"))
    return client


@pytest.fixture(scope="session")
def _mortal_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A laptop may skip; CI may not."""
    try:
        node = start_node(tmp_path_factory.mktemp("elasticsearch") / "n1")
    except MissingTools as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    with node:
        yield node


@pytest.fixture
def mortal_node(_mortal_node: Node) -> Node:
    """A real Elasticsearch of this run, which may be killed: whoever comes next finds it alive."""
    return _mortal_node if _mortal_node.is_running else _mortal_node.start().wait()


@pytest.fixture
def elasticsearch_url(request: pytest.FixtureRequest) -> str:
    """A real Elasticsearch: that of ELASTICSEARCH_URL, or the one of this run."""
    return os.environ["TEST_ELASTICSEARCH_URL"] or request.getfixturevalue("mortal_node").url
