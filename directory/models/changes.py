"""What changed, so that all processes of all hosts know that what they remember of it is old."""

from django.db import models


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
