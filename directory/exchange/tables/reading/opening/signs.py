"""Sentences about opening times as signs: days, times, dates, what is closed. A word that is none of them stops the reading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ..dates import DATE, ERA_DATE, TIME, date_of, folded, minutes_of

DAYS = {name: number for number, name in enumerate("月火水木金土日")}
NUMBERS = {name: number for number, name in enumerate("一二三四五", start=1)}
WORKDAYS, EVERY_DAY = frozenset(range(5)), frozenset(range(7))


class Unread(Exception):
    """A sentence that cannot be read for sure; the text says in Japanese why."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: what it is and what it says. Kinds are named where they are made (`WORDS`, `signs_of`)."""

    kind: str
    value: Any = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of a sentence: minutes since midnight; `marked` by 午前 or 午後, `tomorrow` by 翌, `bare` without a unit."""

    minutes: int
    marked: str = ""
    tomorrow: bool = False
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week, or several that one word names. `long`: it stands with 曜."""

    days: frozenset[int] = frozenset()
    holiday: bool = False
    every: bool = False
    workday: bool = False
    long: bool = False


CLOSED = r"(?:休館|休所|休室|休業|休診|休園|休会|休業|閉館|閉所|閉室|閉庁|閉園|閉店)"
# As the standard's own example says it.
UNUSABLE = r"(?:ご?(?:利用|使用)(?:不可|できません|できない|いただけません))"
OPENED = (
    r"(?:開館|開所|開室|開店|開庁|開園|開設|開催|開院|営業|実施|活動|診療|相談|対応|利用|受付|受け付け|業務|窓口"
    r"|サービス提供|サービス)"
)
NTH = (
    r"第\s*[1-5一二三四五](?:\s*(?:(?:[・,.、/]|と|及び|および)\s*第?|第)\s*[1-5一二三四五](?!\d|[時:/日]|月[\d~\-から]))*"
    r"(?:\s*(?:[・,、]|と|及び|および)?\s*最終)?\s*(?:週目?)?"
)
# The first that fits counts; so longer words stand before their beginnings.
WORDS: tuple[tuple[str, str], ...] = (
    ("space", r"[ \t\u3000]+"),
    ("end", r"[\n。;]+"),
    ("around", r"24時間(?:体制|対応|受付|営業|開館|利用可能?|OK)?"),
    ("always", r"(?:年中|通年)?無休|365日|年中(?!無)"),
    ("date", rf"(?:{DATE.pattern}|{ERA_DATE.pattern})"),
    ("monthday", r"(?:翌年?の?)?\d{1,2}月\d{1,2}日|(?:翌年?の?)?(?<!\d)\d{1,2}/\d{1,2}(?![\d/])"),
    ("daynumber", r"(?<!\d)\d{1,2}日(?!曜)"),
    ("month", r"\d{1,2}月(?!曜)"),
    ("time", rf"(?:翌日?の?)?{TIME.pattern}(?!間)|正午"),
    ("marked", r"(?:翌日?の?)?(?:午前|午後|am|pm)\s*\d{1,2}(?!\d)"),
    ("bare", r"(?<!\d)\d{1,2}(?=\s*[~\-]\s*\d{1,2}\s*(?:時(?!間)|:\d))"),
    ("nth", rf"{NTH}|最終週?|最後の"),
    ("fortnight", r"隔週|1週おき|2週に1回|2週間に1回"),
    ("weekly", r"毎週|各週"),
    ("skip", r"毎月|いずれも|[各毎](?=[月火水木金土日]曜)|のみ|だけ|:|(?<=[~\-])頃|頃(?=[~\-])"),
    ("until", r"まで|迄"),
    ("day", r"毎日|連日|平日|(?:国民の)?祝祭?日|祝休日|祝|[月火水木金土日](?:曜日?)?"),
    ("closedlabel", rf"(?:(?:{CLOSED}|定休|お?休み?の)日|休止日)(?=は|:|\s|[(月火水木金土日祝毎第年\d]|$)"),
    ("lunch", r"(?:お?昼休み|昼休憩|休憩)(?:時間)?"),
    ("except", r"以外"),
    ("excluded", r"[をは]?(?:除きます|除いて|除いた?|除き|除く|のぞく)"),
    (
        "named",
        r"年末・?年始|年末|お盆(?:期間|休み)?|盆休み|ゴールデンウィーク|gw|館内整理日|特別整理期間|図書整理日|施設点検日",
    ),
    (
        "closed",
        rf"(?:は|が|も)?(?:終日)?(?:{CLOSED}日?|{UNUSABLE}|定休日?|お?休み(?!の|は)|休(?![日憩館]))(?:です|とする|とします|となります|となる|します)?",
    ),
    (
        "included",
        r"を?含(?:みます|む|め)|(?:も|は)(?:開館|開所|開室|営業|実施|開催|対応|開いて(?:い)?ます|開きます)(?!時間|日)(?:します|しています)?",
    ),
    ("label", rf"{OPENED}(?:可能)?(?:時間帯?|日時|曜日|日|時刻)?|時間帯?|日時|曜日"),
    ("range", r"[~\-]|から|より"),
    ("and", r"[・,、/&]|と|及び|および|並びに|ならびに"),
    ("of", r"の"),
    ("topic", r"は|が|も|に"),
    ("open", r"[(\[【<「]"),
    ("shut", r"[)\]】>」]"),
)
# The long vowel mark, typed for a dash.
LONG_DASH = re.compile(r"(?<=[0-9分時半曜日月火水木金土])\s*[ー─━]\s*(?=[0-9月火水木金土日午正翌])")
# Groups of the parts are nameless here: each word is one group, named by its kind.
_SIGNS = re.compile(
    "|".join(f"(?P<{kind}>{re.sub(r'[(][?]P<[a-z]+>', '(?:', pattern)})" for kind, pattern in WORDS), re.IGNORECASE
)
# What may stand beside opening times without changing them.
HARMLESS = re.compile(r"[^0-9０-９月火水木金土日祝休閉除時曜翌週隔午]*")
RISKY = re.compile(
    r"のみ|だけ|まで|以外|変更|不定|場合|季|夏|冬|春|秋|年末|盆|gw|ゴールデン|(?<!雨天)中止|ただし|但し|から|より|学期|授業|長期|原則|奇数|偶数"
    r"|(?:利用|使用)(?:不可|でき|いただけ)|未定|予定|調整|状況|臨時|天候|荒天|行事|当分|当面|工事|改修|停止|奇|偶",
    re.IGNORECASE,
)
COUNTED = re.compile(
    r"0\d{1,4}-\d{1,4}-\d{3,4}|\d[\d,]*\s*(?:円|名|人|階|歳(?:以上|以下|未満)?|号室|席|台|組)(?:以上|以下|程度)?"
)
BRACKET = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
KNOWN = re.compile(r"(?:年中)?無休|毎日|含む")
# The last moment at which somebody is let in does not change when it is open.
LAST = re.compile(
    r"(?:最終)?(?:入館|入場|入園|入室|受付|受け付け|来所|ラストオーダー|l\.?o\.?)(?:時間|時刻)?(?:は|:)?\s*"
    r"(?:午前|午後)?\d{1,2}(?::\d{2}|時(?:半|\d{1,2}分)?)(?:まで|迄)?",
    re.IGNORECASE,
)
ADVICE = re.compile(
    r"(?:要(?:事前)?(?:予約|申込み?|連絡|相談|電話)|(?:事前)?(?:予約|申込み?)(?:制|が?必要|不要|優先|可)|完全予約制)(?:です)?"
    # What every list says: that it may be otherwise one day.
    r"|臨時(?:に)?(?:休館|休所|休業|休み|休診)(?:日)?(?:あり|の場合あり|(?:する|となる|になる)(?:こと|場合)があります)"
    r"|(?:都合により)?(?:(?:日時|日程|時間|曜日|開[催所館設]日|実施日)[、・と]*){0,3}(?:については|が|は)?(?:(?:事業所|施設|会場|団体|月)により|(?:事業所|施設|会場|団体|月)によって|都合により|急[にな])?"
    r"変更(?:(?:に|と)?なる|する)?(?:こと|場合)?(?:が|も)?(?:あります|あり|ございます)(?:ので、?(?:あらかじめ)?(?:ご了承|ご注意|お気を付け)ください)?"
)


