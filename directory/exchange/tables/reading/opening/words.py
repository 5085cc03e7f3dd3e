"""Opening times as Japanese sentences say them, read into rules: 「月〜金 9:00-17:00（祝日除く）」, 「第2・4土曜 13時〜16時」.

A wrong opening time is worse than a note. So a sentence becomes rules only if each of its words is known and there is one
meaning; everything else (an open end, 隔週 without a date, seasons, 「祝日の場合は翌日」) stays a note. What is closed every year
(12/29〜1/3) cannot be a rule: it is told beside them. Where a sentence says nothing about national holidays, they count as
closed, as in the register, and `says_holidays` is false.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise

from django.utils.translation import gettext as _

from .parts import EVERY_NTH, Group, Part, parts_of
from .signs import EVERY_DAY, Clock, Unread, prepared, signs_of, split_remarks

DAY_MINUTES = 24 * 60
EARLY, LATE, MORNING = 5 * 60, 17 * 60, 9 * 60
LONGEST = 1_000
BRACKETS = (("(", ")"), ("[", "]"), ("【", "】"), ("「", "」"))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as `hours.rules.OpeningRule` means it; times as 09:00."""

    weekdays: tuple[int, ...]
    opens: str
    closes: str
    nth: tuple[int, ...] = ()
    holidays: str = "closed"
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """Days of every year on which it is closed, first and last as (month, day)."""

    first: tuple[int, int]
    last: tuple[int, int]
    name: str = ""

    def __str__(self) -> str:
        days = _("%(month)s月%(day)s日") % {"month": self.first[0], "day": self.first[1]}
        if self.last != self.first:
            days += _("〜%(month)s月%(day)s日") % {"month": self.last[0], "day": self.last[1]}
        return f"{self.name}（{days}）" if self.name else days


@dataclass(frozen=True, slots=True)
class Hours:
    """What a sentence says. Without rules, `unread` says why and `note` is the sentence; with rules, `note` is what is no rule.

    `undated` names what is closed on days that are not said (お盆).
    """

    rules: tuple[Rule, ...] = ()
    closures: tuple[Closure, ...] = ()
    note: str = ""
    unread: str = ""
    undated: tuple[str, ...] = ()
    says_holidays: bool = False


@lru_cache(maxsize=8192)
def read_hours(text: str) -> Hours:
    """A sentence about opening times as rules, or as a note with the reason why it could not be read."""
    text = text.strip()
    if not text:
        return Hours()
    if len(text) > LONGEST:
        return Hours(note=text, unread=_("文が長すぎます"))
    try:
        folded = prepared(text)
        if any(folded.count(opened) != folded.count(shut) for opened, shut in BRACKETS):
            # A cell that was cut off: what is missing may be 「休み」.
            raise Unread(_("かっこが閉じていません"))
        main, remarks = split_remarks(folded)
        return _Statement(parts_of(signs_of(main))).hours(remarks)
    except Unread as error:
        return Hours(note=text, unread=str(error))


