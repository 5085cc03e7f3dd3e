"""The public's copy of the register."""

from django.db import models

from .resources import Resource


class PublicRecord(models.Model):
    """What the public may know of one published resource, as `publication.PublicResource` wrote it.

    Pages, search, feeds and files read these rows and never the register. A row exists exactly as long as its resource is
    published; `services.refresh_public_records` is the only writer.
    """

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, primary_key=True, related_name="public_record")
    short_id = models.CharField(max_length=10, unique=True)
    kind = models.CharField(max_length=12, db_index=True)
    type = models.CharField(max_length=40, db_index=True)
    # How general a desk is: open on more days, and for anyone. Orders desks of one type without reading their data.
    weight = models.PositiveSmallIntegerField(default=0)
    # Codes of the needs that it is for, each between blanks; they choose among desks of one type.
    needs = models.TextField(default="", blank=True)
    data = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "public record"
        # All that choosing among desks reads: the rows themselves are long.
        indexes = [models.Index(fields=["kind", "type", "weight", "needs"], name="public_record_choice")]

    def __str__(self) -> str:
        return self.short_id
