"""Signs put together to the parts of a sentence about opening times: days, times, what is closed, a period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from .signs import EVERY_DAY, Clock, Day, Sign, Unread

EVERY_NTH = frozenset(range(1, 6))
WEEKEND = frozenset({5, 6})


@dataclass(frozen=True, slots=True)
class Group:
    """Days that stand together, with the same number in the month; `holiday`: national holidays too."""

    days: frozenset[int] = frozenset()
    nth: tuple[int, ...] = ()
    holiday: bool = False
    every: bool = False
    workday: bool = False

    @property
    def holiday_only(self) -> bool:
        """Whether it is nothing but holidays."""
        return self.holiday and not self.days


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sentence. Kinds: days, times, closed, break, included, always, period, label; and marks between them."""

    kind: str
    groups: tuple[Group, ...] = ()
    opens: Clock | None = None
    closes: Clock | None = None
    yearly: tuple[tuple[tuple[int, int], tuple[int, int], str], ...] = ()
    names: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    label: str = ""
    # Of days: how they were joined. Of closed: whether it names all days on which it is closed.
    listed: bool = False
    spanned: bool = False
    complete: bool = False


CLOSABLE = {"days", "named", "yearly"}


def parts_of(signs: list[Sign]) -> list[Part]:
    """The parts of a sentence, in their order. Raises Unread where signs fit no part."""
    return _close(_Reader(signs).read())


