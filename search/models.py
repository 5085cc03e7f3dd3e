"""The change log of the index."""

from django.db import models


class IndexChange(models.Model):
    """A document that may look different now. Append-only; every index remembers up to which row it is."""

    key = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.key
