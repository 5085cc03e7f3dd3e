"""What questions mean for the register of the demo city, with the vocabulary that ships."""

from __future__ import annotations

import pytest

from directory.finding.understanding import ask
from directory.models import Area, Need, Phrase, Promotion, StopWord, SynonymGroup, VocabularyVersion
from search.questions.query import understand
from tests.factories import DeskFactory

pytestmark = pytest.mark.django_db


def codes(text: str) -> list[str]:
    return [target.code for target in ask(text).targets]


@pytest.mark.parametrize(
    ("asked", "need"),
    [
        ("息子が10年部屋から出てこない", "hikikomori"),
        ("家賃払えん", "money"),
        ("ねれない なにもたのしくない", "sleepless"),
        ("ハロワ どこ", "type:hw"),
        ("my husband hits me", "partner-violence"),
        ("我丈夫打我", "partner-violence"),
        ("meu marido me bate", "partner-violence"),
        ("chồng tôi đánh tôi", "partner-violence"),
    ],
)
def test_should_recognise_needs_in_peoples_words(asked: str, need: str) -> None:
    assert need in codes(asked)


def test_should_show_what_was_understood_and_take_it_back() -> None:
    asked = ask("東部で土日に行ける居場所 車いす")
    chips = {chip.code: chip.label for chip in asked.chips}
    assert {"area:tobu", "day:sat,sun", "access:wheelchair"} <= set(chips)
    assert chips["area:tobu"] == "東部圏域"
    assert asked.filters == {"area": ("tobu",), "day": ("sat", "sun")}
    taken_back = ask("東部で土日に行ける居場所 車いす", off=set(chips))
    assert not taken_back.chips
    assert not taken_back.filters


@pytest.mark.parametrize(
    ("asked", "area"),
    [
        ("介護 東部", "tobu"),
        ("朝日町 居場所", "asahi"),
        ("000-0101 居場所", "asahi"),
        ("0000101", "asahi"),
        ("よろず市 東部 居場所", "tobu"),
        ("仕事をやめてきた", ""),
        ("999-9999 居場所", ""),
    ],
)
def test_should_recognise_areas_towns_and_postal_codes(asked: str, area: str) -> None:
    found = ask(asked).area
    assert (found.slug if found else "") == area


def test_should_narrow_by_days_only_where_one_goes_somewhere() -> None:
    assert ask("土日 居場所").filters.get("day") == ("sat", "sun")
    assert "day" not in ask("夜眠れない").filters


@pytest.mark.parametrize("asked", ["どこに相談したらいいかわからない", "たすけて", "こんなことで電話していいのかな"])
def test_should_hear_that_somebody_asks_where_to_ask(asked: str) -> None:
    assert ask(asked).asks_where


def test_should_hear_danger_in_a_phrase_that_no_pattern_knows() -> None:
    need = Need.objects.get(code="suicidal")
    Phrase.objects.create(need=need, text="むこうがわへ わたりたい", language="ja")
    asked = ask("もう むこうがわへ わたりたい")
    assert asked.question.dangers == ()
    assert asked.danger.topics == ("suicide",)
    assert ask("むこうがわへ わたりたい 人の話を聞く研修").danger.topics == ()


def test_should_guess_where_nothing_is_sure() -> None:
    asked = ask("となりの部屋のお年寄りが 近ごろ何も買いに出ない")
    assert asked.guesses
    assert not {target.code for target in asked.guesses} & {target.code for target in asked.targets}
    assert not any(chip.code == f"need:{asked.guesses[0].code}" for chip in asked.chips)


def test_should_count_fields_that_a_question_touches() -> None:
    assert ask("借金が返せない").fields_touched == 1
    assert ask("親の介護に疲れた 子どもが学校に行かない").fields_touched > 1


def test_should_know_from_which_side_a_danger_is_told() -> None:
    assert ask("息子が死にたいと言っている").danger.side == "family"
    assert ask("親に殴られる こわい").danger.side in {"child", "me"}
    assert ask("母をたたいてしまった 介護に疲れて").danger.side == "doer"


def test_should_follow_a_change_of_the_words_at_once() -> None:
    assert "hikikomori" not in codes("ねこのように丸くなっている")
    phrase = Phrase(need=Need.objects.get(code="hikikomori"), text="ねこのように丸くなっている")
    phrase.full_clean()
    phrase.save()
    assert codes("ねこのように丸くなっている") == ["hikikomori"]
    phrase.delete()
    assert "hikikomori" not in codes("ねこのように丸くなっている")


def test_should_understand_a_need_by_its_own_name_from_the_moment_it_is_made() -> None:
    said = ("空き家の雨もり", "となりの空き家の屋根が落ちてきそう")
    assert all("empty-house" not in codes(text) for text in said)
    need = Need.objects.create(code="empty-house", name=said[0], plain=said[1])
    assert [codes(text) for text in said] == [["empty-house"]] * 2
    need.name = "庭木の落ち葉"
    need.save()
    assert codes("庭木の落ち葉") == ["empty-house"]


def test_should_follow_a_new_area_at_once() -> None:
    city = Area.objects.get(slug="yorozu")
    assert ask("むこう岸 居場所").area is None
    Area.objects.create(
        layer=Area.objects.get(slug="tobu").layer,
        parent=city,
        slug="mukou",
        name="むこう岸圏域",
        reading="むこうぎしけんいき",
    )
    assert ask("むこう岸 居場所").area.slug == "mukou"


def test_should_promote_while_the_days_last(time_machine: object) -> None:
    desk = DeskFactory(name="給付金の窓口")
    Promotion.objects.create(words="給付金", resource=desk, starts_on="2026-12-01", ends_on="2026-12-31")
    key = f"resource:{desk.short_id}"
    for day, is_shown in (("2026-11-30", False), ("2026-12-01", True), ("2026-12-31", True), ("2027-01-01", False)):
        time_machine.move_to(f"{day} 12:00+09:00")
        assert (key in understand("給付金はどこ").promoted) is is_shown, day


def test_should_count_versions_of_the_words() -> None:
    before = VocabularyVersion.objects.count()
    StopWord.objects.create(word="よろずさん")
    group = SynonymGroup.objects.first()
    group.note = "確かめた"
    group.save()
    assert VocabularyVersion.objects.count() == before + 2
    assert "同じ意味のことば" in VocabularyVersion.objects.first().summary


@pytest.mark.parametrize("text", ["", "\x00", "😀", "\ud800", "あ" * 100_000, "％'\"--", "area:tobu", "000-0000"])
def test_should_take_any_text(text: str) -> None:
    assert ask(text, off={"need:", "x", "\x00"}).question.text is not None
