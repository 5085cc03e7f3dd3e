"""Words and readings that a visitor and an editor write in different ways."""

import threading

import pytest

from search.text.analysis import CHUNK, analyse, fold_long_vowels, kana_grams
from search.text.characters import normalise


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("ｼﾙﾊﾞｰ人材センター", "シルバー人材センター"),
        ("ＡＢＣ　１２３", "abc 123"),
        ("  居場所 \n\t 相談 ", "居場所 相談"),
        ("a\x00b\x1b", "ab"),
        ("\u202e居場所\u2066\u200b", "居場所"),
        ("\ud800居場所", "居場所"),
        ("", ""),
    ],
)
def test_should_clean_what_was_typed(typed, cleaned):
    assert normalise(typed) == cleaned


def test_should_cut_long_input_also_where_folding_makes_it_longer():
    assert len(normalise("あ" * 5_000)) == 2_000
    assert len(normalise("㍿" * 5_000)) == 2_000
    assert len(normalise("あ" * 5_000, limit=3_000)) == 3_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("こども食堂", "子供食堂"),
        ("子ども食堂", "子供食堂"),
        ("障がい", "障害"),
        ("引きこもり", "ひきこもり"),
        ("ｼﾙﾊﾞｰ", "シルバー"),
    ],
)
def test_should_give_spellings_the_same_terms(one, other):
    assert analyse(one).terms == analyse(other).terms


def test_should_keep_long_and_short_units():
    assert analyse("障害者").terms == ("障害者", "障害", "者")
    assert {"地域", "包括"} <= set(analyse("地域包括支援センター").terms)


def test_should_drop_particles_endings_and_symbols():
    assert analyse("「家賃」が、払えません！").terms == ("家賃", "払う")


@pytest.mark.parametrize("word", ["ngoài", "crianças", "português", "café"])
def test_should_keep_letters_with_diacritics(word):
    assert analyse(word).terms == (word,)


@pytest.mark.parametrize("text", ["New York　の 居場所", "a\u00a0b", "１８歳 Ｂ型", "「 」", "あ\u3000い"])
def test_should_never_put_white_space_into_a_term(text):
    assert all(term and not any(character.isspace() for character in term) for term in analyse(text).terms)


def test_should_take_texts_that_are_too_long_for_sudachi():
    terms = analyse("居場所です。" * 10_000, limit=60_000).terms
    assert terms.count("居場所") == 10_000
    assert analyse("あ" * (3 * CHUNK), limit=3 * CHUNK).surface
    assert "居場所" in analyse("𠮷" * CHUNK + "居場所", limit=2 * CHUNK).terms


def test_should_analyse_in_several_threads_at_once():
    expected = analyse("地域包括支援センターの居場所").terms
    found, failures = [], []

    def work():
        try:
            found.extend(analyse("地域包括支援センターの居場所").terms for _time in range(50))
        except RuntimeError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(found) == {expected}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("サーカス", "さあかす"),
        ("おとーさん", "おとうさん"),
        ("ケーキ", "けえき"),
        ("ｻｰｸﾙ", "サークル"),
        ("つづける", "つずける"),
    ],
)
def test_should_hear_the_same_sound_in_both(one, other):
    assert kana_grams(one) == kana_grams(other) != ()


@pytest.mark.parametrize(
    ("row", "lengthened"),
    [
        ("あかさたなはまやらわがざだばぱぁゃゎ", "ああ"),
        ("いきしちにひみりぎじびぴぃ", "いい"),
        ("うくすつぬふむゆるぐずぶぷぅゅっゔ", "うう"),
        ("えけせてねへめれげぜでべぺぇ", "えい"),
        ("おこそとのほもよろごぞどぼぽぉょ", "おう"),
    ],
)
def test_should_write_every_long_vowel_one_way(row, lengthened):
    for kana in row:
        for sign in ("ー", *lengthened):
            assert fold_long_vowels(f"ん{kana}{sign}ん") == f"ん{kana}{lengthened[1]}ん"
        assert fold_long_vowels(f"{kana}か{kana}") == f"{kana}か{kana}"
    # What was written for the first decides of the next.
    assert fold_long_vowels("おーーさか") == fold_long_vowels("おおーさか") == "おううさか"


def test_should_cut_readings_into_threes_and_short_ones_into_twos():
    assert kana_grams("イバショ") == ("いばし", "ばしょ")
    assert kana_grams("うつ") == ("うつ",)
    assert kana_grams("ア") == ()
    assert kana_grams("いえ abc やま") == ("いえ", "やま")


def test_should_read_kanji():
    assert set(kana_grams("にんちしょう")) <= set(analyse("認知症カフェ").grams)
