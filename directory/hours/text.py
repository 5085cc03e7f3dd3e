"""Opening hours in words: short, plain, the way they stand on a door.

The present year is left out of dates; `today` says which one that is. Times are written 8:30, midnight at the end of a
day 24:00.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from .rules import Interval, OpenStatus
from .schedule import TOKYO, DayNotice, OpeningException, OpeningRule, Schedule

MIDNIGHT = time(0)
WEEKDAYS = (
    gettext_lazy("月"),
    gettext_lazy("火"),
    gettext_lazy("水"),
    gettext_lazy("木"),
    gettext_lazy("金"),
    gettext_lazy("土"),
    gettext_lazy("日"),
)
WEEKDAYS_LONG = (
    gettext_lazy("月曜"),
    gettext_lazy("火曜"),
    gettext_lazy("水曜"),
    gettext_lazy("木曜"),
    gettext_lazy("金曜"),
    gettext_lazy("土曜"),
    gettext_lazy("日曜"),
)
BARE_NOUN = re.compile(r"[お御]?[一-龠々ァ-ヺー]+")
ENDS_IN_BRACKET = re.compile(r"(.+)（([^（）]+)）$")
# A day and month alone are understood as the next ones; what lies further away says its year.
YEAR_UNDERSTOOD = timedelta(days=180)
# Said again and again in the same words: of a town's resources few hundred are different on a day.
MOST_SAID = 4_000


def describe_status(status: OpenStatus, at: datetime) -> str:
    """Whether it is open at the aware moment for which `status` was made, and what comes next."""
    return _in_words(status, at.astimezone(TOKYO).date(), _is_far(status, at), get_language())


@lru_cache(maxsize=MOST_SAID)
def _in_words(status: OpenStatus, today: date, is_far: bool, _language: str | None) -> str:
    if status.state == "open":
        return _open(status, today)
    if status.state == "unknown":
        if status.opens_at is None:
            return _("時間は分かっていません。行く前に確かめてください")
        return _("ふだんの時間は分かっていません。%(next)s") % {"next": _next(status.opens_at, today, is_far)}
    if status.opens_at is not None and status.opens_at.date() == today:
        return _next(status.opens_at, today, is_far) + _bracketed([status.reason])
    following = _next(status.opens_at, today, is_far) if status.opens_at else _("次に開く日は分かっていません")
    return _("%(now)s。%(next)s") % {"now": _closed(status), "next": following}


def describe_schedule(schedule: Schedule, today: date | None = None) -> list[str]:
    """The rules, a line each, then what holds on holidays; empty when nothing is known.

    Times of the same days stand in one line (lunch breaks). With `today`, rules that ended before it are left out.
    """
    return list(_rules_in_words(schedule.rules, today, get_language()))


# A record is read anew for its page, and its rules are those of yesterday.
@lru_cache(maxsize=MOST_SAID)
def _rules_in_words(all_rules: tuple[OpeningRule, ...], today: date | None, _language: str | None) -> tuple[str, ...]:
    rules = [rule for rule in all_rules if not (today and rule.valid_to and rule.valid_to < today)]
    policies = {rule.holidays for rule in rules}
    same_for_all = len(policies - {"only"}) == 1
    alike: dict[OpeningRule, list[OpeningRule]] = {}
    for rule in rules:
        alike.setdefault(rule.model_copy(update={"opens": MIDNIGHT, "closes": MIDNIGHT}), []).append(rule)
    lines = [_line(group, "" if same_for_all else _holidays(group[0]), today) for group in alike.values()]
    if policies == {"closed"}:
        lines.append(_("祝日は休みです"))
    elif "open" in policies and same_for_all:
        lines.append(_("祝日も開いています"))
    return tuple(lines)


def describe_line(status: OpenStatus, at: datetime) -> str:
    """Whether a telephone line answers at an aware moment, in one sentence; nothing where nobody knows."""
    return _line_in_words(status, at.astimezone(TOKYO).date(), _is_far(status, at), get_language())


@lru_cache(maxsize=MOST_SAID)
def _line_in_words(status: OpenStatus, today: date, is_far: bool, _language: str | None) -> str:
    if status.state == "open":
        until = _until(status.closes_at, today) if status.closes_at else _("24時間")
        return _("いまつながります") + _bracketed([until])
    if status.state == "closed" and status.opens_at:
        return _next(status.opens_at, today, is_far).replace(_("開きます"), _("つながります"))
    return _("いまはつながりません") if status.state == "closed" else ""


def _is_far(status: OpenStatus, at: datetime) -> bool:
    return status.opens_at is not None and status.opens_at - at > YEAR_UNDERSTOOD


def describe_rule(rule: OpeningRule, today: date | None = None) -> str:
    """One rule in one line; that it is closed on holidays is not said, that it is open then is."""
    return _line([rule], _holidays(rule) if rule.holidays == "open" else "", today)


def describe_exceptions(schedule: Schedule, today: date) -> list[str]:
    """What notices of bad days say, then closed days and special hours; those that are not over, a line each, earliest first."""
    coming = [exception for exception in schedule.exceptions if exception.end >= today]
    coming.sort(key=lambda exception: (exception.start, exception.end, exception.opens or MIDNIGHT))
    begins = datetime.combine(today, MIDNIGHT, TOKYO)
    told = [one for one in schedule.notices if one.kind != "words" and (one.until is None or one.until > begins)]
    told.sort(key=lambda notice: notice.since)
    # Two that say the same are said once.
    return list(
        dict.fromkeys(
            [*(describe_notice(one, today) for one in told), *(_exception(exception, today) for exception in coming)]
        )
    )


def describe_words(schedule: Schedule, at: datetime) -> list[str]:
    """The words alone that notices say at an aware moment, each once."""
    return list(dict.fromkeys(one.reason for one in schedule.notices if one.kind == "words" and one.holds(at)))


def describe_notice(notice: DayNotice, today: date) -> str:
    """A notice in one line: when, what, why."""
    what = _times(*notice.times) if notice.times else _("お休み") if notice.kind == "closed" else ""
    if notice.opens_daily:
        what = _("%(times)s（ふだん休みの日も）") % {"times": what}
    return " ".join(filter(None, (describe_span(notice.since, notice.until, today), what))) + _bracketed(
        [notice.reason]
    )


def describe_moment(at: datetime, today: date) -> str:
    """A day and a time, the end of a day as 24:00: 「11月27日（金） 18:00」."""
    at = at.astimezone(TOKYO)
    is_midnight = at.time() == MIDNIGHT
    day = at.date() - timedelta(days=is_midnight)
    words = {"day": _day_with_weekday(day, today.year), "time": _("24:00") if is_midnight else _clock(at.time())}
    return _("%(day)s %(time)s") % words


def describe_span(since: datetime, until: datetime | None, today: date) -> str:
    """From one aware moment to another, as days where they are whole: 「9月12日（土） 13:00〜9月13日（日） 9:00」."""
    since = since.astimezone(TOKYO)
    begins = _day_with_weekday(since.date(), today.year)
    if since.time() != MIDNIGHT:
        begins = _("%(day)s %(time)s") % {"day": begins, "time": _clock(since.time())}
    if until is None:
        return _("%(start)sから、しばらくのあいだ") % {"start": begins}
    until = until.astimezone(TOKYO)
    is_whole = until.time() == MIDNIGHT
    last = until.date() - timedelta(days=is_whole)
    if last == since.date():
        if is_whole:
            return begins if since.time() == MIDNIGHT else _("%(start)s〜24:00") % {"start": begins}
        begins = begins if since.time() != MIDNIGHT else _("%(day)s 0:00") % {"day": begins}
        return _("%(start)s〜%(time)s") % {"start": begins, "time": _clock(until.time())}
    ends = _day_with_weekday(last, last.year if last - today <= YEAR_UNDERSTOOD else today.year)
    if not is_whole:
        ends = _("%(day)s %(time)s") % {"day": ends, "time": _clock(until.time())}
    return _("%(start)s〜%(end)s") % {"start": begins, "end": ends}


def describe_openings(openings: Sequence[Interval], today: date) -> str:
    """The openings of one day（`rules.coming_openings`）: 「11月28日（土） 13:30〜15:00」."""
    times = _("、").join(_times(item.start.time(), item.end.time()) for item in openings)
    day = _day_with_weekday(openings[0].start.date(), today.year)
    return _("%(days)s %(times)s") % {"days": day, "times": times}


def _open(status: OpenStatus, today: date) -> str:
    until = _until(status.closes_at, today) if status.closes_at else _("24時間")
    return _("いま開いています") + _bracketed([until, status.note, status.reason])


def _closed(status: OpenStatus) -> str:
    if not status.day_off:
        return _("いまは閉まっています") + _bracketed([status.reason])
    if not status.reason:
        return _("臨時のお休みです")
    # Reasons are free text. 「のため」 follows a bare noun well, but not 「館が使えません」 or 「夏休み」.
    if BARE_NOUN.fullmatch(status.reason):
        return _("%(reason)sのためお休みです") % {"reason": status.reason}
    return _("お休みです") + _bracketed([status.reason])


def _next(opens_at: datetime, today: date, is_far: bool) -> str:
    clock = {"time": _clock(opens_at.time())}
    match (opens_at.date() - today).days:
        case 0:
            return _("今日 %(time)s から開きます") % clock
        case 1:
            return _("明日 %(time)s から開きます") % clock
    day = _day_with_weekday(opens_at.date(), None if is_far else opens_at.year)
    return _("次は %(day)s%(time)s から") % {"day": day, **clock}


def _until(closes_at: datetime, today: date) -> str:
    midnight = closes_at.time() == MIDNIGHT
    day = closes_at.date() - timedelta(days=midnight)
    clock = _("24:00") if midnight else _clock(closes_at.time())
    if day == today:
        return _("%(time)sまで") % {"time": clock}
    if not midnight and day == today + timedelta(days=1):
        return _("翌%(time)sまで") % {"time": clock}
    return _("%(day)s%(time)sまで") % {"day": _day(day, today.year), "time": clock}


def _line(rules: Sequence[OpeningRule], holidays: str, today: date | None) -> str:
    first = rules[0]
    times = _("、").join(_times(rule.opens, rule.closes) for rule in sorted(rules, key=lambda rule: rule.opens))
    line = _("%(days)s %(times)s") % {"days": _days(first), "times": times}
    return line + _bracketed([_period(first, today), holidays, first.note])


def _holidays(rule: OpeningRule) -> str:
    return {"open": _("祝日も開いています"), "closed": _("祝日は休み"), "only": ""}[rule.holidays]


def _days(rule: OpeningRule) -> str:
    days = sorted(set(rule.weekdays))
    if rule.holidays == "only":
        text = _("祝日")
    elif rule.nth:
        text = _nth(rule.nth, days)
    elif len(days) == len(WEEKDAYS):
        text = _("毎日")
    elif len(days) == 1:
        text = str(WEEKDAYS_LONG[days[0]])
    else:
        text = _folded(days)
    return _("1週おきの%(days)s") % {"days": text} if rule.every_other_week_from else text


def _nth(nth: Iterable[int], days: Sequence[int]) -> str:
    numbers = [_("第%(number)s") % {"number": number} for number in sorted(set(nth)) if number > 0]
    names = _("・").join(str(WEEKDAYS_LONG[day]) for day in days)
    if -1 not in nth:
        # 「第1・第3土曜」, but 「第1・第3の火曜・木曜」: without の the numbers seem to belong to the first day only.
        pattern = _("%(nth)s%(days)s") if len(days) == 1 else _("%(nth)sの%(days)s")
    elif numbers:
        numbers.append(_("最終"))
        pattern = _("%(nth)sの%(days)s")
    else:
        pattern = _("毎月最終の%(days)s")
    return pattern % {"nth": _("・").join(numbers), "days": names}


def _folded(days: Sequence[int]) -> str:
    """Three or more days in a row become 「月〜金」."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = []
    for run in runs:
        if len(run) > 2:
            parts.append(_("%(first)s〜%(last)s") % {"first": WEEKDAYS[run[0]], "last": WEEKDAYS[run[-1]]})
        else:
            parts += [str(WEEKDAYS[day]) for day in run]
    return _("・").join(parts)


