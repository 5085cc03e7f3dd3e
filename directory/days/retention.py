"""How long measures of bad days are kept: so that next year's storm can look at this one's."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from ..models import Banner, DaysNotice, MeasureState

# After their end, or after they were taken back.
OVER = timedelta(days=730)
# What waited for an approver and was never shown.
NEVER_SHOWN = timedelta(days=180)


def clean_up() -> int:
    """Take away what ended long ago. Returns how many."""
    now = timezone.now()
    old = Q(until__lt=now - OVER) | Q(undone_at__lt=now - OVER)
    never = Q(state=MeasureState.WAITING, made_at__lt=now - NEVER_SHOWN)
    return sum(
        table._default_manager.filter(old | never).delete()[1].get(table._meta.label, 0)
        for table in (DaysNotice, Banner)
    )
