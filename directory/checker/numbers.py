"""Telephone numbers: whether they can be dialled as they stand, and whether they are a person's.

How many digits a number has, and what it may begin with, is the numbering plan（電気通信番号計画, 令和元年総務省告示第6号）:
ten digits from 0; eleven for 020, 050, 060, 070, 080, 090 and 0800; three for 110 and its like; # and three or four for short ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .rule import Hit, Level, Role, Rule, Text, World

ELEVEN = ("020", "050", "060", "070", "080", "090", "0800")
_HYPHENS = "‐‑‒–—―−ー－ｰ─"
# What separates two numbers in one cell, and what follows a number.
_PIECES = re.compile(r"[^/／、，,;；\n]+")
_EXTRA = re.compile(
    r"(?:内線|内|ext\.?|または|及び|へ|代表|直通|[（(][^（）()]*[^-0-9０-９（）()][^（）()]*[)）]).*$", re.I
)
_BRACKETS = re.compile(r"^[（(]?(0\d{1,4})[）)]\s*(\d{1,4})-(\d{3,4})$|^(0\d{1,4})[（(](\d{1,4})[）)]\s*(\d{3,4})$")
_RIGHT = re.compile(r"^(?:0\d{1,4}-\d{1,4}-\d{3,4}|0\d{2,3}-\d{3}-\d{3}|\+81-?\d[\d-]+|#\d{3,4}|1\d\d|\d{3})$")


def _plain(number: str) -> str:
    folded = unicodedata.normalize("NFKC", number)
    return re.sub(rf"[{_HYPHENS}]", "-", folded).strip()


def phone(text: Text, world: World) -> Iterator[Hit]:
    """A number that cannot be dialled as it stands, and how it would be written."""
    for piece in _PIECES.finditer(text.text):
        raw = _EXTRA.sub("", piece[0])
        if not re.search(r"\d", raw):
            continue
        start = piece.start() + len(raw) - len(raw.lstrip())
        raw = raw.strip()
        end = start + len(raw)
        plain = re.sub(r"^(?:tel|電話|fax|ファクス)[:：. ]*", "", _plain(raw), flags=re.I).strip()
        digits = re.sub(r"\D", "", plain)
        if plain.startswith("+") or _is_short(plain):
            continue
        if not digits.startswith("0"):
            yield Hit(start, end, _("市外局番がありません。「0533-…」のように、市外局番から書きます。"))
        elif len(digits) != (11 if digits.startswith(ELEVEN) else 10):
            yield Hit(start, end, _("けた数が合いません（%s けた）。番号をもう一度確かめてください。") % len(digits))
        elif found := _BRACKETS.match(re.sub(r"\s+", "", plain)):
            mend = "-".join(part for part in found.groups() if part)
            yield Hit(start, end, _("「%s」と、半角のハイフンで区切ります。") % mend, mend)
        elif plain != raw and _RIGHT.match(plain):
            yield Hit(start, end, _("「%s」と、半角の数字とハイフンで書きます。") % plain, plain)
        elif not _RIGHT.match(plain):
            yield Hit(start, end, _("「0533-12-3456」のように、半角のハイフンで区切ります。"))


def _is_short(plain: str) -> bool:
    return bool(re.fullmatch(r"#\s?\d{3,4}|1\d\d|1\d{3,4}", plain))


_IN_PROSE = re.compile(
    rf"(?<![\d０-９])0\d{{1,4}}(?:[{_HYPHENS}]\d{{1,4}}[-{_HYPHENS}]|-\d{{1,4}}[{_HYPHENS}]|[（(]\d{{1,4}}[)）])\d{{3,4}}(?!\d)"
)


def phone_in_prose(text: Text, world: World) -> Iterator[Hit]:
    """A number within a sentence, with another sign for the hyphen: nobody can tap on it."""
    for match in _IN_PROSE.finditer(text.text):
        mend = re.sub(r"[（(]|[)）]", "-", _plain(match[0]))
        if len(re.sub(r"\D", "", mend)) in (10, 11):
            yield Hit(*match.span(), _("「%s」と、半角のハイフンで区切ります。") % mend, mend)


_MOBILE = re.compile(
    rf"(?<![\d０-９])[0０][6-9６-９][0０][-{_HYPHENS}（( ]?[\d０-９]{{4}}[-{_HYPHENS}）) ]?[\d０-９]{{4}}(?![\d０-９])"
)


def mobile(text: Text, world: World) -> Iterator[Hit]:
    """090-: most likely a person's own."""
    for match in _MOBILE.finditer(text.text):
        yield Hit(
            *match.span(),
            _(
                "携帯電話の番号です。その人の番号なら、団体や窓口の番号に替えてください。団体のものなら、そのままで大丈夫です。"
            ),
        )


RULES = (
    Rule(
        "phone",
        Level.MEND,
        gettext_lazy("電話番号の形"),
        gettext_lazy("この形だと、押してもかからなかったり、どこへかければよいか分からなかったりします。"),
        frozenset({Role.NUMBER}),
        phone,
    ),
    Rule(
        "phone_in_prose",
        Level.MEND,
        gettext_lazy("文の中の電話番号"),
        gettext_lazy("スマートフォンで押しても、電話がかかりません。"),
        frozenset({Role.SENTENCE, Role.EASY, Role.RICH}),
        phone_in_prose,
    ),
    Rule(
        "mobile",
        Level.LOOK,
        gettext_lazy("携帯電話の番号"),
        gettext_lazy("だれかの番号が公開されると、取り消せません。"),
        frozenset({Role.NUMBER, Role.SENTENCE, Role.EASY, Role.RICH, Role.HEADING}),
        mobile,
    ),
)
