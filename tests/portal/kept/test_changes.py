"""Whatever a page shows: changed, and the very next request shows it; closed, and the next request says so."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from functools import partial

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction, Site

from directory.choices import ChannelKind
from directory.hours.rules import TOKYO
from directory.models import (
    Area,
    AreaLayer,
    Channel,
    ConsultationDesk,
    Field,
    InstitutionType,
    NationalLine,
    Need,
    Organisation,
    PublicRecord,
    Resource,
)
from portal.models import GuidancePage, NewsPage, PortalSettings, SituationPage, StandardPage
from search.engines import get_engine
from search.indexing import catch_up, check, repair
from tests.factories import DeskFactory, PlaceFactory
from tests.portal.kept.conftest import Ask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]

PAGES = ("/", "/browse/", "/browse/desk/", "/browse/place/", "/find/", "/search/?kind=desk", "/search/?field=community")
Capture = Callable[..., object]


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Capture) -> Callable[[Callable[[], object]], None]:
    """Do something as one transaction that is committed: what follows a commit is done."""

    def do(work: Callable[[], object]) -> None:
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            work()

    return do


def _desk() -> ConsultationDesk:
    sensitive = InstitutionType.objects.filter(hides_address=True)
    return (
        ConsultationDesk.objects.filter(live=True, areas__slug="yorozu").exclude(type__in=sensitive).order_by("pk")[0]
    )


def _publish_name() -> str:
    desk = _desk()
    desk.name = "名前の変わった窓口"
    desk.save_revision().publish()
    return desk.name


def _publish_new() -> str:
    return PlaceFactory(name="できたての居場所", reading="ああああ", areas=["yorozu"]).name


def _withdraw() -> None:
    _desk().unpublish()


def _rename(model: type, **where: object) -> str:
    row = model.objects.get(**where)
    row.name = "改めた名前"
    row.save()
    return row.name


def _notice() -> str:
    settings = PortalSettings.for_site(Site.objects.get(is_default_site=True))
    settings.notice = "市役所は明日お休みです"
    settings.save()
    return settings.notice


def _site_name() -> str:
    settings = PortalSettings.for_site(Site.objects.get(is_default_site=True))
    settings.site_name = "くらしの道しるべ"
    settings.save()
    return settings.site_name


def _page_title(model: type[Page]) -> str:
    page = model.objects.live().first()
    page.title = "書きかえた題"
    page.save_revision().publish()
    return page.title


def _new_page() -> str:
    page = NewsPage(title="生まれたお知らせ", date=datetime.now(TOKYO).date())
    NewsPage.objects.first().get_parent().add_child(instance=page)
    page.save_revision().publish()
    return page.title


CHANGES: dict[str, tuple[str, Callable[[], str]]] = {
    "a desk's name in a list": ("/browse/desk/", _publish_name),
    "a desk's name on results": ("/search/?kind=desk", _publish_name),
    "a new place": ("/search/?kind=place&area=yorozu&sort=reading", _publish_new),
    "the notice": ("/browse/", _notice),
    "the name of the site": ("/find/", _site_name),
    "a field's name": ("/", partial(_rename, Field, code="community")),
    "an area's name": ("/find/", partial(_rename, Area, slug="tobu")),
    "the city's name": ("/browse/", partial(_rename, Area, slug="yorozu")),
    "a layer's name": ("/find/", lambda: _rename(AreaLayer, pk=Area.objects.get(slug="tobu").layer_id)),
    "a page in the menu": ("/browse/", lambda: _page_title(StandardPage)),
    "a piece of news": ("/", lambda: _page_title(NewsPage)),
    "a new piece of news": ("/", _new_page),
    "a guide": ("/", lambda: _page_title(GuidancePage)),
    "a situation": ("/", lambda: _page_title(SituationPage)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_should_show_a_change_with_the_next_request(ask: Ask, commit: Callable, change: str) -> None:
    address, make = CHANGES[change]
    ask(address)
    assert not ask(address).was_made
    shown: list[str] = []
    commit(lambda: shown.append(make()))
    after = ask(address)
    assert after.was_made
    assert shown[0] in after.text
    assert not ask(address).was_made


def test_should_show_a_resource_as_it_is_now(ask: Ask, commit: Callable) -> None:
    desk = _desk()
    address = f"/resources/{desk.short_id}/"
    ask(address)
    assert not ask(address).was_made

    def change() -> None:
        desk.channels = [Channel(kind=ChannelKind.PHONE, value="0000-99-7777")]
        desk.save_revision().publish()

    commit(change)
    assert "0000-99-7777" in ask(address).text
    commit(lambda: _rename(Organisation, pk=desk.organisation_id))
    assert "改めた名前" in ask(address).text
    commit(desk.unpublish)
    assert ask(address).status == 410
    commit(lambda: desk.save_revision().publish())
    assert ask(address).status == 200
    commit(lambda: Resource.objects.get(pk=desk.pk).specific.delete())
    assert ask(address).status == 410


def test_should_follow_pages_that_move_close_and_go(ask: Ask, commit: Callable) -> None:
    page = GuidancePage.objects.live().first()
    old = page.url
    ask(old)
    page.slug = "moved-guide"
    commit(lambda: page.save_revision().publish())
    page.refresh_from_db()
    assert ask(old).status in {301, 404}
    assert ask(page.url).status == 200
    assert not ask(page.url).was_made
    restriction = PageViewRestriction(page=page.get_parent(), restriction_type=PageViewRestriction.LOGIN)
    commit(restriction.save)
    assert ask(page.url).status == 302
    commit(restriction.delete)
    assert ask(page.url).status == 200
    commit(page.unpublish)
    assert ask(page.url).status == 404


def test_should_follow_redirects(ask: Ask, commit: Callable) -> None:
    assert ask("/old-address/").status == 404
    commit(lambda: Redirect.objects.create(old_path="/old-address", redirect_link="/browse/"))
    assert ask("/old-address/").status == 301


def test_should_not_drop_pages_for_a_draft(ask: Ask, commit: Callable) -> None:
    """Editors' drafts are saved every few seconds; nobody outside sees them."""
    ask("/browse/")
    page, desk = GuidancePage.objects.live().first(), _desk()
    page.title = desk.name = "下書きだけの題"
    commit(page.save_revision)
    commit(desk.save_revision)
    again = ask("/browse/")
    assert not again.was_made


