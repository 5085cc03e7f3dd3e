"""準備中: who sees what until an approver opens the site, and after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from wagtail.models import PageLogEntry, Site

from directory.models import PublicRecord
from portal.kept import database
from portal.kept.front import store
from portal.models import PortalSettings
from portal.starting.opening import CLOSED, OPENED, switch
from tests.addresses import addresses
from tests.directory.partners.world import World
from tests.moments import in_office_hours
from tests.portal.kept.conftest import Ask
from tests.portal.starting.conftest import commit

pytestmark = pytest.mark.django_db
PUBLIC = (
    "/",
    "/search/",
    "/search/?q=居場所",
    "/find/",
    "/browse/",
    "/browse/desk/",
    "/list/",
    "/share/leaflet/",
    "/share/list.csv",
    "/sitemap.xml",
    "/documents/1/x.pdf",
    "/プライバシー/",
    "/no-such-page/",
    "/administration/",
)


@pytest.fixture(autouse=True)
def by_day() -> Iterator[None]:
    """What is open is the same for every run."""
    with in_office_hours():
        yield


@pytest.fixture
def closed(db: None) -> PortalSettings:
    """The demo city's site, as if nobody had opened it."""
    own = PortalSettings.for_site(Site.objects.get(is_default_site=True))
    own.opened_at = None
    own.save()
    commit()
    return own


def parsed(response: object) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


@pytest.mark.parametrize("address", PUBLIC)
def test_should_answer_every_public_address_with_one_page(closed: PortalSettings, client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 503
    assert response["Retry-After"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]
    soup = parsed(response)
    assert soup.h1.get_text() == "このサイトは、準備中です"
    assert "よろず市" in soup.title.string
    # No dead end: lines to dial, and the desk for everything with a way without a voice.
    numbers = {link["href"] for link in soup.select("a[href^='tel:']")}
    assert {"tel:110", "tel:119"} <= numbers
    assert len(soup.select(".urgent .line")) >= 3
    assert "福祉まるごと相談窓口" in soup.select_one(".ending").get_text()
    assert soup.select(".ending .channel-mail, .ending .channel-form, .ending .channel-fax")
    # Nothing that leads to another closed page.
    inside = {link["href"] for link in soup.select("a[href^='/']")}
    assert inside <= {"/", "/admin/"}


def test_should_answer_a_resource_with_it_too(closed: PortalSettings, client: Client) -> None:
    record = PublicRecord.objects.filter(kind="place").first()
    response = client.get(f"/resources/{record.short_id}/")
    assert response.status_code == 503
    assert record.data["summary"] not in response.content.decode()


def test_should_forget_no_address(closed: PortalSettings, world: World) -> None:
    """Whatever has an address: staff's doors and machines' questions are named, all else is closed."""
    open_to_all = ("admin/", "partners/", "healthz", "readyz", "robots.txt", "favicon.ico", ".well-known/", "^media/")
    for address in addresses():
        if not address.route.startswith(open_to_all):
            response = world.ask("anonymous", "GET", world.path(address))
            assert response.status_code == 503, address.route


@pytest.mark.parametrize(
    ("text", "line"),
    [("死にたい", "0120-061-338"), ("夫に殴られる", "0120-279-889"), ("I want to die", "0120-")],
)
def test_should_still_answer_words_of_danger(closed: PortalSettings, client: Client, text: str, line: str) -> None:
    response = client.get("/search/", {"q": text})
    assert response.status_code == 503
    soup = parsed(response)
    assert line in soup.select_one(".results-band .urgent").get_text()
    assert soup.select_one(".leave"), "and a quick way out"
    assert f"「{text}」" not in soup.get_text()
    assert soup.title.string.startswith("準備中です")


def test_should_answer_a_danger_chosen_in_the_finder(closed: PortalSettings, client: Client) -> None:
    assert parsed(client.get("/find/", {"about": "sudden-illness"})).select_one(".results-band .urgent")


def test_should_say_danger_in_the_visitors_language(closed: PortalSettings, client: Client) -> None:
    sentence = parsed(client.get("/search/", {"q": "I want to die"})).select_one(".foreign-danger")
    assert sentence["lang"] == "en"


def test_should_answer_software_in_json(closed: PortalSettings, client: Client) -> None:
    calm, danger = client.get("/api/search", {"q": "居場所"}), client.get("/api/search", {"q": "死にたい"})
    assert (calm.status_code, danger.status_code) == (503, 503)
    told = json.loads(calm.content)
    assert told["error"] == "not-open"
    assert told["band"] is None
    assert told["desk"]["number"]
    assert json.loads(danger.content)["band"]["lines"]


@pytest.mark.parametrize("address", ["/search/", "/", "/list/change/"])
def test_should_take_nothing_that_is_posted(closed: PortalSettings, client: Client, address: str) -> None:
    assert client.post(address, {"q": "x"}).status_code == 503


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/healthz", 200),
        ("/readyz", 200),
        ("/robots.txt", 200),
        ("/favicon.ico", 200),
        ("/admin/login/", 200),
        ("/partners/login/", 200),
        ("/admin", 301),
    ],
)
def test_should_leave_doors_machines_and_files_alone(
    closed: PortalSettings, client: Client, address: str, status: int
) -> None:
    assert client.get(address).status_code == status


