"""Whether a text is understood at once by somebody who reads it tired, on a telephone, or for the first time in Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import jaconv
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from sudachipy import SplitMode

from search.text.analysis import plain_morphemes

from ..fixtures import FIXTURES
from .rule import Hit, Level, Role, Rule, Text, World

LONGEST_SENTENCE = 60
_SENTENCE = re.compile(r"[^。！？!?\n]+")
# What is in brackets is read beside the sentence; an address is no sentence.
_ASIDE = re.compile(r"（[^（）]*）|\([^()]*\)|https?://\S+|[「『][^「」『』]*[」』]")


def long_sentence(text: Text, world: World) -> Iterator[Hit]:
    """More than some sixty characters in one breath."""
    for match in _SENTENCE.finditer(text.text):
        said = match[0].strip()
        length = len(_ASIDE.sub("", said))
        if length > LONGEST_SENTENCE and re.search(r"[ぁ-ん]", said):
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            yield Hit(
                start,
                start + len(said),
                _("1つの文が%s文字あります。2つに分けると、読みやすくなります。") % length,
            )


def hard_word(text: Text, world: World) -> Iterator[Hit]:
    """What only offices say, and what everybody says for it; each word once in a text."""
    if world.hard_pattern is None:
        return
    told: set[str] = set()
    for match in world.hard_pattern.finditer(text.text):
        word = world.hard_by_word[match[0]]
        if word.word in told or _is_part(text.text, match.start(), match.end()):
            continue
        told.add(word.word)
        yield Hit(
            *match.span(),
            _("「%(word)s」は、「%(plain)s」と書くと伝わります。") % {"word": word.word, "plain": word.plain},
            word.plain if word.can_swap else None,
        )


def _is_part(text: str, start: int, end: int) -> bool:
    """Whether a piece is only a part of a longer word, such as the name of an allowance: that is nobody's to change."""

    def kind(sign: str) -> str:
        return next((name for name, signs in _KINDS.items() if signs.match(sign)), "")

    before = text[start - 1 : start] if start else ""
    after = text[end : end + 1]
    if before and kind(before) == kind(text[start]) != "":
        return True
    return bool(after) and kind(after) == kind(text[end - 1]) != "" and not _is_adverb(text[start:end])


@lru_cache(maxsize=1024)
def _is_adverb(word: str) -> bool:
    """Whether a word says how or when, so that another may follow without being one with it: 随時募集."""
    pieces = plain_morphemes(word, SplitMode.C)
    return bool(pieces) and any("副詞" in part for part in pieces[-1].part_of_speech()[:3])


_KINDS = {"kanji": re.compile(r"[㐀-鿿々]"), "katakana": re.compile(r"[ァ-ヺー]"), "latin": re.compile(r"[A-Za-z]")}


@lru_cache(maxsize=1)
def common_kanji() -> frozenset[str]:
    """The 2,136 kanji of the list for daily use（常用漢字表, 2010）, and the shapes of four of them that older devices write."""
    lines = (FIXTURES / "joyo.txt").read_text(encoding="utf-8").splitlines()
    return frozenset("".join(line for line in lines if not line.startswith("#")) + "叱填剥頬々")


_KANJI = re.compile(r"[㐀-䶿一-鿿豈-﫿𠀀-𲎯々]+")
_RUBY = re.compile(r"\s?[（(《][ぁ-ゖァ-ヺー・ 　]+[）)》]")


def rare_kanji(text: Text, world: World) -> Iterator[Hit]:
    """A kanji that schools do not teach, without its reading beside it; each once in a text."""
    common, told = common_kanji(), set[str]()
    for run in _KANJI.finditer(text.text):
        rare = [sign for sign in run[0] if sign not in common and sign not in world.familiar]
        if not rare or _RUBY.match(text.text[run.end() :]) or told.issuperset(rare):
            continue
        told.update(rare)
        yield Hit(
            *run.span(),
            _("「%s」は、学校で習わない漢字です。ひらがなで書くか、（　）で読みをそえます。")
            % "・".join(dict.fromkeys(rare)),
        )


_NOT_KANA = re.compile(r"[^ぁ-ゖー・ 　\-―～〜゛゜ゝゞ、，（）()&＆0-9０-９]")
_KATAKANA = re.compile(r"[ァ-ヺー・ 　]*[ァ-ヺ][ァ-ヺぁ-ゖー・ 　]*")


def reading(text: Text, world: World) -> Iterator[Hit]:
    """No reading, or one that is none."""
    if not text.text.strip():
        yield Hit(0, 0, _("よみがありません。ひらがなで書くと、並び順と検索で見つかるようになります。"))
        return
    if not _NOT_KANA.search(text.text):
        return
    if _KATAKANA.fullmatch(text.text):
        mend = jaconv.kata2hira(text.text)
        yield Hit(0, len(text.text), _("よみは、ひらがなで書きます。"), mend)
        return
    found = _NOT_KANA.search(text.text)
    if found and not re.match(r"[ァ-ヺ｡-ﾟ]", found[0]):
        yield Hit(found.start(), found.end(), _("よみに、ひらがなではない文字があります。"))
    elif found:
        yield Hit(found.start(), found.end(), _("よみは、ひらがなで書きます。"), jaconv.kata2hira(found[0]))


RULES = (
    Rule(
        "reading",
        Level.MEND,
        gettext_lazy("よみ"),
        gettext_lazy("名前の漢字が読めない人や、かなで探す人に見つかりません。"),
        frozenset({Role.READING}),
        reading,
    ),
    Rule(
        "long_sentence",
        Level.NOTE,
        gettext_lazy("長い文"),
        gettext_lazy("読み終わるころに、はじめを忘れてしまう人がいます。"),
        frozenset({Role.SENTENCE, Role.EASY, Role.RICH}),
        long_sentence,
    ),
    Rule(
        "hard_word",
        Level.LOOK,
        gettext_lazy("役所のことば"),
        gettext_lazy("役所で使わない人には、自分のことだと分かりません。"),
        frozenset({Role.SENTENCE, Role.EASY, Role.RICH, Role.HEADING}),
        hard_word,
    ),
    Rule(
        "rare_kanji",
        Level.NOTE,
        gettext_lazy("常用漢字にない漢字"),
        gettext_lazy("読めない人がいて、読み上げも間違えることがあります。"),
        frozenset({Role.SENTENCE, Role.EASY, Role.RICH, Role.HEADING, Role.ALT}),
        rare_kanji,
    ),
)
