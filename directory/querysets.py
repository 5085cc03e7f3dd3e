"""Verbs of the register's tables."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from .models import Area


class ResourceQuerySet(models.QuerySet):
    """Questions that are asked of resources."""

    def published(self) -> ResourceQuerySet:
        """Live records; drafts stand in the same table."""
        return self.filter(live=True)

    def of_kind(self, kind: str) -> ResourceQuerySet:
        """Records of one kind."""
        return self.filter(kind=kind)

    def serving(self, area: Area) -> ResourceQuerySet:
        """Records that somebody in the area may use: made for it, for a part of it, or for a larger area around it."""
        from .areas import area_index

        return self.filter(areas__in=area_index().relevant_to(area.pk)).distinct()

    def due_for_review(self, on: date, after_days: int = 365) -> ResourceQuerySet:
        """Records that nobody confirmed within the last `after_days` days."""
        return self.filter(models.Q(verified_on=None) | models.Q(verified_on__lt=on - timedelta(days=after_days)))