@pytest.mark.parametrize("address", ["/", "/search/?q=居場所", "/browse/desk/", "/find/", "/プライバシー/"])
def test_should_show_staff_the_real_site_with_a_bar(
    closed: PortalSettings, editor_client: Client, address: str
) -> None:
    response = editor_client.get(address)
    assert response.status_code == 200
    assert "noindex" in response["X-Robots-Tag"]
    assert "private" in response["Cache-Control"]
    assert "準備中です" in parsed(response).select_one(".notice").get_text()


def test_should_show_staff_nothing_before_their_second_factor(
    closed: PortalSettings, editor_client: Client, settings: object
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    assert editor_client.get("/").status_code == 503


def test_should_show_a_partner_what_residents_see(closed: PortalSettings, world: World) -> None:
    for visitor in ("member", "lead", "resident"):
        assert world.ask(visitor, "GET", "/").status_code == 503


def test_should_open_for_everybody_when_an_approver_says_so(
    closed: PortalSettings, client: Client, approver_client: Client, django_capture_on_commit_callbacks: Callable
) -> None:
    page = parsed(approver_client.get("/admin/opening/"))
    assert page.find("button", string="公開する")
    with django_capture_on_commit_callbacks(execute=True):
        response = approver_client.post("/admin/opening/", {"action": "open"}, follow=True)
    assert "公開しました" in response.content.decode()
    assert client.get("/").status_code == 200
    assert "準備中" not in client.get("/").content.decode()
    assert PageLogEntry.objects.filter(action=OPENED, user__username="test-approver").count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        response = approver_client.post("/admin/opening/", {"action": "close"}, follow=True)
    assert "準備中にもどしました" in response.content.decode()
    assert client.get("/").status_code == 503
    assert PageLogEntry.objects.filter(action=CLOSED).count() == 1


def test_should_do_nothing_twice_and_nothing_unknown(closed: PortalSettings, approver_client: Client) -> None:
    assert "すでに" in approver_client.post("/admin/opening/", {"action": "close"}, follow=True).content.decode()
    assert (
        "分かりませんでした" in approver_client.post("/admin/opening/", {"action": "x"}, follow=True).content.decode()
    )
    closed.refresh_from_db()
    assert closed.opened_at is None
    assert not PageLogEntry.objects.filter(action__in=(OPENED, CLOSED)).exists()


def test_should_let_no_editor_open_it(closed: PortalSettings, editor_client: Client, client: Client) -> None:
    assert editor_client.post("/admin/opening/", {"action": "open"}).status_code == 302
    assert client.post("/admin/opening/", {"action": "open"}).status_code == 302
    assert client.get("/").status_code == 503
    assert "公開できるのは、承認者です" in editor_client.get("/admin/").content.decode()


def test_should_keep_no_page_of_before_or_after(ask: Ask, django_capture_on_commit_callbacks: Callable) -> None:
    approver = get_user_model().objects.create_user("approver-2", password="a-long-password-1")
    approver.groups.add(Group.objects.get(name="承認者"))
    addresses = ("/", "/browse/desk/", "/search/?kind=place")
    for address in addresses:
        ask(address)
        assert not ask(address).was_made, "it is kept"
    with django_capture_on_commit_callbacks(execute=True):
        assert switch(approver, opens=False)
    for address in addresses:
        reply = ask(address)
        assert (reply.status, reply.was_made) == (503, True)
        assert "準備中です" in reply.text
        assert ask(address).was_made, "and nothing of it is kept"
    assert len(store) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert switch(approver, opens=True)
    for address in addresses:
        assert ask(address).status == 200
        assert not ask(address).was_made


def test_should_give_out_no_page_of_before_while_the_database_is_away(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable
) -> None:
    approver = get_user_model().objects.create_superuser("root-2", password="a-long-password-1")
    ask("/")
    ask("/browse/")
    assert len(store) == 2
    with django_capture_on_commit_callbacks(execute=True):
        switch(approver, opens=False)
    ask("/")

    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(database, "read_generations", away)
    reply = ask("/browse/")
    assert reply.status == 503
    assert "準備中です" in reply.text
    assert len(store) == 0


def test_should_ask_nothing_more_of_an_open_site(client: Client, django_assert_max_num_queries: object) -> None:
    client.get("/browse/")
    with django_assert_max_num_queries(9):
        assert client.get("/browse/").status_code == 200


def test_should_open_the_sites_that_were_running_before() -> None:
    """The migration; and the demo, which opens by itself."""
    from importlib import import_module

    from django.apps import apps

    migration = import_module("portal.migrations.0002_opened_at")
    site = Site.objects.get(is_default_site=True)
    other = Site.objects.create(hostname="other.example.jp", root_page=site.root_page.get_parent())
    PortalSettings.objects.filter(site=site).update(opened_at=None)
    before = timezone.now()
    migration.open_running_sites(apps, None)
    assert PortalSettings.objects.get(site=site).opened_at >= before
    assert not PortalSettings.objects.filter(site=other, opened_at__isnull=False).exists(), "it shows no page of ours"
