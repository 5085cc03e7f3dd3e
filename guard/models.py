"""What has to be counted where all workers see it."""

from __future__ import annotations

from django.db import models


class Tally(models.Model):
    """How often something was counted under one key, until the window ends.

    The key is a keyed hash: neither a network nor a name can be read out of it, and the row goes when its window is over.
    """

    key = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveBigIntegerField()
    ends_at = models.FloatField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at:.0f}"
