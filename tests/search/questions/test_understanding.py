"""The parts by which a question is understood, each with words of the test's own."""

from __future__ import annotations

import pytest

from search.engines.base import EngineQuery
from search.excerpts import Needles, excerpt, mark, needles
from search.questions import vocabulary as words
from search.questions.danger import DangerDetector, DangerPattern, problem_of
from search.questions.needs import NeedFinder, Phrase
from search.questions.query import understand
from search.questions.slots import Hint, SlotFinder
from search.questions.synonyms import SynonymFinder, SynonymGroup
from search.questions.vocabulary import Promotion, Vocabulary
from search.text.analysis import analyse
from search.text.characters import fold_characters, normalise


@pytest.fixture
def speak(monkeypatch):
    """Put a vocabulary of the test's own in place."""

    def use(**parts) -> Vocabulary:
        made = Vocabulary(version=repr(parts), **parts)
        monkeypatch.setattr(words, "_provider", lambda: (made.version, lambda: made))
        monkeypatch.setattr(words, "_current", words.EMPTY)
        return made

    return use


# characters


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("保护", "保護"),
        ("學校", "学校"),
        ("渡邉 髙﨑 齋藤", "渡辺 高崎 斎藤"),
        ("虐待儿童", "虐待児童"),
        ("ハロ−ワ−ク", "ハローワーク"),
        ("ハロ一ワ一ク", "ハローワーク"),
        ("ﾊﾛｰﾜｰｸ", "ハローワーク"),
    ],
)
def test_should_read_old_simplified_and_mistyped_characters(typed, read):
    assert normalise(typed) == read


@pytest.mark.parametrize("text", ["机の上", "芸術", "后", "一人", "サービス〜", "東京−大阪", "弁護士", "ngoài"])
def test_should_leave_alone_what_japanese_uses_itself(text):
    assert fold_characters(text) == text


def test_should_replace_one_character_by_one():
    text = "渡邉さんは學校へ、ハロ−ワークへ。\ud800"
    assert len(fold_characters(text)) == len(text)


# synonyms


def test_should_answer_a_synonym_with_the_other_words():
    finder = SynonymFinder((SynonymGroup("name", ("ハローワーク", "職業紹介所", "ハロワ")),))
    found = finder.find(analyse("はろわに行きたい").units)
    assert {terms for synonym in found for terms, _weight in synonym.others} == {
        ("ハローワーク",),
        ("職業", "紹介所"),
    }


def test_should_not_find_a_short_synonym_inside_another_word():
    finder = SynonymFinder((SynonymGroup("name", ("生保", "生活保護")),))
    assert not finder.find(analyse("衛生保健").units)
    assert finder.find(analyse("生保 受けたい").units)


def test_should_find_documents_by_synonyms_of_the_question(speak, empty_engine):
    from search.documents import SearchDocument

    speak(synonyms=(SynonymGroup("name", ("放課後等デイサービス", "放デイ")),))
    empty_engine.apply(
        [SearchDocument(key="d:1", title="放課後等デイサービス"), SearchDocument(key="d:2", title="体操")], []
    )
    question = understand("放デイ")
    found = empty_engine.search(EngineQuery(question.clauses, question.minimum_match))
    assert [hit.key for hit in found.hits] == ["d:1"]


def test_should_not_make_a_word_of_a_stop_word_by_its_synonyms(speak):
    speak(synonyms=(SynonymGroup("paraphrase", ("相談", "打ち明ける")),))
    assert understand("相談したい").is_open


# needs


def finder(*phrases: tuple[str, str]) -> NeedFinder:
    others = [
        ("money", "家賃が払えない"),
        ("debt", "借金が返せない"),
        ("care", "親の介護に疲れた"),
        ("job", "仕事をさがす"),
    ]
    return NeedFinder([Phrase(target, text) for target, text in (*phrases, *others)])


