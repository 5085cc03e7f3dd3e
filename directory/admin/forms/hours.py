"""Opening times by a sentence: read as an import reads them, shown back in words and as the next days, and put into rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from ...exchange.tables.reading.opening.words import LONGEST, Rule, read_hours
from ...hours.rules import OpeningRule as Opening
from ...hours.rules import Schedule, coming_openings
from ...hours.text import describe_exceptions, describe_openings, describe_schedule
from ...models import OpeningRule, Resource
from ...public.projection import schedule_of

DAYS_SHOWN = 4
LONGEST_SENTENCE = LONGEST


@dataclass(frozen=True, slots=True)
class Shown:
    """Opening times as somebody checks them: the rules in words, and the next days on which it opens."""

    lines: Sequence[str] = ()
    days: Sequence[str] = ()
    exceptions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence was understood as. Without `rules`, `why` says in Japanese what could not be read, and `note` is the whole
    sentence; with rules, `note` is what is no rule, and `remark` what was taken for granted.
    """

    rules: tuple[Rule, ...] = ()
    note: str = ""
    why: str = ""
    remark: str = ""

    @property
    def schedule(self) -> Schedule:
        """The rules as those who reckon with them know them."""
        return Schedule(rules=tuple(Opening.model_validate(asdict(rule)) for rule in self.rules))

    def rows(self) -> list[dict[str, Any]]:
        """The rules by the names of the form's fields, as JSON has them."""
        return [
            {
                **asdict(rule),
                "valid_from": rule.valid_from.isoformat() if rule.valid_from else "",
                "valid_to": rule.valid_to.isoformat() if rule.valid_to else "",
            }
            for rule in self.rules
        ]

    def new_rules(self) -> list[OpeningRule]:
        """The rules as rows of an entry, not saved."""
        return [
            OpeningRule(
                weekdays=list(rule.weekdays),
                nth=list(rule.nth),
                opens=_clock(rule.opens),
                closes=_clock(rule.closes),
                holidays=rule.holidays,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
            )
            for rule in self.rules
        ]


def read_sentence(text: str) -> Reading:
    """A sentence of opening times; never raises, for what cannot be read for sure is a note."""
    hours = read_hours(text.strip())
    if not hours.rules:
        return Reading(note=hours.note, why=hours.unread)
    remarks = []
    if not hours.says_holidays:
        remarks.append(_("祝日のことが書かれていないので、祝日は休みとします。"))
    if hours.undated:
        remarks.append(
            _("「{names}」は日付が分からないので、備考にだけ入れます。").format(names="、".join(hours.undated))
        )
    return Reading(rules=hours.rules, note=hours.note, remark="".join(remarks))


def shown(schedule: Schedule, today: date) -> Shown:
    """Rules in words, the next days, and days that are otherwise."""
    openings = coming_openings(schedule, today, days=DAYS_SHOWN)
    return Shown(
        lines=describe_schedule(schedule, today),
        days=[describe_openings(opened, today) for opened in openings],
        exceptions=describe_exceptions(schedule, today),
    )


def shown_of(resource: Resource, today: date) -> Shown:
    """Those of an entry as it stands in memory; nothing while a row of it is not complete."""
    try:
        return shown(schedule_of(resource), today)
    except ValidationError:
        return Shown()


def _clock(text: str) -> time:
    hours, minutes = text.split(":")
    # As the register writes the end of a day.
    return time(int(hours) % 24, int(minutes))
