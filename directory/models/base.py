"""What every record of the register has."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Orderable


class Record(models.Model):
    """A record with a public identity and its provenance.

    `origin` tells who brought the record in ("" an editor, "demo", "reference", later an importer), so that what a command
    brought can be brought again or taken away without touching anybody's own work.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    origin = models.CharField(_("登録のしかた"), max_length=40, blank=True, db_index=True, editable=False)

    class Meta:
        abstract = True


class Child(models.Model):
    """An inline child. Its primary key changes whenever its parent is published; the UUID does not."""

    uuid = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    # Set by who saves a draft, and no column: then nobody asks for what is missing yet.
    is_unfinished = False

    class Meta:
        abstract = True


class Row(Orderable):
    """One of several in the order in which an editor put them; of those that nobody put in order, the earlier made first.

    A database that is told `sort_order` alone gives the rows that have none as they lie, which changes when one is written.
    """

    class Meta(Orderable.Meta):
        abstract = True
        ordering = ["sort_order", "pk"]
