"""Characters that some devices and voices cannot do anything with, and ways of typing that no search finds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import jaconv
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .rule import EVERYWHERE, PROSE, WRITTEN, Hit, Level, Role, Rule, Text, World

# Only what may be one: everything that every device knows is passed over by a fast engine.
_MAYBE = re.compile(r"[^\u0000-\u007e\u00a0-\u00ff\u3000-\u30ff\u4e00-\u9fff\uff01-\uff9f]")
_KANJI = re.compile(r"[㐀-䶿一-鿿豈-﫿𠀀-𲎯]")
# Marks that Windows and the standard write with two different codes; people see no difference.
_SAME_MARKS = frozenset("～∥－￠￡￢―—–‐‘’“”…‥•·〜−‖¢£¬©®™☎♪♥♡★☆◎○●□■△▲▽▼→←↑↓⇒⇔※〒々〆〇℃√∞≦≧±×÷°′″§¶†‡")
# What people say for them, where the compatible form of Unicode is not yet a word.
_WORDS = {
    "№": "番号",
    "℡": "電話",
    "㏍": "株式会社",
    "㎡": "平方メートル",
    "㎥": "立方メートル",
    "㎏": "キログラム",
    "㎎": "ミリグラム",
    "㎞": "キロメートル",
    "㎝": "センチメートル",
    "㎜": "ミリメートル",
    "㏄": "シーシー",
    "㈱": "株式会社",
    "㈲": "有限会社",
    "㈹": "代表",
    "㈪": "（月）",
    "〠": "郵便",
    "☏": "電話",
    "✆": "電話",
}
_CIRCLED = re.compile(r"[①-⓿㉑-㉟㊱-㊿❶-➓]")
_EMOJI_ONWARDS = 0x1F000


@lru_cache(maxsize=4096)
def _is_machine_sign(sign: str) -> bool:
    """Whether a sign is not of JIS X 0208 but was added by makers of machines (NEC, IBM, Apple)."""
    if sign in _SAME_MARKS or _KANJI.match(sign) or ord(sign) >= _EMOJI_ONWARDS:
        return False
    try:
        sign.encode("shift_jis")
        return False
    except UnicodeEncodeError:
        pass
    is_of_block = any(
        first <= sign <= last
        for first, last in (
            ("\u2460", "\u24ff"),  # circled
            ("\u2150", "\u218f"),  # Ⅰ, ⅱ, ½
            ("\u2100", "\u214f"),  # №, ℡
            ("\u2776", "\u2793"),
            ("\u3200", "\u33ff"),  # ㈱, ㍻, ㎡, ㋿
        )
    )
    if is_of_block:
        return True
    try:
        sign.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=4096)
def plain_sign(sign: str) -> str:
    """What to write for a sign of a machine: 平成 for ㍻, （1） for ①."""
    if sign in _WORDS:
        return _WORDS[sign]
    plain = unicodedata.normalize("NFKC", sign).strip()
    if plain == sign:
        return ""
    if _CIRCLED.match(sign):
        return f"（{plain}）"
    return plain.replace("(", "（").replace(")", "）").replace("⁄", "/")


def machine_signs(text: Text, world: World) -> Iterator[Hit]:
    """①, ㈱, ㍻, ㎡ and what else is not on every device; and か and ゛ as two signs, as some computers write が."""
    for match in re.finditer(r".[\u3099\u309a]", text.text):
        mend = unicodedata.normalize("NFC", match[0])
        yield Hit(*match.span(), _("「%s」の点が、別の文字になっています。打ち直してください。") % mend, mend)
    for match in _MAYBE.finditer(text.text):
        sign = match[0]
        if sign in "\u3099\u309a" or not _is_machine_sign(sign):
            continue
        plain = plain_sign(sign)
        say = _("「%(sign)s」は「%(plain)s」と書きます。") if plain else _("「%(sign)s」を、ふつうの文字で書きます。")
        yield Hit(*match.span(), say % {"sign": sign, "plain": plain}, plain or None)


def machine_kanji(text: Text, world: World) -> Iterator[Hit]:
    """髙, 﨑: right in the names of people and places, but not to be found by who types 高."""
    said = set()
    for match in _KANJI.finditer(text.text):
        kanji = match[0]
        if kanji in said or kanji in world.familiar or not _is_machine_kanji(kanji):
            continue
        said.add(kanji)
        yield Hit(
            *match.span(),
            _("「%s」は、出ない機器があります。名前の字なら、そのままで大丈夫です。よみも書いておいてください。")
            % kanji,
        )


@lru_cache(maxsize=8192)
def _is_machine_kanji(kanji: str) -> bool:
    """Whether only Windows's own set has a kanji (NEC and IBM extensions)."""
    if kanji in "𠮟塡剝頰":
        # Of the list for daily use, though not of the old standard.
        return False
    try:
        kanji.encode("shift_jis")
        return False
    except UnicodeEncodeError:
        pass
    try:
        kanji.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


