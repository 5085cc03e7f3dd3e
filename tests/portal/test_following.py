"""The index follows what editors do: publish, rename, take back, move, delete; and costs them nothing when it is away."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import PageViewRestriction

from directory.models import GatheringPlace, PublicRecord
from portal.models import GuidanceIndexPage, GuidancePage, HomePage, StandardPage
from search.indexing import check, pending
from search.questions.query import understand
from search.results import search
from tests.factories import PlaceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]

WORD = "ぞうさんの水あそび"


def found(words: str) -> list[str]:
    """Titles that the index finds, best first."""
    return [hit.row["title"] for hit in search(understand(words), facets=()).hits]


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Callable) -> Callable:
    """Run something as a request that is committed."""

    def run(work: Callable[[], object]) -> object:
        with django_capture_on_commit_callbacks(execute=True):
            return work()

    return run


def test_should_find_a_place_once_it_is_published_and_no_longer_when_it_is_taken_back(commit: Callable) -> None:
    place = commit(lambda: PlaceFactory(name=WORD))
    assert found(WORD)[0] == WORD
    place.name = "きりんのおひるね"
    draft = commit(place.save_revision)
    assert found(WORD)[0] == WORD, "a draft changes nothing"
    commit(draft.publish)
    assert found("きりんのおひるね")[0] == "きりんのおひるね"
    assert WORD not in found(WORD)
    commit(GatheringPlace.objects.get(pk=place.pk).unpublish)
    assert "きりんのおひるね" not in found("きりんのおひるね")


def test_should_forget_a_deleted_place(commit: Callable) -> None:
    place = commit(lambda: PlaceFactory(name=WORD))
    commit(place.delete)
    assert WORD not in found(WORD)
    assert check().is_clean


def test_should_follow_a_renamed_area(commit: Callable) -> None:
    place = commit(lambda: PlaceFactory(name=WORD))
    area = place.areas.first()
    area.name = "おひさま圏域"
    commit(area.save)
    assert WORD in found(f"{WORD} おひさま")
    assert check().is_clean, "every record that shows the area was written anew"


def test_should_follow_a_page_through_its_life(commit: Callable) -> None:
    index = GuidanceIndexPage.objects.get()
    page = GuidancePage(title=WORD, slug="elephant", intro="水あそびの案内です。")
    commit(lambda: index.add_child(instance=page).save_revision().publish())
    hit = search(understand(WORD), facets=()).hits[0]
    assert (hit.row["title"], hit.row["kind"]) == (WORD, "guide")
    commit(lambda: page.refresh_from_db() or page.unpublish())
    assert WORD not in found(WORD)


def test_should_take_the_addresses_of_pages_below_along_when_a_page_moves(commit: Callable) -> None:
    home = HomePage.objects.get()
    first, second = (StandardPage(title=f"{WORD}{n}", slug=f"parent-{n}") for n in (1, 2))
    child = StandardPage(title=WORD, slug="child")

    def build() -> None:
        for parent in (first, second):
            home.add_child(instance=parent)
        first.add_child(instance=child)
        child.save_revision().publish()

    commit(build)
    assert "parent-1/child" in search(understand(WORD), facets=()).hits[0].row["url"]
    commit(lambda: StandardPage.objects.get(pk=child.pk).move(StandardPage.objects.get(pk=second.pk), pos="last-child"))
    assert "parent-2/child" in search(understand(WORD), facets=()).hits[0].row["url"]


def test_should_take_a_private_page_out_of_the_index_and_the_menus(commit: Callable, client: Client) -> None:
    home = HomePage.objects.get()
    page = StandardPage(title=WORD, slug="soon-private", show_in_menus=True)
    commit(lambda: home.add_child(instance=page).save_revision().publish())
    assert WORD in client.get("/").content.decode()
    restriction = commit(
        lambda: PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    )
    assert WORD not in found(WORD)
    assert WORD not in client.get("/").content.decode()
    assert WORD not in client.get("/sitemap-pages.xml").content.decode()
    assert client.get(page.url).status_code == 302, "only after log-in"
    commit(restriction.delete)
    assert found(WORD)[0] == WORD
    assert client.get(page.url).status_code == 200


def test_should_save_what_an_editor_publishes_while_the_index_is_away(commit: Callable, own_index: Path) -> None:
    away = own_index.with_name("away")
    own_index.rename(away)
    place = commit(lambda: PlaceFactory(name=WORD))
    assert PublicRecord.objects.filter(resource=place).exists()
    if own_index.exists():
        shutil.rmtree(own_index)
    away.rename(own_index)
    assert pending() > 0
    commit(lambda: PlaceFactory(name="あとから来た場所"))
    assert found(WORD)[0] == WORD, "the next change brings the waiting ones along"


def test_should_mend_a_lost_index_by_a_command(own_index: Path) -> None:
    shutil.rmtree(own_index)
    with pytest.raises(CommandError):
        call_command("check_index")
    call_command("check_index", repair=True, verbosity=0)
    assert check().is_clean
    assert found("こども食堂")
