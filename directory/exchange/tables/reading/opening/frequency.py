"""How often something takes place, as lists say it beside the day: what comes once a month is open on no day of every week.

Lists of 子ども食堂 (こども食堂のデータフォーマット, むすびえ 2022) write a number. Its eight meanings are those of a public map of
such lists; they agree with the days that stand beside it in the files of eight municipalities.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from .. import dates

OFTEN, SELDOM = frozenset("123"), frozenset("678")
CODES = {
    "1": _("ほぼ毎日"),
    "2": _("週に3〜4回ぐらい"),
    "3": _("週に1〜2回ぐらい"),
    "4": _("2週間に1回ぐらい"),
    "5": _("月に1回ぐらい"),
    "6": _("数か月に1回ぐらい"),
    "7": _("学校の長い休みなど、決まった時期だけ"),
    "8": _("不定期"),
}
A_WEEK = re.compile(r"週\s*([1-7])\s*(?:回|日)(?:程度|ほど|ぐらい)?")


def said(text: str) -> str:
    """The frequency in words: what a number means, else the words of the file."""
    return str(CODES.get(dates.folded(text).strip(), text.strip()))


def is_weekly(text: str, days: int) -> bool:
    """Whether days that stand beside it are days of every week; `days`: how many they are."""
    bare = dates.folded(text).strip()
    if bare in CODES:
        return bare in OFTEN
    counted = A_WEEK.fullmatch(bare)
    return bare in {"毎週", "毎日", "平日", "平日毎日"} or (counted is not None and int(counted[1]) == days)


def is_seldom(text: str) -> bool:
    """Whether it comes less often than each month: then no day of the month is one on which it is open."""
    return dates.folded(text).strip() in SELDOM
