"""Characters that are one for a reader and several for a computer: old, simplified and variant forms, dashes for ー, width.

`fold_characters` replaces one character by one, so that places in a text stay what they are.
"""

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

QUERY_LIMIT = 2_000
_SPACE = re.compile(r"\s+")
# Variants in Japanese names that the conversion tables for Chinese do not know.
_VARIANTS = {
    "髙": "高",
    "﨑": "崎",
    "嵜": "崎",
    "邉": "辺",
    "栁": "柳",
    "濵": "浜",
    "𠮷": "吉",
    "靑": "青",
    "緖": "緒",
    "敎": "教",
    "儿": "児",
}
_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Everything is looked at in the set of a text's signs: a text has many characters and few different ones.
_SIGNS = 32_768
# Dashes, tildes and the numeral one, typed for ー in the middle of katakana.
_DASH = re.compile(r"(?<=[ァ-ヺー])[‐-―−~〜～一](?=[ァ-ヺー])")


def normalise(text: str, *, limit: int = QUERY_LIMIT) -> str:
    """Fold width (NFKC), case, old character forms and white space, and remove what is invisible; `limit` cuts by characters.

    Control and format characters (NUL, bidi controls, zero-width) and lone surrogates go: no engine and no page may see
    them. Returns text without white space at its ends; never raises.
    """
    folded = fold_characters(unicodedata.normalize("NFKC", text[:limit]))
    if unseen := {ord(sign): None for sign in set(folded) if _is_unseen(sign)}:
        folded = folded.translate(unseen)
    return _SPACE.sub(" ", folded).strip().lower()[:limit]


def fold_characters(text: str) -> str:
    """Old and simplified forms as the Japanese ones of today (學校, 学费 → 学校, 学費), dashes in katakana as ー.

    Characters that Japanese uses itself stay, even where they are a simplified form of others in Chinese (机, 芸, 后).
    """
    if others := {ord(sign): modern for sign in set(text) if (modern := _modern(sign)) != sign}:
        text = text.translate(others)
    return _DASH.sub("ー", text)


@lru_cache(maxsize=_SIGNS)
def _is_unseen(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) in {"Cc", "Cf", "Cs"}


@lru_cache(maxsize=_SIGNS)
def _modern(character: str) -> str:
    if not _CJK.match(character):
        return character
    if character in _VARIANTS:
        return _VARIANTS[character]
    traditional = character if _is_japanese(character) else _converters()[0].convert(character)
    modern = _converters()[1].convert(traditional)
    return modern if len(modern) == 1 and _is_japanese(modern) else character


def _is_japanese(character: str) -> bool:
    """Whether JIS X 0208 has it."""
    try:
        character.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _converters() -> tuple[OpenCC, OpenCC]:
    return OpenCC("s2t"), OpenCC("t2jp")
