"""Whether something is said of a person whom anybody could find: a name, a birth date. A question, never a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from sudachipy import SplitMode

from search.text.analysis import plain_morphemes

from .rule import Hit, Level, Role, Rule, Text, World

_YEAR = r"(?:(?:明治|大正|昭和|平成|令和|[MTSHRＭＴＳＨＲ])\s?(?:元|[\d０-９]{1,2})|[12１２][\d０-９]{3})[年./]"
_DATE = _YEAR + r"(?:\s?[\d０-９]{1,2}[月./](?:\s?[\d０-９]{1,2}日?)?)?"
_BIRTHS = (
    re.compile(rf"生年月日[：:はが\s　]*{_DATE}"),
    re.compile(rf"{_DATE}\s?(?:生まれ|生れ|誕生|生(?=[）)\s、。]|$))"),
)
# Who is meant is everybody of an age, not somebody.
_OF_MANY = re.compile(
    r"^の?\s?(?:人|方|かた|子|お子|児|者|男|女|世代|方々|以前|以降|以後|から|まで|～|〜|－|-)|^で(?:、|あ)|^(?:以前|以降|以後|までの|まで)"
)
_RANGE_BEFORE = re.compile(r"(?:[〜～\-－ー―]|から|より|または|か|と)\s*$")


def birth(text: Text, world: World) -> Iterator[Hit]:
    """昭和30年生まれ of somebody; not of all who may come."""
    for pattern in _BIRTHS:
        for match in pattern.finditer(text.text):
            if _OF_MANY.match(text.text[match.end() :]) or _RANGE_BEFORE.search(text.text[: match.start()]):
                continue
            yield Hit(
                *match.span(),
                _("だれかの生まれた日のようです。公開してよいか、本人に確かめましたか。要らなければ消してください。"),
            )


_AFTER_ROLE = re.compile(
    r"(?:担当者?|代表者?|責任者|世話人|連絡先|問い?合わ?せ先?|会長|管理者|相談員|講師|主宰|窓口)(?:\s*[：:／/]\s*|[ 　]+|は、?)"
    r"([㐀-鿿々ヶ髙﨑]{1,4}(?:[ 　][㐀-鿿々ぁ-んァ-ヶ]{1,4})?)(?=$|[\s　、。，,（(）)／/]|さん|様|氏|まで|です|が|へ|ま)"
)
_CALLED = re.compile(
    r"(?<![㐀-鿿々])([㐀-鿿々髙﨑]{1,5}(?:[ 　][㐀-鿿々]{1,3})?)(?:[（(][ぁ-んァ-ヶー ]+[）)])?"
    r"(?:さん|様|氏(?!名|子|神|族|家))(?!々|子|式)"
)
# What looks like a name and is said of many.
_NOBODY = frozenset(
    {"皆", "母", "父", "娘", "息子", "奥", "旦那", "嫁", "婿", "孫", "姉", "兄", "弟", "妹", "子", "隣", "先輩", "後輩"}
    | {"患者", "利用者", "参加者", "役所", "市役所", "相談員", "保護者", "業者", "客", "姫", "神", "仏", "王", "神主"}
)


@lru_cache(maxsize=4096)
def _is_surname(text: str) -> bool:
    """Whether a piece of text is, or begins with, somebody's name and nothing else."""
    pieces = plain_morphemes(text, SplitMode.C)
    kinds = [piece.part_of_speech()[:3] for piece in pieces if piece.surface().strip()]
    if not kinds or kinds[0][1:] not in (("固有名詞", "人名"),):
        return False
    return all(kind[1] == "固有名詞" or kind[0] == "名詞" for kind in kinds) and len(kinds) <= 3


def person(text: Text, world: World) -> Iterator[Hit]:
    """担当：山田, 山田さん."""
    said: set[str] = set()
    for pattern in (_AFTER_ROLE, _CALLED):
        for match in pattern.finditer(text.text):
            name = match[1]
            if name in said or name in _NOBODY or not _is_surname(name):
                continue
            said.add(name)
            yield Hit(
                match.start(1),
                match.end(1),
                _("「%s」は、人の名前のようです。係や団体の名前で足りませんか。載せるなら、本人に確かめてください。")
                % name,
            )


_READ = frozenset({Role.SENTENCE, Role.EASY, Role.RICH, Role.HEADING, Role.ALT})
RULES = (
    Rule(
        "birth",
        Level.LOOK,
        gettext_lazy("生年月日"),
        gettext_lazy("だれのことか分かってしまい、公開すると取り消せません。"),
        _READ,
        birth,
    ),
    Rule(
        "person",
        Level.LOOK,
        gettext_lazy("人の名前"),
        gettext_lazy("公開すると取り消せません。異動で人が替わると、古い名前が残ります。"),
        _READ | {Role.NUMBER},
        person,
    ),
)
