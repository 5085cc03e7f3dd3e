"""Changes that somebody proposes, and what an editor makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from directory.choices import Confirmer, Decision
from directory.freshness import proposals
from directory.freshness.proposals import asked_fields, decide, propose, waiting
from directory.models import ChangeProposal, GatheringPlace, Organisation, PublicRecord
from directory.public.projection import read
from directory.public.record import PublicResource

from .conftest import START, at, entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_january() -> Iterator[None]:
    """After everything was confirmed last."""
    with at(date(2027, 1, 15)):
        yield


@pytest.fixture
def place(organisation: Organisation) -> GatheringPlace:
    """A public place."""
    with at(START):
        return entry(organisation, cost_note="100円", body="お茶をのみます")


@pytest.fixture
def editor(db: None) -> object:
    """Somebody who answers."""
    return get_user_model().objects.create_user("hensyu", "hensyu@example.jp", "a-long-password-1")


def public(place: GatheringPlace) -> PublicResource:
    """What residents see."""
    found = read(PublicRecord.objects.get(resource=place.pk))
    assert found
    return found


def test_should_keep_only_what_differs_and_publish_nothing(place: GatheringPlace) -> None:
    values = {field.name: field.value for field in asked_fields(public(place))}
    before = public(place)
    made = propose(before, Confirmer.ORGANISATION, {**values, "cost": "200円", "channel:0": "0000-99-0002"})
    assert {(one.field, one.old, one.proposed) for one in made} == {
        ("cost", "100円", "200円"),
        ("channel:0", "0000-99-0001", "0000-99-0002"),
    }
    assert public(place) == before
    assert not GatheringPlace.objects.get(pk=place.pk).has_unpublished_changes


def test_should_replace_what_was_proposed_before(place: GatheringPlace) -> None:
    for cost in ("200円", "300円"):
        propose(public(place), Confirmer.ORGANISATION, {"cost": cost})
    assert [one.proposed for one in waiting(place)] == ["300円"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"cost": "あ" * 201}, "cost"),
        ({"other": "あ" * 2_001}, "other"),
        ({"cost": "100\u202e円"}, "cost"),
        ({"cost": "\x00"}, "cost"),
        ({"channel:0": "電話はありません"}, "channel:0"),
        ({}, ""),
        ({"cost": " 100円 "}, ""),
        ({"channel:99": "1", "staff_note": "x", "name": "x"}, ""),
    ],
)
def test_should_refuse_what_cannot_stand_there(place: GatheringPlace, values: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        propose(public(place), Confirmer.ORGANISATION, values)
    assert (set(refused.value.message_dict) == {field}) if field else not hasattr(refused.value, "error_dict")
    assert not ChangeProposal.objects.exists()


def test_should_take_fields_into_the_draft_and_confirm_when_it_is_published(
    place: GatheringPlace, editor: object
) -> None:
    place.name = "下書きの名前"
    place.save_revision()
    with at(date(2027, 1, 10)):
        made = propose(
            public(place),
            Confirmer.ORGANISATION,
            {"cost": "200円", "channel:0": "0000-99-0002", "body": "歌います", "hours": "土曜"},
        )
        by_field = {one.field: one.pk for one in made}
    with at(date(2027, 1, 20)):
        take = [by_field["cost"], by_field["channel:0"]]
        assert decide(place, take=take, decline=[by_field["body"]], user=editor)
        assert public(place).cost_note == "100円", "nothing is public before an editor publishes it"
        draft = GatheringPlace.objects.get(pk=place.pk).get_latest_revision_as_object()
        assert (draft.name, draft.cost_note, draft.body) == ("下書きの名前", "200円", "お茶をのみます")
        assert [one.value for one in draft.channels.all()] == ["0000-99-0002"]
        draft.latest_revision.publish()
    after = public(place)
    assert (after.cost_note, after.channels[0].value) == ("200円", "0000-99-0002")
    assert after.verified_on == date(2027, 1, 10), "the day on which they said it"
    states = {one.field: one.state for one in ChangeProposal.objects.all()}
    assert states == {
        "cost": Decision.TAKEN, "channel:0": Decision.TAKEN, "body": Decision.DECLINED, "hours": Decision.WAITING,
    }  # fmt: skip


def test_should_take_away_a_channel_that_is_gone(place: GatheringPlace, editor: object) -> None:
    (made,) = propose(public(place), Confirmer.FAX, {"channel:0": ""})
    decide(place, take=[made.pk], user=editor)
    assert not place.get_latest_revision_as_object().channels.all()


def test_should_say_so_where_the_channel_changed_meanwhile_and_write_nothing(
    place: GatheringPlace, editor: object
) -> None:
    (made,) = propose(public(place), Confirmer.FAX, {"channel:0": "0000-99-0002"})
    draft = place.get_latest_revision_as_object()
    channel = draft.channels.all()[0]
    channel.value = "0000-99-7777"
    draft.channels.set([channel])
    draft.save_revision()
    with pytest.raises(ValidationError, match="編集の画面"):
        decide(GatheringPlace.objects.get(pk=place.pk), take=[made.pk], user=editor)
    made.refresh_from_db()
    assert made.state == Decision.WAITING


def test_should_want_an_answer_and_answer_once(place: GatheringPlace, editor: object) -> None:
    (made,) = propose(public(place), Confirmer.PHONE, {"other": "やめました"})
    with pytest.raises(ValidationError):
        decide(place, take=[], user=editor)
    assert not decide(place, take=[], decline=[made.pk], user=editor)
    with pytest.raises(ValidationError):
        decide(place, take=[made.pk], user=editor)


def test_should_know_which_fields_an_editor_writes(place: GatheringPlace) -> None:
    made = propose(
        public(place), Confirmer.PHONE, {"hours": "土曜", "who": "だれでも", "contact": "FAX 1", "channel:0": "0000-1"}
    )
    assert {one.field for one in made if proposals.by_hand(one)} == {"hours", "contact"}
