"""The public's copy of the register, and the marks by which all processes know that what they remember of it is old."""

from django.db import models
from django.utils import timezone

from .resources import Resource


class CurrentRecords(models.Manager):
    """Records that have not ended before today; the day is asked for with each question, so nobody has to save anything."""

    def get_queryset(self) -> models.QuerySet:
        """Without what ended yesterday or earlier."""
        ended = models.Q(until__lt=timezone.localdate())
        return super().get_queryset().exclude(ended)


class CountedAs(models.Model):
    """What all public records that are counted alike have in common (`directory.public.counted`), once.

    `store` is the only writer. A city of 100,000 records has some thousands; one that nobody has any more costs nothing.
    """

    key = models.CharField(max_length=16, primary_key=True)
    shared = models.JSONField()

    class Meta:
        verbose_name = "what records are counted as"
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class PublicRecord(models.Model):
    """What the public may know of one published resource, as `record.PublicResource` wrote it.

    Pages, search, feeds and files read these rows and never the register. A row exists exactly as long as its resource is
    published; `store.refresh_public_records` is the only writer. Whoever reads asks `objects`, which leaves out what has
    ended; `written` has all rows, for the writer, the index (which asks the same of each question) and the page that says so.
    """

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, primary_key=True, related_name="public_record")
    short_id = models.CharField(max_length=10, unique=True)
    kind = models.CharField(max_length=12, db_index=True)
    type = models.CharField(max_length=40, db_index=True)
    # How general a desk is: open on more days, and for anyone. Orders desks of one type without reading their data.
    weight = models.PositiveSmallIntegerField(default=0)
    # Codes of the needs that it is for, each between blanks; they choose among desks of one type.
    needs = models.TextField(default="", blank=True)
    # The last day on which it is shown; empty for what does not end.
    until = models.DateField(null=True, blank=True, db_index=True)
    # The day on which somebody is to be asked whether it is still right (`ladder`); empty for what is never asked about.
    due_on = models.DateField(null=True, blank=True, db_index=True)
    # The key of `CountedAs`, and the day of its last confirmation: all that a count of the whole register reads.
    counted_as = models.CharField(max_length=16, default="", blank=True)
    verified_on = models.DateField(null=True, blank=True)
    data = models.JSONField()
    # Of what shape `data` is (`directory.public.record.SHAPE`): a later version may show fields that it lacks.
    shape = models.CharField(max_length=16, default="", blank=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True)

    written = models.Manager()
    objects = CurrentRecords()

    class Meta:
        verbose_name = "public record"
        # All that choosing among desks reads: the rows themselves are long.
        indexes = [
            models.Index(fields=["kind", "type", "weight", "needs", "until"], name="public_record_current"),
            models.Index(fields=["counted_as", "verified_on", "until"], name="public_record_counted"),
            # The same for counting what is due.
            models.Index(fields=["due_on", "until"], name="public_record_due"),
        ]

    def __str__(self) -> str:
        return self.short_id


class Tombstone(models.Model):
    """That something stood at a public id and stands there no longer, because somebody took it back or deleted it.

    Nothing else of it: what is taken back may have been wrong to show, its name too. What ended on a day of its own still has its
    `PublicRecord`. `store` is the only writer.
    """

    short_id = models.CharField(max_length=10, unique=True)
    kind = models.CharField(max_length=12)
    # The area whose desk for everything its page leads to.
    area = models.CharField(max_length=80, blank=True)
    ended_on = models.DateField()
    # The public id of what came after it, or nothing.
    successor = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name = "tombstone"
        ordering = ["-ended_on", "short_id"]

    def __str__(self) -> str:
        return self.short_id


class ContentChange(models.Model):
    """A mark that something of a part was changed, written in the transaction that changes it.

    The marks of a part, taken together, are its generation (`directory.cache`): whichever transaction commits, in whatever
    order, the sum is another one. Rows are only added, so that no transaction waits for another, and the old ones are cleared
    away. The token is random: a row that goes while another comes leaves another sum.
    """

    part = models.CharField(max_length=40)
    token = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.part