def split_remarks(text: str) -> tuple[str, list[str]]:
    """A sentence without the remarks in it that say nothing about days and times (要予約), and these remarks."""
    remarks: list[str] = []

    def take(found: re.Match[str]) -> str:
        if is_harmless(found[1]) or LAST.fullmatch(found[1].strip()):
            remarks.append(found[1].strip())
            return " "
        return found[0]

    def take_advice(found: re.Match[str]) -> str:
        remarks.append(found[0])
        return " "

    text = BRACKET.sub(take, text)
    if len(set(remarks)) > 1 and len(re.findall(r"\d(?::\d\d|時)", text)) > 2:
        # 「9時〜17時（本館）、10時〜16時（分館）」: whose times are they?
        raise Unread(_("かっこの中のことが、どの時間のことか分かりません"))
    text = ADVICE.sub(take_advice, text)
    parts = [part for part in re.split(r"(?<=。)|\n|(?=※)", text) if part.strip(" 　※。")]
    kept: list[str] = []
    for index, part in enumerate(parts):
        bare = part.strip(" 　※。")
        # A line in front of others is their heading (本館, 電話) and says whose times they are.
        is_last = all(is_harmless(other.strip(" 　※。")) for other in parts[index:])
        if is_harmless(bare) and (is_last or part.startswith("※") or part.endswith("。")):
            remarks.append(bare)
        else:
            kept.append(part.replace("※", " "))
    text = re.sub(r"[(\[【]\s*[・,、]?\s*[)\]】]", " ", "\n".join(kept))
    return text.strip(" 　、,。\n"), [remark for remark in remarks if remark]


