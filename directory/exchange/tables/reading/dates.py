"""Dates, times and years as Japanese files write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta

# The year before the first one of each era (元号): 令和1年 is 2019. Spelled out or as one letter.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "r": 2018, "h": 1988, "s": 1925, "令": 2018, "平": 1988, "昭": 1925}
ERA_DATE = re.compile(
    r"(令和|平成|昭和|[令平昭rhs])\.?\s*(元|\d{1,2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?", re.IGNORECASE
)
DATE = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
PACKED = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
# What may stand behind a date: a weekday, midnight.
BEHIND = re.compile(r"\s*(?:\([月火水木金土日]曜?日?(?:[・,]祝)?\)|[月火水木金土日]曜日?)?\s*(?:T?00:00(?::00)?)?\s*")
SERIAL = re.compile(r"[3-6]\d{4}(?:\.0+)?")
# Day 0 of a spreadsheet (its 1900 has a 29 February, which no date of this century is touched by).
SERIAL_BEGINS = date(1899, 12, 30)

TIME = re.compile(
    r"(?P<mark>午前|午後|am|pm)?\s*(?P<hour>\d{1,2})\s*"
    r"(?::\s*(?P<minute>\d{2})(?::\d{2})?|時\s*(?:(?P<half>半)|(?P<minutes>\d{1,2})\s*分?)?)\s*(?P<after>am|pm)?",
    re.IGNORECASE,
)
PACKED_TIME = re.compile(r"([01]?\d|2[0-4])([0-5]\d)")


def folded(text: str) -> str:
    """Full-width letters and digits as half-width ones, the many dashes as two: `~` and `-`."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(DASHES)


DASHES = str.maketrans(dict.fromkeys("〜∼～", "~") | dict.fromkeys("‐‑–—―−－", "-"))


def date_of(text: str) -> date | None:
    """A date: 2026-04-01, 2026/4/1, 令和8年4月1日, R8.4.1, 20260401, or the number of days of a spreadsheet.

    None where it is none: a day that no calendar has, a month alone, words beside it.
    """
    text = folded(text).strip()
    found = DATE.match(text)
    if found:
        year, month, day = (int(part) for part in found.groups())
    elif found := ERA_DATE.match(text):
        era, of_era, month_text, day_text = found.groups()
        year = ERAS[era.lower()] + (1 if of_era == "元" else int(of_era))
        month, day = int(month_text), int(day_text)
    elif found := PACKED.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif SERIAL.fullmatch(text):
        return SERIAL_BEGINS + timedelta(days=int(float(text)))
    else:
        return None
    if not BEHIND.fullmatch(text, found.end()):
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def time_of(text: str) -> str:
    """A time as 09:30 (24:00 for the end of a day): 9:30, 9時半, 午後1時, 13時30分, 正午, 930, or a part of a day (0.375).

    Empty where it is none, or where nobody can say which hour is meant (午後12時).
    """
    text = folded(text).strip()
    if text in {"正午", "お昼の12時"}:
        return "12:00"
    if re.fullmatch(r"[01]?\.\d+", text):
        minutes = round(float(text) * 24 * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}" if minutes <= 24 * 60 else ""
    found = TIME.fullmatch(text.removesuffix("より").removesuffix("から").removesuffix("まで"))
    if found:
        minutes = minutes_of(found)
        return f"{minutes // 60:02}:{minutes % 60:02}" if 0 <= minutes <= 24 * 60 else ""
    if packed := PACKED_TIME.fullmatch(text):
        return f"{int(packed[1]):02}:{packed[2]}" if len(text) >= 3 and int(text) <= 2400 else ""
    return ""


def minutes_of(found: re.Match[str]) -> int:
    """Minutes since midnight of a match of `TIME`; -1 where the hour is no hour or may be noon or midnight."""
    hour = int(found["hour"])
    minute = 30 if found["half"] else int(found["minute"] or found["minutes"] or 0)
    mark = (found["mark"] or found["after"] or "").lower()
    if minute > 59 or hour > 29:
        return -1
    if mark in {"午後", "pm"}:
        if hour == 12:
            # 「午後12時30分」 is half past noon; 「午後12時」 is noon for some and midnight for others.
            return 12 * 60 + minute if minute or mark == "pm" else -1
        return (hour + 12) * 60 + minute if hour < 12 else -1
    if mark in {"午前", "am"} and hour >= 12:
        return -1
    return hour * 60 + minute


def clock(text: str) -> time | None:
    """A time of `time_of` as such; the end of a day is midnight."""
    written = time_of(text)
    if not written:
        return None
    hour, minute = written.split(":")
    return time(int(hour) % 24, int(minute))