@pytest.mark.parametrize(
    "asked",
    [
        "息子が10年部屋から出てこない",
        "部屋から出てこん",
        "むすこが へやから でてきません",
        "ずっと部屋に籠って出てこない",
    ],
)
def test_should_recognise_a_need_in_other_words(asked):
    found = finder(("hikikomori", "部屋から出てこない"), ("hikikomori", "部屋に籠っている")).listen(analyse(asked))[0]
    assert [need.target for need in found] == ["hikikomori"]


def test_should_tell_what_is_denied_from_what_is_said():
    needs = finder(("sleepless", "夜眠れない"), ("place", "昼に眠れる場所"))
    assert needs.listen(analyse("夜ねむれん"))[0][0].target == "sleepless"


def test_should_recognise_two_needs_in_one_question():
    found = finder().listen(analyse("親の介護に疲れた 借金も返せない"))[0]
    assert {need.target for need in found} == {"care", "debt"}


@pytest.mark.parametrize("asked", ["体操", "図書館の本", "", "！？", "ｘ", "ありがとう"])
def test_should_recognise_nothing_where_nothing_is_said(asked):
    assert not finder(("hikikomori", "部屋から出てこない")).listen(analyse(asked))[0]


def test_should_recognise_foreign_phrases_with_and_without_marks():
    needs = finder(("school", "con tôi không muốn đi học"), ("pregnancy", "estou grávida"))
    assert needs.listen(analyse("con toi khong muon di hoc"))[0][0].target == "school"
    assert needs.listen(analyse("Estou gravida e sozinha"))[0][0].target == "pregnancy"


# danger


DANGERS = DangerDetector(
    (
        DangerPattern("suicide", "死にたい／しにたい"),
        DangerPattern("suicide", "自殺", "研修／遺族"),
        DangerPattern("suicide", "タヒ＋たい"),
        DangerPattern("violence", "夫／旦那＋殴／なぐ"),
    )
)


@pytest.mark.parametrize(
    ("asked", "topics"),
    [
        ("もう死にたい", ("suicide",)),
        ("シニタイ", ("suicide",)),
        ("死 に た い", ("suicide",)),
        ("タヒにたい", ("suicide",)),
        ("叩かれたいひと", ()),
        ("自殺対策の研修", ()),
        ("研修がつらい、死にたい", ("suicide",)),
        ("夫になぐられた", ("violence",)),
        ("夫の帰りがおそい", ()),
        ("夫と旅行" + "あ" * 60 + "殴り書き", ()),
        ("夫が殴る、死にたい", ("suicide", "violence")),
        ("", ()),
    ],
)
def test_should_hear_words_of_danger_and_only_those(asked, topics):
    assert tuple(said.topic for said in DANGERS.find(asked)) == topics


@pytest.mark.parametrize(
    ("say", "unless", "problem"),
    [
        ("", "", "empty"),
        ("／＋", "", "empty"),
        ("夫＋", "", "half-empty"),
        ("あ", "", "too-short"),
        ("夫", "", "too-short"),
        ("夫＋あ", "", "too-short"),
        ("自殺", "自", "cancels-itself"),
        ("夫＋殴", "研修", ""),
    ],
)
def test_should_refuse_a_pattern_that_fires_always_or_never(say, unless, problem):
    assert problem_of(say, unless) == problem


def test_should_read_a_pattern_as_words_and_never_as_an_expression():
    detector = DangerDetector((DangerPattern("x", "(a+)+$"), DangerPattern("y", ".*")))
    assert detector.find("a" * 5_000) == ()
    assert [said.topic for said in detector.find("(a+)+$")] == ["x"]


def test_should_look_for_latin_words_as_wholes():
    detector = DangerDetector((DangerPattern("dv", "dv／ＤＶ相談／rape／hit me"),))
    for harmless in ("free advice", "para pessoas", "advogado", "he hit meters"):
        assert detector.find(harmless) == (), harmless
    for asked in ("dv", "DVかも", "rape", "they hit me!", "ＤＶ相談"):
        assert [said.topic for said in detector.find(asked)] == ["dv"], asked