def test_should_not_drop_pages_when_somebody_logs_in(ask: Ask, commit: Callable) -> None:
    ask("/browse/")
    user = User.objects.create_user("somebody", password="a-long-password-1")
    commit(lambda: Client().force_login(user))
    assert not ask("/browse/").was_made


def test_should_keep_no_list_while_the_index_is_behind(ask: Ask) -> None:
    """The record is committed, the index has not seen it: the list is made, and made again until it has."""
    name = PlaceFactory(name="索引より先の居場所", reading="ああああ", areas=["yorozu"]).name
    address = "/search/?kind=place&area=yorozu&sort=reading"
    assert name not in ask(address).text
    assert ask(address).was_made
    catch_up()
    assert name in ask(address).text
    assert not ask(address).was_made


def test_should_show_what_a_repaired_index_holds(ask: Ask, commit: Callable) -> None:
    """No record changed: the index lacked one, and nobody knew."""
    found: list[str] = []
    commit(
        lambda: found.append(PlaceFactory(name="索引から落ちた居場所", reading="ああああ", areas=["yorozu"]).short_id)
    )
    address = "/search/?kind=place&area=yorozu&sort=reading"
    get_engine().apply([], [f"resource:{found[0]}"])
    assert "索引から落ちた居場所" not in ask(address).text
    assert not ask(address).was_made
    repair(check())
    assert "索引から落ちた居場所" in ask(address).text


def _open_from_nine_to_five() -> str:
    desk = DeskFactory(name="九時五時の窓口", areas=["yorozu"])
    desk.opening_rules = [
        desk.opening_rules.model(weekdays=[0, 1, 2, 3, 4], opens=time(9), closes=time(17)),
    ]
    desk.save_revision().publish()
    return f"/resources/{desk.short_id}/"


WEDNESDAY = datetime(2026, 11, 25, 8, 59, 30, tzinfo=TOKYO)