class _Reader:
    """Goes through the signs once."""

    def __init__(self, signs: list[Sign]) -> None:
        self.signs = signs
        self.at = 0

    def read(self) -> list[Part]:
        """Parts with the marks of closing still beside them."""
        parts: list[Part] = []
        while self.at < len(self.signs):
            sign = self.signs[self.at]
            step: Callable[[], Part | None] | None = {
                "day": self._days,
                "nth": self._days,
                "weekly": self._days,
                "time": self._times,
                "date": self._period,
                "monthday": self._yearly,
            }.get(sign.kind)
            if step is not None:
                part = step()
            else:
                part = self._simple(sign)
                self.at += 1
            if part is not None:
                parts.append(part)
        return parts

    def _kind(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.signs[place].kind if place < len(self.signs) else ""

    def _simple(self, sign: Sign) -> Part | None:
        if sign.kind == "around":
            return Part("times", opens=Clock(0, "am"), closes=Clock(24 * 60, "am"), label="around")
        if sign.kind == "label":
            return Part("label", label=_stem(sign.text))
        if sign.kind in {"always", "included", "closed", "closedlabel", "excluded", "except", "lunch"}:
            return Part(sign.kind, label=sign.text)
        if sign.kind == "named":
            return Part("named", names=(sign.text,))
        if sign.kind in {"open", "shut", "and", "end", "topic"}:
            return Part(sign.kind)
        if sign.kind == "of":
            return None
        if sign.kind == "fortnight":
            raise Unread(_("隔週の、数えはじめの日がありません"))
        if sign.kind == "month":
            raise Unread(_("季節や月で変わる時間は、決まった曜日にできません"))
        raise Unread(_("読み方が決まりません（%(word)s）") % {"word": sign.text})

    def _days(self) -> Part:
        groups: list[Group] = []
        nth: tuple[int, ...] = ()
        explicit, listed, spanned, dated = True, False, False, False
        long_before = False
        while True:
            kind = self._kind()
            if kind == "nth":
                nth, explicit, long_before = self.signs[self.at].value, False, False
                self.at += 1
                if self._kind() == "of":
                    explicit = True
                    self.at += 1
                if self._kind() not in {"day"}:
                    raise Unread(_("第何曜日か分かりません"))
                continue
            if kind == "weekly":
                nth, explicit, long_before = (), True, False
                self.at += 1
                if self._kind() == "of":
                    self.at += 1
                continue
            if kind != "day":
                break
            day: Day = self.signs[self.at].value
            if nth and not explicit and long_before:
                # 「第2土曜・日曜」: is it every Sunday?
                raise Unread(_("第何週かが、どの曜日までか分かりません"))
            if nth and (day.holiday or day.every or day.workday):
                raise Unread(_("第何週かが、どの曜日までか分かりません"))
            self.at += 1
            days = day.days
            if self._kind() == "range" and self._kind(1) == "day" and len(days) == 1:
                last: Day = self.signs[self.at + 1].value
                if len(last.days) != 1:
                    raise Unread(_("曜日の終わりが分かりません"))
                first_day, last_day = min(days), min(last.days)
                days = frozenset((first_day + step) % 7 for step in range((last_day - first_day) % 7 + 1))
                spanned = True
                self.at += 2
                if self._kind() == "until":
                    self.at += 1
            groups.append(Group(days, nth, day.holiday, day.every, day.workday))
            dated = dated or day.long
            if self._kind() == "and" and self._kind(1) in {"day", "nth", "weekly"}:
                listed = True
                long_before = day.long
                self.at += 1
            elif self._kind() in {"day", "nth", "weekly"}:
                long_before = day.long and self._kind() == "day"
            else:
                break
        if not groups:
            raise Unread(_("曜日がありません"))
        return Part("days", groups=_joined(groups), listed=listed, spanned=spanned)

    def _times(self) -> Part:
        opens: Clock = self.signs[self.at].value
        self.at += 1
        if self._kind() != "range" or self._kind(1) != "time":
            if self._kind() == "range":
                raise Unread(_("終わりの時刻がありません"))
            raise Unread(_("始まりか終わりの時刻がありません"))
        closes: Clock = self.signs[self.at + 1].value
        self.at += 2
        if self._kind() == "until":
            self.at += 1
        return Part("times", opens=opens, closes=closes)

    def _period(self) -> Part:
        start: date = self.signs[self.at].value
        self.at += 1
        if self._kind() == "until":
            self.at += 1
            return Part("period", end=start)
        if self._kind() == "range":
            self.at += 1
            if self._kind() == "date":
                end: date = self.signs[self.at].value
                self.at += 1
                if self._kind() == "until":
                    self.at += 1
                if end < start:
                    raise Unread(_("期間の終わりが、始まりより前です"))
                return Part("period", start=start, end=end)
            if self._kind() in {"monthday", "daynumber", "month", "time"}:
                raise Unread(_("期間の終わりが分かりません"))
            return Part("period", start=start)
        return Part("period", start=start, end=start)

    def _yearly(self) -> Part:
        first: tuple[int, int] = self.signs[self.at].value
        self.at += 1
        last = first
        if self._kind() == "range":
            self.at += 1
            if self._kind() == "monthday":
                last = self.signs[self.at].value
            elif self._kind() == "daynumber":
                last = (first[0], self.signs[self.at].value)
            else:
                raise Unread(_("休みの終わりの日が分かりません"))
            self.at += 1
        if self._kind() == "until":
            self.at += 1
        return Part("yearly", yearly=((first, last, ""),))


def _stem(text: str) -> str:
    """What a label is about: 開館 of 開館時間; nothing of 時間."""
    for end in ("時間帯", "時間", "日時", "曜日", "時刻", "日"):
        text = text.removesuffix(end)
    return text.removesuffix("可能")


def _joined(groups: list[Group]) -> tuple[Group, ...]:
    """Groups with the same number in the month as one; holidays belong to those of every week."""
    joined: dict[tuple[int, ...], Group] = {}
    for group in groups:
        known = joined.get(group.nth, Group(nth=group.nth))
        joined[group.nth] = replace(
            known,
            days=known.days | group.days,
            holiday=known.holiday or group.holiday,
            every=known.every or group.every,
            workday=known.workday or group.workday,
        )
    return tuple(joined.values())


def _close(parts: list[Part]) -> list[Part]:
    """Says of each day, name and date whether it is closed: what stands before 「は休み」 or behind 「休館日」."""
    done: list[Part] = []
    position = 0
    while position < len(parts):
        part = parts[position]
        position += 1
        if part.kind == "closedlabel":
            position = _close_following(part, parts, position, done)
        elif part.kind in {"closed", "excluded"}:
            _close_preceding(part, done)
        elif part.kind == "except":
            _close_preceding(part, done)
            done[-1] = replace(done[-1], complete=True)
        elif part.kind == "included":
            _include(done)
        elif part.kind == "lunch":
            while position < len(parts) and parts[position].kind == "topic":
                position += 1
            if position >= len(parts) or parts[position].kind != "times":
                raise Unread(_("休憩の時間が分かりません"))
            done.append(replace(parts[position], kind="break"))
            position += 1
        else:
            done.append(part)
    for part in done:
        if part.kind in {"named", "yearly"}:
            raise Unread(_("いつのことか分かりません（%(word)s）") % {"word": "、".join(part.names) or _("月日")})
    return done


def _close_following(label: Part, parts: list[Part], position: int, done: list[Part]) -> int:
    """「休館日: 月曜、年末年始」; where nothing follows it is said of what stands before."""
    items: list[Part] = []
    depth = 0
    while position < len(parts):
        part = parts[position]
        if part.kind == "shut" and depth == 0:
            break
        depth += {"open": 1, "shut": -1}.get(part.kind, 0)
        if part.kind in CLOSABLE:
            items.append(part)
        elif part.kind not in {"and", "topic", "open", "shut"}:
            break
        position += 1
    # 「休館日は月曜です、開館は…」 may end with a word of its own.
    if position < len(parts) and parts[position].kind in {"closed", "excluded", "except", "included"}:
        raise Unread(_("どの日が休みか分かりません"))
    if not items:
        _close_preceding(label, done)
        return position
    if done and done[-1].kind == "days":
        raise Unread(_("どの日が休みか分かりません"))
    done.append(_closed(items, complete=True))
    return position


def _close_preceding(word: Part, done: list[Part]) -> None:
    items: list[Part] = []
    if done and done[-1].kind == "times" and done[-1].label != "around":
        done[-1] = replace(done[-1], kind="break")
        return
    depth = 0
    while done:
        part = done[-1]
        if part.kind == "open" and depth == 0:
            break
        depth += {"shut": 1, "open": -1}.get(part.kind, 0)
        if part.kind in CLOSABLE:
            items.insert(0, part)
        elif part.kind not in {"and", "topic", "open", "shut"}:
            break
        done.pop()
    if not items:
        raise Unread(_("どの日が休みか分かりません"))
    if any(item.spanned for item in items) and word.kind == "excluded":
        # 「月〜金、祝日を除く」: what is excluded?
        raise Unread(_("どの日を除くのか分かりません"))
    weekly = any(group.days and not group.nth for item in items for group in item.groups)
    complete = _names_weekend(items) if word.kind == "excluded" else weekly or word.kind == "closedlabel"
    done.append(_closed(items, complete=complete))


def _names_weekend(items: list[Part]) -> bool:
    """Whether days that are excluded are those on which an office is closed; then the others are open."""
    days = frozenset().union(*(group.days for item in items for group in item.groups))
    numbered = any(group.nth for item in items for group in item.groups)
    return not numbered and (days == WEEKEND or (len(days) == 1 and not any(item.listed for item in items)))


def _closed(items: list[Part], complete: bool) -> Part:
    yearly: list[tuple[tuple[int, int], tuple[int, int], str]] = []
    names: list[str] = []
    for item in items:
        if item.kind == "named":
            names += item.names
        for first, last, _name in item.yearly:
            # 「年末年始（12月29日〜1月3日）」: the days of the name before it.
            yearly.append((first, last, names.pop() if names else ""))
    groups = tuple(group for item in items for group in item.groups)
    days = frozenset().union(*(group.days for group in groups)) if groups else frozenset()
    if days == EVERY_DAY:
        raise Unread(_("開いている日がありません"))
    return Part("closed", groups=groups, yearly=tuple(yearly), names=tuple(names), complete=complete and bool(days))


def _include(done: list[Part]) -> None:
    """「（祝日を含む）」, 「祝日も開館」."""
    while done and done[-1].kind in {"and", "topic"}:
        done.pop()
    if not done or done[-1].kind != "days" or not all(group.holiday for group in done[-1].groups):
        raise Unread(_("何を含むのか分かりません"))
    groups = done.pop().groups
    days = frozenset().union(*(group.days for group in groups))
    clauses = [part for part in done if part.kind == "days"]
    if len(clauses) > 1 or (days and not (clauses and all(days <= group.days for group in clauses[0].groups[:1]))):
        raise Unread(_("何を含むのか分かりません"))
    done.append(Part("included"))
