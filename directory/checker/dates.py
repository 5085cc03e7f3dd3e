"""Days: written so that they can be read out, on the right day of the week, and not over."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from re import Match

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .rule import Hit, Level, Role, Rule, Text, World

DAYS = "月火水木金土日"
# The first year of each era, less one.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}
_LETTERS = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正", "M": "明治"}
# The years of which a page may speak.
_FIRST, _LAST = 1868, 2200

_SLASHED = re.compile(
    r"(?<![\d/.\-])(\d{4})([/.\-])(\d{1,2})\2(\d{1,2})(?![\d/.\-]\d|\d)(\s*[（(]([月火水木金土日])(?:曜日?)?[）)])?"
)
_LETTERED = re.compile(r"(?<![A-Za-zＡ-Ｚａ-ｚ\d])([RHSTMＲＨＳＴＭ])(\d{1,2})([./．])(\d{1,2})\3(\d{1,2})(?!\d)")
_SHORT = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})\s*[（(]([月火水木金土日])(?:曜日?)?[）)]")


def day_of(year: int, month: int, day: int) -> date | None:
    """A day that there is, in years of which a page may speak."""
    if not _FIRST <= year <= _LAST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def said(day: date, *, has_year: bool = True) -> str:
    """A day as this site writes it, with its day of the week: 2026年11月26日（木）."""
    year = f"{day.year}年" if has_year else ""
    return f"{year}{day.month}月{day.day}日（{DAYS[day.weekday()]}）"


def slashed(text: Text, world: World) -> Iterator[Hit]:
    """2020/1/1, R5.4.1, 4/1（土）."""
    for match in _SLASHED.finditer(text.text):
        if day := day_of(int(match[1]), int(match[3]), int(match[4])):
            yield _written_out(match, day)
    for match in _LETTERED.finditer(text.text):
        letter = chr(ord(match[1]) - 0xFEE0) if ord(match[1]) > 0xFF00 else match[1]
        if day := day_of(ERAS[_LETTERS[letter]] + int(match[2]), int(match[4]), int(match[5])):
            yield _written_out(match, day)
    for match in _SHORT.finditer(text.text):
        month, number = int(match[1]), int(match[2])
        # Of a leap year: whether the 29th of February is meant is not asked here.
        if day_of(2024, month, number):
            mend = f"{month}月{number}日（{match[3]}）"
            yield Hit(*match.span(), _("「%s」と書きます。") % mend, mend)


def _written_out(match: Match[str], day: date) -> Hit:
    return Hit(*match.span(), _("「%s」と書きます。") % said(day), said(day))


_YEAR = r"(?:(令和|平成|昭和|大正|明治)(元|\d{1,2})|(\d{4}))年"
_FULL = re.compile(rf"{_YEAR}\s?(\d{{1,2}})月\s?(\d{{1,2}})日\s?[（(・、]?([月火水木金土日])(?:曜日?)?(?:[）)]|(?=曜))")


def _year(match: Match[str]) -> int:
    """Of a match that begins with the groups of `_YEAR`."""
    if match[3]:
        return int(match[3])
    return ERAS[match[1]] + (1 if match[2] == "元" else int(match[2]))


def weekday(text: Text, world: World) -> Iterator[Hit]:
    """A day of the week that is not that of its date: people come on the wrong day."""
    for match in _FULL.finditer(text.text):
        day = day_of(_year(match), int(match[4]), int(match[5]))
        if day is None:
            yield Hit(*match.span(), _("この日は、こよみにありません。日にちを確かめてください。"))
        elif DAYS[day.weekday()] != match[6]:
            yield Hit(
                *match.span(),
                _("曜日が合いません。この日は%s曜日です。日にちと曜日の、どちらが正しいか確かめてください。")
                % DAYS[day.weekday()],
            )


_WHEN = r"(\d{1,2})月(?:\s?(\d{1,2})日|末(?!日))?(?:\s?[（(][月火水木金土日・祝]+(?:曜日?)?[）)])?"
_UNTIL = re.compile(
    rf"{_YEAR}度?(?:末)?(?:{_WHEN})?(?:\s?\d{{1,2}}時)?\s?"
    r"(?:まで|迄|締め?切|〆切|必着|消印)(?=$|[\s。、）)」にのでが受募申に先]|です|予定|限り|開催|実施|り)"
)
_UNTIL_BEFORE = re.compile(
    rf"(?:締め?切り?日?|〆切|(?:申込|申し込み|応募|受付|募集|提出)期限)(?:は|：|:|\s|　)*{_YEAR}{_WHEN}"
)
_OF_YEAR = re.compile(
    rf"{_YEAR}度(?:の|は|分の|分)?(?:参加者|利用者|受講者|会員|ボランティア)?(?:の|を)?(?:募集|受付|申込|申し込み|開催日|日程|予定表?|開催予定)"
)


# What is told as over is history, and right: 2023年3月まで行われました.
_IS_HISTORY = re.compile(r"[^。\n]*?(?:でした|ました|していた|だった|あった|行われた|続いた|終わった)")


def _end(match: Match[str]) -> date | None:
    """The last day that is meant: of a month or a year its end."""
    year, month, day = _year(match), match[4], match[5]
    if month is None:
        return date(year + 1, 3, 31) if "年度" in match[0] else date(year, 12, 31)
    if day is None:
        return date(year, int(month), calendar.monthrange(year, int(month))[1]) if 1 <= int(month) <= 12 else None
    return day_of(year, int(month), int(day))


def past(text: Text, world: World) -> Iterator[Hit]:
    """令和5年4月まで: what is said to end has ended."""
    for pattern in (_UNTIL, _UNTIL_BEFORE):
        for match in pattern.finditer(text.text):
            if not _FIRST <= _year(match) <= _LAST:
                continue
            if _IS_HISTORY.match(text.text[match.end() :]):
                continue
            if (end := _end(match)) and end < world.today:
                yield Hit(*match.span(), _("%sで終わっています。消すか、新しい日にしてください。") % said(end))
    for match in _OF_YEAR.finditer(text.text):
        year = _year(match)
        if _FIRST <= year <= _LAST and date(year + 1, 3, 31) < world.today:
            yield Hit(*match.span(), _("終わった年度です。今の年度のことに書き直すか、消してください。"))


_READ = frozenset({Role.SENTENCE, Role.EASY, Role.RICH, Role.HEADING})
RULES = (
    Rule(
        "slashed_date",
        Level.MEND,
        gettext_lazy("記号で書いた日付"),
        gettext_lazy("読み上げると日付に聞こえず、曜日も分かりません。"),
        _READ,
        slashed,
    ),
    Rule(
        "weekday",
        Level.MEND,
        gettext_lazy("合わない曜日"),
        gettext_lazy("ちがう日に来てしまう人がいます。"),
        _READ,
        weekday,
    ),
    Rule(
        "past",
        Level.LOOK,
        gettext_lazy("過ぎた日付"),
        gettext_lazy("もう終わったのか、まだ間に合うのか、読む人には分かりません。"),
        _READ,
        past,
    ),
)