_HALF_KANA = re.compile(r"[｡-ﾟ]+")


def half_kana(text: Text, world: World) -> Iterator[Hit]:
    """ｶﾌｪ."""
    for match in _HALF_KANA.finditer(text.text):
        mend = jaconv.h2z(match[0], kana=True, ascii=False, digit=False)
        yield Hit(*match.span(), _("半角のカナです。「%s」と書きます。") % mend, mend)


_WIDE = re.compile(
    r"[０-９](?:[０-９：．，／－]*[０-９])?|[Ａ-Ｚａ-ｚ](?:[Ａ-Ｚａ-ｚ０-９．－＆＠＿]*[Ａ-Ｚａ-ｚ０-９])?"
)
_LETTERS = re.compile(r"[Ａ-Ｚａ-ｚ]")


def wide_letters(text: Text, world: World) -> Iterator[Hit]:
    """１０時, ＳＮＳ. Letters of a name are as its owner writes them."""
    for match in _WIDE.finditer(text.text):
        if text.role == Role.NAME and _LETTERS.search(match[0]):
            continue
        mend = unicodedata.normalize("NFKC", match[0])
        yield Hit(*match.span(), _("全角の英数字です。「%s」と半角で書きます。") % mend, mend)


_EDGE = r"[^\s、。「」『』（）()：:・／/，．]"
_SPLIT = re.compile(
    rf"(?<!{_EDGE})(?<![㐀-鿿][ 　])[㐀-鿿々](?:[ 　]+[㐀-鿿々])+(?!{_EDGE})(?![ 　]+[㐀-鿿]{{1}}(?!{_EDGE}))"
)
# Signs that stand side by side because each of them is a word.
_LISTED = [
    frozenset(signs)
    for signs in (
        "月火水木金土日祝",
        "春夏秋冬",
        "男女",
        "年月日",
        "東西南北中",
        "一二三四五六七八九十",
        "上中下",
        "大中小",
        "朝昼夕夜晩",
        "左右",
        "子丑寅卯辰巳午未申酉戌亥",
        "父母兄姉弟妹子孫夫妻",
    )
]


def split_words(text: Text, world: World) -> Iterator[Hit]:
    """相 談, 日　時: a voice reads it sign by sign, and no search finds it."""
    for match in _SPLIT.finditer(text.text):
        mend = re.sub(r"[ 　]+", "", match[0])
        if any(signs.issuperset(mend) for signs in _LISTED):
            continue
        yield Hit(*match.span(), _("ことばの中に空きがあります。「%s」と続けて書きます。") % mend, mend)


RULES = (
    Rule(
        "machine_sign",
        Level.MEND,
        gettext_lazy("機種依存文字"),
        gettext_lazy("機器によって出なかったり、ちがう文字になったり、読み上げられなかったりします。"),
        EVERYWHERE,
        machine_signs,
    ),
    Rule(
        "machine_kanji",
        Level.NOTE,
        gettext_lazy("機器によって出ない漢字"),
        gettext_lazy("名前には正しい字です。ただ、ふつうの字で打つ人にも見つかるように、よみを書いておきます。"),
        WRITTEN,
        machine_kanji,
    ),
    Rule(
        "half_kana",
        Level.MEND,
        gettext_lazy("半角カナ"),
        gettext_lazy("読みにくく、検索でも見つかりにくくなります。"),
        EVERYWHERE,
        half_kana,
    ),
    Rule(
        "wide_letters",
        Level.MEND,
        gettext_lazy("全角の英数字"),
        gettext_lazy("電話がかからなかったり、読み上げが途切れたりします。"),
        EVERYWHERE - {Role.READING},
        wide_letters,
    ),
    Rule(
        "split_word",
        Level.MEND,
        gettext_lazy("ことばの中の空き"),
        gettext_lazy("1字ずつ読み上げられ、検索でも見つかりません。"),
        (PROSE | {Role.NAME}) - {Role.EASY},
        split_words,
    ),
)