class _Statement:
    """The parts of a sentence, put together."""

    def __init__(self, parts: list[Part]) -> None:
        self.closed = [part for part in parts if part.kind == "closed"]
        self.breaks = [self._span(part) for part in parts if part.kind == "break"]
        self.always = any(part.kind == "always" for part in parts)
        self.period = _only([part for part in parts if part.kind == "period"])
        self.included = any(part.kind == "included" for part in parts)
        self.parts = [part for part in parts if part.kind in {"days", "times"}]
        _check_order([part.kind for part in parts if part.kind in {"days", "times", "closed"}])
        labels = {part.label for part in parts if part.kind == "label" and part.label}
        if len(labels) > 1:
            raise Unread(_("何の時間かが、いくつもあります（%(names)s）") % {"names": "、".join(sorted(labels))})

    def hours(self, remarks: list[str]) -> Hours:
        """Rules and what is beside them. Raises Unread."""
        clauses = self._clauses()
        closed_days = [group for part in self.closed for group in part.groups if not group.holiday_only]
        closed_holidays = any(group.holiday for part in self.closed for group in part.groups)
        closures = tuple(Closure(*days) for part in self.closed for days in part.yearly)
        names = [name for part in self.closed for name in part.names]
        if closed_holidays and (self.included or any(group.holiday for groups, _spans in clauses for group in groups)):
            raise Unread(_("祝日のことが、2とおりに書かれています"))
        opens_holidays = self.included or self.always or any(group.every for groups, _t in clauses for group in groups)
        if self.period and self.period.start and self.period.start == self.period.end:
            opens_holidays = True
            weekday = {self.period.start.weekday()}
            if any(group.days != weekday or group.nth for groups, _spans in clauses for group in groups):
                raise Unread(_("日付と曜日が合いません"))
        rules = []
        for groups, spans in clauses:
            for group in groups:
                policy = "closed" if closed_holidays or group.workday or not opens_holidays else "open"
                rules += self._rules(group, spans, policy, closed_days)
        if not rules:
            raise Unread(_("開いている日がありません"))
        rules = list(dict.fromkeys(rules))
        _check_overlaps(rules)
        said = (
            closed_holidays
            or opens_holidays
            or any(group.holiday or group.workday for groups, _spans in clauses for group in groups)
        )
        note = "、".join([*map(str, closures), *names])
        note = _("%(days)sは休み") % {"days": note} if note else ""
        return Hours(
            tuple(rules), closures, "。".join(filter(None, [note, *remarks])), undated=tuple(names), says_holidays=said
        )

    def _clauses(self) -> list[tuple[list[Group], list[tuple[int, int]]]]:
        """Groups of days with their times: days before times, or times before days, never both in one sentence."""
        runs: list[tuple[str, list[Part]]] = []
        for part in self.parts:
            if runs and runs[-1][0] == part.kind:
                runs[-1][1].append(part)
            else:
                runs.append((part.kind, [part]))
        kinds = [kind for kind, _parts in runs]
        if "times" not in kinds:
            raise Unread(_("時刻がありません"))
        if "days" not in kinds:
            return [(self._days_unsaid(), self._spans(runs[0][1]))]
        if kinds[0] == kinds[-1]:
            raise Unread(_("どの曜日の時間か分かりません"))
        clauses = []
        for (_first, before), (_second, after) in zip(runs[::2], runs[1::2], strict=True):
            days, times = (before, after) if kinds[0] == "days" else (after, before)
            clauses.append(([group for part in days for group in part.groups], self._spans(times)))
        return clauses

    def _days_unsaid(self) -> list[Group]:
        """Days that follow from others: all but the closed ones, the day of a date, every day of 年中無休."""
        if self.always:
            return [Group(EVERY_DAY, every=True)]
        if self.period and self.period.start and self.period.start == self.period.end:
            return [Group(frozenset({self.period.start.weekday()}), every=True)]
        if any(part.complete for part in self.closed):
            return [Group(EVERY_DAY)]
        if not self.closed and not self.period and all(part.label == "around" for part in self.parts):
            return [Group(EVERY_DAY, every=True)]
        raise Unread(_("曜日がありません"))

    def _spans(self, parts: list[Part]) -> list[tuple[int, int]]:
        spans = sorted(self._span(part) for part in parts)
        for start, end in self.breaks:
            cut: list[tuple[int, int]] = []
            for opens, closes in spans:
                if opens < start and end < closes:
                    cut += [(opens, start), (end, closes)]
                elif end <= opens or closes <= start:
                    cut.append((opens, closes))
                else:
                    raise Unread(_("休憩の時間が、開いている時間の中にありません"))
            spans = cut
        for (_opens, closes), (opens, _closes) in pairwise(spans):
            if opens < closes:
                raise Unread(_("時間が重なっています"))
        return spans

    def _span(self, part: Part) -> tuple[int, int]:
        if part.opens is None or part.closes is None:
            raise Unread(_("時刻がありません"))
        return _span(part.opens, part.closes)

    def _rules(self, group: Group, spans: list[tuple[int, int]], policy: str, closed: list[Group]) -> list[Rule]:
        days: dict[int, frozenset[int]] = {day: frozenset(group.nth or EVERY_NTH) for day in group.days}
        for other in closed:
            for day in other.days & group.days:
                days[day] -= frozenset(other.nth or EVERY_NTH)
                if -1 in {*other.nth, *group.nth} and other.nth and days[day]:
                    raise Unread(_("最終週の休みは、決まった曜日にできません"))
        by_nth: dict[tuple[int, ...], list[int]] = {}
        for day, numbers in sorted(days.items()):
            if numbers:
                nth = () if numbers == EVERY_NTH else tuple(sorted(numbers - {-1})) + ((-1,) if -1 in numbers else ())
                by_nth.setdefault(nth, []).append(day)
        rules = []
        for opens, closes in spans:
            written = Rule((), _written(opens), _written(closes))
            if self.period:
                written = replace(written, valid_from=self.period.start, valid_to=self.period.end)
            for nth, numbers_of_days in by_nth.items():
                holidays = "open" if group.holiday else policy
                rules.append(replace(written, weekdays=tuple(numbers_of_days), nth=nth, holidays=holidays))
            if group.holiday and group.days != EVERY_DAY:
                rules.append(replace(written, holidays="only"))
        return rules


