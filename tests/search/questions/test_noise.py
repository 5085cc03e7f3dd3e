"""What is surely no word, and what only looks like none."""

import pytest

from search.questions.noise import is_noise
from search.questions.query import understand
from search.text.characters import normalise


@pytest.mark.parametrize(
    "text",
    [
        "ぬぬぬぬ",
        "あああああ",
        "ー",
        "っっっ",
        "ん",
        "ぬるぬるぬる",
        "わああああ",
        "ｗｗｗｗ",
        "asdf",
        "qwerty",
        "lkjh",
        "ggxyzzy qqq",
        "bcdfghj",
        "ちとしは",
        "x",
        "ヌヌヌヌ",
    ],
)
def test_should_know_what_nobody_meant_to_say(text):
    assert is_noise(normalise(text))
    question = understand(text)
    assert question.is_noise
    assert question.clauses == ()
    assert not question.is_open


@pytest.mark.parametrize(
    "text",
    [
        "はは",
        "ちち",
        "いばしょ",
        "かいご",
        "DV",
        "NPO",
        "LGBT",
        "PTSD",
        "help",
        "strength",
        "con tôi",
        "痛い痛い痛い",
        "死",
        "泉",
        "もも",
        "ぬいぐるみ",
        "わーいわい会",
        "",
        "12345",
        "？？？",
    ],
)
def test_should_leave_words_alone(text):
    assert not is_noise(normalise(text))


@pytest.mark.parametrize(
    "text", ["出した", "行く", "もらう", "やってくる", "持っている", "使う", "入れて", "なった", "いる", "探して"]
)
def test_should_find_nothing_by_a_word_that_says_nothing_alone(text):
    assert understand(text).clauses == ()


@pytest.mark.parametrize(
    "text",
    [
        "熱を出した",
        "ごみを出す",
        "声が出る",
        "家に入る",
        "薬をもらう",
        "子どもを連れて行く",
        "車を持つ",
        "道具を使う",
        "手紙を送る",
        "荷物を渡す",
    ],
)
def test_should_let_such_a_word_lift_what_another_finds(text):
    clauses = understand(text).clauses
    assert any(not clause.optional for clause in clauses)
    assert all(clause.optional for clause in clauses if clause.weak)
