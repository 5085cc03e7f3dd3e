"""What all measures share: each is made once, changed by whoever comes first, and noted in the history."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from ..cache import forget
from ..models.days import Measure, MeasureState

One = TypeVar("One", bound=Measure)

# What can still be changed.
STANDING = (MeasureState.WAITING, MeasureState.OPEN)
# What the history says of each step.
ACTIONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "prepare": (gettext_lazy("準備"), gettext_lazy("準備して、承認を待ちました")),
    "open": (gettext_lazy("出す"), gettext_lazy("出しました")),
    "end": (gettext_lazy("終わりを変える"), gettext_lazy("終わりを変えました")),
    "goes_on": (gettext_lazy("まだ続く"), gettext_lazy("まだ続くと確かめました")),
    "release": (gettext_lazy("案内を外す"), gettext_lazy("案内を外しました")),
    "undo": (gettext_lazy("取り消し"), gettext_lazy("取り消しました")),
}


def action(step: str) -> str:
    """The name of a step in Wagtail's log."""
    return f"directory.days.{step}"


def note(measure: Measure, user: Any, step: str, **data: Any) -> None:
    """A line in the history: who, when, which step."""
    log(measure, action(step), user=user if user and user.pk else None, data=data or None)


def add(measure: One, user: Any, *, at_once: bool) -> tuple[One, bool]:
    """Keep a new measure, shown at once or waiting. Returns it, or the one that the same form made before, and whether it is new.

    Raises ValidationError.
    """
    table: Any = type(measure)
    if known := table._default_manager.filter(key=measure.key).first():
        return known, False
    now = timezone.now()
    if measure.until and measure.until <= now:
        raise ValidationError({"until": _("終わりの時刻がもう過ぎています。")})
    measure.made_by = user
    measure.state = MeasureState.OPEN if at_once else MeasureState.WAITING
    measure.opened_at = now if at_once else None
    measure.full_clean()
    try:
        with transaction.atomic():
            measure.save()
    except IntegrityError:
        # The other click was quicker.
        if known := table._default_manager.filter(key=measure.key).first():
            return known, False
        raise
    note(measure, user, "open" if at_once else "prepare")
    return measure, True


def change(measure: Measure, user: Any, step: str, *, only: Collection[str], **values: Any) -> None:
    """Change a measure that is in one of these states, in the database and here. Raises ValidationError where it is not: somebody
    was quicker."""
    with transaction.atomic():
        table = type(measure)
        if not table._default_manager.filter(pk=measure.pk, state__in=only).update(**values):
            measure.refresh_from_db()
            raise ValidationError(
                _("もう取り消してあります。")
                if measure.state == MeasureState.UNDONE
                else _("ほかの人が、先に変えました。いまは「{state}」です。").format(state=measure.get_state_display())
            )
        for name, value in values.items():
            setattr(measure, name, value)
        note(measure, user, step)


def set_end(measure: Measure, until: datetime, user: Any, memory: str, **values: Any) -> None:
    """Let it end at another moment (aware); what is remembered in the part `memory` is forgotten. `values` are set beside it.

    Raises ValidationError for an end that is past or before its beginning, and for a measure that is over.
    """
    now = timezone.now()
    if until <= max(now, measure.since):
        raise ValidationError({"until": _("終わりは、いまより後、始まりより後にしてください。")})
    if measure.is_over(now) and measure.state == MeasureState.OPEN:
        raise ValidationError(_("もう終わっています。新しく作ってください。"))
    with transaction.atomic():
        change(measure, user, "end", until=until, only=STANDING, **values)
        forget(memory)


def take_back(measure: Measure, user: Any, memory: str) -> None:
    """Take back just this measure. Raises ValidationError where somebody did already, or where it is over by itself."""
    now = timezone.now()
    if measure.state != MeasureState.UNDONE and measure.is_over(now):
        raise ValidationError(_("もう終わっています。取り消すものはありません。"))
    with transaction.atomic():
        change(measure, user, "undo", state=MeasureState.UNDONE, undone_at=now, only=STANDING)
        forget(memory)


def approve(measure: Measure, user: Any, memory: str) -> None:
    """Show what an editor prepared. Raises ValidationError where it was shown or taken back already, or is over."""
    now = timezone.now()
    if measure.until and measure.until <= now:
        raise ValidationError(_("終わりの時刻がもう過ぎています。終わりを変えてから、出してください。"))
    with transaction.atomic():
        change(measure, user, "open", state=MeasureState.OPEN, opened_at=now, only=[MeasureState.WAITING])
        forget(memory)
