"""What a visitor's words ask for."""

import pytest

from search.questions.query import MAX_CLAUSES, understand


@pytest.mark.parametrize(
    "text",
    [
        "どこに聞いたらいいかわからん",
        "どこに聞いたらいいかわかんない",
        "どこにきいたらいいかわからない",
        "どこに相談したらいいかわからない",
        "どこに電話したらいいですか",
        "相談",
        "相談窓口",
        "相談したいことがあります",
        "困ってます",
        "困っとる",
        "誰に言えばいいの",
        "だれにそうだんすればいい",
        "こんなこと相談していいのかな",
        "どこに聞けばええ",
        "どないしたらええんやろ",
        "どげんしたらよかですか",
        "どこさ行けばいい",
        "わからへん",
        "わからないことだらけ",
        "何をすればいいのか分かりません",
        "何から始めればいいか",
        "助けてほしい",
        "こんにちは",
        "？？？",
    ],
)
def test_should_know_the_question_where_to_ask(text):
    question = understand(text)
    assert question.is_open
    assert question.clauses == ()


@pytest.mark.parametrize(
    "text",
    [
        "子育て 相談",
        "居場所",
        "人と話したい",
        "いばしょ",
        "にんちしょう",
        "ぼらんてぃあ",
        "かいご",
        "はろーわーく",
        "ふとうこう",
        "いばしょにいきたい",
        "ヒキコモリ",
        "ちょっとだけ手伝いたい",
        "息子が部屋から出てこない",
        "お金がない",
        "18歳",
        "Trợ giúp",
    ],
)
def test_should_see_what_is_asked_for(text):
    question = understand(text)
    assert not question.is_open
    assert question.minimum_match >= 1


@pytest.mark.parametrize("text", ["", "  ", "\x00", "\u200b"])
def test_should_tell_nothing_from_an_open_question(text):
    question = understand(text)
    assert question.is_empty
    assert not question.is_open
    assert question.clauses == ()


@pytest.mark.parametrize(
    ("text", "needed"),
    [("居場所", 1), ("家賃が払えない", 2), ("息子が部屋から出てこない", 2), ("体操 草刈り 書道 料理 散歩", 3)],
)
def test_should_need_both_of_two_words_and_most_of_more(text, needed):
    assert understand(text).minimum_match == needed


def test_should_not_need_numbers_and_ages_beside_words():
    assert [clause.optional for clause in understand("80歳の母").clauses] == [False, True, True]
    assert understand("80歳の母").minimum_match == 1


def test_should_ask_once_for_a_word_said_twice():
    assert len(understand("居場所 居場所 居場所").clauses) == 1


def test_should_weigh_the_whole_word_above_its_parts():
    weights = {
        alternative.terms: alternative.weight for alternative in reversed(understand("居場所").clauses[0].alternatives)
    }
    assert weights[("居場所",)] > weights[("居", "場所")]


def test_should_bound_the_clauses_of_a_pasted_letter():
    words = " ".join(f"{first}{second}語" for first in "春夏秋冬東西南北" for second in "山川海空花鳥風月")
    assert len(understand(words).clauses) <= 2 * MAX_CLAUSES


@pytest.mark.parametrize("text", ["😀" * 3_000, "\ud800", "ー" * 100, "ん", "(kind:x AND", "あ" * 3_000, "．．．"])
def test_should_take_any_text(text):
    assert understand(text).minimum_match >= 0