def test_should_turn_with_opening_and_closing(ask: Ask, commit: Callable) -> None:
    found: list[str] = []
    commit(lambda: found.append(_open_from_nine_to_five()))
    address = found[0]
    with time_machine.travel(WEDNESDAY, tick=False) as clock:
        ask(address)
        assert not ask(address).was_made
        closed = ask(address).text
        clock.move_to(WEDNESDAY.replace(hour=9, minute=0, second=0))
        opened = ask(address)
        assert opened.was_made
        assert opened.text != closed
        clock.move_to(WEDNESDAY.replace(hour=16, minute=59, second=59))
        ask(address)
        assert not ask(address).was_made
        clock.move_to(WEDNESDAY.replace(hour=17, minute=0))
        assert ask(address).was_made
        clock.move_to(WEDNESDAY.replace(hour=23, minute=59, second=59))
        ask(address)
        assert not ask(address).was_made
        clock.move_to(WEDNESDAY.replace(day=26, hour=0, minute=0, second=0))
        assert ask(address).was_made


@pytest.mark.parametrize("address", ["/", "/browse/desk/", "/search/?kind=desk", "/find/", "/sodan-madoguchi/"])
def test_should_be_true_at_every_moment_of_a_day(ask: Ask, client: Client, address: str) -> None:
    """At odd moments around the clock, what is kept is what would be made."""
    with time_machine.travel(WEDNESDAY.replace(hour=0, minute=0), tick=False) as clock:
        for minutes in range(0, 36 * 60, 47):
            clock.move_to(WEDNESDAY.replace(hour=0, minute=0, second=13) + timedelta(minutes=minutes))
            kept, made = ask(address), client.get(address)
            assert (kept.status, kept.body) == (made.status_code, made.content), minutes


def _edits(dice: random.Random) -> Iterator[Callable[[], object]]:
    """Something that an editor does, at random, without end."""

    def saved(row: object, **values: object) -> Callable[[], object]:
        def save() -> None:
            for name, value in values.items():
                setattr(row, name, value)
            row.save()

        return save

    def published(row: object, **values: object) -> Callable[[], object]:
        def publish() -> None:
            for name, value in values.items():
                setattr(row, name, value)
            row.save_revision().publish()

        return publish

    def some(queryset: object) -> object:
        return dice.choice(list(queryset[:40]))

    while True:
        word = f"ことば{dice.randrange(10**6)}"
        yield dice.choice(
            [
                lambda word=word: published(some(ConsultationDesk.objects.filter(live=True)), summary=word)(),
                lambda word=word: published(some(Resource.objects.all()).specific, name=word)(),
                lambda word=word: (
                    # A long night would close them all.
                    some(ConsultationDesk.objects.filter(live=True)).unpublish()
                    if ConsultationDesk.objects.filter(live=True).count() > 20
                    else published(some(ConsultationDesk.objects.filter(live=False)), summary=word)()
                ),
                lambda word=word: saved(some(Organisation.objects.all()), name=word)(),
                lambda word=word: saved(some(Field.objects.all()), name=word)(),
                lambda word=word: saved(some(Need.objects.all()), plain=word)(),
                lambda word=word: saved(some(Area.objects.exclude(layer__is_municipality=True)), name=word)(),
                lambda word=word: (
                    published(some(NationalLine.objects.all()), name=word)()
                    if hasattr(NationalLine, "save_revision")
                    else saved(some(NationalLine.objects.all()), name=word)()
                ),
                lambda word=word: saved(PortalSettings.for_site(Site.objects.get(is_default_site=True)), notice=word)(),
                lambda word=word: published(some(Page.objects.live().filter(depth__gt=2)).specific, title=word)(),
                lambda word=word: some(Page.objects.live().filter(depth__gt=2)).specific.save_revision(),
            ]
        )


def test_should_never_show_what_was(ask: Ask, client: Client, commit: Callable, fuzz_edits: int) -> None:
    """Edits and readers at random: every answer is what would be made at that moment."""
    dice = random.Random(20261126)
    edits = _edits(dice)
    addresses = [*PAGES, *(f"/resources/{record.short_id}/" for record in PublicRecord.objects.order_by("pk")[:40:4])]
    addresses += [page.url for page in Page.objects.live().filter(depth__gt=2)[:12] if page.url]
    kept = 0
    for _number in range(fuzz_edits):
        if dice.random() < 0.4:
            commit(next(edits))
        address = dice.choice(addresses)
        reply, made = ask(address), client.get(address)
        assert (reply.status, reply.body) == (made.status_code, made.content), address
        kept += not reply.was_made
    assert kept
