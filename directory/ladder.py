"""The ladder of an entry that nobody confirms: due, asked again, called, labelled, demoted, suggested to rest.

Two pure functions, and the days between the steps as the city set them. Mails, calls, the label on pages and the order of
results all ask here; nothing stores a step, so every one of them changes with the day and with the settings, by itself.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, fields
from datetime import date, timedelta

from .cache import remembered
from .choices import Step
from .models import FreshnessSettings

# What is remembered of the settings is forgotten under this name (`signals.MEMORIES`).
MEMORY = "freshness"


@dataclass(frozen=True, slots=True)
class Days:
    """The days of `FreshnessSettings`: from the day of asking, and from the due day."""

    remind_after: int = 14
    call_after: int = 28
    label_after: int = 60
    demote_after: int = 120
    suggest_after: int = 240


def days() -> Days:
    """As the city set them."""
    return remembered(MEMORY, "days", _days)


def _days() -> Days:
    row = FreshnessSettings.objects.first()
    return Days(**{field.name: getattr(row, field.name) for field in fields(Days)}) if row else Days()


def next_on(confirmed: date | None, months: int, since: date) -> date | None:
    """The day from which somebody is to be asked: `months` after the last confirmation, or from the beginning where nobody
    ever confirmed. None for what is never asked about. The 31st becomes the last day of a shorter month.
    """
    if not months:
        return None
    if confirmed is None:
        return since
    year, month = divmod(confirmed.month - 1 + months, 12)
    year, month = confirmed.year + year, month + 1
    return date(year, month, min(confirmed.day, monthrange(year, month)[1]))


def step(due: date | None, asked: date | None, today: date, days: Days) -> Step:
    """On which rung an entry stands that is due on `due` and about which somebody was asked on `asked`.

    What residents see counts from the due day, whether or not a mail went out: it is about what is known, not about who is to
    blame. Whom the city calls counts from the day of asking: nobody is called about a mail that they never got. A day before
    the due day was of an earlier round.
    """
    if due is None or today < due:
        return Step.FRESH
    late = (today - due).days
    for rung, after in (
        (Step.SUGGESTED, days.suggest_after),
        (Step.DEMOTED, days.demote_after),
        (Step.LABELLED, days.label_after),
    ):
        if late >= after:
            return rung
    return chase(due, asked, today, days)


def chase(due: date | None, asked: date | None, today: date, days: Days) -> Step:
    """What the city does about it meanwhile, whatever residents see by now: ask, ask again, call."""
    if due is None or today < due:
        return Step.FRESH
    if asked is None or asked < due:
        return Step.DUE
    waited = (today - asked).days
    if waited >= days.call_after:
        return Step.CALL
    return Step.REMINDER if waited >= days.remind_after else Step.DUE


def is_labelled(due: date | None, today: date) -> bool:
    """Whether pages say of it that nobody has confirmed it for long."""
    return step(due, None, today, days()) >= Step.LABELLED


def demoted_until(today: date) -> date:
    """What was due on this day or before stands behind others in results."""
    return today - timedelta(days=days().demote_after)