def is_harmless(text: str) -> bool:
    """Whether a remark names neither days nor times nor conditions; prices, floors and telephone numbers are none."""
    text = COUNTED.sub("", text)
    return bool(HARMLESS.fullmatch(text)) and not RISKY.search(text) and not KNOWN.search(text)


def signs_of(text: str) -> list[Sign]:
    """The signs of a folded sentence, without spaces. Raises Unread at the first word that is not known."""
    found: list[Sign] = []
    position = 0
    while position < len(text):
        match = _SIGNS.match(text, position)
        if match is None:
            rest = re.split(r"[\s,、。()~:・]", text[position:], maxsplit=1)[0] or text[position]
            raise Unread(_("読めないことばがあります（%(word)s）") % {"word": rest[:20]})
        position = match.end()
        if (sign := _sign(str(match.lastgroup), match[0])) is not None:
            found.append(sign)
    return found


def _sign(kind: str, text: str) -> Sign | None:
    if kind in {"space", "skip"}:
        return None
    if kind in {"time", "marked", "bare"}:
        return Sign("time", _clock(kind, text), text)
    if kind == "day":
        return Sign("day", _day(text), text)
    if kind == "nth":
        return Sign("nth", _nth(text), text)
    if kind == "date":
        day = date_of(text)
        if day is None:
            raise Unread(_("日付が正しくありません（%(word)s）") % {"word": text})
        return Sign("date", day, text)
    if kind == "monthday":
        month, day_of_month = (int(part) for part in re.findall(r"\d+", text))
        _check(month, day_of_month, text)
        return Sign("monthday", (month, day_of_month), text)
    if kind == "daynumber":
        return Sign("daynumber", int(re.findall(r"\d+", text)[0]), text)
    return Sign(kind, text, text)


def _check(month: int, day: int, text: str) -> None:
    try:
        # 2028 has a 29 February.
        date(2028, month, day)
    except ValueError:
        raise Unread(_("日付が正しくありません（%(word)s）") % {"word": text}) from None


def _clock(kind: str, text: str) -> Clock:
    tomorrow = text.startswith("翌")
    text = re.sub(r"^翌日?の?", "", text).strip()
    if text == "正午":
        return Clock(12 * 60, marked="noon", tomorrow=tomorrow)
    if kind == "bare":
        return Clock(int(text) * 60, bare=True)
    match = TIME.fullmatch(text if kind == "time" else f"{text}時")
    minutes = minutes_of(match) if match else -1
    if match is None or minutes < 0:
        raise Unread(_("何時のことか分かりません（%(word)s）") % {"word": text})
    mark = (match["mark"] or match["after"] or "").lower()
    return Clock(minutes, {"午前": "am", "午後": "pm"}.get(mark, mark), tomorrow)


def _day(text: str) -> Day:
    if text in {"毎日", "連日"}:
        return Day(EVERY_DAY, every=True)
    if text == "平日":
        return Day(WORKDAYS, workday=True)
    if "祝" in text:
        return Day(holiday=True)
    return Day(frozenset({DAYS[text[0]]}), long=len(text) > 1)


def _nth(text: str) -> tuple[int, ...]:
    numbers = [NUMBERS.get(sign) or int(sign) for sign in re.findall(r"[1-5一二三四五]", text)]
    return (*sorted(set(numbers)), *([-1] if "最" in text else []))


def prepared(text: str) -> str:
    """A sentence as `signs_of` reads it."""
    return re.sub(r"[ \t]+", " ", LONG_DASH.sub("-", folded(text))).strip()
