"""Danger as the register answers it: patterns and the learned ear beside each other, sides, and what stands without the ear."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.test import Client

from directory.finding.danger import band_of, danger_of, is_faint, leading_types
from directory.judging.lessons import FOLDER
from directory.models import DangerPattern, DangerTopic
from search.ear import WEIGHTS, current_ear, forget_ear
from search.questions.query import understand

QUERIES = Path(__file__).parents[2] / "search" / "queries"


@pytest.fixture
def elsewhere(settings: object, tmp_path: Path) -> Path:
    """A folder of the test's own instead of the one with the weights."""
    settings.EAR_DIR = tmp_path
    forget_ear()
    yield tmp_path
    forget_ear()


# beside the patterns


@pytest.mark.django_db
def test_should_let_a_joke_pass_that_a_shipped_pattern_takes_for_danger() -> None:
    question = understand("デートDV防止の出前授業を高校でしてもらうには")
    assert question.dangers
    assert not danger_of(question)


@pytest.mark.django_db
def test_should_always_hear_what_the_city_wrote_itself() -> None:
    asked = "ももんが の しっぽ"
    assert not danger_of(understand(asked))
    DangerPattern.objects.create(topic=DangerTopic.objects.get(code="missing"), say="ももんが", side="family")
    danger = danger_of(understand(asked))
    assert danger.topics[0] == "missing"
    assert danger.side == "family"


# without it


@pytest.mark.django_db
def test_should_answer_by_patterns_alone_without_the_file(client: Client, elsewhere: Path) -> None:
    assert current_ear() is None
    assert danger_of(understand("死にたい")).topics == ("suicide",)
    assert not danger_of(understand("ゴミの日"))
    health = client.get("/healthz")
    assert health.status_code == 200
    assert health.json()["status"] == "degraded"
    assert WEIGHTS in health.json()["ear"]


@pytest.mark.django_db
@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nothing", "half"])
def test_should_answer_by_patterns_alone_when_the_file_is_damaged(
    client: Client, elsewhere: Path, damage: bytes | str
) -> None:
    whole = (Path(FOLDER) / WEIGHTS).read_bytes()
    (elsewhere / WEIGHTS).write_bytes(whole[: len(whole) // 2] if damage == "half" else damage)
    forget_ear()
    assert current_ear() is None
    assert client.get("/api/search", {"q": "死にたい"}).json()["band"]


# sides


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "side", "types"),
    [
        ("パパがたたく", "child", ("jiso", "kodomo")),
        ("妻を殴ってしまう", "doer", ("kokoro", "dv", "sogo")),
        ("赤ちゃんを揺さぶってしまいそう", "doer", ("kodomo", "jiso", "kosodate")),
        ("隣の家から子どもの泣き叫ぶ声が毎晩する", "neighbour", ("jiso", "kodomo")),
    ],
)
def test_should_lead_to_the_desks_of_topic_and_side(asked: str, side: str, types: tuple[str, ...]) -> None:
    danger = danger_of(understand(asked))
    assert danger.side == side
    assert leading_types(danger)[: len(types)] == types


@pytest.mark.django_db
def test_should_speak_to_who_hurts_somebody_in_other_words() -> None:
    hurt, hurts = (band_of(danger_of(understand(text))) for text in ("夫に殴られる", "妻を殴ってしまう やめたい"))
    assert hurt and hurts
    assert hurt.heading != hurts.heading


@pytest.mark.django_db
def test_should_name_the_line_for_children_where_a_child_is_ill() -> None:
    child, grown = (band_of(danger_of(understand(text))) for text in ("赤ちゃんがぐったりしている", "父が急に倒れた"))
    assert child and grown
    assert "119番（消防・救急）" == child.lines[0].name == grown.lines[0].name
    assert "こども医療でんわ相談" in [line.name for line in child.lines]
    assert "こども医療でんわ相談" not in [line.name for line in (*grown.lines, *grown.more)]


# what is no danger, and what may be one


@pytest.mark.django_db
def test_should_believe_the_city_that_words_are_no_danger() -> None:
    asked = "自死遺族 わかちあい"
    assert not danger_of(understand(asked))
    assert danger_of(understand("自死遺族 わかちあい もう死にたい"))


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["morir quiero", "もう むり かも", "きえたい"])
def test_should_take_what_may_be_danger_for_faint(asked: str) -> None:
    assert is_faint(understand(asked))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "is_danger"),
    [
        ("電気をとめられた", False),
        ("自死遺族のつどい", False),
        ("電気とめられた 赤ん坊おるのに", True),
        ("電気とめられた 部屋の中で手がかじかんで動かない", True),
        ("自死遺族のつどいに行ったけど もう自分も終わりにしたい", True),
    ],
)
def test_should_hear_what_else_is_said_beside_calm_words(asked: str, is_danger: bool) -> None:
    assert bool(danger_of(understand(asked))) == is_danger


@pytest.mark.django_db
def test_should_be_silent_for_a_citys_own_calm_words_however_long_the_text() -> None:
    asked = "防災の劇で 子役が「おなかがすいて死にそう」と言う場面の台本をさがしています"
    DangerPattern.objects.create(topic=DangerTopic.objects.get(code="calm"), say="台本")
    assert not danger_of(understand(asked))


@pytest.mark.django_db
def test_should_hear_what_is_plainly_said_in_thirteen_languages() -> None:
    with (QUERIES / "plain-dangers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["language"] for row in rows}) == 13
    assert [row for row in rows if not danger_of(understand(row["text"]))] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "is_danger"),
    [
        ("меня преследует бывший муж", True),
        ("за мной следит какой-то мужчина", True),
        ("мене переслідує колишній", True),
        ("за мною стежить незнайомець", True),
        ("меня преследует мелодия из рекламы", False),
    ],
)
def test_should_hear_who_is_followed_in_cyrillic(asked: str, is_danger: bool) -> None:
    assert ("stalking" in danger_of(understand(asked)).topics) == is_danger


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["आमाले कुट्नुहुन्छ", "बुबाले सधैं पिट्छ", "buwale malai kutnuhunchha"])
def test_should_hear_a_parent_who_beats_in_polite_nepali(asked: str) -> None:
    assert {"child-abuse", "violence"} & set(danger_of(understand(asked)).topics)


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["闇バイト やめたい", "やみバイト ことわれない", "受け子やらされて抜けられん"])
def test_should_send_who_wants_out_of_crime_to_the_police(asked: str) -> None:
    danger = danger_of(understand(asked))
    assert (danger.topics[0], danger.side) == ("fraud", "doer")
    assert leading_types(danger)[0] == "emergency"
    band = band_of(danger)
    assert band is not None
    assert band.lines[0].number == "#9110"
