"""The log of changes that every index follows."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class IndexChange(models.Model):
    """A document's key that may have changed, appeared or gone; rows are added and pruned, never altered.

    `mark` tells this row from every other that ever had its id: a database that is put back to an older state gives ids
    out again, and they then mean other things. None in rows of a program that knew no marks.
    """

    key = models.CharField(_("文書の鍵"), max_length=200)
    created_at = models.DateTimeField(_("記録日時"), auto_now_add=True, db_index=True)
    mark = models.UUIDField(_("しるし"), default=uuid.uuid4, null=True, editable=False)

    class Meta:
        verbose_name = _("索引の変更記録")
        verbose_name_plural = _("索引の変更記録")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.key


class MissQuerySet(models.QuerySet["Miss"]):
    """What was looked for in vain."""

    def often(self, days: int = 3) -> models.QuerySet["Miss", dict[str, Any]]:
        """Words that were not found on at least so many different days: what one person asked once stays unseen.

        `found`: how many results there were at most, none of which fitted.
        """
        # The default order by day would keep apart what belongs together.
        return (
            self.order_by()
            .values("words")
            .annotate(
                days=models.Count("day", distinct=True),
                last=models.Max("day"),
                times=models.Sum("times"),
                found=models.Max("results"),
            )
            .filter(days__gte=days)
            .order_by("-days", "-last", "words")
        )


class Miss(models.Model):
    """Words that brought nothing on a day: no address, no session, no time of day, no sentence."""

    words = models.CharField(_("ことば"), max_length=80)
    day = models.DateField(_("日"), db_index=True)
    area = models.CharField(_("圏域"), max_length=80, blank=True)
    results = models.PositiveSmallIntegerField(_("結果の数"), default=0)
    times = models.PositiveIntegerField(_("回数"), default=1)

    objects = MissQuerySet.as_manager()

    class Meta:
        verbose_name = _("見つからなかったことば")
        verbose_name_plural = _("見つからなかったことば")
        ordering = ["-day", "words", "pk"]
        constraints = [models.UniqueConstraint(fields=["words", "day", "area"], name="miss_once_a_day")]

    def __str__(self) -> str:
        return self.words