def _times(opens: time, closes: time) -> str:
    if opens == closes == MIDNIGHT:
        return _("24時間")
    if closes == MIDNIGHT:
        end = _("24:00")
    elif closes <= opens:
        end = _("翌%(time)s") % {"time": _clock(closes)}
    else:
        end = _clock(closes)
    return _("%(opens)s〜%(closes)s") % {"opens": _clock(opens), "closes": end}


def _period(rule: OpeningRule, today: date | None) -> str:
    start, end = rule.valid_from, rule.valid_to
    if start and end:
        year: int | None = today.year if today else start.year
        # Both or neither with their year: 「2026年12月1日〜2月28日」 would leave the second one open.
        if start.year != year or end.year != year:
            year = None
        return _("%(start)s〜%(end)sだけ") % {"start": _day(start, year), "end": _day(end, year)}
    present = today.year if today else None
    if start and not (today and start <= today):
        return _("%(start)sから") % {"start": _day(start, present)}
    return _("%(end)sまで") % {"end": _day(end, present)} if end else ""


def _exception(exception: OpeningException, today: date) -> str:
    days = _day_with_weekday(exception.start, today.year)
    if exception.end != exception.start:
        # A turn of the year that lies before us is plain without its number: 「12月29日（火）〜1月3日（日）」.
        year = exception.end.year if exception.end - today <= YEAR_UNDERSTOOD else today.year
        days = _("%(start)s〜%(end)s") % {"start": days, "end": _day_with_weekday(exception.end, year)}
    what = _times(*exception.times) if exception.times else _("お休み")
    return _("%(days)s %(what)s") % {"days": days, "what": what} + _bracketed([exception.reason])


def _day(day: date, present_year: int | None) -> str:
    if day.year == present_year:
        return _("%(month)s月%(day)s日") % {"month": day.month, "day": day.day}
    return _("%(year)s年%(month)s月%(day)s日") % {"year": day.year, "month": day.month, "day": day.day}


def _day_with_weekday(day: date, present_year: int | None) -> str:
    return _("%(day)s（%(weekday)s）") % {"day": _day(day, present_year), "weekday": WEEKDAYS[day.weekday()]}


def _clock(clock: time) -> str:
    return f"{clock.hour}:{clock.minute:02}"


def _bracketed(details: Iterable[str]) -> str:
    # What editors write may end in a bracket of its own; two within each other are hard to read.
    flat = [ENDS_IN_BRACKET.sub(r"\1、\2", detail) for detail in details if detail]
    return _("（%(details)s）") % {"details": _("、").join(flat)} if flat else ""