def _check_order(kinds: list[str]) -> None:
    """Times behind closed days belong to nobody: 「月〜金 9時〜12時、土曜休み 13時〜15時」. Raises Unread."""
    timed = False
    for before, kind in pairwise(["", *kinds]):
        if kind == "times" and before == "closed" and timed:
            raise Unread(_("どの曜日の時間か分かりません"))
        timed = kind == "times" or (timed and kind == "closed")


def _only(periods: list[Part]) -> Part | None:
    if len(periods) > 1:
        raise Unread(_("期間がいくつもあります"))
    return periods[0] if periods else None


def _span(first: Clock, second: Clock) -> tuple[int, int]:
    """When it opens and closes in minutes; what closes on the next day is more than a day. Raises Unread."""
    opens, closes = first.minutes, second.minutes
    if first.tomorrow or opens >= DAY_MINUTES:
        raise Unread(_("始まりの時刻が分かりません"))
    if first.marked == "pm" and not second.marked and not second.tomorrow and closes < 12 * 60:
        # 「午後1時〜3時」 goes on in the afternoon; 「午後10時〜6時」 may end in the morning.
        if closes + 12 * 60 <= opens:
            raise Unread(_("終わりの時刻が、始まりより前です"))
        closes += 12 * 60
    if second.tomorrow:
        closes += DAY_MINUTES if closes < DAY_MINUTES else 0
    elif closes <= opens:
        if opens >= LATE and closes <= MORNING and not (first.marked and not second.marked):
            closes += DAY_MINUTES
        else:
            raise Unread(_("終わりの時刻が、始まりより前です"))
    if closes - opens > DAY_MINUTES or (closes > DAY_MINUTES and closes - DAY_MINUTES > 12 * 60):
        raise Unread(_("時間が長すぎます"))
    whole_day = (opens, closes) == (0, DAY_MINUTES)
    if opens < EARLY and not first.marked and not whole_day:
        # 「1時〜3時」 is hardly ever in the night.
        raise Unread(_("午前か午後か分かりません"))
    return opens, closes


def _written(minutes: int) -> str:
    minutes %= DAY_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _minutes(rule: Rule) -> tuple[int, int]:
    opens, closes = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (rule.opens, rule.closes))
    return opens, closes if closes > opens else closes + DAY_MINUTES


def _check_overlaps(rules: list[Rule]) -> None:
    """Two different times for the same days are two meanings. Raises Unread."""
    for index, one in enumerate(rules):
        for other in rules[:index]:
            shared = set(one.weekdays) & set(other.weekdays) and (
                not one.nth or not other.nth or set(one.nth) & set(other.nth)
            )
            if one.holidays == other.holidays == "only" or (shared and "only" not in {one.holidays, other.holidays}):
                (opens, closes), (others_open, others_close) = _minutes(one), _minutes(other)
                if opens < others_close and others_open < closes:
                    raise Unread(_("同じ曜日に、ちがう時間が書かれています"))
