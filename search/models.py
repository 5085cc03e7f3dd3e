"""The log of changes that every index follows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IndexChange(models.Model):
    """A document's key that may have changed, appeared or gone; rows are added and pruned, never altered."""

    key = models.CharField(_("文書の鍵"), max_length=200)
    created_at = models.DateTimeField(_("記録日時"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("索引の変更記録")
        verbose_name_plural = _("索引の変更記録")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.key
