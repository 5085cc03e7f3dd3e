"""Opening times of a record, as rows of `hours` and `exceptions`: out of one sentence, or out of columns of days and times."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _

from ...rows import Cell, Place, Row
from .. import dates
from ..records import Putting, Record
from .frequency import is_seldom, is_weekly, said
from .signs import WORDS
from .words import Closure, Hours, Rule, read_hours

WEEKDAYS = "月火水木金土日"
# How far ahead days that are closed every year are written as dates; the note says them for ever.
AHEAD = timedelta(days=400)
# Columns that hold the times of one kind of day each.
DAYS_OF_COLUMNS = {
    "hours_workdays": "平日",
    "hours_mon": "月曜",
    "hours_tue": "火曜",
    "hours_wed": "水曜",
    "hours_thu": "木曜",
    "hours_fri": "金曜",
    "hours_sat": "土曜",
    "hours_sun": "日曜",
    "hours_holiday": "祝日",
    "hours_weekend": "土日祝",
}
COLUMNS = (
    "hours_text",
    "hours_opens",
    "hours_closes",
    *DAYS_OF_COLUMNS,
    "hours_days",
    "hours_frequency",
    "hours_remark",
    "closed_text",
)
CLOCK = re.compile(r"\d\s*(?::|：|時)|正午|24時間")
LABEL = re.compile(dict(WORDS)["label"])
NOTHING_SAID = frozenset({"0", "0:00", "00:00", "00:00:00"})


def opening_rows(record: Record, put: Putting, today: date) -> list[Row]:
    """Rows of opening times. What cannot be read for sure is put into the note (or, if long, the body) and told."""
    text, source = _sentence(record)
    if not text:
        put("hours_note", said(record.text("hours_frequency")), "hours_frequency")
        return []
    hours = _held(record, read_hours(text))
    if not hours.rules:
        hours = _by_days_said(record) or hours
    if not hours.rules and source == "hours_text" and "\n" in text:
        hours = _without_breaks(record, text) or hours
    if not hours.rules:
        put.more("hours_note", _shown(record, text), source, "\n")
        message = _("開いている時間を、決まった曜日と時刻として読めません（%(why)s）。備考に、そのまま入れます。")
        record.note(source, text, message % {"why": hours.unread})
        return []
    if hours.note:
        put.more("hours_note", hours.note, source, "\n")
    if not hours.says_holidays:
        record.note(source, text, _("祝日のことが書かれていないので、休みとしました。"))
    if hours.undated:
        message = _("休みの日付が書かれていません（%(names)s）。備考にだけ入ります。")
        record.note(source, text, message % {"names": "、".join(hours.undated)})
    place = record.place(record.header(source))
    rows = [_rule_row(rule, place) for rule in hours.rules]
    return rows + [row for closure in hours.closures for row in _exceptions(closure, today, place)]


def _held(record: Record, hours: Hours) -> Hours:
    """Rules that agree with how often it takes place; of others none: 「土曜、月に1回ぐらい」 is no Saturday that one can rely on."""
    often = record.text("hours_frequency")
    if not often or not hours.rules:
        return hours
    days = {day for rule in hours.rules for day in rule.weekdays}
    if is_weekly(often, len(days)) or (
        all(rule.nth or (rule.valid_from and rule.valid_from == rule.valid_to) for rule in hours.rules)
        and not is_seldom(often)
    ):
        return hours
    return Hours(note=hours.note, unread=_("毎週ではありません: %(often)s") % {"often": said(often)})


def _by_days_said(record: Record) -> Hours | None:
    """Rules of words that say which of the days they are (「水」 and 「開催日は毎月第4水曜日」), where they name the same days."""
    times = _times(record)
    days = read_hours(f"{_weekdays(record.text('hours_days'))} {times}")
    if not times or not days.rules or len(days.rules) > 1:
        return None
    for column in ("hours_text", "hours_remark"):
        if words := record.text(column):
            hours = read_hours(f"{words} {times}")
            other = record.text("hours_remark") if column == "hours_text" else record.text("hours_text")
            named = {day for rule in hours.rules for day in rule.weekdays}
            if named == set(days.rules[0].weekdays) and not (other or record.text("closed_text")):
                return _held(record, hours)
    return None


def _shown(record: Record, text: str) -> str:
    """What is kept of a sentence that could not be read: with how often it is, and days that look like days."""
    days = record.text("hours_days")
    if re.fullmatch(f"[{WEEKDAYS}]+", days):
        text = text.replace(days, f"{'・'.join(days)}曜日", 1)
    return " ".join(filter(None, [said(record.text("hours_frequency")), text]))


def _without_breaks(record: Record, text: str) -> Hours | None:
    """A sentence that was only broken into lines to fit its cell."""
    hours = _held(record, read_hours(re.sub(r"\s*\n\s*", " ", text)))
    return hours if hours.rules else None


def _sentence(record: Record) -> tuple[str, str]:
    """One sentence out of what the columns say, and the column that stands for all of them."""
    remark, closed = record.text("hours_remark"), record.text("closed_text")
    closing = f"休館日 {closed}" if closed and not re.search(r"休|定休|無休", closed) else closed
    days = _weekdays(record.text("hours_days"))
    words = _words(record)
    times = _times(record, tell=True)
    if words and CLOCK.search(words):
        times = ""
    by_day = [f"{day} {record.text(column)}" for column, day in DAYS_OF_COLUMNS.items() if record.text(column)]
    if not any((days, words, times, by_day, closing, remark)):
        return "", ""
    main = " ".join(filter(None, [_dated(record), days, words, times]))
    column = next(name for name in COLUMNS if record.text(name))
    return "\n".join(filter(None, [main, *by_day, closing, remark])), column


def _times(record: Record, *, tell: bool = False) -> str:
    """When it begins and ends, of the two columns for it."""
    opens, closes = record.text("hours_opens"), record.text("hours_closes")
    # Both at midnight is how some registers say that they do not know.
    if opens in NOTHING_SAID and (closes in NOTHING_SAID or not closes):
        if tell and opens and closes:
            record.note(
                "hours_opens", f"{opens} {closes}", _("始まりも終わりも0:00なので、時間は分からないとしました。")
            )
        return ""
    return f"{_time(opens)}〜{_time(closes)}" if opens or closes else ""


def _words(record: Record) -> str:
    """What the columns say that hold words; where there are several (活動日, 活動時間), with their headers if those are labels."""
    texts = record.each("hours_text")
    if len(texts) < 2:
        return record.text("hours_text")
    return " ".join(f"{header} {text}" if LABEL.fullmatch(header) else text for text, header in texts)


def _weekdays(text: str) -> str:
    """Days of the week as the standard writes them: 月火水木金, 12345 (1 is Monday), 平日."""
    folded = dates.folded(text).strip()
    if re.fullmatch(r"[1-7](?:[、,・]?[1-7])*", folded):
        return "・".join(WEEKDAYS[int(digit) - 1] for digit in re.findall(r"[1-7]", folded))
    return text


def _time(text: str) -> str:
    written = dates.time_of(text) or text
    return "24:00" if written == "23:59" else written


def _dated(record: Record) -> str:
    start_text, end_text = record.text("starts_on"), record.text("ends_on")
    start, end = dates.date_of(start_text), dates.date_of(end_text)
    for column, text, day in (("starts_on", start_text, start), ("ends_on", end_text, end)):
        if text and day is None:
            record.note(column, text, _("日付として読めません。2026-04-01 のように書いてください。取り込みません。"))
            return text
    if start and end and start != end:
        days = "" if record.text("hours_days") else " 毎日"
        return f"{start.isoformat()}〜{end.isoformat()}{days}"
    only = start or (end if not start_text else None)
    return only.isoformat() if only else ""


def _rule_row(rule: Rule, place: Place) -> Row:
    values = {
        "weekdays": "、".join(WEEKDAYS[day] for day in rule.weekdays),
        "nth": "、".join(map(str, rule.nth)),
        "opens": rule.opens,
        "closes": rule.closes,
        "holidays": rule.holidays,
        "valid_from": rule.valid_from.isoformat() if rule.valid_from else "",
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else "",
    }
    return Row("hours", place, {column: Cell(text, place) for column, text in values.items() if text})


def _exceptions(closure: Closure, today: date, place: Place) -> list[Row]:
    """The days of a closure that lie before us, as dates."""
    return [
        Row("exceptions", place, {column: Cell(text, place) for column, text in values})
        for values in _coming(closure, today)
    ]


@lru_cache(maxsize=256)
def _coming(closure: Closure, today: date) -> list[list[tuple[str, str]]]:
    """Nearly all lists have the same closures in nearly all of their rows."""
    coming = []
    for year in range(today.year - 1, today.year + 3):
        try:
            start = date(year, *closure.first)
            end = date(year + (closure.last < closure.first), *closure.last)
        except ValueError:
            # The 29th of February.
            continue
        if end >= today and start <= today + AHEAD:
            turn_of_year = closure.first[0] == 12 and closure.last[0] == 1
            reason = closure.name or (_("年末年始") if turn_of_year else "")
            values = [("start", start.isoformat()), ("end", end.isoformat()), ("closed", "1")]
            coming.append([*values, ("reason", reason)] if reason else values)
    return coming