# slots


SLOTS = SlotFinder(
    (
        Hint("東部", "area", ("tobu",), "東部圏域"),
        Hint("土日", "day", ("sat", "sun"), "土曜・日曜"),
        Hint("車いす", "access", ("wheelchair",), "車いす"),
        Hint("my son", "speaker", ("family",)),
    )
)


def test_should_find_places_days_and_ways():
    found = SLOTS.find(analyse("東部で土日に車イスで行ける居場所").units)
    assert [item.hint.code for item in found] == ["area:tobu", "day:sat,sun", "access:wheelchair"]


def test_should_find_words_of_latin_letters_between_spaces_only():
    assert SLOTS.find(analyse("my son hits me").units)
    assert not SLOTS.find(analyse("tommy sonata").units)


# the whole question


def test_should_put_places_aside_and_ask_for_the_matter(speak):
    speak(hints=(Hint("東部", "area", ("tobu",), "東部圏域"),))
    question = understand("居場所 東部")
    assert [clause.optional for clause in question.clauses] == [False, True]
    assert [item.hint.code for item in question.hints] == ["area:tobu"]
    assert not understand("居場所 東部", off={"area:tobu"}).hints


def test_should_ask_for_the_place_when_nothing_else_was_said(speak):
    speak(hints=(Hint("東部", "area", ("tobu",), "東部圏域"),))
    question = understand("東部")
    assert not question.is_open
    assert [clause.optional for clause in question.clauses] == [False]


def test_should_skip_stop_words_of_the_city(speak):
    speak(stop_words=frozenset({"よろず市"}))
    assert understand("よろず市 相談").is_open


def test_should_promote_what_an_editor_promoted(speak):
    speak(promotions=(Promotion(("コロナ", "給付"), "resource:1"),))
    assert understand("コロナの給付金は？").promoted == ("resource:1",)
    assert understand("コロナ").promoted == ()


def test_should_find_a_name_typed_in_latin_letters(empty_engine):
    from search.documents import SearchDocument

    empty_engine.apply(
        [SearchDocument(key="d:1", title="とまり木", reading="とまりぎ"), SearchDocument(key="d:2", title="体操")], []
    )
    question = understand("tomarigi")
    assert [hit.key for hit in empty_engine.search(EngineQuery(question.clauses)).hits] == ["d:1"]


@pytest.mark.parametrize("text", ["あ" * 1_000_000, "死にたい" * 250_000, "\x00", "\ud800", "😀" * 9_999, "a" * 10_000])
def test_should_take_questions_of_any_length(speak, text):
    speak(
        phrases=(Phrase("a", "死にたい"),),
        dangers=(DangerPattern("suicide", "死にたい"),),
        synonyms=(SynonymGroup("name", ("あああ", "いいい")),),
        hints=(Hint("東部", "area", ("tobu",), ""),),
    )
    assert len(understand(text).clauses) <= 48


# excerpts


def test_should_show_the_passage_that_holds_the_words():
    question = understand("居場所")
    body = "月曜に開きます。夜の居場所です。静かに過ごせます。" + "お茶もあります。" * 20
    pieces = excerpt(("だれでもどうぞ。", body), needles(question))
    assert "".join(text for text, _marked in pieces).startswith("夜の居場所です。")
    assert ("居場所", True) in pieces


def test_should_show_the_beginning_where_no_word_stands():
    assert excerpt(("だれでもどうぞ。ほかの日も。",), Needles(("居場所",))) == (
        ("だれでもどうぞ。ほかの日も。", False),
    )
    assert excerpt((), Needles(("居場所",))) == ()


@pytest.mark.parametrize("text", ["", "居場所", "あ居場所い居場所", "İ居場所", "\ud800居場所", "カフェ"])
def test_should_lose_nothing_of_a_text_by_marking_it(text):
    assert "".join(piece for piece, _marked in mark(text, Needles(("居場所", "カフェ")))) == text
